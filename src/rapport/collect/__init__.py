"""HTTP bytes in, log records out.

Comes in: requests of SDKs, pixels and curl. Goes out: drafts to the log, and the answer once they
are durable. Owns in control.db: `sources`, `write_keys`.
"""
