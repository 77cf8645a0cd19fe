"""The same answers from sorted NumPy arrays, a chunk of whole people at a time."""
