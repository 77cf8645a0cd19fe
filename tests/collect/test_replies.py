"""Answers beyond "accepted": pages of other origins, back-pressure, stores that fail, receipts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from rapport.collect import receipts
from rapport.collect.backlog import Backlog
from rapport.errors import Overloaded, Unavailable
from rapport.log.base import Draft, EventLog
from rapport.log.sqlite import SqliteLog

from .calling import Answer, Caller, basic

PAGE = "https://shop.example"
EVENT = {"userId": "u", "event": "e"}


def assert_readable_by_page(answer: Answer) -> None:
    assert answer.headers["access-control-allow-origin"] in (PAGE, "*")
    assert answer.headers["access-control-expose-headers"] == "Retry-After"


@pytest.mark.parametrize(
    "path",
    [
        *("/v1/t", "/v1/b", "/v1/batch", "/v1/m", "/v1/merge", "/beacon/v1/batch"),
        *("/v1/projects/k/settings", "/sourceConfig/", "/v1/pixel/track"),
        "/analytics.js/v1/k/analytics.min.js",
    ],
)
def test_preflight(call: Caller, path: str) -> None:
    asked = {
        "origin": PAGE,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization, SentAt,rsa-retry-reason,b@d,",
    }
    answer = call("OPTIONS", path, headers=asked)
    assert answer.status == 204
    assert_readable_by_page(answer)
    allowed = answer.headers["access-control-allow-headers"].split(", ")
    assert allowed == [
        *("authorization", "content-type", "content-encoding", "x-retry-count", "anonymousid"),
        *("sentat", "rsa-retry-reason"),
    ]
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert answer.headers["access-control-max-age"] == "86400"
    assert "access-control-allow-credentials" not in answer.headers


def test_every_answer_can_be_read_by_the_page(call: Caller) -> None:
    page = {"origin": PAGE}
    assert_readable_by_page(call("POST", "/v1/t", EVENT, headers=basic() | page))
    assert_readable_by_page(call("POST", "/v1/t", b"{", headers=basic() | page))
    assert_readable_by_page(call("POST", "/v1/t", EVENT, headers=page))
    assert_readable_by_page(call("GET", "/v1/t", headers=page))
    answer = call("POST", "/v1/t", EVENT, headers=basic())
    assert not any(name.startswith("access-control") for name in answer.headers)


def test_a_backlog_over_the_bound_asks_to_come_back(tmp_path: Path) -> None:
    call = Caller(tmp_path, max_backlog_events=5)
    assert call("POST", "/v1/batch", {"batch": [{}] * 6}, headers=basic()).status == 200
    backlog = call.collector._intake.backlog
    backlog._looked = float("-inf")
    answer = call("POST", "/v1/t", EVENT, headers=basic() | {"origin": PAGE})
    assert (answer.status, answer.json["code"]) == (429, "overloaded")
    assert 1 <= int(answer.headers["retry-after"]) <= 300
    assert_readable_by_page(answer)
    assert call.collector.backlog_events == 6
    call.committed = 1
    backlog._looked = float("-inf")
    assert call("POST", "/v1/t", EVENT, headers=basic()).status == 200
    call.close()


def test_bytes_in_flight_are_bounded(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "log.db")
    backlog = Backlog(log, lambda: 0, 10, lambda: 0)
    backlog.in_flight = 64_000_001
    with pytest.raises(Overloaded):
        backlog.check(1.0)
    backlog.in_flight = 0
    backlog.check(1.0)
    log.close()


def test_a_state_that_cannot_be_read_does_not_stop_accepting(tmp_path: Path) -> None:
    def broken() -> int:
        raise Unavailable("no state")

    log = SqliteLog(tmp_path / "log.db")
    Backlog(log, broken, 10).check(1.0)
    log.close()


class FailingLog(SqliteLog):
    """A disk on which nothing becomes durable."""

    def append_into(self, draft: Draft, sink: Any, token: Any) -> None:
        sink.refused([token], Unavailable("no space left"))

    def append(self, draft: Draft) -> Future[int]:
        raise NotImplementedError


@pytest.fixture
def failing(tmp_path: Path) -> Iterator[Caller]:
    call = Caller(tmp_path, log=FailingLog(tmp_path / "log.db"))
    yield call
    call.close()


def test_what_is_not_durable_is_not_acknowledged(failing: Caller) -> None:
    answer = failing("POST", "/v1/t", EVENT, headers=basic() | {"origin": PAGE})
    assert (answer.status, answer.json["code"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) >= 1
    assert_readable_by_page(answer)
    assert failing("GET", "/v1/pixel/track?writeKey=wk_test&userId=1").status == 200
    assert failing.collector.refused == {"unavailable": 2}
    assert failing.collector._intake.backlog.in_flight == 0


class Outcome(NamedTuple):
    index: int
    message_id: str | None
    status: str
    reason: str | None = None
    detail: str | None = None


PREFER = {"prefer": "return=representation"}


def test_a_receipt_tells_the_fate_of_each_event(call: Caller) -> None:
    asked = 0

    def outcomes(offset: int) -> Sequence[Outcome] | None:
        nonlocal asked
        asked += 1
        if asked < 3:
            return None
        return [
            Outcome(0, "a", "accepted"),
            Outcome(1, "b", "duplicate"),
            Outcome(2, None, "quarantined", "missing_type", "type is missing"),
        ]

    call.outcomes = outcomes
    answer = call("POST", "/v1/batch", {"batch": [{}] * 3}, headers=basic() | PREFER)
    assert answer.status == 200
    assert answer.json == {
        "success": True,
        "offset": 1,
        "status": "processed",
        "counts": {"accepted": 1, "duplicate": 1, "quarantined": 1},
        "events": [
            {"index": 0, "messageId": "a", "status": "accepted", "reason": None, "detail": None},
            {"index": 1, "messageId": "b", "status": "duplicate", "reason": None, "detail": None},
            {
                "index": 2,
                "messageId": None,
                "status": "quarantined",
                "reason": "missing_type",
                "detail": "type is missing",
            },
        ],
    }


def test_a_receipt_does_not_wait_for_ever(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts, "_WAIT_SECONDS", 0.05)
    answer = call("POST", "/v1/t", EVENT, headers=basic() | PREFER)
    assert (answer.status, answer.json["status"], answer.json["success"]) == (200, "pending", True)


def test_nobody_waits_without_asking(call: Caller) -> None:
    def outcomes(offset: int) -> None:
        raise AssertionError("asked for outcomes")

    call.outcomes = outcomes
    answer = call("POST", "/v1/t", EVENT, headers=basic() | {"prefer": "return=minimal"})
    assert answer.body == b'{"success":true}'


def test_the_log_contract_is_enough(tmp_path: Path) -> None:
    """A log that only has what the contract demands works too."""

    class Plain(SqliteLog):
        append_into = EventLog.append_into

    call = Caller(tmp_path, log=Plain(tmp_path / "log.db"))
    assert call("POST", "/v1/t", EVENT, headers=basic()).status == 200
    call.log.close()
    assert call("POST", "/v1/t", EVENT, headers=basic()).status == 503
    call.close()
