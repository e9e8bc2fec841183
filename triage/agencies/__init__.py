"""New agencies: a folder proposed from a city's own call files, with everything unproven marked for review."""
