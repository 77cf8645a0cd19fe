"""One file or a few for each engine; `warehouse.base` is what they have in common."""
