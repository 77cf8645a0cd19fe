"""Prometheus metrics of the whole installation, in a registry of their own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Reading(msgspec.Struct, frozen=True):
    """One number, taken at the moment of the scrape."""

    name: str
    help: str
    value: float | dict[str, float]  # with a dict: one sample per label value
    label: str = ""
    counter: bool = False


class Metrics:
    """`api` counts what this process answers; `add` registers what is read from the stores."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.api = Histogram(
            "rapport_api_seconds",
            "Time to answer a management API request.",
            ["method", "status"],
            registry=self.registry,
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30),
        )
        self.loads = Histogram(
            "rapport_warehouse_load_seconds",
            "Time to load one batch into the warehouse.",
            registry=self.registry,
        )
        self.loaded_rows = Counter(
            "rapport_warehouse_rows", "Rows loaded into the warehouse.", registry=self.registry
        )

    def add(self, read: Callable[[], Iterable[Reading]]) -> None:
        self.registry.register(_OnScrape(read))

    def text(self) -> bytes:
        return generate_latest(self.registry)


class _OnScrape(Collector):
    def __init__(self, read: Callable[[], Iterable[Reading]]) -> None:
        self._read = read

    def describe(self) -> list[Any]:
        return []  # without this, registering would already read the stores

    def collect(self) -> Iterator[Any]:
        for reading in self._read():
            family = (CounterMetricFamily if reading.counter else GaugeMetricFamily)(
                reading.name, reading.help, labels=[reading.label] if reading.label else []
            )
            values = reading.value if isinstance(reading.value, dict) else {"": reading.value}
            for label, value in values.items():
                family.add_metric([label] if reading.label else [], value)
            yield family


def resident_bytes(pid: int) -> int:
    """Memory of a process that is in RAM; 0 where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def file_bytes(path: Path) -> int:
    """Size of a store with its write-ahead log; 0 when it is not there."""
    total = 0
    for name in (path.name, f"{path.name}-wal", f"{path.name}.wal"):
        try:
            total += path.with_name(name).stat().st_size
        except OSError:
            continue
    return total
