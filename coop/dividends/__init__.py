"""The year's distribution under both standards: pool, plan, notice, resolution, posting, and each
household's working.
"""
