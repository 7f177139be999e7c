"""Model changes to byte edits: pure, no I/O."""
