"""One order line over the households of a village: capacity, fair split, offers, answers, the shortfall."""
