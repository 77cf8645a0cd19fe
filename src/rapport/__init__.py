"""Rapport: a customer data platform and customer engagement platform in one.

The rooms, in the order in which data meets them: `collect`, `log`, `events`, `identity`,
`profiles`, `warehouse`. `pipeline/line.py` is the table of contents: it reads like the way of one
event. docs/architecture.md follows one through all files.
"""

__version__ = "0.1.0"
