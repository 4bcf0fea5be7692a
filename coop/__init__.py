"""Siwei: from an enterprise's order through the village cooperative to each household's dividend."""
