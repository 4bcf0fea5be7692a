"""The books of a legal entity: posting, what is owed to households, pay batches and what the bank returns.

Knows vouchers and households, but no order, no receipt and no dividend: those post through here.
"""
