"""Question in, answer out: one file a kind."""
