"""Records in, the same records out in order, durable in between.

`base.py` is the contract, `sqlite.py` the embedded log. Owns log.db: `records`, `totals`.
"""
