"""What to say to whoever names a customer that nobody knows: what is wrong, or where to look."""

from __future__ import annotations

from rapport.errors import NotFound
from rapport.identity.identifiers import Normaliser, parse_key
from rapport.ids import parse_profile_id

_SHAPES = {
    "email": "an e-mail address, such as email:neha@example.com",
    "phone": "a phone number with its country, such as phone:+919812345678;"
    " in the query of an address write %2B for +",
}


def unseen(text: str, normalise: Normaliser) -> NotFound:
    """
    >>> unseen("neha", Normaliser()).hint
    "write type:value, such as email:neha@example.com or user_id:neha; a profile's id is p_42"
    >>> unseen("email:neha", Normaliser()).message
    "'email:neha' cannot be anybody's email"
    >>> unseen("email:neha@example.com", Normaliser()).hint.split(";")[0]
    'no event, import or merge ever named it'
    """
    kind, colon, _ = text.partition(":")
    if parse_profile_id(text) is not None:
        return NotFound(f"no profile ever had the id {text!r}", hint=_LOOK)
    if not colon:
        return NotFound(
            f"no profile for {text!r}",
            hint=f"write type:value, such as email:neha@example.com or user_id:{text or 'neha'};"
            " a profile's id is p_42",
        )
    if parse_key(text, normalise) is None:
        shape = _SHAPES.get(kind.lower(), "type:value, such as user_id:u-17")
        return NotFound(f"{text!r} cannot be anybody's {kind}", hint=f"write {shape}")
    return NotFound(
        f"no profile for {text!r}", hint=f"no event, import or merge ever named it; {_LOOK}"
    )


_LOOK = "look for a part of it: GET /api/v1/profiles?q=…, or rapport profile --find …"
