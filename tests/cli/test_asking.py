"""While a question is answered a terminal shows how far it is."""

from __future__ import annotations

import sys
import threading
from typing import Any

import pytest

from rapport.cli import asking
from rapport.cli.access import Api
from rapport.errors import NotFound


class Slow:
    """Answers once it was looked at twice."""

    def __init__(self, *, concurrent: bool) -> None:
        self.concurrent = concurrent
        self.looked = threading.Semaphore(0)
        self.paths: list[str] = []

    def call(self, method: str, path: str, body: Any = None) -> Any:
        self.paths.append(f"{method} {path}")
        if method == "POST":
            for _ in range(2 if "?run=" in path else 0):
                assert self.looked.acquire(timeout=5)
            return {"kind": "active"}
        self.looked.release()
        if len(self.paths) > 4:
            raise NotFound("answered")
        return {"of": 100, "done": 10 * len(self.paths)}

    def lines(self, path: str, body: Any, hear: Any) -> None:
        raise NotImplementedError


@pytest.mark.parametrize(("terminal", "concurrent"), [(True, True), (True, False), (False, True)])
def test_progress_is_looked_at_only_where_it_can_be_shown(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, concurrent: bool
) -> None:
    monkeypatch.setattr(asking, "_PATIENCE_SECONDS", 0.01)
    monkeypatch.setattr(asking, "_LOOK_SECONDS", 0.01)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    slow = Slow(concurrent=concurrent)
    assert asking.ask(Api(slow), "/insights/active", {}) == {"kind": "active"}
    if terminal and concurrent:
        assert slow.paths[0].startswith("POST /insights/active?run=")
        assert len([path for path in slow.paths if path.startswith("GET /insights/running/")]) >= 2
    else:
        assert slow.paths == ["POST /insights/active"]
