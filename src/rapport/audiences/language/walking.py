"""What a definition refers to, and every node of a condition with its name."""

from __future__ import annotations

from collections.abc import Iterator

from rapport.audiences.language import expressions
from rapport.audiences.language.known import Known
from rapport.audiences.language.model import (
    AllOf,
    AnyOf,
    Condition,
    Definition,
    Expression,
    InSegment,
    ModelOutput,
    Not,
    OfMembers,
    Segment,
    Trait,
)


def nodes(condition: Condition, at: str = "when") -> Iterator[tuple[str, Condition]]:
    """The node itself and all below it, each with its name as in errors of `reading`."""
    yield at, condition
    match condition:
        case AllOf(items):
            for place, item in enumerate(items):
                yield from nodes(item, f"{at}.all[{place}]")
        case AnyOf(items):
            for place, item in enumerate(items):
                yield from nodes(item, f"{at}.any[{place}]")
        case Not(item):
            yield from nodes(item, f"{at}.not")
        case OfMembers(_, are):
            yield from nodes(are, f"{at}.are")


def of_account(condition: Condition) -> Iterator[Condition]:
    """What a condition on accounts asks of the account itself: not what is inside of `members`."""
    match condition:
        case AllOf(items) | AnyOf(items):
            for item in items:
                yield from of_account(item)
        case Not(item):
            yield from of_account(item)
        case _:
            yield condition


def references(one: Definition, known: Known) -> Iterator[tuple[str, Definition]]:
    """Known segments and computed traits that it looks at, each with the name of the node."""
    if isinstance(one, Segment):
        for at, node in nodes(one.when):
            if isinstance(node, InSegment) and (segment := known.segments.get(node.key)):
                yield f"{at}.segment", segment
            elif isinstance(node, Trait) and (trait := known.traits.get(node.path)):
                yield f"{at}.trait", trait
    elif isinstance(one.trait, Expression):
        for name in sorted(expressions.parse(one.trait.text).names):
            if used := known.traits.get(name):
                yield "trait.expression", used
    elif isinstance(one.trait, ModelOutput) and (seed := known.segments.get(one.trait.seed)):
        yield "trait.seed_segment", seed


def in_order(wanted: list[Definition], known: Known) -> list[Definition]:
    """The wanted ones and all that they look at, each after what it looks at."""
    found: dict[Definition, None] = {}

    def add(one: Definition) -> None:
        if one not in found:
            for _, used in references(one, known):
                add(used)
            found[one] = None

    for one in wanted:
        add(one)
    return list(found)
