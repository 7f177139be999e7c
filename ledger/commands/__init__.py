"""One function for each command: the library."""
