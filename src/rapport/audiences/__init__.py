"""Audiences: one condition language; who is in which segment, and computed traits.

Comes in: definitions (segments, computed traits), events with their node, changes of identity.
Goes out: memberships and their changes, values of computed traits, the SQL that gives the same.
Owns in state.db: `definitions`, `behaviours`, `behaviour_totals`, `behaviour_rows`,
`segment_members`, `membership_changes`, `trait_values`, `audience_timers`, `audience_dirty`,
`audience_marks`, `account_members`, `account_changes` and `account_timers`. The pipeline writes
through `service`, the http process reads through `reads`. Inside: `language` (what a definition
says), `meaning` (what it means for one person), `stream` and `sql` (the same answer, faster),
`backfill`.
"""
