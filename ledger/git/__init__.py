"""What a ledger points at: paths in the work tree, blobs and commits in git."""
