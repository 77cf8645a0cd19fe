"""Small mends for bodies that real clients send although they are no valid JSON.

A refused batch is dropped by every SDK for good. So what has one obvious reading is read that way:

- bytes that are no UTF-8 and halves of surrogate pairs (a cut emoji) become U+FFFD,
- NaN and Infinity (Python's json writes them) become null, as JavaScript does it,
- a byte order mark is dropped.
"""

from __future__ import annotations

import re

_BOM = b"\xef\xbb\xbf"
_HEX = rb"[0-9a-fA-F]"
_ESCAPES = re.compile(
    rb"\\u[dD][89abAB]" + _HEX + rb"{2}\\u[dD][c-fC-F]" + _HEX + rb"{2}"  # a whole pair
    rb"|(\\u[dD][89a-fA-F]" + _HEX + rb"{2})"  # half of one
    rb"|\\."
)
_STRING_OR_WORD = re.compile(rb'"(?:[^"\\]|\\.)*"|(-?\b(?:NaN|Infinity)\b)', re.DOTALL)


def mend(body: bytes) -> bytes:
    """The same text with the above put right. Anything else stays, and stays wrong.

    >>> mend(b'{"price": NaN, "note": "NaN", "cut": "\\\\ud83d!"}')
    b'{"price": null, "note": "NaN", "cut": "\\\\ufffd!"}'
    """
    text = body.removeprefix(_BOM).decode("utf-8", "replace").encode()
    text = _ESCAPES.sub(lambda found: rb"\ufffd" if found[1] else found[0], text)
    return _STRING_OR_WORD.sub(lambda found: b"null" if found[1] else found[0], text)
