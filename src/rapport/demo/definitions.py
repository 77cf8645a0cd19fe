"""What a newcomer finds defined in the demo shop: traits, segments, insights, a dashboard."""

from __future__ import annotations

from typing import Any, Final

from rapport.demo.catalogue import CURRENCY

_BUYERS: Final = {"event": "Order Completed", "measure": "people"}
_VIEWERS: Final = {"event": "Product Viewed", "measure": "people"}
_REVENUE: Final = "properties.revenue"

# key, name, model, what it says, how often it is trained
_SAID: Final = (
    ("rfm_class", "RFM class", "rfm", "rfm_class", "1d"),
    ("revenue_total", "Revenue so far", "rfm", "revenue_total", "1d"),
    ("lifetime_value", "Predicted worth of a year", "lifetime_value", "lifetime_value", "7d"),
    ("churn_risk", "Churn risk", "churn", "churn_risk", "1d"),
    ("purchase_propensity", "Will order soon", "propensity", "purchase_propensity", "1d"),
    ("next_purchase_on", "Next order due on", "next_purchase", "next_purchase_on", "1d"),
    ("favourite_category", "Favourite category", "affinity", "favourite_category", "1d"),
    ("price_band", "Price band", "price_band", "price_band", "1d"),
    ("discount_seeker", "Seeks discounts", "discount_affinity", "discount_seeker", "1d"),
    ("favourite_channel", "Favourite channel", "channels", "favourite_channel", "1d"),
    ("best_hour", "Best hour", "active_hours", "best_hour", "1d"),
)
TRAITS: Final[tuple[dict[str, Any], ...]] = (
    *(
        {"key": key, "name": name, "trait": {"model": model, "trait": said, "every": every}}
        for key, name, model, said, every in _SAID
    ),
    {
        "key": "orders_90d",
        "name": "Orders of 90 days",
        "trait": {"count": "Order Completed", "during": {"last": "90d"}},
    },
    {"key": "days_since_visit", "name": "Days since the last visit", "trait": {"days_since": "*"}},
)

SEGMENTS: Final[tuple[dict[str, Any], ...]] = (
    {
        "key": "champions",
        "name": "Champions",
        "description": "Bought lately, often, and for much.",
        "when": {"trait": "rfm_class", "op": "eq", "value": "champion"},
    },
    {
        "key": "worth_keeping",
        "name": "Worth keeping, about to leave",
        "description": "They brought much and will probably not order again.",
        "when": {
            "all": [
                {"trait": "churn_risk", "op": "gt", "value": 0.7},
                {"trait": "revenue_total", "op": "gt", "value": 3000},
            ]
        },
    },
    {
        "key": "jewellery_bargains",
        "name": "Jewellery, with discounts",
        "description": "Neha. What she does counts, not that her first order was a knife.",
        "when": {
            "all": [
                {"trait": "favourite_category", "op": "eq", "value": "jewellery"},
                {"trait": "discount_seeker", "op": "eq", "value": True},
            ]
        },
    },
    {
        "key": "refunded_lately",
        "name": "Got money back lately",
        "description": "Sarah. Who has just returned something must not see advertisements.",
        "when": {"did": "Order Refunded", "during": {"last": "60d"}},
    },
    {
        "key": "abandoned_cart",
        "name": "Left a full cart",
        "when": {
            "sequence": [
                {"did": "Product Added"},
                {"did_not": "Order Completed", "within": "1h"},
            ],
            "during": {"last": "3d"},
        },
    },
)

_MONEY: Final[dict[str, Any]] = {"as": "currency", "currency": CURRENCY, "decimals": 0}

NORTH_STAR: Final[dict[str, Any]] = {
    "kind": "north_star",
    "period": "week",
    "from": "180d",
    "metric": {
        "name": "Revenue",
        "series": [{"event": "Order Completed", "measure": "sum", "path": _REVENUE}],
        "unit": _MONEY,
        "combine": "product",
        "inputs": [
            {
                "name": "Buyers",
                "series": [_BUYERS],
                "combine": "product",
                "inputs": [
                    {"name": "People who look", "series": [_VIEWERS]},
                    {
                        "name": "Share who buy",
                        "series": [_BUYERS, _VIEWERS],
                        "formula": "A / B",
                        "unit": {"as": "percent"},
                    },
                ],
            },
            {
                "name": "Orders of each",
                "series": [{"event": "Order Completed", "measure": "per_person"}],
            },
            {
                "name": "Revenue of an order",
                "series": [{"event": "Order Completed", "measure": "avg", "path": _REVENUE}],
                "unit": _MONEY,
            },
        ],
    },
}

# key, name, description, question
INSIGHTS: Final[tuple[tuple[str, str, str, dict[str, Any]], ...]] = (
    (
        "north-star",
        "Weekly revenue",
        "Do more people find something that they want, and come back for more?",
        NORTH_STAR,
    ),
    (
        "checkout",
        "From a look to an order",
        "Where people stop on their way.",
        {
            "kind": "funnel",
            "steps": [
                {"event": "Product Viewed"},
                {"event": "Product Added"},
                {"event": "Checkout Started"},
                {"event": "Order Completed"},
            ],
            "window": "7d",
            "from": "90d",
        },
    ),
    (
        "coming-back",
        "Who orders again",
        "Of those who ordered first in a month, how many did in the months after.",
        {
            "kind": "retention",
            "start": {"event": "Order Completed"},
            "return": {"event": "Order Completed"},
            "period": "month",
            "mode": "first_ever",
            "periods": 6,
            "from": "180d",
        },
    ),
    (
        "revenue-by-channel",
        "Revenue by source",
        "",
        {
            "kind": "trends",
            "series": [{"event": "Order Completed", "measure": "sum", "path": _REVENUE}],
            "period": "week",
            "breakdown": "source",
            "from": "90d",
        },
    ),
    (
        "active-people",
        "Active people",
        "",
        {"kind": "active", "period": "day", "trailing": 30, "from": "90d"},
    ),
)

DASHBOARD: Final = ("shop", "The shop at a glance", [key for key, *_ in INSIGHTS[1:]])
