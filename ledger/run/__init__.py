"""Execute a command and capture what it does as a bundle: a folder of files in the repository."""
