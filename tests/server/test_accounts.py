from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rapport.clock import HOUR, MINUTE, FixedClock
from rapport.errors import Conflict, NotFound, Unauthorized
from rapport.server import accounts
from rapport.server.accounts import AccountStore

START = 1_790_000_000_000_000


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


@pytest.fixture
def store(tmp_path: Path, clock: FixedClock) -> Iterator[AccountStore]:
    opened = AccountStore(tmp_path / "control.db", clock)
    opened.add_user("a@x.org", "Ada")
    yield opened
    opened.close()


def test_no_secret_is_on_the_disk(store: AccountStore, tmp_path: Path) -> None:
    _, key = store.create_key("k", ("read",), "test")
    link = store.new_login_link("a@x.org")
    cookie, _ = store.open_session(store.users()[0])
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for secret in (key, link, cookie):
        assert secret.encode() not in content


def test_a_key_made_or_revoked_elsewhere_is_noticed(store: AccountStore, tmp_path: Path) -> None:
    other = AccountStore(tmp_path / "control.db", FixedClock(START))
    key, secret = other.create_key("k", ("read", "write"), "test")
    found = store.find_key(secret)
    assert found is not None
    assert found.scopes == ("read", "write")
    other.revoke_key(key.id)
    assert store.find_key(secret) is None
    with pytest.raises(NotFound):
        store.revoke_key(key.id)
    other.close()


def test_a_link_is_good_for_a_quarter_of_an_hour(store: AccountStore, clock: FixedClock) -> None:
    late, soon = store.new_login_link("a@x.org"), store.new_login_link("A@X.ORG")
    clock.advance(15 * MINUTE)
    assert store.redeem_login_link(soon).email == "a@x.org"
    clock.advance(1)
    with pytest.raises(Unauthorized):
        store.redeem_login_link(late)
    with pytest.raises(NotFound):
        store.new_login_link("nobody@x.org")


def test_a_session_ends_when_idle_and_in_any_case(store: AccountStore, clock: FixedClock) -> None:
    user = store.users()[0]
    idle, _ = store.open_session(user)
    clock.advance(accounts.SESSION_IDLE + 1)
    assert store.session(idle) is None
    busy, _ = store.open_session(user)
    for _ in range(14 * 24 // 6):
        clock.advance(6 * HOUR - MINUTE)
        assert store.session(busy) is not None
    clock.advance(6 * HOUR)
    assert store.session(busy) is None


def test_a_new_password_ends_sessions_and_links(store: AccountStore) -> None:
    secret, _ = store.open_session(store.users()[0])
    link = store.new_login_link("a@x.org")
    store.set_password("a@x.org", "hash")
    assert store.session(secret) is None
    with pytest.raises(Unauthorized):
        store.redeem_login_link(link)
    found = store.password_of("a@x.org")
    assert found is not None
    assert found[1] == "hash"


def test_one_user_per_address(store: AccountStore) -> None:
    with pytest.raises(Conflict):
        store.add_user("A@x.org", "again")


def test_whoever_may_come_in_comes_in_although_the_disk_is_full(
    store: AccountStore, clock: FixedClock
) -> None:
    key, secret = store.create_key("k", ("read",), "test")
    cookie, _ = store.open_session(store.users()[0])
    clock.advance(HOUR)
    store._db.pragma("max_page_count", 1)
    store._db.pragma("query_only", True)
    found = store.find_key(secret)
    assert found == key
    store.touch_key(found)
    assert store.session(cookie) is not None
