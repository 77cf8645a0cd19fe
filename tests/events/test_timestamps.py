"""The four stamps against a plain oracle."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.clock import DAY, HOUR, MINUTE, SECOND, from_datetime
from rapport.config import Settings
from rapport.events.model import ANCIENT, FUTURE, SKEWED
from rapport.events.timestamps import EARLIEST, LATEST, Limits, correct, parse

LIMITS = Limits.of(Settings())
AT = 1_795_304_208_665_000

instants = st.integers(EARLIEST, LATEST)
zones = st.integers(-840, 840).map(lambda m: timezone(timedelta(minutes=m)))


@given(
    st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=zones),  # noqa: DTZ001 - bounds
    st.sampled_from(["T", " "]),
)
def test_iso_text_is_read_exactly(moment: datetime, separator: str) -> None:
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    assert parse(moment.isoformat(separator)) == delta // timedelta(microseconds=1)


@given(
    st.none() | instants,
    st.none() | instants,
    st.integers(1_500_000_000 * SECOND, 4_000_000_000 * SECOND),
)
def test_formula(original: int | None, sent: int | None, received: int) -> None:
    timestamp, flags = correct(original, sent, received, LIMITS)
    exact = received if original is None else original
    if original is not None and sent is not None:
        exact = received - (sent - original)
    assert bool(flags & FUTURE) == (exact > received + 24 * HOUR)
    assert bool(flags & ANCIENT) == (exact < received - 3650 * DAY)
    skewed = original is not None and sent is not None and abs(received - sent) > MINUTE
    assert bool(flags & SKEWED) == skewed
    if flags & FUTURE:
        assert timestamp == received
    else:
        assert timestamp == max(exact, EARLIEST)
    assert EARLIEST <= timestamp <= LATEST


@given(st.integers(1_000_000_000, 4_000_000_000), st.integers(0, 999_999))
def test_numbers_are_read_by_magnitude(seconds: int, micros: int) -> None:
    exact = seconds * SECOND + micros
    assert parse(seconds) == seconds * SECOND
    assert parse(exact // 1000) == exact // 1000 * 1000
    assert parse(str(exact // 1000)) == exact // 1000 * 1000
    assert parse(exact) == exact
    assert parse(exact * 1000) == exact
    assert abs(Fraction(parse(exact / 1e6) or 0) - exact) <= 1


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T23:36:48.665Z",
        "2026-11-21T23:36:48.665000+00:00",
        "2026-11-22T05:06:48.665+0530",
        "2026-11-21 23:36:48.665 UTC",
        " 2026-11-21T23:36:48.665 ",
        "1795304208665",
        "20261121T233648.665Z",
    ],
)
def test_common_forms(text: str) -> None:
    assert parse(text) == AT


@pytest.mark.parametrize(
    "text",
    [
        "Sat, 21 Nov 2026 23:36:48 GMT",
        "Sat Nov 21 2026 23:36:48 GMT+0000 (Coordinated Universal Time)",
        "Sun Nov 22 2026 05:06:48 GMT+0530 (India Standard Time)",
        "2026-11-21T23:36:48",
        1_795_304_208,
    ],
)
def test_common_forms_in_seconds(text: str | int) -> None:
    assert parse(text) == AT - 665_000


def test_digits_are_a_date_only_when_there_are_eight() -> None:
    assert parse("20261121") == parse("2026-11-21")
    assert parse("2794061570000") == 2_794_061_570 * SECOND


def test_leap_second() -> None:
    assert parse("2016-12-31T23:59:60Z") == from_datetime(datetime(2016, 12, 31, 23, 59, 59))  # noqa: DTZ001 - taken as UTC


@pytest.mark.parametrize(
    "value",
    [None, "", "yesterday", "2026-13-01", True, {}, [], 10**30, -(10**30), float("inf"), "9" * 400,
     "0001-01-01T00:00:00+14:00"],
)  # fmt: skip
def test_unreadable(value: object) -> None:
    assert parse(value) is None


@given(st.text() | st.integers() | st.floats(allow_nan=True) | st.booleans() | st.none())
def test_never_raises_and_stays_in_range(value: object) -> None:
    found = parse(value)
    assert found is None or EARLIEST <= found <= LATEST
