"""Users of the console, their sessions and the one-time links that let them in, in control.db."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from rapport.clock import DAY, HOUR, MINUTE, Clock
from rapport.database import writing
from rapport.errors import BadRequest, Conflict, NotFound, Unauthorized
from rapport.server.access.scopes import ROLES
from rapport.server.control import TOUCH_EVERY, ControlStore, digest

LINK_LIFE = 15 * MINUTE
INVITATION_LIFE = 3 * DAY  # it is passed on to somebody, who may not be at work today
SESSION_IDLE = 12 * HOUR
SESSION_LIFE = 14 * DAY

_USERS = (
    "SELECT u.email, u.name, u.role, u.password IS NOT NULL, u.created_at, u.disabled_at,"
    " max(s.seen_at) FROM users u LEFT JOIN sessions s USING (email)"
)
_EMAIL = re.compile(r"[^@\s/]+@[^@\s/]+")


class User(msgspec.Struct, frozen=True):
    email: str
    name: str
    role: str  # one of scopes.ROLES
    has_password: bool
    created_at: int
    disabled_at: int | None = None
    seen_at: int | None = None  # by the sessions that are still open


class Link(msgspec.Struct, frozen=True):
    """A way in for one user, once."""

    email: str
    token: str
    expires_at: int


class Session(msgspec.Struct, frozen=True):
    user: User
    csrf: str
    created_at: int
    seen_at: int


class AccountStore(ControlStore):
    def __init__(self, path: Path, clock: Clock) -> None:
        super().__init__(path)
        self._clock = clock

    def users(self) -> list[User]:
        """All users, oldest first, the disabled ones too."""
        with self._lock:
            rows: list[Any] = self._db.execute(
                f"{_USERS} GROUP BY email ORDER BY u.created_at, email"
            ).fetchall()
        return [_user(row) for row in rows]

    def first(self) -> User:
        """The oldest administrator who may sign in; there always is one."""
        return next(user for user in self.users() if _governs(user))

    def add_user(self, email: str, name: str, role: str) -> User:
        """Raises `BadRequest` for what is no address or no role, `Conflict` for a known address."""
        email = email.strip()
        if not _EMAIL.fullmatch(email) or len(email) > 254:
            raise BadRequest("that is not an e-mail address", hint="name@example.com")
        if any(user.email.lower() == email.lower() for user in self.users()):
            raise Conflict(
                f"there is a user {email} already", hint="rapport users reset makes a new link"
            )
        user = User(email, name.strip() or email, _known(role), False, self._clock.now())
        self._write(
            "INSERT INTO users (email, name, role, created_at) VALUES (?,?,?,?)",
            *(email, user.name, role, user.created_at),
        )
        return user

    def user(self, email: str) -> User:
        """Raises `NotFound`."""
        with self._lock:
            row: Any = self._db.execute(
                f"{_USERS} WHERE u.email = ? GROUP BY email", (email.strip(),)
            ).fetchone()
        if row is None:
            raise NotFound(f"there is no user {email}", hint="rapport users list shows them all")
        return _user(row)

    def disable_user(self, email: str) -> User:
        """Nothing lets the user in any more, from now on. Raises `NotFound`, and `Conflict` for the
        last administrator who can still sign in."""
        with self._lock, writing(self._db):
            user = self.user(email)
            self._spare_last(user)
            self._db.execute(
                "UPDATE users SET disabled_at = coalesce(disabled_at, ?) WHERE email = ?",
                (self._clock.now(), user.email),
            )
            self._close_ways_in(user.email)
        return self.user(email)

    def enable_user(self, email: str) -> User:
        """Take `disable_user` back; the password is the one that was. Raises `NotFound`."""
        self._write("UPDATE users SET disabled_at = NULL WHERE email = ?", self.user(email).email)
        return self.user(email)

    def change_role(self, email: str, role: str) -> User:
        """Holds from the user's next request on. Raises `NotFound`, `BadRequest`, and `Conflict`
        when nobody else could administer any more."""
        with self._lock, writing(self._db):
            user = self.user(email)
            if _known(role) != "admin":
                self._spare_last(user)
            self._db.execute("UPDATE users SET role = ? WHERE email = ?", (role, user.email))
        return self.user(email)

    def _spare_last(self, user: User) -> None:
        if _governs(user) and sum(map(_governs, self.users())) == 1:
            raise Conflict(
                "this is the last administrator who can sign in",
                hint="make somebody else one first: rapport users role EMAIL admin",
                code="last_admin",
            )

    def reset_user(self, email: str) -> User:
        """Forget the password and end all sessions. Raises `NotFound`, `Conflict`."""
        self.set_password(self._let_in(email).email, None)
        return self.user(email)

    def _let_in(self, email: str) -> User:
        user = self.user(email)
        if user.disabled_at is not None:
            raise Conflict(f"{user.email} is disabled", hint="rapport users enable lets them in")
        return user

    def password_of(self, email: str) -> tuple[User, str | None] | None:
        """A user who may sign in, and the argon2id hash; else None."""
        with self._lock:
            row: Any = self._db.execute(
                "SELECT password FROM users WHERE email = ? AND disabled_at IS NULL",
                (email.strip(),),
            ).fetchone()
        return (self.user(email), row[0]) if row else None

    def set_password(self, email: str, hashed: str | None) -> None:
        """All sessions and login links of the user end."""
        with self._lock, writing(self._db):
            self._db.execute("UPDATE users SET password = ? WHERE email = ?", (hashed, email))
            self._close_ways_in(email)

    def _close_ways_in(self, email: str) -> None:
        self._db.execute("DELETE FROM sessions WHERE email = ?", (email,))
        self._db.execute("DELETE FROM login_links WHERE email = ?", (email,))

    def new_login_link(self, email: str, life: int = LINK_LIFE) -> Link:
        """A token that signs `email` in once, within `life` µs. Raises `NotFound`, `Conflict`."""
        user, now = self._let_in(email), self._clock.now()
        link = Link(user.email, secrets.token_urlsafe(24), now + life)
        self._write("DELETE FROM login_links WHERE expires_at < ?", now)
        self._write(
            "INSERT INTO login_links VALUES (?,?,?)",
            digest(link.token),
            link.email,
            link.expires_at,
        )
        return link

    def redeem_login_link(self, token: str) -> User:
        """Raises `Unauthorized` when it was used before, is too old or never existed."""
        with self._lock:
            row: list[Any] = self._db.execute(
                "DELETE FROM login_links WHERE hash = ? RETURNING email, expires_at",
                (digest(token),),
            ).fetchall()
        found = self.password_of(row[0][0]) if row else None
        if found is None or row[0][1] < self._clock.now():
            raise Unauthorized(
                "this login link does not work any more",
                hint="rapport login prints a new one",
                code="login_link_used",
            )
        return found[0]

    def open_session(self, user: User) -> tuple[str, Session]:
        """A secret for the cookie, and the session that it opens."""
        secret, now = secrets.token_urlsafe(32), self._clock.now()
        session = Session(user, secrets.token_urlsafe(24), now, now)
        self._write("DELETE FROM sessions WHERE created_at < ?", now - SESSION_LIFE)
        self._write(
            "INSERT INTO sessions VALUES (?,?,?,?,?)",
            digest(secret),
            user.email,
            session.csrf,
            now,
            now,
        )
        return secret, session

    def session(self, secret: str) -> Session | None:
        """The session, unless it was idle or open for too long."""
        hashed, now = digest(secret), self._clock.now()
        with self._lock:
            row: Any = self._db.execute(
                "SELECT email, csrf, s.created_at, seen_at FROM sessions s"
                " JOIN users u USING (email) WHERE hash = ? AND disabled_at IS NULL",
                (hashed,),
            ).fetchone()
        if row is None or now - row[3] > SESSION_IDLE or now - row[2] > SESSION_LIFE:
            return None
        if now - row[3] > TOUCH_EVERY:
            self._note("UPDATE sessions SET seen_at = ? WHERE hash = ?", now, hashed)
        return Session(self.user(row[0]), row[1], row[2], row[3])

    def close_session(self, secret: str) -> None:
        self._write("DELETE FROM sessions WHERE hash = ?", digest(secret))


def _user(row: Sequence[Any]) -> User:
    email, name, role, has_password, *times = row
    return User(email, name, role, bool(has_password), *times)


def _governs(user: User) -> bool:
    return user.role == "admin" and user.disabled_at is None


def _known(role: str) -> str:
    if role not in ROLES:
        raise BadRequest(f"a role is one of {', '.join(ROLES)}", hint="viewer may only read")
    return role
