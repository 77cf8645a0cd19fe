"""Short names for addresses, made from names that people give."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable


def free_slug(name: str, taken: Iterable[str]) -> str:
    """A lower-case ASCII slug of `name` that is not in `taken`.

    >>> free_slug("Fitness Forever – Web", [])
    'fitness-forever-web'
    >>> free_slug("网站", ["source"])
    'source-2'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].rstrip("-") or "source"
    used = set(taken)
    number, candidate = 1, slug
    while candidate in used:
        number += 1
        candidate = f"{slug}-{number}"
    return candidate
