"""Can this process do its work now? Asked by /ready and, with more detail, by the doctor."""

from __future__ import annotations

from collections.abc import Callable

from rapport.errors import RapportError
from rapport.server.background.loading import Loading
from rapport.server.rooms import Rooms


class Readiness:
    def __init__(self, rooms: Rooms, loading: Loading) -> None:
        self._rooms = rooms
        self._loading = loading
        self.stopping = False

    def checks(self) -> dict[str, str]:
        """Part → `ok` or what is wrong with it, in words without personal data."""
        return {
            "log": self._check(self._log),
            "state": self._check(self._state),
            "warehouse": self._check(self._warehouse),
            "backlog": self._check(self._backlog),
        }

    def _check(self, look: Callable[[], str]) -> str:
        try:
            return look()
        except RapportError as error:
            return error.message
        except Exception as error:  # noqa: BLE001 - whatever a store raises, the answer is "not ready"
            return type(error).__name__

    def _log(self) -> str:
        if self.stopping:
            return "stopping"
        return "ok" if self._rooms.log.ready() else "cannot be written"

    def _state(self) -> str:
        if not self._rooms.folder.state.exists():
            return "is being made"
        self._rooms.pipeline.committed()
        return "ok"

    def _warehouse(self) -> str:
        if problem := self._loading.problem:
            return f"does not belong to state.db: {problem}"
        self._rooms.warehouse.loaded()
        return self._loading.stuck or "ok"

    def _backlog(self) -> str:
        waiting = sum(self._rooms.waiting())
        limit = self._rooms.settings.max_backlog_events
        return "ok" if waiting <= limit else f"{waiting} events wait, {limit} may"
