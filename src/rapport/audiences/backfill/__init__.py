"""The past for new definitions: read from the warehouse, told through the log, filled in."""
