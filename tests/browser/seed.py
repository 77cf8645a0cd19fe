"""A small, always equal shop for the console's tests and screenshots."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.conftest import RunningServer

Event = dict[str, Any]

SOURCES = [
    {"name": "Web shop", "kind": "web", "brand": "Fitness Forever", "region": "IN"},
    {"name": "Mobile app", "kind": "mobile", "brand": "Brands Bazaar", "region": "IN"},
    {"name": "Service desk", "kind": "crm", "brand": "Fitness Forever", "region": "IN"},
]
PEOPLE = [
    ("sarah", "Sarah Kapoor", "sarah@example.org", "Mumbai"),
    ("neha", "Neha Reddy", "neha@example.org", "Bangalore"),
    ("omar", "عمر حداد", "omar@example.org", "Dubai"),
    ("li", "李明", "li@example.org", "Shanghai"),
    *((f"u{n}", f"Customer {n}", f"u{n}@example.org", "Pune") for n in range(1, 37)),
]
PRODUCTS = [("Yoga mat", 29.9), ("Silver ring", 7.5), ("Kitchen knife", 18.0), ("Dumbbell", 42.0)]
BATCH = 100
VIEWED, ORDERED = {"event": "Product Viewed"}, {"event": "Order Completed"}
INSIGHTS = {
    "checkout": {"kind": "funnel", "steps": [VIEWED, ORDERED], "window": "7d"},
    "views": {"kind": "trends", "series": [VIEWED], "period": "day", "breakdown": "source"},
    "repeat": {"kind": "retention", "start": ORDERED, "return": ORDERED, "period": "week"},
}
PEOPLE_WHO, EACH = {**ORDERED, "measure": "people"}, {**ORDERED, "measure": "per_person"}
NORTH_STAR = {
    "kind": "north_star",
    "period": "day",
    "metric": {
        "name": "Orders",
        "series": [ORDERED],
        "combine": "product",
        "inputs": [
            {"name": "Buyers", "series": [PEOPLE_WHO]},
            {"name": "Orders of each", "series": [EACH]},
        ],
    },
}
DEFINITIONS = {
    "segments": [
        {
            "key": "buyers",
            "name": "Buyers",
            "description": "Two orders or more in a month.",
            "when": {
                "all": [
                    {"did": "Order Completed", "during": {"last": "30d"}, "op": "gte", "value": 2},
                    {"not": {"trait": "city", "op": "eq", "value": "Dubai"}},
                ]
            },
        },
        {
            "key": "asked_back",
            "name": "Asked for money back",
            "when": {"did": "Order Refunded", "during": {"last": "7d"}},
        },
    ],
    "traits": [
        {"key": "orders", "name": "Orders", "trait": {"count": "Order Completed"}},
        {
            "key": "spent",
            "name": "Spent in a month",
            "trait": {
                "sum": "Order Completed",
                "path": "properties.total",
                "during": {"last": "30d"},
            },
        },
    ],
}


def fill(server: RunningServer) -> None:
    """Sources, people, anonymous visits, two accounts, duplicates and events that are refused."""
    with server.api() as api:
        made = [api.post("/api/v1/sources", json=source).json() for source in SOURCES]
        for key, question in INSIGHTS.items():
            kept = {"key": key, "name": key.title(), "question": question}
            api.post("/api/v1/saved-insights", json=kept).raise_for_status()
        star = {"key": "north-star", "name": "Orders a day", "question": NORTH_STAR}
        api.post("/api/v1/saved-insights", json=star).raise_for_status()
        board = {"key": "shop", "name": "Shop", "cards": [{"insight": key} for key in INSIGHTS]}
        api.post("/api/v1/dashboards", json=board).raise_for_status()
        api.post("/api/v1/definitions", json=DEFINITIONS).raise_for_status()
    web, mobile, desk = (source["write_keys"][0]["key"] for source in made)
    dice, now = random.Random(7), datetime.now(UTC)
    events = [event for person in PEOPLE for event in _journey(person, dice, now)]
    _send(server, web, [event for event in events if event["messageId"].endswith("w")])
    _send(server, mobile, [event for event in events if event["messageId"].endswith("m")])
    _send(server, desk, _refused(now))
    _send(server, desk, _refunds(now))
    _send(server, web, events[:5])
    server.settle()


def _journey(person: tuple[str, str, str, str], dice: random.Random, now: datetime) -> list[Event]:
    """Visits before and after signing up, on one device, spread over two weeks."""
    user, name, email, city = person
    start = now - timedelta(days=dice.uniform(1, 14))
    side = dice.choice("wm")
    found: list[Event] = []

    def add(minutes: float, **event: Any) -> None:
        at = min(start + timedelta(minutes=minutes), now - timedelta(seconds=dice.randrange(3000)))
        stamp = {"timestamp": at.isoformat(), "messageId": f"{user}-{len(found)}{side}"}
        found.append({**stamp, "anonymousId": f"device-{user}", **event})

    for step in range(dice.randrange(2, 6)):
        page = {"path": "/shop", "url": "https://shop.example/shop", "title": "Shop"}
        add(step * 4, type="page", name="Shop", properties=page)
    add(25, type="identify", userId=user, traits={"name": name, "email": email, "city": city})
    if user in ("sarah", "omar"):
        add(26, type="group", userId=user, groupId="acme", traits={"name": "Acme Yoga Studios"})
    if user == "neha":
        add(26, type="group", userId=user, groupId="bazaar", traits={"name": "Bazaar Club"})
    for order in range(dice.randrange(1, 7)):
        product, price = dice.choice(PRODUCTS)
        said = {"product": product, "price": price, "currency": "USD"}
        add(40 + order * 900, type="track", userId=user, event="Product Viewed", properties=said)
        if dice.random() < 0.6:
            total = {"order_id": f"{user}-{order}", "total": price, "currency": "USD"}
            add(
                45 + order * 900,
                type="track",
                userId=user,
                event="Order Completed",
                properties=total,
            )
    return found


def _refused(now: datetime) -> list[Event]:
    at = now.isoformat()
    return [
        {"type": "track", "messageId": "bad-1", "timestamp": at, "userId": "sarah"},
        {"type": "track", "messageId": "bad-2", "timestamp": at, "event": "Order Completed"},
        {"type": "teleport", "messageId": "bad-3", "timestamp": at, "userId": "neha"},
        {"type": "identify", "messageId": "bad-4", "userId": "neha", "traits": "not an object"},
    ]


def _refunds(now: datetime) -> list[Event]:
    said = {"order_id": "sarah-0", "total": 30.5, "currency": "USD", "reason": "does not fit"}
    return [
        {
            "type": "track",
            "event": "Order Refunded",
            "userId": "sarah",
            "messageId": f"refund-{number}",
            "timestamp": (now - timedelta(minutes=number)).isoformat(),
            "properties": said,
        }
        for number in range(3)
    ]


def _send(server: RunningServer, key: str, events: list[Event]) -> None:
    with server.tracking() as tracking:
        for start in range(0, len(events), BATCH):
            body = {"batch": events[start : start + BATCH]}
            tracking.post("/v1/batch", json=body, auth=(key, "")).raise_for_status()
