from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rapport.errors import Malformed
from rapport.insights.kernels.credits import RULES, Rule
from rapport.insights.value import attribution
from tests.insights.value.planting import DAY, NOW, Planted, order

EVENTS = {"Email Clicked": "email", "SMS Clicked": "sms", "Ad Clicked": "ads"}
Touch = tuple[int, int, str]  # person, at, channel
Placed = tuple[int, int, float]  # person, at, revenue


def oracle(orders: list[Placed], touches: list[Touch], rule: Rule) -> dict[str, float]:
    """Revenue by channel, by the meaning of each rule, order by order."""
    found: dict[str, float] = {}
    for person, at, revenue in orders:
        mine = sorted((t, c) for p, t, c in touches if p == person and at - 30 * DAY <= t <= at)
        weights = [1.0] * len(mine)
        if rule == "first":
            weights = [float(n == 0) for n in range(len(mine))]
        elif rule == "last":
            weights = [float(n == len(mine) - 1) for n in range(len(mine))]
        elif rule == "time_decay":
            weights = [0.5 ** ((at - t) / DAY / 7) for t, _ in mine]
        elif rule == "position" and len(mine) > 2:
            middle = 0.2 / (len(mine) - 2)
            weights = [0.4, *[middle] * (len(mine) - 2), 0.4]
        for (_, channel), weight in zip(mine, weights, strict=True):
            found[channel] = found.get(channel, 0) + revenue * weight / sum(weights)
        if not mine:
            found["unattributed"] = found.get("unattributed", 0) + revenue
    return {channel: value for channel, value in found.items() if value}


@pytest.mark.parametrize("rule", RULES)
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_shares_are_those_of_the_oracle_and_sum_to_the_orders(
    planted: Planted, rule: Rule, data: st.DataObject
) -> None:
    days = st.integers(1, 70)
    people = st.integers(1, 3)
    placed = data.draw(st.lists(st.tuples(people, days), max_size=8))
    came = data.draw(
        st.lists(st.tuples(people, days, st.sampled_from(sorted(EVENTS))), max_size=14)
    )
    # At one instant the order of channels decides, which is not what this test is about.
    came = list({(p, d): (p, d, e) for p, d, e in came}.values())
    planted.warehouse._transaction(lambda connection: connection.execute("DELETE FROM events"))
    orders = [(p, NOW - d * DAY, 10.0 + n) for n, (p, d) in enumerate(placed)]
    planted.load([order(p, at, revenue) for p, at, revenue in orders])
    planted.load([(p, NOW - d * DAY, event, {}) for p, d, event in came])
    found = attribution.attribute(planted.history(), rule)
    expected = oracle(orders, [(p, NOW - d * DAY, EVENTS[e]) for p, d, e in came], rule)
    told = {name: credit.revenue for name, credit in found.channels.items()}
    if found.unattributed.orders:
        told["unattributed"] = found.unattributed.revenue
    assert told == pytest.approx(expected, abs=0.02)
    credited = sum(c.orders for c in found.channels.values()) + found.unattributed.orders
    assert credited == pytest.approx(len(orders), abs=1e-4)


def test_what_was_only_sent_earns_nothing(planted: Planted) -> None:
    planted.load([(1, NOW - 2 * DAY, "Email Sent", {}), order(1, NOW - DAY, 50)])
    found = attribution.attribute(planted.history(), "last")
    assert found.channels == {}
    assert found.unattributed == attribution.Credit(1.0, 50.0)


def test_orders_of_a_time(planted: Planted) -> None:
    planted.load([order(1, NOW - n * DAY, 10) for n in range(1, 6)])
    found = attribution.attribute(planted.history(), "first", start=NOW - 3 * DAY, end=NOW - DAY)
    assert found.orders == 2


def test_an_unknown_rule_is_refused(planted: Planted) -> None:
    with pytest.raises(Malformed, match="no rule"):
        attribution.attribute(planted.history(), "best")  # type: ignore[arg-type]
