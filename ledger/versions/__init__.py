"""Many versions of one plan: history and merge."""
