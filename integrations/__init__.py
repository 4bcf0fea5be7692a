"""Adapters to outside standards and file formats, one folder each.

They know formats and the ledger's fault types; they must not know `coop`, its tables or its commands.
"""
