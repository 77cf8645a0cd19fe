"""Who is who. In: the identifiers on events and the decisions of people. Out: node → profile.

Owns the tables `identifiers`, `evidence`, `sightings`, `decisions`, `links` and `identity_rules` of
`state.db`. The result is a function of the *set* of accepted events, decisions and rules: the order
in which they arrive does not matter.

    identifiers.py   event → normalised (type, value) pairs
    rules.py         what may join, in which order, how much
    judge.py         one identifier and its evidence → open, owned, shared, crowded, blocked
    edges.py         one piece of evidence → the edges that it proposes
    resolve.py       members, evidence, links, rules → parts (profiles) and refused edges
    graph.py         what a change touches, worked out without writing
    rebuild.py       the same for everything: a new set of rules, and what-if
    store.py         tables and SQL
    service.py       the writing side, inside the transaction of the pipeline
    reads.py         the reading side
"""
