"""Products, grades and purchase prices: what goods are called, how good they must be, what they cost."""
