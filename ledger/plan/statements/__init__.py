"""What a text says of a run: sentences and tables as typed statements."""
