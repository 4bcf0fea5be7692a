"""Double-entry books for rural collectives and farmers' cooperatives, publishable alone.

Knows no order, no village rule, no web and no task queue; it takes a database session and never commits.
"""
