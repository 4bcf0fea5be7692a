"""The accountant's desk: manual vouchers, month and year closing, statements."""
