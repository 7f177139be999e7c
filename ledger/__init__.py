"""Fix plans: read without losing a byte, checked, and added to from the outputs of runs."""
