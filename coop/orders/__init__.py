"""Enterprise orders and their parts per seller: intake, acceptance, frozen terms, progress."""
