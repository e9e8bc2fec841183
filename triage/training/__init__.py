"""Training: from calls and how they ended to a model, its ceiling and its card. Light: sklearn loads late."""
