"""Log records in, normalised `Event`s out.

Comes in: `log.Record`s (bytes as the client sent them). Goes out: `Event`s, or a `Rejection` with
its reason for the quarantine, and Arrow rows for the warehouse (`rows.py`). Owns in state.db:
`dedupe_runs`, `duplicates`, `quarantine`.
"""
