"""What every subject stands on: units of work, actors and scopes, errors, states, numbers, audit, outbox, jobs.

Knows no subject, no web, no chart of accounts.
"""
