"""The demo: a whole year told through the public services."""
