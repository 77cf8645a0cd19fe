from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rapport.clock import HOUR, MINUTE, FixedClock
from rapport.database import connect, migrate
from rapport.errors import BadRequest, Conflict, NotFound, Unauthorized
from rapport.server import control
from rapport.server.access import accounts
from rapport.server.access.accounts import INVITATION_LIFE, AccountStore
from rapport.server.access.apikeys import KeyStore

START = 1_790_000_000_000_000


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


@pytest.fixture
def store(tmp_path: Path, clock: FixedClock) -> Iterator[AccountStore]:
    opened = AccountStore(tmp_path / "control.db", clock)
    opened.add_user("a@x.org", "Ada", "admin")
    yield opened
    opened.close()


@pytest.fixture
def keys(tmp_path: Path, clock: FixedClock) -> Iterator[KeyStore]:
    opened = KeyStore(tmp_path / "control.db", clock)
    yield opened
    opened.close()


def test_no_secret_is_on_the_disk(store: AccountStore, keys: KeyStore, tmp_path: Path) -> None:
    _, key = keys.create_key("k", ("read",), "test")
    link = store.new_login_link("a@x.org").token
    cookie, _ = store.open_session(store.users()[0])
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for secret in (key, link, cookie):
        assert secret.encode() not in content


def test_a_key_made_or_revoked_elsewhere_is_noticed(keys: KeyStore, tmp_path: Path) -> None:
    other = KeyStore(tmp_path / "control.db", FixedClock(START))
    key, secret = other.create_key("k", ("read", "write"), "test")
    found = keys.find_key(secret)
    assert found is not None
    assert found.scopes == ("read", "write")
    other.revoke_key(key.id)
    assert keys.find_key(secret) is None
    with pytest.raises(NotFound):
        keys.revoke_key(key.id)
    other.close()


def test_a_link_is_good_for_a_quarter_of_an_hour(store: AccountStore, clock: FixedClock) -> None:
    late, soon = (store.new_login_link(email).token for email in ("a@x.org", "A@X.ORG"))
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
    link = store.new_login_link("a@x.org").token
    store.set_password("a@x.org", "hash")
    assert store.session(secret) is None
    with pytest.raises(Unauthorized):
        store.redeem_login_link(link)
    found = store.password_of("a@x.org")
    assert found is not None
    assert found[1] == "hash"


def test_one_user_per_address(store: AccountStore) -> None:
    with pytest.raises(Conflict):
        store.add_user("A@x.org", "again", "viewer")


def test_whoever_may_come_in_comes_in_although_the_disk_is_full(
    store: AccountStore, keys: KeyStore, clock: FixedClock
) -> None:
    key, secret = keys.create_key("k", ("read",), "test")
    cookie, _ = store.open_session(store.users()[0])
    clock.advance(HOUR)
    for opened in (store, keys):
        opened._db.pragma("max_page_count", 1)
        opened._db.pragma("query_only", True)
    found = keys.find_key(secret)
    assert found == key
    keys.touch_key(found)
    assert store.session(cookie) is not None


def test_a_disabled_user_has_no_way_in(store: AccountStore) -> None:
    store.add_user("b@x.org", "Bo", "admin")
    store.set_password("b@x.org", "hash")
    cookie, _ = store.open_session(store.user("b@x.org"))
    link = store.new_login_link("b@x.org").token
    assert store.disable_user("B@x.org").disabled_at == START
    assert store.session(cookie) is None
    assert store.password_of("b@x.org") is None
    with pytest.raises(Unauthorized):
        store.redeem_login_link(link)
    for refused in (store.new_login_link, store.reset_user):
        with pytest.raises(Conflict):
            refused("b@x.org")
    late, _ = store.open_session(store.user("b@x.org"))  # signing in while being disabled
    assert store.session(late) is None
    assert store.enable_user("b@x.org").disabled_at is None
    found = store.password_of("b@x.org")
    assert found is not None
    assert found[1] == "hash"


def test_the_last_administrator_stays(store: AccountStore) -> None:
    store.add_user("e@x.org", "Eve", "editor")
    store.add_user("b@x.org", "Bo", "admin")
    store.disable_user("a@x.org")
    assert store.first().email == "b@x.org"
    with pytest.raises(Conflict):
        store.disable_user("b@x.org")
    assert store.user("b@x.org").disabled_at is None
    with pytest.raises(Conflict) as refused:
        store.change_role("b@x.org", "editor")
    assert refused.value.error_code == "last_admin"
    assert store.user("b@x.org").role == "admin"
    assert store.disable_user("a@x.org").disabled_at == START
    store.enable_user("a@x.org")
    assert store.change_role("B@x.org", "viewer").role == "viewer"
    assert store.disable_user("b@x.org").disabled_at == START
    assert store.change_role("b@x.org", "admin").role == "admin"
    with pytest.raises(Conflict):  # who cannot sign in, governs nothing
        store.disable_user("a@x.org")
    assert store.first().email == "a@x.org"


def test_a_role_is_one_of_the_table(store: AccountStore) -> None:
    for act in (store.change_role, lambda email, role: store.add_user("n@x.org", "", role)):
        with pytest.raises(BadRequest, match="viewer, editor, admin"):
            act("a@x.org", "root")
    assert [user.role for user in store.users()] == ["admin"]


def test_a_changed_role_holds_in_open_sessions(store: AccountStore) -> None:
    store.add_user("b@x.org", "Bo", "editor")
    cookie, session = store.open_session(store.user("b@x.org"))
    assert session.user.role == "editor"
    store.change_role("b@x.org", "viewer")
    now = store.session(cookie)
    assert now is not None
    assert now.user.role == "viewer"


def test_a_reset_user_starts_anew(store: AccountStore, clock: FixedClock) -> None:
    store.set_password("a@x.org", "hash")
    cookie, _ = store.open_session(store.users()[0])
    assert not store.reset_user("a@x.org").has_password
    assert store.session(cookie) is None
    link = store.new_login_link("a@x.org", INVITATION_LIFE)
    clock.advance(INVITATION_LIFE)
    assert store.redeem_login_link(link.token).email == "a@x.org"


@pytest.mark.parametrize("email", ["", "x", "@x", "a@", "a b@x.org", "a/b@x.org", "a@b@c"])
def test_an_address_that_is_none(store: AccountStore, email: str) -> None:
    with pytest.raises(BadRequest):
        store.add_user(email, "", "viewer")


def test_a_folder_of_the_first_version_keeps_its_users(tmp_path: Path, clock: FixedClock) -> None:
    path = tmp_path / "old.db"
    old = connect(path)
    migrate(old, "server", control.STEPS[:1])
    old.execute("INSERT INTO users VALUES ('a@x.org', 'Ada', 'hash', 1)")
    old.execute("INSERT INTO login_links VALUES (x'00', 'a@x.org', 1)")
    old.close()
    store = AccountStore(path, clock)
    assert store.users() == [accounts.User("a@x.org", "Ada", "admin", True, 1)]
    store.close()
