"""Histories for `bench.insights`: as many events as wanted, planted in numpy, 50 a person.

The same rows go into a Rapport warehouse file (in order of arrival, as the loader leaves them) and
into ClickHouse. `skewed` gives one person 400,000 events, as a bot or a kiosk has.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

EVENTS = (
    *("Page Viewed", "Product Viewed", "Product Added", "Cart Viewed", "Checkout Started"),
    *("Payment Info Entered", "Order Completed", "Search Done", "Email Opened", "Email Clicked"),
    *("App Opened", "Review Left"),
)
SHARES = (0.22, 0.20, 0.12, 0.07, 0.06, 0.04, 0.04, 0.08, 0.07, 0.02, 0.07, 0.01)
START = 1_735_689_600_000_000  # 2025-01-01T00:00:00Z
DAYS = 90
DAY = 86_400_000_000
EACH = 50
MONSTER = 400_000


@dataclass(frozen=True)
class Portion:
    """Rows in order of time. `event` is a number of EVENTS."""

    person: np.ndarray
    at: np.ndarray
    event: np.ndarray

    def table(self) -> pa.Table:
        names = pa.DictionaryArray.from_arrays(pa.array(self.event, pa.int8()), pa.array(EVENTS))
        return pa.table(
            {
                "person": pa.array(self.person),
                "at": pa.array(self.at).cast(pa.timestamp("us")),
                "event": names.cast(pa.string()),
            }
        )


def generate(
    events: int, *, seed: int = 1, skewed: bool = False, portions: int = 10
) -> list[Portion]:
    """The whole history in `portions` that follow each other in time."""
    random = np.random.default_rng(seed)
    people = max(1, events // EACH)
    per = events // portions
    made = []
    for number in range(portions):
        person = random.integers(1, people + 1, per)
        if skewed:
            person[random.random(per) < min(1.0, MONSTER / events)] = 1
        length = DAYS * DAY // portions
        # Whole seconds: ties are as frequent as clients that round make them.
        at = (
            START
            + number * length
            + np.sort(random.integers(0, length // 1_000_000, per)) * 1_000_000
        )
        event = random.choice(len(EVENTS), per, p=SHARES).astype(np.int8)
        made.append(Portion(person, at, event))
    return made
