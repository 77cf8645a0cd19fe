"""Everything that the http process opens once, and the threads in which requests read."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import apsw
import numpy as np

from rapport.audiences.reads import AudienceReads
from rapport.audiences.stream.plans import of_accounts
from rapport.clock import Clock
from rapport.collect.sources import SourceStore
from rapport.config import Settings
from rapport.database import connect
from rapport.errors import Conflict, Malformed
from rapport.identity.reads import IdentityReads
from rapport.insights.asking import Insights
from rapport.insights.models import ModelStore
from rapport.insights.rows import Ints
from rapport.insights.running import Running
from rapport.insights.saved import SavedStore
from rapport.insights.worth import Worth
from rapport.log.base import EventLog
from rapport.log.sqlite import SqliteLog
from rapport.pipeline_reads import PipelineReads
from rapport.profiles.reads import ProfileReads
from rapport.profiles.rules_file import RulesFile
from rapport.server.access.accounts import AccountStore
from rapport.server.access.apikeys import KeyStore
from rapport.server.folder import Folder
from rapport.server.known_sources import KnownSources
from rapport.server.mailing.store import MailStore
from rapport.server.views.asked import Failure
from rapport.warehouse import choosing
from rapport.warehouse.base import Warehouse
from rapport.warehouse.reads import WarehouseReads

T = TypeVar("T")
# Two readers beside the event loop were fastest on two cores; four cost a third more CPU a read.
# Whatever may take longer has threads of its own. A single profile needs none (glance.py).
READ_THREADS = 2
WORK_THREADS = 4
ASKING_THREADS = 3


class Reads:
    """Read-only views on state.db with one connection: belongs to one thread.

    `region` has to be that of the pipeline: a phone number is looked up as it was written down.
    """

    def __init__(
        self, folder: Folder, sources: SourceStore, survivorship: RulesFile, region: str
    ) -> None:
        self.connection: apsw.Connection = connect(folder.state, readonly=True, cache_mb=16)
        self.identity = IdentityReads(self.connection, region)
        self.audiences = AudienceReads(self.connection)
        self.profiles = ProfileReads(
            self.connection,
            self.identity,
            KnownSources(sources),
            survivorship,
            also=self.audiences.of_profile,
        )


class Rooms:
    """The stores of one http process. `reading` is how a request gets at state.db."""

    def __init__(
        self, settings: Settings, clock: Clock, *, log: EventLog, warehouse: Warehouse
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.folder = Folder(settings.folder)
        self.log = log
        self.warehouse = warehouse
        self.sources = SourceStore(self.folder.control)
        self.keys = KeyStore(self.folder.control, clock)
        self.accounts = AccountStore(self.folder.control, clock)
        self.survivorship = RulesFile(self.folder.survivorship)
        self.pipeline = PipelineReads(self.folder.state, log)
        self.history = WarehouseReads(warehouse)
        self.insights = Insights(warehouse, clock, self.members, self.segment_name)
        self.running = Running(
            clock,
            seconds=settings.insight_timeout_seconds,
            memory_mb=settings.insight_memory_mb,
        )
        self.saved = SavedStore(self.folder.control, clock)
        self.mailing = MailStore(self.folder.control, clock)
        self.models = ModelStore(self.folder.control, clock)
        self.worth = Worth(warehouse, clock, self.models.settings)
        self.failures: dict[str, Failure] = {}  # key of a trait in SQL → why it has no new values
        self._local = threading.local()
        self._opened: list[Reads] = []
        self._threads = ThreadPoolExecutor(READ_THREADS, thread_name_prefix="read")
        self._workers = ThreadPoolExecutor(WORK_THREADS, thread_name_prefix="work")
        self._askers = ThreadPoolExecutor(ASKING_THREADS, thread_name_prefix="ask")

    async def reading(self, ask: Callable[[Reads], T]) -> T:
        """Run `ask` in a reading thread with that thread's own connection."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._ask, ask)

    async def working(self, work: Callable[[], T]) -> T:
        """Run something that blocks for a moment: a write, a password."""
        return await asyncio.get_running_loop().run_in_executor(self._workers, work)

    async def studying(self, ask: Callable[[Reads], T]) -> T:
        """Like `reading`, for what may take seconds."""
        return await asyncio.get_running_loop().run_in_executor(self._askers, self._ask, ask)

    async def asking(self, work: Callable[[], T]) -> T:
        """Run a question to the warehouse: slow ones must not hold up reading profiles."""
        return await asyncio.get_running_loop().run_in_executor(self._askers, work)

    def _ask(self, ask: Callable[[Reads], T]) -> T:
        return ask(self._own())

    def _own(self) -> Reads:
        """Those of this thread."""
        reads: Reads | None = getattr(self._local, "reads", None)
        if reads is None:
            reads = self._local.reads = self.new_reads()
        return reads

    def members(self, key: str) -> Ints:
        """Profiles in a segment. Asked in a thread of `asking`."""
        reads = self._own()
        found = reads.audiences.definition("segment", key)
        if of_accounts(found.definition):
            raise Malformed(f"{key} is a segment of accounts", hint="name a segment of people")
        if found.progress < 1:
            raise Conflict(
                f"segment {key!r} is still being computed",
                hint=f"{found.progress:.0%} is done; ask again in a moment",
            )
        return np.array(reads.audiences.members(key, -1), dtype=np.int64)

    def segment_name(self, key: str) -> str:
        """What people call a segment. Asked in a thread of `asking`."""
        found = self._own().audiences.definition("segment", key).definition
        return getattr(found, "name", "") or key

    def waiting(self) -> tuple[int, int]:
        """Events that wait for the pipeline, and those that wait for the warehouse."""
        pending = sum(self.log.pending(self.pipeline.committed()).values())
        return pending, self.unloaded()

    def unloaded(self) -> int:
        return self.pipeline.unloaded(self.warehouse.loaded())

    def profile_reads(self) -> ProfileReads:
        """Profiles through a connection of its own, for a thread that is not ours."""
        return self.new_reads().profiles

    def new_reads(self) -> Reads:
        """Views with a connection of their own, closed with the rooms."""
        reads = Reads(self.folder, self.sources, self.survivorship, self.settings.region)
        self._opened.append(reads)
        return reads

    def close_reads(self, reads: Reads) -> None:
        """Those of `new_reads`, before the rooms close."""
        self._opened.remove(reads)
        reads.connection.close()

    def close(self) -> None:
        self.running.cancel_all()
        self._threads.shutdown(wait=True)
        self._workers.shutdown(wait=True)
        self._askers.shutdown(wait=True)
        for reads in self._opened:
            reads.connection.close()
        self.pipeline.close()
        self.saved.close()
        self.mailing.close()
        self.models.close()
        self.accounts.close()
        self.keys.close()
        self.sources.close()


def open_warehouse(settings: Settings) -> Warehouse:
    """The warehouse that the settings name. Raises `ConfigError` when nothing is called so."""
    return choosing.open_warehouse(
        settings.warehouse,
        Folder(settings.folder).warehouse,
        memory_mb=settings.warehouse_memory_mb,
        url=settings.warehouse_url,
    )


def open_log(settings: Settings, clock: Clock) -> SqliteLog:
    return SqliteLog(Folder(settings.folder).log, clock=clock)
