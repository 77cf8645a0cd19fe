"""Questions answered inside of an SQL engine: what comes back are numbers, never events.

Each kind is one query made of stages, every one reading the stage before: rows in the order of the
oracles, numbered once, then windows and groups over them. Nothing joins events with events.
"""
