"""Training: from calls and how they ended to a model as a table, its ceiling and its card. Light: sklearn loads late."""
