"""What the enterprise owes and pays, and what the households are paid."""
