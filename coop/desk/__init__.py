"""Pages that join subjects: home pages, order progress, a household's own page, verify."""
