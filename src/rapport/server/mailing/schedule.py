"""When a dashboard is sent, and to whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final, Literal

import msgspec

from rapport.audiences.language import instants, windows
from rapport.errors import Malformed

MOST_ADDRESSES: Final = 50
_MONTHS: Final = 12
_LONGEST: Final = {"day": 2, "week": 8, "month": 62}  # days until the next one, and more

Language = Literal["en", "zh-CN", "ar"]


class Schedule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At `hour` o'clock in `timezone`: each day, on a `weekday` (1 is Monday), or on a `day` of the
    month. An hour that a day leaves out, when clocks change, is the one after."""

    to: Annotated[list[str], msgspec.Meta(min_length=1, max_length=MOST_ADDRESSES)]
    every: Literal["day", "week", "month"] = "week"
    hour: Annotated[int, msgspec.Meta(ge=0, le=23)] = 8
    timezone: str = "UTC"
    weekday: Annotated[int, msgspec.Meta(ge=1, le=7)] = 1
    day: Annotated[int, msgspec.Meta(ge=1, le=28)] = 1
    language: Language = "en"


def checked(schedule: Schedule) -> Schedule:
    """With each address once, as it is written. Raises `Malformed`."""
    from email_validator import EmailNotValidError, validate_email

    if instants.zone_named(schedule.timezone) is None:
        raise Malformed(f"{schedule.timezone!r} is no IANA name of a time zone")
    found: dict[str, None] = {}
    for text in schedule.to:
        try:
            found[validate_email(text, check_deliverability=False).normalized] = None
        except EmailNotValidError:
            raise Malformed(f"{text[:80]!r} is no e-mail address") from None
    return msgspec.structs.replace(schedule, to=list(found))


def following(schedule: Schedule, after: int) -> int:
    """The first time behind `after`; both in µs UTC."""
    zone = instants.zone_named(schedule.timezone)
    if zone is None:
        raise ValueError(f"{schedule.timezone!r} was not checked")
    today = windows.local_time(after, zone).replace(minute=0, second=0, microsecond=0)
    for days in range(_LONGEST[schedule.every]):
        wall = (today + timedelta(days=days)).replace(hour=schedule.hour)
        fits = {
            "day": True,
            "week": wall.isoweekday() == schedule.weekday,
            "month": wall.day == schedule.day,
        }
        at = instants.at_wall(wall, zone)
        if fits[schedule.every] and at > after:
            return at
    raise ValueError("no time was found")  # a month has the days 1 to 28
