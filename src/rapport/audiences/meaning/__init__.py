"""What a definition means for one person at one instant, in plain Python: the oracle.

`stream` and `sql` give the same answers faster; tests hold them to this one.
"""
