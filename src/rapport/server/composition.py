"""Puts the http process together: stores, rooms, routes, background threads; and takes it apart."""

from __future__ import annotations

from pathlib import Path

import rapport
from rapport.clock import SystemClock
from rapport.collect.app import Collector
from rapport.config import Settings
from rapport.errors import Conflict
from rapport.log.base import EventLog
from rapport.pipeline_reads import PipelineReads
from rapport.server.access.auth import Gate
from rapport.server.api.context import Context
from rapport.server.api.routes import build
from rapport.server.background import chores
from rapport.server.background.history import History
from rapport.server.background.loading import Loading
from rapport.server.folder import Folder, local_url
from rapport.server.operations import readings
from rapport.server.operations.metrics import Metrics
from rapport.server.priority import LOADING, lowered
from rapport.server.rooms import Rooms, open_log, open_warehouse
from rapport.server.views.live import Live
from rapport.server.web import static
from rapport.server.web.app import App
from rapport.server.web.bridge import Bridge
from rapport.server.web.glance import Glance
from rapport.warehouse.loader import Loader

CONSOLE = Path(rapport.__file__).parent / "console_dist"


class Composition:
    def __init__(self, app: App, context: Context, work: chores.Chores, history: History) -> None:
        self.app = app
        self._context = context
        self._chores = work
        self._history = history

    def start(self) -> None:
        self._context.loading.start()
        self._chores.start()
        self._history.start()
        self._context.models.start()
        self._context.mailer.start()

    def stop_streams(self) -> None:
        """Let /ready say no and end what would keep connections open."""
        self._context.readiness.stopping = True
        self._context.live.close()

    def close(self) -> None:
        """Blocks until every store is closed."""
        self._context.mailer.stop()
        self._context.models.stop()
        self._history.stop()
        self._chores.stop()
        self._context.rooms.log.close()
        self._context.loading.stop()
        self._context.rooms.warehouse.close()
        self._context.rooms.close()


def compose(settings: Settings, token: str) -> Composition:
    """Open everything. Raises `Unavailable` when a store cannot be opened, `Conflict` when log and
    state do not belong together."""
    clock = SystemClock()
    folder = Folder(settings.folder)
    log = open_log(settings, clock)
    _refuse_older_log(log, folder)
    warehouse = lowered(LOADING, lambda: open_warehouse(settings))
    rooms = Rooms(settings, clock, log=log, warehouse=warehouse)
    metrics = Metrics()
    loading = Loading(_loader(rooms, metrics))
    context = Context(rooms, Live(rooms), metrics, loading, _url(settings, folder))
    metrics.add(lambda: readings.readings(rooms))
    app = App(
        Collector(
            settings,
            log,
            rooms.sources,
            rooms.pipeline.outcomes,
            clock,
            committed=rooms.pipeline.committed,
            unloaded=rooms.unloaded,
        ),
        Gate(settings, rooms.keys, rooms.accounts, token),
        Bridge(build(context), static.API_SECURITY),
        static.Console(CONSOLE),
        metrics,
        Glance(rooms),
    )
    return Composition(app, context, _chores(rooms), History(rooms))


def _refuse_older_log(log: EventLog, folder: Folder) -> None:
    """Raises `Conflict` when the log ends before what the pipeline has processed.

    Its next records would get offsets that count as processed: accepted, and never looked at.
    """
    state = PipelineReads(folder.state)
    try:
        processed = state.committed()
    finally:
        state.close()
    if log.end() < processed:
        log.close()
        raise Conflict(
            "log.db is older than state.db, so no event can be accepted",
            hint="restore the whole folder from one backup: rapport restore",
            code="older_log",
        )


def _url(settings: Settings, folder: Folder) -> str:
    running = folder.read_running()
    port = running.port if running else settings.port
    return settings.public_url.rstrip("/") or local_url(settings.host, port)


def _loader(rooms: Rooms, metrics: Metrics) -> Loader:
    def observe(rows: int, seconds: float) -> None:
        metrics.loads.observe(seconds)
        metrics.loaded_rows.inc(rows)

    return Loader(
        rooms.warehouse,
        rooms.folder.state,
        rooms.folder.control,
        rooms.profile_reads,
        observe=observe,
    )


def _chores(rooms: Rooms) -> chores.Chores:
    return chores.Chores(
        (
            chores.Chore("truncate", 30.0, lambda: chores.truncate_log(rooms)),
            chores.Chore("archive", 600.0, lambda: chores.archive_days(rooms)),
        )
    )
