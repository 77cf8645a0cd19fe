"""What every event log must do. A new backend adds itself to `BACKENDS` and nothing else."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from rapport.errors import Unavailable
from rapport.log.base import BATCH, CONTROL, EVENT, TYPED, Draft, EventLog, Record, Totals
from rapport.log.sqlite import SqliteLog

Open = Callable[[Path, bool], EventLog]


def _sqlite(folder: Path, readonly: bool) -> EventLog:
    return SqliteLog(folder / "log.db", readonly=readonly)


BACKENDS: dict[str, Open] = {"sqlite": _sqlite}
MANY = {"max_records": 10_000, "max_bytes": 100_000_000}

drafts = st.builds(
    Draft,
    source=st.integers(1, 3),
    kind=st.sampled_from([BATCH, EVENT, CONTROL, *TYPED]),
    count=st.integers(0, 50),
    received_at=st.integers(0, 2**53),
    body=st.binary(max_size=200),
    meta=st.binary(max_size=20),
)


@pytest.fixture(params=BACKENDS)
def opener(request: pytest.FixtureRequest) -> Open:
    return BACKENDS[request.param]


@pytest.fixture
def log(opener: Open, tmp_path: Path) -> Iterator[EventLog]:
    opened = opener(tmp_path, False)
    yield opened
    opened.close()


def draft(number: int = 0, *, source: int = 1, count: int = 1, at: int = 0) -> Draft:
    return Draft(source, EVENT, count, at, b'{"n":%d}' % number, b"")


def as_draft(record: Record) -> Draft:
    return Draft(
        record.source, record.kind, record.count, record.received_at, record.body, record.meta
    )


def test_a_new_log_is_empty(log: EventLog) -> None:
    assert log.end() == 0
    assert log.read(0, **MANY) == []
    assert log.totals() == {}
    assert log.pending(0) == {}
    assert log.ready()


def test_offsets_start_at_one_and_grow(log: EventLog) -> None:
    offsets = [log.append(draft(n)).result() for n in range(3)]
    offsets += log.append_all([draft(3), draft(4)])
    assert offsets[0] == 1
    assert offsets == sorted(set(offsets))
    assert log.end() == offsets[-1]
    assert [record.offset for record in log.read(0, **MANY)] == offsets


def test_reading_stops_at_the_limits_but_gives_at_least_one(log: EventLog) -> None:
    log.append_all([draft(n) for n in range(10)])
    size = len(draft(0).body)
    assert len(log.read(0, max_records=3, max_bytes=10_000)) == 3
    assert len(log.read(0, max_records=10, max_bytes=size * 4)) == 4
    assert len(log.read(0, max_records=10, max_bytes=1)) == 1
    assert log.read(log.end(), max_records=10, max_bytes=1) == []


@settings(max_examples=25, deadline=None)
@given(parts=st.lists(st.lists(drafts, max_size=80), max_size=4), after=st.integers(0, 200))
def test_what_is_appended_is_read_back_in_order(
    parts: list[list[Draft]], after: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for opener in BACKENDS.values():
        log = opener(tmp_path_factory.mktemp("log"), False)
        try:
            offsets = [offset for part in parts for offset in log.append_all(part)]
            everything = [one for part in parts for one in part]
            found = log.read(0, **MANY)
            assert [as_draft(record) for record in found] == everything
            assert [record.offset for record in found] == offsets
            assert log.pending(after) == _events(found, after)
            assert log.totals() == _totals(found)
        finally:
            log.close()


def test_pending_is_exact_over_many_blocks(log: EventLog) -> None:
    log.append_all([draft(n, source=1 + n % 3, count=n % 5) for n in range(9_000)])
    records = log.read(0, max_records=10_000, max_bytes=10_000_000)
    for after in (0, 1, 4_094, 4_095, 4_096, 4_097, 8_191, 8_192, 8_999, 9_000, 20_000):
        assert log.pending(after) == _events(records, after)


def test_many_threads_append_at_the_same_time(log: EventLog) -> None:
    results: dict[int, list[int]] = {}

    def work(source: int) -> None:
        futures = [log.append(draft(n, source=source)) for n in range(300)]
        results[source] = [future.result() for future in futures]

    _run([lambda s=s: work(s) for s in range(1, 7)])
    records = {record.offset: record for record in log.read(0, **MANY)}
    assert len(records) == 1800
    for source, offsets in results.items():
        assert offsets == sorted(offsets)
        assert [records[o].body for o in offsets] == [draft(n).body for n in range(300)]
        assert {records[o].source for o in offsets} == {source}
    assert log.totals() == {source: Totals(300, 300) for source in results}


def test_two_writers_on_one_log(opener: Open, tmp_path: Path) -> None:
    logs = [opener(tmp_path, False), opener(tmp_path, False)]
    try:

        def work(log: EventLog, source: int) -> None:
            for start in range(0, 200, 20):
                log.append_all([draft(start + n, source=source) for n in range(20)])

        _run([lambda one=log, s=s: work(one, s) for s, log in enumerate(logs, 1)])
        records = logs[0].read(0, **MANY)
        assert len(records) == 400
        for source in (1, 2):
            bodies = [record.body for record in records if record.source == source]
            assert bodies == [draft(n).body for n in range(200)]
        assert logs[1].totals() == {1: Totals(200, 200), 2: Totals(200, 200)}
    finally:
        for log in logs:
            log.close()


def test_append_all_is_one_step(opener: Open, log: EventLog, tmp_path: Path) -> None:
    """A reader never sees a part of it."""
    reader = opener(tmp_path, True)
    seen: set[int] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            seen.add(reader.end())

    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(20):
        log.append_all([draft(n) for n in range(500)])
    done.set()
    watcher.join()
    reader.close()
    assert all(end % 500 == 0 for end in seen)
    assert len(seen) > 1


def test_a_sink_hears_of_every_append(log: EventLog) -> None:
    heard: dict[Any, int] = {}
    complete = threading.Event()

    class Listener:
        def settled(self, tokens: Sequence[Any], offsets: Sequence[int]) -> None:
            heard.update(zip(tokens, offsets, strict=True))
            if len(heard) == 500:
                complete.set()

        def refused(self, tokens: Sequence[Any], error: Unavailable) -> None:
            raise AssertionError(error)

    listener = Listener()
    for n in range(500):
        log.append_into(draft(n), listener, n)
    assert complete.wait(10)
    records = {record.offset: record.body for record in log.read(0, **MANY)}
    assert {n: records[offset] for n, offset in heard.items()} == {
        n: draft(n).body for n in range(500)
    }


def test_wait_gives_up_after_the_timeout(log: EventLog) -> None:
    started = time.monotonic()
    assert log.wait(0, 0.1) is False
    assert 0.08 < time.monotonic() - started < 2


def test_wait_notices_what_another_one_appends(opener: Open, tmp_path: Path) -> None:
    writer, reader = opener(tmp_path, False), opener(tmp_path, True)
    try:
        timer = threading.Timer(0.15, lambda: writer.append(draft()))
        timer.start()
        assert reader.wait(0, 10) is True
        assert reader.end() == 1
        assert reader.wait(0, 0) is True
        assert reader.wait(1, 0.01) is False
        timer.join()
    finally:
        writer.close()
        reader.close()


def test_truncating_forgets_a_prefix_and_keeps_the_books(log: EventLog) -> None:
    log.append_all([draft(n, at=n) for n in range(100)])
    assert log.truncate(50, older_than=30) == 30
    assert [record.offset for record in log.read(0, **MANY)] == list(range(31, 101))
    assert log.truncate(50, older_than=1_000) == 20
    assert log.totals() == {1: Totals(100, 100)}
    assert log.pending(50) == {1: 50}
    assert log.end() == 100


def test_truncating_never_touches_what_is_not_consumed(log: EventLog) -> None:
    log.append_all([draft(n, at=0) for n in range(20)])
    assert log.truncate(0, older_than=10**18) == 0
    assert log.truncate(7, older_than=10**18) == 7
    assert len(log.read(7, **MANY)) == 13


def test_offsets_are_never_given_out_again(opener: Open, tmp_path: Path) -> None:
    log = opener(tmp_path, False)
    log.append_all([draft(n) for n in range(5)])
    assert log.truncate(5, older_than=10**18) == 5
    log.close()
    log = opener(tmp_path, False)
    assert log.end() == 5
    assert log.append(draft()).result() == 6
    log.close()


def test_appends_go_on_while_a_long_truncation_runs(log: EventLog) -> None:
    log.append_all([Draft(1, EVENT, 1, 0, b"x" * 2_000) for _ in range(8_000)])
    forgotten: list[int] = []
    truncation = threading.Thread(
        target=lambda: forgotten.append(log.truncate(8_000, older_than=1))
    )
    truncation.start()
    during = 0
    slowest = 0.0
    while truncation.is_alive():
        started = time.monotonic()
        log.append(draft(at=10)).result()
        slowest = max(slowest, time.monotonic() - started)
        during += 1
    truncation.join()
    assert forgotten == [8_000]
    assert during >= 3, "the truncation did not let a single append through"
    assert slowest < 2.0
    assert len(log.read(0, **MANY)) == during


def test_closing_finishes_what_is_queued(opener: Open, tmp_path: Path) -> None:
    log = opener(tmp_path, False)
    futures = [log.append(draft(n)) for n in range(500)]
    log.close()
    log.close()
    assert [future.result(timeout=0) for future in futures] == list(range(1, 501))
    assert not log.ready()
    assert isinstance(log.append(draft()).exception(), Unavailable)
    again = opener(tmp_path, True)
    assert again.end() == 500
    again.close()


def test_a_reader_cannot_append(opener: Open, tmp_path: Path) -> None:
    reader = opener(tmp_path, True)
    with pytest.raises(Unavailable):
        reader.append_all([draft()])
    reader.close()


def test_size_follows_what_is_stored(log: EventLog) -> None:
    before = log.size()
    log.append_all([Draft(1, EVENT, 1, 0, b"x" * 10_000) for _ in range(100)])
    assert log.size() >= before + 1_000_000


class LogMachine(RuleBasedStateMachine):
    """The log beside a plain list: whatever is done in whatever order, both say the same."""

    opener: Open
    folder: Callable[[], Path]

    @initialize()
    def start(self) -> None:
        self.path = self.folder()
        self.log = self.opener(self.path, False)
        self.records: list[Record] = []
        self.last = 0
        self.books: Counter[tuple[int, str]] = Counter()

    @rule(parts=st.lists(drafts, min_size=1, max_size=12))
    def append(self, parts: list[Draft]) -> None:
        futures = [self.log.append(one) for one in parts]
        self._remember(parts, [future.result() for future in futures])

    @rule(parts=st.lists(drafts, max_size=90))
    def append_all(self, parts: list[Draft]) -> None:
        self._remember(parts, self.log.append_all(parts))

    @rule(share=st.floats(0, 1), older_than=st.integers(0, 2**53))
    def truncate(self, share: float, older_than: int) -> None:
        consumed = int(self.last * share)
        stays = next(
            (
                index
                for index, record in enumerate(self.records)
                if record.offset > consumed or record.received_at >= older_than
            ),
            len(self.records),
        )
        assert self.log.truncate(consumed, older_than=older_than) == stays
        self.records = self.records[stays:]

    @rule()
    def reopen(self) -> None:
        self.log.close()
        self.log = self.opener(self.path, False)

    @invariant()
    def the_same(self) -> None:
        assert self.log.end() == self.last
        assert self.log.read(0, **MANY) == self.records
        for after in {0, self.last // 2, self.last}:
            assert self.log.pending(after) == _events(self.records, after)
        assert {s: (t.records, t.events) for s, t in self.log.totals().items()} == {
            source: (self.books[source, "records"], self.books[source, "events"])
            for source in {source for source, _ in self.books}
        }

    def teardown(self) -> None:
        self.log.close()

    def _remember(self, parts: Sequence[Draft], offsets: Sequence[int]) -> None:
        for offset, one in zip(offsets, parts, strict=True):
            assert offset > self.last
            self.last = offset
            self.records.append(
                Record(offset, one.source, one.kind, one.count, one.received_at, one.body, one.meta)
            )
            self.books[one.source, "records"] += 1
            self.books[one.source, "events"] += one.count


def test_any_sequence_of_calls(opener: Open, tmp_path_factory: pytest.TempPathFactory) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    class Machine(LogMachine):
        pass

    Machine.opener = staticmethod(opener)
    Machine.folder = staticmethod(lambda: tmp_path_factory.mktemp("machine"))
    run_state_machine_as_test(
        Machine, settings=settings(max_examples=15, stateful_step_count=15, deadline=None)
    )


def _run(jobs: Sequence[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _events(records: Sequence[Record], after: int) -> dict[int, int]:
    found: Counter[int] = Counter()
    for record in records:
        if record.offset > after:
            found[record.source] += record.count
    return {source: count for source, count in found.items() if count}


def _totals(records: Sequence[Record]) -> dict[int, Totals]:
    sources = {record.source for record in records}
    return {
        source: Totals(
            sum(1 for r in records if r.source == source),
            sum(r.count for r in records if r.source == source),
        )
        for source in sources
    }
