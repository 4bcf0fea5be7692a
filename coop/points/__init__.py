"""Morality points: the village charter's items, claims and their review, the shop. Points are a commodity
of the books.
"""
