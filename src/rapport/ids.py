"""Identifiers that Rapport itself makes, and how they are written."""

from __future__ import annotations

import re
import secrets

# What `filled_message_id` makes, and what `sent_message_id` makes of it.
_LIKE_FILLED = re.compile(r"^(sent-)*rapport-[0-9]+-[0-9]+$")
_PROFILE = re.compile(r"^p_([1-9][0-9]{0,18})$")


def profile_id(node: int) -> str:
    """The public id of the profile whose oldest node is `node`.

    >>> profile_id(42)
    'p_42'
    """
    return f"p_{node}"


def parse_profile_id(text: str) -> int | None:
    """The node inside a public profile id, or None if `text` is not one.

    >>> parse_profile_id("p_42"), parse_profile_id("p_0"), parse_profile_id("x")
    (42, None, None)
    """
    match = _PROFILE.match(text)
    return int(match[1]) if match else None


def filled_message_id(offset: int, index: int) -> str:
    """The messageId given to an event that came without one.

    Made from its place in the log, so that processing the log again gives the same id.
    """
    return f"rapport-{offset}-{index}"


def sent_message_id(text: str) -> str:
    """The messageId under which an event is known that came with the messageId `text`.

    The same text, unless it looks like a filled one: whoever sends such an id must not get before
    the event that will be given it. Different texts stay different.

    >>> sent_message_id("m-1"), sent_message_id("rapport-7-0"), sent_message_id("sent-rapport-7-0")
    ('m-1', 'sent-rapport-7-0', 'sent-sent-rapport-7-0')
    """
    if text.startswith(("rapport-", "sent-")) and _LIKE_FILLED.match(text):
        return f"sent-{text}"
    return text


def new_write_key() -> str:
    """A public key that may only send events: 128 random bits."""
    return f"wk_{secrets.token_hex(16)}"


def new_api_key() -> str:
    """A secret key for the management API: 160 random bits. Only its hash is stored."""
    return f"rk_{secrets.token_hex(20)}"
