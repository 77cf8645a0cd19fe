"""Audiences: one condition language; who is in which segment, and computed traits.

Comes in: definitions (segments, computed traits), events with their node, changes of identity.
Goes out: memberships and their changes, values of computed traits, the SQL that gives the same.
"""
