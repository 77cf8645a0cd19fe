"""What an empty data folder needs before the first request: sources, a key, somebody to log in."""

from __future__ import annotations

import msgspec

from rapport.clock import SystemClock
from rapport.collect.sources import SourceStore
from rapport.config import Settings
from rapport.server.access.accounts import AccountStore
from rapport.server.folder import Folder

ADMIN = "admin@localhost"


class FirstStart(msgspec.Struct, frozen=True):
    write_key: str  # a working one of the default source; empty when all were revoked
    login_token: str | None  # set when there was no user yet


def prepare(settings: Settings, folder: Folder) -> FirstStart:
    """Idempotent. Makes the default sources and, when nobody could log in, the first user."""
    clock = SystemClock()
    sources = SourceStore(folder.control)
    accounts = AccountStore(folder.control, clock)
    try:
        default, now = sources.ensure_default(settings.write_key), clock.now()
        working = [key.key for key in default.write_keys if key.works(now)]
        token = None
        if not accounts.users():
            accounts.add_user(ADMIN, "Administrator", "admin")
            token = accounts.new_login_link(ADMIN).token
        return FirstStart(settings.write_key or (working or [""])[-1], token)
    finally:
        accounts.close()
        sources.close()
