"""How the village decides and supervises: meetings, resolutions, stamps, reviews, notices, and gates."""
