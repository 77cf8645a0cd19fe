"""Events in, one readable profile per person out.

Comes in: `Event`s whose node identity has set. Goes out: the profile as a view, with the reason for
every value. Nothing is decided when an event arrives: trait values stay as *fragments* at the node
and source where they were seen, so a merge combines them, a split separates them, and a changed
survivorship rule counts at once.

Owns in state.db: `fragments`, `counters`, `event_names`, `accounts`, `account_traits`,
`memberships`, `pins`. `service.py` writes, `reads.py` reads.
"""
