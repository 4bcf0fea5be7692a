"""Government policies, subsidy programmes and the earmarked money that villages receive and spend."""
