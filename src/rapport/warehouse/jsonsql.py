"""What a JSON value means in SQL, said once for all engines.

Engines write numbers back in ways of their own (1.50 as 1.5, 1e2 as 100.0 or 100), so a text that
was sent as a number is made canonical here:
 - missing: absent or null. Objects and arrays exist, but have neither a text nor a number;
 - text: a string as it is; `true` or `false`; an integer in its digits; any other number as decimal
   of six places, half away from zero, without trailing zeros (1.50 → 1.5, 1e2 → 100);
 - number: what `NUMBER` matches in the text, as DECIMAL(38,6), half away from zero; else nothing;
 - instant: ISO 8601 (a date alone is midnight, without a zone UTC is meant), or a number: seconds
   below `MILLIS_FROM`, milliseconds from there on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from rapport.warehouse.sqlbuild import E, binary, call, choose, equals, integer, one_of, substring

if TYPE_CHECKING:
    from rapport.warehouse.dialect import Dialect

NUMBER = "[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,3})?"
_AS_IT_IS = "0|-?[1-9][0-9]*|true|false"
_DATE = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_CLOCK = "[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?"
_ZONE = "Z|[+-]([01][0-9]|2[0-3]):?[0-5][0-9]"
ISO = f"{_DATE}({_CLOCK}({_ZONE})?)?"
MILLIS_FROM = 100_000_000_000  # as seconds this is the year 5138, as milliseconds 1973
_MILLIS_BELOW = 253_402_300_800_000  # the year 10000
_MICROS = 1_000_000


def text(dialect: Dialect, value: E) -> E:
    """The text of the JSON value `value`, NULL unless it is a scalar."""

    def said(raw: E) -> E:
        first = substring(raw, 1, 1)
        return choose(
            (equals(first, '"'), dialect.json_scalar(value)),
            (one_of(first, ["{", "[", "n"]), exp.null()),
            (dialect.matches(raw, _AS_IT_IS), raw),
            default=dialect.plain_text(dialect.number(raw)),
        )

    return dialect.once(dialect.json_raw(value), said)


def number(dialect: Dialect, value: E) -> E:
    """The number of the JSON value `value`, NULL unless its text is one."""
    return dialect.once(dialect.json_scalar(value), dialect.number)


def micros(dialect: Dialect, value: E) -> E:
    """The instant of the JSON value `value` in µs since 1970 UTC, NULL unless it names one."""

    def named(said: E) -> E:
        amount = dialect.number(said)
        size = call("abs", amount)
        scale = choose(
            (binary(exp.LT, size, MILLIS_FROM), integer(_MICROS)), default=integer(1_000)
        )
        whole = dialect.cast(dialect.floor(binary(exp.Mul, amount, scale)), "integer")
        return choose(
            (dialect.matches(said, ISO), dialect.iso_micros(said)),
            (binary(exp.LT, size, _MILLIS_BELOW), whole),
        )

    return dialect.once(dialect.json_scalar(value), named)


def iso_micros(dialect: Dialect, said: E) -> E:
    """µs since 1970 UTC of a text that `ISO` matches, NULL for a day that no month has.

    In whole numbers, since engines disagree about which texts are times.
    """
    year, month, day = (_part(dialect, said, *at) for at in ((1, 4), (6, 2), (9, 2)))
    clock = [_optional(dialect, said, *at) for at in ((12, 2), (15, 2), (18, 2))]
    seconds = clock[2]
    # A zone without seconds before it stands where the seconds would.
    has_seconds = equals(substring(said, 17, 1), ":")
    seconds = choose((has_seconds, seconds), default=integer(0))
    days = _days(dialect, year, month, day)
    whole = _sum(
        binary(exp.Mul, days, 86_400),
        binary(exp.Mul, clock[0], 3_600),
        binary(exp.Mul, clock[1], 60),
        seconds,
        exp.Neg(this=_offset(dialect, said)),
    )
    total = _sum(binary(exp.Mul, whole, _MICROS), _fraction(dialect, said))
    there_is = binary(exp.LTE, day, _length(dialect, year, month))
    return choose((there_is, dialect.cast(total, "integer")))


def _part(dialect: Dialect, said: E, start: int, length: int) -> E:
    return dialect.integer_of(substring(said, start, length))


def _optional(dialect: Dialect, said: E, start: int, length: int) -> E:
    part = substring(said, start, length)
    return choose((dialect.matches(part, "[0-9]+"), dialect.integer_of(part)), default=integer(0))


def _days(dialect: Dialect, year: E, month: E, day: E) -> E:
    """Days since 1970-01-01 in the Gregorian calendar, the year beginning in March."""
    early = binary(exp.LTE, month, 2)
    years = choose((early, binary(exp.Sub, year, 1)), default=year)
    months = choose((early, binary(exp.Add, month, 9)), default=binary(exp.Sub, month, 3))
    of_year = dialect.int_div(_sum(binary(exp.Mul, months, 153), integer(2)), 5)
    return _sum(
        binary(exp.Mul, years, 365),
        dialect.int_div(years, 4),
        exp.Neg(this=dialect.int_div(years, 100)),
        dialect.int_div(years, 400),
        of_year,
        day,
        integer(-719_469),
    )


def _length(dialect: Dialect, year: E, month: E) -> E:
    def divides(by: int) -> E:
        return equals(binary(exp.Mul, dialect.int_div(year, by), by), year)

    leap = exp.or_(exp.and_(divides(4), exp.not_(divides(100))), divides(400))
    february = choose((leap, integer(29)), default=integer(28))
    short = exp.In(this=month.copy(), expressions=[integer(n) for n in (4, 6, 9, 11)])
    return choose((equals(month, 2), february), (short, integer(30)), default=integer(31))


def _fraction(dialect: Dialect, said: E) -> E:
    digits = dialect.extract(said, "[.]([0-9]+)")
    padded = substring(dialect.concat(digits, "000000"), 1, 6)
    found = dialect.matches(digits, "[0-9]+")
    return choose((found, dialect.integer_of(padded)), default=integer(0))


def _offset(dialect: Dialect, said: E) -> E:
    """Seconds by which the clock of the text is ahead of UTC."""
    zone = dialect.extract(said, ":[0-9.:]+([+-][0-9]{2}:?[0-9]{2})$")
    hours = dialect.integer_of(substring(zone, 2, 2))
    minutes = dialect.integer_of(dialect.extract(zone, "([0-9]{2})$"))
    ahead = _sum(binary(exp.Mul, hours, 3_600), binary(exp.Mul, minutes, 60))
    return choose(
        (equals(substring(zone, 1, 1), "+"), ahead),
        (equals(substring(zone, 1, 1), "-"), exp.Neg(this=exp.paren(ahead))),
        default=integer(0),
    )


def _sum(*parts: E) -> E:
    total = parts[0]
    for part in parts[1:]:
        total = binary(exp.Add, total, part)
    return total
