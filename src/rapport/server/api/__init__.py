"""The management API: one file an area, each a list of thin handlers. docs/api.md describes it."""
