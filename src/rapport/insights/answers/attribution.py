"""Attribution: the answer, the people behind a number, and what one person's conversions owe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Literal, NamedTuple

import msgspec
import numpy as np

from rapport.clock import to_iso
from rapport.insights.answers.takings import number
from rapport.insights.ground import Ground
from rapport.insights.kernels import attribution as kernel
from rapport.insights.kernels.credits import FINE, WHOLE, Credits, TooMany, Way, parts
from rapport.insights.kernels.revenue import Layout
from rapport.insights.oracles import attribution as oracle
from rapport.insights.oracles.attribution import Journey
from rapport.insights.oracles.matched import Matched, matched
from rapport.insights.rows import Bools, Ints
from rapport.insights.specs.attribution import Attribution, amount_of
from rapport.insights.specs.scope import span
from rapport.insights.sql import attribution as plans
from rapport.insights.sql.attribution import Credit, Found


class Cell(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`credited`: people with a conversion of which `value` got a share; `assisted`: of which it
    was a touch, with or without a share; `unattributed`: with one that nothing came before."""

    of: Literal["converted", "credited", "assisted", "unattributed"] = "converted"
    value: str | None = None


class _Read(NamedTuple):
    chunks: Iterator[kernel.Found]
    names: list[str]  # what may get credit
    sizes: list[int]  # millionths, by the number of an amount
    currencies: list[str | None]  # by `Money.currency`


def answer(question: Attribution, ground: Ground) -> dict[str, Any]:
    start, end = span(question, ground.now)
    found = _rounded(_found(question, ground, (start, end)))
    conversions = found.whole.share // WHOLE
    told = {
        "kind": "attribution",
        "from": to_iso(start),
        "to": to_iso(end),
        "rule": question.rule,
        "conversions": conversions,
        "people": found.whole.people,
        "amounts": _amounts(found.whole),
        "touches": [
            {"value": each.name, **_row(each, conversions, assisted=each.assisted)}
            for each in found.touches
        ],
        "unattributed": _row(found.alone, conversions),
    }
    if found.names > question.limit:
        told["hidden"] = found.names - question.limit
    return told


def _found(question: Attribution, ground: Ground, scope: tuple[int, int]) -> Found:
    if ground.engine is None:
        with suppress(TooMany):
            return _in_arrays(question, ground, scope)
        ground.watch.tell(0, 0)
    return plans.found(question, ground.sql, scope)


def _in_arrays(question: Attribution, ground: Ground, scope: tuple[int, int]) -> Found:
    read = _read(question, ground, *scope)
    sums = _Sums(question.way(), read.names, read.sizes, read.currencies)
    for chunk in read.chunks:
        sums.add(chunk)
    return sums.found(question.limit)


def _rounded(found: Found) -> Found:
    """In whole millionths, which add up as before: see the oracle."""
    rows = [found.whole, found.alone, *found.touches]
    shares = [*_fitting([each.share for each in rows])]
    names = found.whole.amounts
    amounts = {name: _fitting([each.amounts.get(name, 0) for each in rows]) for name in names}
    whole, alone, *touches = (
        each._replace(share=shares[n], amounts={name: amounts[name][n] for name in names})
        for n, each in enumerate(rows)
    )
    return found._replace(whole=whole, alone=alone, touches=touches)


