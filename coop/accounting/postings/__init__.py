"""Vouchers of the accountant's desk: a business fact in, a balanced voucher out. Pure."""
