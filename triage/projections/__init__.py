"""Read models: each a pure fold over the log plus its own tables, its own position and its own file."""