def _fitting(sizes: list[int]) -> list[int]:
    """The whole and what is nobody's are of whole millionths already; behind them the touches."""
    return [*(each // FINE for each in sizes[:2]), *oracle.rounded(sizes[2:])]


def _row(credit: Credit, conversions: int, **more: int) -> dict[str, Any]:
    return {
        "conversions": number(credit.share),
        "share": round(credit.share / WHOLE / conversions, 6) if conversions else None,
        **more,
        "people": credit.people,
        "amounts": _amounts(credit),
    }


def _amounts(credit: Credit) -> list[dict[str, Any]]:
    known = sorted(credit.amounts.items(), key=lambda each: (each[0] is not None, each[0] or ""))
    return [{"currency": name, "amount": number(size)} for name, size in known if size]


def people(question: Attribution, ground: Ground, cell: Cell) -> Ints:
    """Profiles, ascending. A value that got nothing has nobody behind it."""
    scope = span(question, ground.now)
    if ground.engine is None:
        with suppress(TooMany):
            return _people_in_arrays(question, ground, scope, cell)
        ground.watch.tell(0, 0)
    return plans.people(question, ground.sql, scope, cell.of, cell.value)


def _people_in_arrays(
    question: Attribution, ground: Ground, scope: tuple[int, int], cell: Cell
) -> Ints:
    read = _read(question, ground, *scope)
    chosen = read.names.index(cell.value) if cell.value in read.names else -1
    found: list[Ints] = [np.zeros(0, np.int64)]
    for chunk in read.chunks:
        person = chunk.orders.person
        if cell.of == "converted":
            found.append(person)
        elif cell.of == "unattributed":
            found.append(person[_alone(chunk)])
        else:
            for each in chunk.credits:
                kept = chunk.names[each.touch] == chosen
                if cell.of == "credited":
                    kept &= _gets(each)
                found.append(person[each.order[kept]])
    return np.unique(np.concatenate(found))


def why(question: Attribution, ground: Ground, profile: int) -> dict[str, Any]:
    """Her conversions, and the touches before each with their shares."""
    start, end = span(question, ground.now)
    events = ground.events(profile)
    seen = matched(
        events,
        question.checked(),
        *(start - question.back(), end),
        now=ground.now,
        wanted=question.wanted(),
    )
    found = oracle.journeys(question, start, end, seen)
    return {"profile": f"p_{profile}", "conversions": [_shown(each) for each in found]}


def _shown(journey: Journey) -> dict[str, Any]:
    shares = oracle.rounded([touch.share for touch in journey.touches])
    paid = oracle.rounded([touch.part for touch in journey.touches])
    return {
        **_event(journey.event),
        "amount": number(journey.amount),
        "currency": journey.currency,
        "touches": [
            {
                **_event(touch.event),
                "value": touch.name,
                "share": share / WHOLE,
                "amount": number(part) if journey.amount is not None else None,
            }
            for touch, share, part in zip(journey.touches, shares, paid, strict=True)
        ],
    }


def _event(each: Matched) -> dict[str, Any]:
    named = {"event": each.event.event, "message_id": each.event.message_id} if each.event else {}
    return {"at": to_iso(each.at), **named}


def _read(question: Attribution, ground: Ground, start: int, end: int) -> _Read:
    wanted = question.wanted()
    low = start - question.back()
    pieces, held = ground.rows(
        question.checked(), low, end, segment=question.segment, wanted=wanted
    )
    by, first = bool(question.by), bool(question.by) + bool(question.order_id)
    places = range(first, first + len(question.value))
    sizes = [[amount_of(text) for text in held.texts[place]] for place in places]
    layout = Layout(
        order_id=int(by) if question.order_id else None,
        amounts=places,
        by=0 if by else None,
        numeric=[np.array([size is not None for size in each], np.bool_) for each in sizes],
        currency=len(wanted) - 1 if question.currency else None,
    )
    labels = list(dict.fromkeys(each.name for each in question.touches))
    numbers = [labels.index(each.name) for each in question.touches]
    way, back = question.way(), question.back()
    return _Read(
        pieces.each(lambda piece: kernel.found(piece, layout, numbers, way, back, start)),
        list(held.texts[0]) if by else labels,
        [size or 0 for each in sizes for size in each],
        [None, *(held.texts[-1] if question.currency else ())],
    )


def _alone(chunk: kernel.Found) -> Bools:
    """Which conversions nothing came before."""
    alone = np.ones(len(chunk.orders.person), np.bool_)
    for each in chunk.credits:
        alone[each.order] = False
    return alone


def _gets(found: Credits) -> Bools:
    """Which touches get anything of it."""
    gets: Bools = found.share > 0
    return gets if found.rest is None else gets | (found.rest > 0)


class _Sums:
    """What comes to each name, and behind the last to none, in parts of a millionth: these are
    Python's integers."""

    def __init__(
        self, way: Way, names: list[str], sizes: list[int], currencies: list[str | None]
    ) -> None:
        self._way, self._names, self._sizes, self._currencies = way, names, sizes, currencies
        count = len(names) + 1
        self._conversions = [0] * count
        self._assisted = np.zeros(count, np.int64)
        self._people = np.zeros(count, np.int64)
        self._amounts = [0] * (count * len(currencies))
        self._converted = np.zeros(2, np.int64)  # conversions, people

    def add(self, chunk: kernel.Found) -> None:
        person = chunk.orders.person
        sizes = kernel.sized(self._sizes, chunk.orders.amount)
        self._converted += (len(person), len(np.unique(person)))
        names = len(self._conversions)
        people: list[Ints] = []
        for each in chunk.credits:
            name = chunk.names[each.touch].astype(np.int64)
            self._credit(chunk, each, name, sizes)
            which = np.unique(each.order * names + name) % names
            self._assisted += np.bincount(which, minlength=names)
            kept = _gets(each)
            people.append(person[each.order[kept]].astype(np.int64) * names + name[kept])
        alone = np.flatnonzero(_alone(chunk))
        none = np.full(len(alone), names - 1)
        self._money(none, chunk.orders.currency[alone], sizes[alone], None)
        self._conversions[-1] += len(alone) * WHOLE * FINE
        people.append(person[alone].astype(np.int64) * names + names - 1)
        who = np.unique(np.concatenate(people)) % names
        self._people += np.bincount(who, minlength=names)

    def found(self, limit: int) -> Found:
        rows = [self._row(n, name) for n, name in enumerate(self._names) if self._assisted[n]]
        rows.sort(key=lambda row: (-row.share, -row.assisted, row.name))
        width = len(self._currencies)
        totals = [sum(self._amounts[n::width]) for n in range(width)]
        conversions, people = self._converted.tolist()
        amounts = dict(zip(self._currencies, totals, strict=True))
        whole = Credit(None, conversions * WHOLE * FINE, people, 0, amounts)
        return Found(whole, self._row(len(self._names), None), rows[:limit], len(rows))

    def _row(self, place: int, name: str | None) -> Credit:
        width = len(self._currencies)
        amounts = self._amounts[place * width : (place + 1) * width]
        return Credit(
            name,
            self._conversions[place],
            int(self._people[place]),
            int(self._assisted[place]),
            dict(zip(self._currencies, amounts, strict=True)),
        )

    def _credit(self, chunk: kernel.Found, each: Credits, name: Ints, sizes: Ints) -> None:
        _add(self._conversions, name, each.share, each.rest)
        paid = parts(self._way, each, sizes)
        self._money(name, chunk.orders.currency[each.order], *paid)

    def _money(self, name: Ints, currency: Ints, part: Ints, rest: Ints | None) -> None:
        _add(self._amounts, name * len(self._currencies) + currency, part, rest)


def _add(sums: list[int], place: Ints, part: Ints, rest: Ints | None) -> None:
    for told, unit in ((part, FINE), (rest, 1)):
        if told is not None:
            total = np.zeros(len(sums), told.dtype)
            np.add.at(total, place, told)
            for each in np.flatnonzero(total).tolist():
                sums[each] += int(total[each]) * unit
