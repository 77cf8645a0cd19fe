"""examples/segments/shop.yaml: Sarah and Neha are where they belong, for the oracle and for SQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rapport.audiences.language import checks, definitions
from rapport.audiences.language.known import Known
from rapport.audiences.language.model import Segment
from rapport.audiences.meaning import oracle
from rapport.audiences.meaning.person import Happening, Person
from rapport.clock import DAY, HOUR
from tests.audiences import engine
from tests.audiences.strategies import ANCHORS, People, Sent

EXAMPLE = Path(__file__).parents[2] / "examples" / "segments" / "shop.yaml"
NOW = ANCHORS[3]
SARAH, NEHA = 1, 2


def sent(node: int, event: str, ago: int, **properties: Any) -> Sent:
    context = {"consent": {"categoryPreferences": {"phone": node == NEHA}}}
    return Sent(
        node,
        Happening(
            timestamp=NOW - ago,
            message_id=f"{node}-{event}-{ago}",
            event=event,
            properties=properties,
            context=context,
        ),
    )


def order(node: int, ago: int, category: str, discount: int) -> Sent:
    products = [{"category": category}]
    return sent(node, "Order Completed", ago, products=products, discount=discount)


HISTORY = [
    order(SARAH, 100 * DAY, "fitness", 0),
    sent(SARAH, "Refund Requested", 3 * DAY, order_id="o1"),
    order(NEHA, 400 * DAY, "kitchen", 0),
    *(order(NEHA, (7 * n + 1) * DAY, "jewellery", (n + 1) % 2) for n in range(5)),
    order(NEHA, 44 * DAY, "jewellery", 5),
    *(sent(NEHA, "Product Viewed", n * DAY, category="jewellery") for n in range(1, 5)),
    sent(NEHA, "Product Viewed", 5 * DAY, category="kitchen"),
    sent(NEHA, "Product Added", 2 * HOUR, price=19.9),
]
EXPECTED = {
    SARAH: {"do_not_phone", "refund_without_answer", "leaving"},
    NEHA: {"jewellery_bargains", "abandoned_cart"},
}


def test_sarah_and_neha_are_where_they_belong() -> None:
    wanted = definitions.from_yaml(EXAMPLE.read_text("utf-8"))
    known = Known.of(wanted)
    checks.check(known)
    people = People({SARAH: SARAH, NEHA: NEHA}, {}, {})
    connection = engine.connection()
    engine.fill(connection, HISTORY, people)
    found = engine.answers(connection, wanted, known, NOW)
    connection.close()
    for person in people.persons(HISTORY):
        members = {key for key in known.segments if _holds(key, person, known)}
        assert members == EXPECTED[person.profile]
        assert {key for key in known.segments if found[person.profile][key]} == members


def test_a_reason_names_the_events() -> None:
    known = Known.of(definitions.from_yaml(EXAMPLE.read_text("utf-8")))
    sarah = People({SARAH: SARAH, NEHA: NEHA}, {}, {}).persons(HISTORY)[0]
    waits = oracle.explain(known.segments["refund_without_answer"].when, sarah, NOW, known)
    assert waits.witnesses == (f"1-Refund Requested-{3 * DAY}",)
    leaving = oracle.explain(known.segments["leaving"].when, sarah, NOW, known)
    assert [part.holds for part in leaving.parts] == [True, True, True]
    assert leaving.parts[0].witnesses == (f"1-Order Completed-{100 * DAY}",)


def _holds(key: str, person: Person, known: Known) -> bool:
    segment = known.segments[key]
    assert isinstance(segment, Segment)
    return oracle.holds(segment.when, person, NOW, known)
