"""What a funnel means. A chain is one event a step; events are taken in order (`Matched.order`),
each for one step only, and every later step of a chain comes later in that order.

She reached step k if there is a chain of k events: its first step lies in start <= t < end, its
last at most `window` after its first, and nothing excluded lies, at an instant of its own, between.
The chain that counts is the first to get as far as she got; of those the one that began last, and
each of its steps is the first event that led on (the last, where something could come between).
With a `grace`, later is: not so long before, or longer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from rapport.insights.oracles.matched import Matched
from rapport.insights.specs.funnel import Plan

Chain = tuple[Matched, ...]
Note = Callable[[Matched, int, str], None]  # event, step, what became of it


class Outcome(NamedTuple):
    """Of one person who took the first step; `value` of the breakdown."""

    chain: Chain
    value: str | None

    @property
    def at(self) -> tuple[int, ...]:
        return tuple(each.at for each in self.chain)


def outcome(plan: Plan, events: Iterable[Matched], note: Note | None = None) -> Outcome | None:
    """`events` of one person in order; values: the held ones, then the breakdown's."""
    events = list(events)
    best: Chain = ()
    for lane in _lanes(plan, events):
        follow = _any_order if plan.order == "any" else _with_grace if plan.grace else _in_order
        chain = follow(plan, lane, note or _silent)
        if _rank(chain) > _rank(best):
            best = chain
    return Outcome(best, _value(plan, events, best)) if best else None


def chains(plan: Plan, events: Iterable[Matched]) -> list[Outcome]:
    """All chains of one person that count as such: the first begins at her first first step, each
    next one at the first behind the end of the one before."""
    events = list(events)
    found = []
    for lane in _lanes(plan, events):
        place = 0
        while place < len(lane):
            first = lane[place]
            place += 1
            if not first.match & 1 or not plan.start <= first.at < plan.end:
                continue
            chain, after = _greedy(plan, lane, place - 1)
            found.append(Outcome(chain, _value(plan, events, chain)))
            place = after
    return found


def _greedy(plan: Plan, lane: Sequence[Matched], start: int) -> tuple[Chain, int]:
    """The chain that begins there, each step the first that leads on; and where it has ended."""
    chain: Chain = (lane[start],)
    place = start + 1
    while len(chain) < plan.steps:
        if place == len(lane) or lane[place].at - chain[0].at > plan.window:
            return chain, place
        if lane[place].match >> len(chain) & 1:
            chain = (*chain, lane[place])
        place += 1
    return chain, place


def _rank(chain: Chain) -> tuple[int, int]:
    return len(chain), -chain[-1].at if chain else 0


def _lanes(plan: Plan, events: list[Matched]) -> list[list[Matched]]:
    """Events by their held values; without all of them an event is of no use."""
    held = len(plan.hold)
    keys = {each.values[:held] for each in events if None not in each.values[:held]}
    return [
        [each for each in events if each.values[:held] == key]
        for key in sorted(keys, key=lambda texts: [str(text) for text in texts])
    ]


def _in_order(plan: Plan, events: Sequence[Matched], note: Note) -> Chain:
    chains: list[Chain] = [()] * plan.steps  # by the last step reached, the newest
    best: Chain = ()
    for event in events:
        for step in range(plan.steps - 1, -1, -1):
            if not event.match >> step & 1:
                continue
            chain = _led_on(plan, events, chains, event, step, note)
            if not chain:
                continue
            if chain[0] is not (chains[step] or (None,))[0] or _kept_latest(plan, step):
                chains[step] = chain
            if len(chain) > len(best):
                best = chain
    return best


def _led_on(
    plan: Plan,
    events: Sequence[Matched],
    chains: list[Chain],
    event: Matched,
    step: int,
    note: Note,
) -> Chain:
    """The chain that `event` makes as `step`, or nothing."""
    if step == 0:
        if not plan.start <= event.at < plan.end:
            note(event, step, "lies outside of from and to")
            return ()
        if plan.first_only and chains[0]:
            note(event, step, "only the first one counts")
            return ()
        note(event, step, "begins a chain")
        return (event,)
    before = chains[step - 1]
    if not before:
        note(event, step, "comes before the step before it")
    elif event.at - before[0].at > plan.window:
        note(event, step, "comes after the window has ended")
    elif _blocked(plan, events, before[-1].at, event.at, step):
        note(event, step, "something that may not lie between came between")
    else:
        note(event, step, "leads on")
        return (*before, event)
    return ()


def _blocked(plan: Plan, events: Sequence[Matched], after: int, before: int, step: int) -> bool:
    bits = sum(1 << gap.bit for gap in plan.gaps if gap.after < step <= gap.before)
    strict = plan.order == "strict"
    return any(after < each.at < before and (strict or each.match & bits) for each in events)


def _kept_latest(plan: Plan, step: int) -> bool:
    return plan.order == "strict" or any(gap.after <= step < gap.before for gap in plan.gaps)


def _with_grace(plan: Plan, events: Sequence[Matched], note: Note) -> Chain:
    """Each step less than `grace` before the one before it, or later; an event counts for the
    first step that it matches. Of the chains that it leads on a step takes the newest, of equally
    new ones the first."""
    levels: list[list[Chain]] = []
    for step in range(plan.steps):
        levels.append([])
        for event in events:
            if (event.match & -event.match) != 1 << step:
                continue
            before = levels[max(step - 1, 0)]
            ready = [c for c in before if not step or c[-1].at - event.at < plan.grace]
            newest = max(ready, key=lambda chain: events.index(chain[0]), default=())
            chain = _led_on(plan, events, [newest] * plan.steps, event, step, note)
            if chain:
                levels[step].append(chain)
    return next((level[0] for level in reversed(levels) if level), ())


def _any_order(plan: Plan, events: Sequence[Matched], note: Note) -> Chain:
    """Most steps within one window; an event counts for the first step that it matches."""
    inside = [each for each in events if plan.start <= each.at < plan.end]
    if plan.first_only and inside:
        inside = [each for each in inside if each.at - inside[0].at <= plan.window]
    best: Chain = ()
    for place, end in enumerate(inside):
        latest = {}
        for each in inside[: place + 1]:
            if end.at - each.at <= plan.window:
                latest[each.match & -each.match] = each
        if len(latest) > len(best):
            best = tuple(each for each in inside if any(each is one for one in latest.values()))
            note(end, len(latest) - 1, "completes this many steps within a window")
    return best


def _value(plan: Plan, events: Sequence[Matched], chain: Chain) -> str | None:
    if plan.by is None:
        return None
    if plan.attribution == "step":
        return chain[plan.value_step].values[-1] if len(chain) > plan.value_step else None
    steps = (1 << plan.steps) - 1
    of_use = [each for each in events if each.match & steps and None not in each.values]
    if not of_use:
        return None
    return of_use[0 if plan.attribution == "first" else -1].values[-1]


def _silent(event: Matched, step: int, words: str) -> None:
    """For those who ask only for the outcome."""
