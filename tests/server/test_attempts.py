from __future__ import annotations

import pytest

from rapport.clock import MINUTE, FixedClock
from rapport.errors import Overloaded
from rapport.server.access import attempts
from rapport.server.access.attempts import Attempts


def test_failures_count_per_account_whatever_the_address_or_case() -> None:
    guard = Attempts(FixedClock(10**15))
    for n in range(attempts.PER_ACCOUNT):
        guard.begin("A@x.org" if n % 2 else "a@x.org", f"10.0.0.{n}")
    with pytest.raises(Overloaded) as refused:
        guard.begin("a@x.org", "10.9.9.9")
    assert 0 < refused.value.retry_after <= attempts.WINDOW // 1_000_000 + 1
    guard.begin("b@x.org", "10.9.9.9")


def test_an_address_that_tries_many_accounts_has_to_wait() -> None:
    guard = Attempts(FixedClock(10**15))
    for n in range(attempts.PER_ADDRESS):
        guard.begin(f"{n}@x.org", "10.0.0.1")
    with pytest.raises(Overloaded):
        guard.begin("new@x.org", "10.0.0.1")
    guard.begin("new@x.org", "10.0.0.2")


def test_waiting_helps_and_so_does_success() -> None:
    clock = FixedClock(10**15)
    guard = Attempts(clock)
    for _ in range(attempts.PER_ACCOUNT):
        guard.begin("a@x.org", "")
    clock.advance(15 * MINUTE)
    for _ in range(attempts.PER_ACCOUNT):
        guard.begin("a@x.org", "")
    guard.succeeded("A@X.org", "")
    guard.begin("a@x.org", "")


def test_success_costs_an_address_nothing() -> None:
    guard = Attempts(FixedClock(10**15))
    for n in range(3 * attempts.PER_ADDRESS):
        guard.begin(f"{n}@x.org", "10.0.0.1")
        guard.succeeded(f"{n}@x.org", "10.0.0.1")


def test_memory_is_bounded() -> None:
    guard = Attempts(FixedClock(10**15))
    for n in range(attempts.MOST_REMEMBERED + 50):
        guard.begin(f"{n}@x.org", f"{n}")
    assert len(guard._failed) <= attempts.MOST_REMEMBERED


def test_wrong_login_links_close_the_door_to_nobody_else() -> None:
    guard = Attempts(FixedClock(10**15))
    for n in range(attempts.PER_ADDRESS):
        guard.begin("", "10.0.0.1")
        guard.begin("", f"10.0.1.{n}")
    with pytest.raises(Overloaded):
        guard.begin("", "10.0.0.1")


def test_all_addresses_of_one_ipv6_network_count_as_one() -> None:
    guard = Attempts(FixedClock(10**15))
    for n in range(attempts.PER_ADDRESS):
        guard.begin("", f"2001:db8::{n:x}")
    with pytest.raises(Overloaded):
        guard.begin("", "2001:db8::ffff")
    guard.begin("", "2001:db8:0:1::1")
