"""Tree → JSON, the opposite of `reading`: what was left to its default is left out."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from rapport.audiences.language.model import (
    ANY_EVENT,
    COUNT,
    ONE,
    Aggregate,
    AllOf,
    AnyOf,
    Between,
    Calendar,
    Computation,
    ComputedTrait,
    Condition,
    Consent,
    DaysSince,
    Definition,
    Did,
    Expression,
    Extreme,
    Filter,
    Identifier,
    InSegment,
    Last,
    Measure,
    ModelOutput,
    Not,
    OfAccounts,
    OfMembers,
    Operand,
    Percent,
    Rate,
    Segment,
    Selection,
    Sequence,
    Span,
    SqlQuery,
    Step,
    Trait,
    Window,
)

Object = dict[str, Any]


def condition(node: Condition) -> Object:
    """What `reading.condition` reads back as an equal tree."""
    match node:
        case AllOf(items):
            return {"all": [condition(each) for each in items]}
        case AnyOf(items):
            return {"any": [condition(each) for each in items]}
        case Not(item):
            return {"not": condition(item)}
        case Trait(path, op, value):
            return {"trait": path, **_compared(op, value)}
        case Identifier(kind, op, value):
            return {"identifier": kind, **_compared(op, value)}
        case InSegment(key):
            return {"segment": key}
        case Consent(purpose):
            return {"consent": purpose}
        case Percent(share, salt):
            return {"percent": scalar(share), "salt": salt}
        case OfAccounts(quantifier, where):
            return {"account": quantifier, **_where(where)}
        case OfMembers(quantifier, are):
            return {"members": quantifier, "are": condition(are)}
        case Did() | Extreme() | Sequence():
            return _of_events(node)


def definition(one: Definition) -> Object:
    written: Object = {"key": one.key, "name": one.name}
    if one.description:
        written["description"] = one.description
    if isinstance(one, ComputedTrait):
        return {**written, "trait": computation(one.trait)}
    if one.of != "people":
        written["of"] = one.of
    return {**written, "when": condition(one.when)}


def document(definitions: Iterable[Definition]) -> Object:
    """What `definitions.document` reads; both lists by key, so that files differ little."""
    ordered = sorted(definitions, key=lambda one: one.key)
    return {
        "segments": [definition(one) for one in ordered if isinstance(one, Segment)],
        "traits": [definition(one) for one in ordered if isinstance(one, ComputedTrait)],
    }


def computation(trait: Computation) -> Object:
    match trait:
        case Aggregate(kind, selection, path, during, session):
            return {
                **_selected(kind, selection),
                **({"path": path} if path else {}),
                **_during(during),
                **({"session": session} if session else {}),
            }
        case DaysSince(selection):
            return _selected("days_since", selection)
        case Rate(selection, per, during):
            return {"rate": _selected("count", selection), "per": per, **_during(during)}
        case Expression(text):
            return {"expression": text}
        case SqlQuery(text, every):
            return {"sql": text, "every": every}
        case ModelOutput(model, said, every, seed):
            written: Object = {"model": model}
            written |= {"trait": said} if said else {}
            written |= {"seed_segment": seed} if seed else {}
            return {**written, "every": every}


def scalar(value: str | Decimal) -> str | int | float | bool:
    """Text, number, or for the texts `true` and `false` the boolean that means the same."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return {"true": True, "false": False}.get(value, value)


def _of_events(node: Did | Extreme | Sequence) -> Object:
    match node:
        case Did(selection, during, measure, op, value):
            measured = {} if measure == COUNT else {"measure": _measure(measure)}
            compared = {} if (op, value) == ("gte", ONE) else {"op": op, "value": scalar(value)}
            return {**_selected("did", selection), **_during(during), **measured, **compared}
        case Extreme(which, selection, has, during):
            filters = [_filter(each) for each in has]
            return {**_selected(which, selection), **_during(during), "has": filters}
        case Sequence(steps, within, during):
            written: Object = {"sequence": [_step(each) for each in steps]}
            if within:
                written["within"] = within
            return {**written, **_during(during)}


def _step(step: Step) -> Object:
    written = _selected("did_not" if step.absent else "did", step.selection)
    if step.within:
        written["within"] = step.within
    if step.same:
        written["same"] = list(step.same)
    return written


def _measure(measure: Measure) -> str | Object:
    return {measure.kind: measure.path} if measure.path else measure.kind


def _selected(head: str, selection: Selection) -> Object:
    events = selection.events
    written: Object = {head: events[0] if len(events) == 1 else list(events)}
    if selection.type and (selection.type != "track" or ANY_EVENT in events):
        written["type"] = selection.type
    return {**written, **_where(selection.where)}


def _where(filters: tuple[Filter, ...]) -> Object:
    return {"where": [_filter(each) for each in filters]} if filters else {}


def _filter(one: Filter) -> Object:
    return {"path": one.path, **_compared(one.op, one.value)}


def _compared(op: str, value: Operand) -> Object:
    if value is None:
        return {"op": op}
    if isinstance(value, tuple):
        return {"op": op, "value": [scalar(each) for each in value]}
    # Operators on texts take texts only, also one that reads `true`.
    return {"op": op, "value": scalar(value) if op in _OF_ANYTHING else value}


def _during(during: Window | None) -> Object:
    match during:
        case None:
            return {}
        case Last(length):
            return {"during": {"last": length}}
        case Between(oldest, newest):
            return {"during": {"between": [oldest, newest]}}
        case Span(start, end):
            ends = {"from": start, "to": end}
            return {"during": {key: value for key, value in ends.items() if value}}
        case Calendar(unit, ago):
            return {"during": {"calendar": unit, **({"ago": ago} if ago else {})}}


_OF_ANYTHING = ("eq", "ne", "gt", "gte", "lt", "lte")
