"""What a fix plan says: its models and the one reader."""
