"""Passwords: argon2id, and no way to tell by time whether an account exists."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from rapport.errors import BadRequest

SHORTEST, LONGEST = 10, 200


class Passwords:
    """Blocking (some 50 ms each): call from a thread."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
        self._nobody = ""

    def hash(self, password: str) -> str:
        """Raises `BadRequest` when it is too short to protect anything."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise BadRequest(
                f"a password has {SHORTEST} to {LONGEST} characters",
                hint="three or four unrelated words are easy to remember",
                code="weak_password",
            )
        return self._hasher.hash(password)

    def matches(self, hashed: str | None, password: str) -> bool:
        """False for a wrong password, and for a missing hash after the same work."""
        self._nobody = self._nobody or self._hasher.hash("nobody has this password")
        try:
            matched = self._hasher.verify(hashed or self._nobody, password[: LONGEST + 1])
        except (VerificationError, InvalidHashError):
            return False
        return bool(matched) and hashed is not None
