"""Questions about the worth of all customers together: classes, forecast, attribution, the like."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

import msgspec
import numpy as np

from rapport.clock import MINUTE, Clock
from rapport.errors import NotFound
from rapport.insights.kernels.credits import Rule
from rapport.insights.models import Held
from rapport.insights.rows import Ints
from rapport.insights.value import rfm
from rapport.insights.value.attribution import Attribution, attribute
from rapport.insights.value.forecast import Forecast, forecast
from rapport.insights.value.history import History
from rapport.insights.value.registry import ModelRun, run_on
from rapport.warehouse.base import Warehouse

_FRESH: Final = MINUTE  # so old may an answer be while new events arrive
_KEPT: Final = 10 * MINUTE  # so long what was read stays in memory without questions


class Class(NamedTuple):
    """`share` of all customers."""

    name: str
    meaning: str
    people: int
    share: float
    revenue: float
    orders: int


class Worth:
    """Thread-safe: one question at a time, on a history that they share for a minute."""

    def __init__(self, warehouse: Warehouse, clock: Clock, settings: Callable[[], Held]) -> None:
        self._warehouse = warehouse
        self._clock = clock
        self._settings = settings
        self._lock = threading.Lock()
        self._held: tuple[int, int, History] | None = None  # loaded, version of settings
        self._rfm: ModelRun | None = None

    def classes(self) -> tuple[int, list[Class]]:
        """As of when (µs UTC), and the classes of RFM in the order of their rules."""
        with self._history() as history:
            values = self._classed(history).values
            names = np.array(values["rfm_class"].to_pylist(), dtype=object)
            revenue = values["revenue_total"].to_numpy()
            orders = values["orders_total"].to_numpy()
            found = []
            for name, meaning in {rule.name: rule.meaning for rule in rfm.RULES}.items():
                who = names == name
                people = int(who.sum())
                share = round(people / max(len(names), 1), 6)
                money = round(float(revenue[who].sum()), 2)
                found.append(Class(name, meaning, people, share, money, int(orders[who].sum())))
            return history.now, found

    def currency(self) -> str | None:
        """Of all amounts; None where orders tell none, or several without rates."""
        with self._history() as history:
            return history.book.currency

    def people_of(self, name: str) -> Ints:
        """Profiles of a class, ascending. Raises `NotFound`."""
        known = dict.fromkeys(rule.name for rule in rfm.RULES)
        if name not in known:
            raise NotFound(f"there is no class {name!r}", hint=f"use {', '.join(known)}")
        with self._history() as history:
            values = self._classed(history).values
            names = np.array(values["rfm_class"].to_pylist(), dtype=object)
            profiles: Ints = values["profile"].to_numpy()
            found: Ints = profiles[names == name]
            return found

    def forecast(self, days: int) -> Forecast:
        """Raises `TooLittle` when there is too little of a past."""
        with self._history() as history:
            return forecast(history, days)

    def attribution(self, rule: Rule, start: int | None, end: int | None) -> Attribution:
        """Of orders in start <= at < end (µs UTC). Raises `Malformed`."""
        with self._history() as history:
            return attribute(history, rule, start=start, end=end)

    def lookalikes(self, seeds: Ints, most: int) -> ModelRun:
        """The nearest `most` of these profiles. Raises `TooLittle` for a seed that is too small."""
        with self._history() as history:
            own = copy.copy(history)  # with all that was read already
            own.seeds = np.unique(seeds)
            own.settings = msgspec.structs.replace(own.settings, lookalikes=most)
            return run_on("lookalikes", own)

    def forget(self) -> None:
        """Drop what was read, when nobody has asked for long."""
        with self._lock:
            if self._held is not None and self._clock.now() - self._held[2].now > _KEPT:
                self._held = self._rfm = None

    @contextmanager
    def _history(self) -> Iterator[History]:
        with self._lock:
            settings, now = self._settings(), self._clock.now()
            loaded, held = self._warehouse.loaded(), self._held
            if held is None or held[1] != settings.version or not _usable(held, loaded, now):
                history = History(self._warehouse, now, settings.settings)
                self._held, self._rfm = (loaded, settings.version, history), None
                held = self._held
            yield held[2]

    def _classed(self, history: History) -> ModelRun:
        if self._rfm is None:
            self._rfm = run_on("rfm", history)
        return self._rfm


def _usable(held: tuple[int, int, History], loaded: int, now: int) -> bool:
    age = now - held[2].now
    return age < _FRESH or (held[0] == loaded and age < _KEPT)
