"""What the outputs of a run say. One reader per kind of output, each bytes to a ``Part``;
``bundle.read_run`` folds the parts of one run into one ``Evidence``."""
