"""Connect: outside systems ↔ Rapport.

Comes in: files with a mapping. Goes out: records in the log, like those of any other source.
Owns no tables.
"""
