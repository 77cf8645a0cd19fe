"""Records in, the same records out in order, durable in between.

Comes in: drafts, from requests, imports and decisions of operators. Goes out: word once they are
durable, and records by offset to whoever asks. `base.py` is the contract, `sqlite.py` the embedded
log, whose one writing thread is in `group_commit.py`. Owns log.db: `records`, `totals`, `blocks`,
`probe`.
"""
