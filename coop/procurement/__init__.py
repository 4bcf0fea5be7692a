"""Weigh, grade, price, receipt, lots."""
