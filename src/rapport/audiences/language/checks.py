"""What `reading` cannot see in one definition: references, circles, people and accounts."""

from __future__ import annotations

from rapport.audiences.language import instants
from rapport.audiences.language.known import Known
from rapport.audiences.language.model import (
    AllOf,
    AnyOf,
    Condition,
    Definition,
    Did,
    InSegment,
    ModelOutput,
    Not,
    OfMembers,
    Percent,
    Segment,
    Span,
    Trait,
)
from rapport.audiences.language.operands import refuse
from rapport.audiences.language.walking import nodes, references
from rapport.clock import DAY

_OF_BOTH = (AllOf, AnyOf, Not, Trait, InSegment, Percent, Did)


def check(known: Known) -> None:
    """Raise `Malformed` at the first definition that cannot be evaluated among the others."""
    for key in sorted(known.segments.keys() & known.traits.keys()):
        raise refuse(key, "is the key of a segment and of a trait: one of them needs another")
    everything: list[Definition] = [*known.segments.values(), *known.traits.values()]
    for one in everything:
        _check_one(one, known)
    _check_circles(everything, known)


def check_spans(one: Definition) -> None:
    """Raise `Malformed` at a span that holds no instant. Only of what is new: `reading` takes them,
    since they were defined before they were refused."""
    if isinstance(one, Segment):
        for at, node in nodes(one.when):
            _check_span(getattr(node, "during", None), f"{one.key}: {at}.during")
    else:
        _check_span(getattr(one.trait, "during", None), f"{one.key}: trait.during")


def _check_span(window: object, at: str) -> None:
    if not isinstance(window, Span) or not window.start or not window.end:
        return
    start, end = instants.parse(window.start), instants.parse(window.end)
    # Of one alone that names no zone it is known whose only later; zones lie up to a day apart.
    alike = instants.has_offset(window.start) == instants.has_offset(window.end)
    if start is not None and end is not None and start >= end + (0 if alike else DAY):
        raise refuse(at, f"is empty: {window.start} is not before {window.end}")


def _check_one(one: Definition, known: Known) -> None:
    if isinstance(one, Segment):
        _check_node(one.when, f"{one.key}: when", one.of, known)
    elif isinstance(one.trait, ModelOutput) and one.trait.seed:
        _check_reference(one.trait.seed, f"{one.key}: trait.seed_segment", "people", known)


def _check_node(node: Condition, at: str, of: str, known: Known) -> None:
    if of == "accounts" and not isinstance(node, (*_OF_BOTH, OfMembers)):
        hint = 'say it of its members: {"members": "any", "are": {...}}'
        raise refuse(at, "is no condition on accounts", hint=hint)
    match node:
        case AllOf(items) | AnyOf(items):
            word = "all" if isinstance(node, AllOf) else "any"
            for place, item in enumerate(items):
                _check_node(item, f"{at}.{word}[{place}]", of, known)
        case Not(item):
            _check_node(item, f"{at}.not", of, known)
        case OfMembers(_, are):
            if of == "people":
                raise refuse(at, "members are of accounts", hint="set of: accounts")
            _check_node(are, f"{at}.are", "people", known)
        case InSegment(key):
            _check_reference(key, f"{at}.segment", of, known)
        case Trait(path) if of == "accounts" and path in known.traits:
            raise refuse(f"{at}.trait", f"{path} is computed of people, not of accounts")


def _check_reference(key: str, at: str, of: str, known: Known) -> None:
    segment = known.segments.get(key)
    if segment is None:
        names = ", ".join(sorted(known.segments)[:20]) or "there are none"
        raise refuse(at, f"no segment {key!r}", hint=f"known segments: {names}")
    if segment.of != of:
        raise refuse(at, f"{key} is a segment of {segment.of}, not of {of}")


def _check_circles(everything: list[Definition], known: Known) -> None:
    done: set[Definition] = set()
    trail: list[Definition] = []

    def visit(one: Definition) -> None:
        if one in done:
            return
        if one in trail:
            circle = [each.key for each in [*trail[trail.index(one) :], one]]
            raise refuse(one.key, f"goes round in a circle: {' → '.join(circle)}")
        trail.append(one)
        for _, used in references(one, known):
            visit(used)
        done.add(trail.pop())

    for one in everything:
        visit(one)
