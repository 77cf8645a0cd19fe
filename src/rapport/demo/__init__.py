"""The demo shop: two invented brands, some thousand invented customers, a year of history.

Comes in: a seed and an instant. Goes out: request bodies as the SDKs would have sent them, which
take the same way into Rapport as any other. Owns no tables. The same seed and instant give the same
bytes; nobody and nothing in it is real: addresses end in `.example`, telephone numbers come from
India's 140 series, which belongs to no person.
"""
