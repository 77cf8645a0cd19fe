"""Slows down guessing of passwords: so many failures per account and per address, then wait."""

from __future__ import annotations

from collections import OrderedDict, deque
from ipaddress import IPv6Address, IPv6Network

from rapport.clock import MINUTE, SECOND, Clock
from rapport.errors import Overloaded

WINDOW = 15 * MINUTE
# An address may be shared by an office, an account is one person.
PER_ACCOUNT, PER_ADDRESS = 8, 40
MOST_REMEMBERED = 10_000
LONGEST_NAME = 254  # of an e-mail address


class Attempts:
    """Failed logins in memory; bounded. Not thread-safe: used on the event loop only."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failed: OrderedDict[str, deque[int]] = OrderedDict()

    def begin(self, account: str, address: str) -> None:
        """Count an attempt, until `succeeded` says otherwise: so a thousand at once get no further
        than one after another. Raises `Overloaded` with `retry_after` seconds when there were too
        many failures.

        `account` is "" where none is named, as with a login link: then only the address counts.
        Else a stranger with a few made-up tokens would close that door to everybody.
        """
        for name, limit in self._limits(account, address):
            times = self._recent(name)
            if len(times) >= limit:
                wait = (times[0] + WINDOW - self._clock.now()) // SECOND + 1
                error = Overloaded(
                    "too many failed attempts",
                    hint=f"wait {wait} seconds, or sign in with `rapport login`",
                    code="too_many_attempts",
                )
                error.retry_after = int(wait)
                raise error

        for name, _ in self._limits(account, address):
            self._failed.setdefault(name, deque()).append(self._clock.now())
            self._failed.move_to_end(name)
        while len(self._failed) > MOST_REMEMBERED:
            self._failed.popitem(last=False)

    def succeeded(self, account: str, address: str) -> None:
        """The account's failures are forgotten, the address's stay, without this attempt."""
        (here, _), *named = self._limits(account, address)
        if times := self._failed.get(here):
            times.pop()
        for name, _ in named:
            self._failed.pop(name, None)

    def _limits(self, account: str, address: str) -> list[tuple[str, int]]:
        limits = [(f"address {_neighbourhood(address)}", PER_ADDRESS)]
        if account:
            limits.append((f"account {account.lower()[:LONGEST_NAME]}", PER_ACCOUNT))
        return limits

    def _recent(self, name: str) -> deque[int]:
        times = self._failed.get(name, deque())
        while times and times[0] <= self._clock.now() - WINDOW:
            times.popleft()
        return times


def _neighbourhood(address: str) -> str:
    """Whose failures are counted together: whoever has one IPv6 address has 2⁶⁴ of them.

    >>> _neighbourhood("2001:db8::5"), _neighbourhood("192.0.2.1"), _neighbourhood("::ffff:1.2.3.4")
    ('2001:db8::/64', '192.0.2.1', '1.2.3.4')
    """
    try:
        mapped = IPv6Address(address).ipv4_mapped
        return str(mapped or IPv6Network((address, 64), strict=False))
    except ValueError:
        return address
