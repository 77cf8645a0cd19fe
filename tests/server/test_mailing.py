"""Dashboards by e-mail, through a real SMTP server: once to each address, also after failures."""

from __future__ import annotations

import email
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from hypothesis import given
from hypothesis import strategies as st

from rapport.clock import DAY, HOUR, MINUTE, to_iso
from rapport.config import Settings
from rapport.errors import ConfigError, Malformed, NotFound
from rapport.insights.asking import Insights
from rapport.insights.boards import narrowed
from rapport.insights.running import Running
from rapport.insights.saved import SavedStore
from rapport.server.access.accounts import AccountStore
from rapport.server.mailing.letter import Letter, Part, html, message, plain
from rapport.server.mailing.post import Session, post_of
from rapport.server.mailing.schedule import Schedule, checked, following
from rapport.server.mailing.service import Mailer
from rapport.server.mailing.store import BACK_OFF, Mailing, MailStore
from rapport.server.mailing.tables import Table
from rapport.warehouse.base import Load, SourceRow
from rapport.warehouse.engines.duckdb import DuckdbWarehouse
from tests.conftest import RunningServer, free_port, served
from tests.warehouse.rows import event_row, events, identities

NOW = 1_760_000_000_000_000  # Thursday 2025-10-09, 08:53:20 UTC
TEAM = ["ada@example.org", "grace@example.org"]


class Time:
    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> int:
        return self.at


class Mailbox:
    """What a mail server does with what it gets. `refused`: address → answer."""

    def __init__(self) -> None:
        self.got: list[tuple[str, EmailMessage]] = []
        self.refused: dict[str, str] = {}

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, _: Any
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        made = email.message_from_bytes(envelope.content, policy=default)
        self.got += [(address, cast("EmailMessage", made)) for address in envelope.rcpt_tos]
        return "250 OK"


@contextmanager
def listening(box: Mailbox, **options: Any) -> Iterator[int]:
    """The port of a server that serves meanwhile."""
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    with listening(box) as port:
        yield box, port


@pytest.fixture
def office(tmp_path: Path, mailbox: tuple[Mailbox, int]) -> Iterator[SimpleNamespace]:
    """The rooms that a mailer needs, with one dashboard of three cards."""
    clock, (box, port) = Time(), mailbox
    warehouse = DuckdbWarehouse(tmp_path / "w.duckdb", memory_mb=128)
    warehouse.set_sources([SourceRow(1, "shop")])
    row = {"message_id": "m", "event": "Order Completed", "timestamp": NOW - DAY, "properties": {}}
    warehouse.load(
        Load(1, events=events(event_row(1, **row, log_offset=1)), identities=identities((1, 1)))
    )
    saved = SavedStore(tmp_path / "control.db", clock)
    orders: Any = {"event": "Order Completed"}
    for key, question in {
        "orders": {"kind": "trends", "series": [orders], "from": "7d"},
        "nobody": {"kind": "funnel", "steps": [{"event": "Never"}]},
    }.items():
        saved.create("insight", key, f"<b>{key}</b>", question, description="", by="ada")
    cards = [{"insight": key, "width": 6, "height": 4} for key in ("orders", "nobody", "lost")]
    board = {"cards": cards, "filters": {}}
    saved.create("dashboard", "shop", "Shop & <Co>", board, description="", by="ada")
    rooms = SimpleNamespace(
        settings=Settings(smtp_url=f"smtp://127.0.0.1:{port}", smtp_from="rapport@example.org"),
        folder=SimpleNamespace(hold=tmp_path / "hold"),
        clock=clock,
        accounts=AccountStore(tmp_path / "control.db", clock),
        saved=saved,
        mailing=MailStore(tmp_path / "control.db", clock),
        running=Running(clock, seconds=60, memory_mb=100),
        insights=Insights(warehouse, clock, lambda _: np.zeros(0, np.int64)),
        path=tmp_path / "control.db",
        box=box,
    )
    yield rooms
    rooms.mailing.close()
    saved.close()
    warehouse.close()


def mailer(office: SimpleNamespace) -> Mailer:
    return Mailer(cast("Any", office), "https://cdp.example.org")


def schedule(**more: Any) -> Schedule:
    return Schedule(**{"to": TEAM, "every": "day", "hour": 9, "timezone": "UTC", **more})


def test_a_due_dashboard_is_sent_once_to_each(office: SimpleNamespace) -> None:
    office.mailing.put("shop", schedule(), by="ada")
    sender = mailer(office)
    sender.send_due()
    assert office.box.got == []
    office.clock.at += 10 * MINUTE
    for _ in range(3):
        sender.send_due()
    assert [address for address, _ in office.box.got] == TEAM
    _, got = office.box.got[0]
    assert got["To"] == TEAM[0]
    assert str(got["Subject"]).startswith("Shop & <Co> – 2025-10-09 09:03 UTC")
    assert got["Message-ID"] != office.box.got[1][1]["Message-ID"]
    text = got.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    page = got.get_body(("html",)).get_content()  # type: ignore[union-attr]
    for told in ("2025-10-08", "https://cdp.example.org/dashboards/shop", "Nobody fits", "lost"):
        assert told in text
        assert told in page
    assert "<b>orders</b>" in text
    assert "&lt;b&gt;orders&lt;/b&gt;" in page
    assert "Shop &amp; &lt;Co&gt;" in page
    assert "<b>" not in page
    assert "src=" not in page
    office.clock.at += DAY
    sender.send_due()
    assert len(office.box.got) == 4


def test_a_narrowed_dashboard_is_sent_narrowed_and_says_so(office: SimpleNamespace) -> None:
    dear = {"path": "properties.total", "op": "gte", "value": 10}
    who = {"trait": "<plan>", "other_than": ["free", None]}
    board = office.saved.get("dashboard", "shop")
    cards = board.body["cards"][:1]
    for filters, told in (({"where": [dear]}, "0"), ({"segment": who}, "0"), ({}, "1")):
        body = {"cards": cards, "filters": filters}
        office.saved.replace("dashboard", "shop", board.name, body, description="", by="ada")
        letter = mailer(office)._letter(Mailing("shop", schedule(), "ada", NOW, NOW, 0, ""))
        table = letter.parts[0].table
        assert table is not None
        assert ["2025-10-08", told] in table.rows
        said = {"where": "total ≥ 10", "segment": "<plan> ≠ free, No value"}
        only = said[next(iter(filters))] if filters else ""
        assert letter.only == only
        assert (f"Only: {only}" in plain(letter)) == bool(only)
        assert "<plan>" not in html(letter)


def test_a_restart_neither_loses_nor_doubles(office: SimpleNamespace) -> None:
    """What was missed in three days comes once; who got it already does not get it again."""
    office.mailing.put("shop", schedule(), by="ada")
    office.clock.at += 10 * MINUTE
    first = office.mailing.due()[0]
    office.mailing.delivered(first, TEAM[0], "sent")
    office.mailing.close()
    office.mailing = MailStore(office.path, office.clock)
    office.clock.at += 3 * DAY
    mailer(office).send_due()
    mailer(office).send_due()
    assert [address for address, _ in office.box.got] == [TEAM[1]]
    assert to_iso(office.mailing.get("shop").due) == "2025-10-13T09:00:00.000000Z"


def test_failures_are_tried_again_and_shown(office: SimpleNamespace) -> None:
    office.mailing.put("shop", schedule(), by="ada")
    office.clock.at += 10 * MINUTE
    office.box.refused[TEAM[0]] = "451 come back later"
    mailer(office).send_due()
    found = office.mailing.get("shop")
    assert [address for address, _ in office.box.got] == [TEAM[1]]
    assert (found.attempts, found.problem) == (1, "451 come back later")
    assert found.try_at == office.clock.at + BACK_OFF[0]
    mailer(office).send_due()
    assert len(office.box.got) == 1
    office.box.refused.clear()
    office.clock.at += BACK_OFF[0]
    mailer(office).send_due()
    assert [address for address, _ in office.box.got] == [TEAM[1], TEAM[0]]
    assert office.mailing.get("shop").problem == ""
    assert {each.status for each in office.mailing.deliveries("shop")} == {"sent"}


def test_an_address_that_there_is_not_does_not_hold_up_the_others(office: SimpleNamespace) -> None:
    office.mailing.put("shop", schedule(), by="ada")
    office.clock.at += 10 * MINUTE
    office.box.refused[TEAM[0]] = "550 no such user"
    mailer(office).send_due()
    told = {each.address: (each.status, each.detail) for each in office.mailing.deliveries("shop")}
    assert told == {TEAM[0]: ("failed", "550 no such user"), TEAM[1]: ("sent", "")}
    assert office.mailing.due() == []


def test_it_is_given_up_before_the_next_is_due(office: SimpleNamespace) -> None:
    office.settings = Settings(smtp_url="smtp://127.0.0.1:1", smtp_from="rapport@example.org")
    office.mailing.put("shop", schedule(), by="ada")
    office.clock.at += 10 * MINUTE
    due = office.mailing.get("shop").due
    for _ in range(len(BACK_OFF) + 1):
        mailer(office).send_due()
        office.clock.at = max(office.clock.at, office.mailing.get("shop").try_at)
    found = office.mailing.get("shop")
    assert (found.attempts, found.due) == (0, due + DAY)
    assert "cannot be used" in found.problem


def test_a_dashboard_that_is_gone_is_not_sent(office: SimpleNamespace) -> None:
    office.mailing.put("shop", schedule(), by="ada")
    office.saved.remove("dashboard", "shop", by="ada")
    office.clock.at += DAY
    mailer(office).send_due()
    assert office.mailing.get("shop") is None
    with pytest.raises(NotFound):
        office.saved.get("dashboard", "shop")


def test_a_password_is_given_to_the_server(tmp_path: Path) -> None:
    seen = []

    def authenticate(*given: Any) -> AuthResult:
        seen.append((given[-1].login, given[-1].password))
        return AuthResult(success=True)

    options: Any = {"authenticator": authenticate, "auth_require_tls": False}
    with listening(Mailbox(), **options) as port:
        settings = Settings(
            smtp_url=f"smtp://ada%40example.org@127.0.0.1:{port}",
            smtp_password="s3cret:/",
            smtp_from="rapport@example.org",
        )
        post = post_of(settings)
        assert post is not None
        with Session(post):
            pass
    assert seen == [(b"ada@example.org", b"s3cret:/")]


@pytest.mark.parametrize(
    ("url", "sender", "named"),
    [
        ("mail.example.org:25", "a@example.org", "smtp_url"),
        ("http://mail.example.org", "a@example.org", "smtp_url"),
        ("smtp://mail.example.org:no", "a@example.org", "smtp_url"),
        ("smtps://mail.example.org", "", "smtp_from"),
        ("smtp://u:p@mail.example.org", "a@example.org", "in the clear"),
    ],
)
def test_settings_that_cannot_be_used(url: str, sender: str, named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        post_of(Settings(smtp_url=url, smtp_from=sender))


def test_ports_and_tls() -> None:
    def of(url: str) -> tuple[str, int]:
        post = post_of(Settings(smtp_url=url, smtp_from="a@example.org"))
        assert post is not None
        return post.way, post.port

    assert of("smtps://u:p@mail.example.org") == ("smtps", 465)
    assert of("starttls://mail.example.org") == ("starttls", 587)
    assert of("smtp://localhost:2525") == ("smtp", 2525)
    assert post_of(Settings()) is None


@given(
    after=st.integers(NOW - 400 * DAY, NOW + 400 * DAY),
    every=st.sampled_from(["day", "week", "month"]),
    hour=st.integers(0, 23),
    zone=st.sampled_from(["UTC", "Asia/Kolkata", "America/New_York", "Pacific/Chatham"]),
    weekday=st.integers(1, 7),
    day=st.integers(1, 28),
)
def test_the_next_time_is_on_the_clock_of_the_zone(
    after: int, every: Any, hour: int, zone: str, weekday: int, day: int
) -> None:
    asked = schedule(every=every, hour=hour, timezone=zone, weekday=weekday, day=day)
    found = following(asked, after)
    longest = {"day": 1, "week": 7, "month": 31}[every] * DAY + 2 * HOUR
    assert after < found <= after + longest
    wall = datetime.fromtimestamp(found / 1e6, UTC).astimezone(ZoneInfo(zone))
    assert (wall.hour - hour) % 24 in (0, 1)  # 1: the hour that a day left out
    assert (wall.minute, wall.second) == (0, 0)
    assert every != "week" or wall.isoweekday() == weekday
    assert every != "month" or wall.day == day


def test_addresses_and_zones_are_checked() -> None:
    assert checked(schedule(to=["Ada@EXAMPLE.org", "Ada@example.org"])).to == ["Ada@example.org"]
    for bad in ({"to": ["ada"]}, {"to": ["a@b\nBcc: c@d.org"]}, {"timezone": "Mars/Olympus"}):
        with pytest.raises(Malformed):
            checked(schedule(**bad))


@pytest.mark.parametrize("language", ["en", "zh-CN", "ar"])
def test_a_letter_in_each_language(language: Any) -> None:
    table = Table(["a", "b"], [["<script>", "1"], ["x", "1,000"]], hidden=3)
    parts = [Part("One", table), Part("Two", None, "nothing")]
    shop = Letter("shop", 'S"<', "http://x", NOW, parts, schedule(language=language))
    page = html(shop)
    assert f'lang="{language}"' in page
    assert ('dir="rtl"' in page) == (language == "ar")
    assert "<script>" not in page
    assert "3" in plain(shop)
    lines = plain(shop).splitlines()
    assert "<script>      1" in lines
    assert "x         1,000" in lines
    with pytest.raises(ValueError, match=r"[Hh]eader|linefeed"):
        message(shop, "a@example.org\nBcc: b@example.org", "c@example.org", NOW)


def test_what_the_board_lays_over_a_question() -> None:
    question = {"kind": "active", "from": "90d", "to": "2026-01-01", "segment": "vip"}
    assert narrowed(question, {}) == question
    assert narrowed(question, {"from": "7d"}) == {"kind": "active", "from": "7d", "segment": "vip"}
    assert narrowed(question, {"segment": "new"})["segment"] == ["vip", "new"]
    assert narrowed(question, {"segment": "vip"})["segment"] == "vip"
    pro = {"trait": "plan", "value": "pro"}
    dear = {"path": "properties.total", "op": "gt", "value": 10}
    assert narrowed({"kind": "active"}, {"segment": pro, "where": [dear]}) == {
        "kind": "active",
        "segment": pro,
        "where": [dear],
    }
    own = {**question, "where": [dear]}
    assert narrowed(own, {"where": [dear | {"op": "lt"}]})["where"] == [dear, dear | {"op": "lt"}]


def test_the_api_says_that_no_server_is_set(running_server: RunningServer) -> None:
    board = {"key": "mailed", "name": "Mailed", "cards": []}
    asked = {"to": TEAM, "every": "week"}
    path = "/api/v1/dashboards/mailed/schedule"
    with running_server.api() as api:
        assert api.get(path).status_code == 404
        api.post("/api/v1/dashboards", json=board)
        told = api.get(path).json()
        assert (told["schedule"], told["problem"]) == (None, "smtp_url is not set")
        refused = api.put(path, json=asked)
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "no_mail")
        assert api.put(path, json={**asked, "hour": 24}).status_code == 400
        assert api.delete(path).status_code == 404
        assert api.post(f"{path}/send").status_code == 404
        api.delete("/api/v1/dashboards/mailed")


def test_a_running_server_sends_at_once(tmp_path: Path, mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    settings = {"smtp_url": f"smtp://127.0.0.1:{port}", "smtp_from": "rapport@example.org"}
    with served(tmp_path / "data", **settings) as server, server.api() as api:
        path = "/api/v1/dashboards/mailed/schedule"
        kept = api.post("/api/v1/dashboards", json={"key": "mailed", "name": "Mailed"})
        assert kept.is_success, kept.text
        made = api.put(path, json={"to": TEAM, "every": "month", "day": 3}).json()
        assert (made["schedule"]["day"], made["problem"]) == (3, "")
        assert api.post(f"{path}/send").status_code == 200
        for _ in range(100):
            told = api.get(path).json()
            if len(told["deliveries"]) == len(TEAM):
                break
            time.sleep(0.1)
        assert {each["status"] for each in told["deliveries"]} == {"sent"}
        assert told["next_at"] == made["next_at"]
        assert api.delete(path).status_code == 200
        assert api.get(path).json()["schedule"] is None
        assert api.put(path, json={"to": ["nobody"]}).status_code == 400
        server.stop()
    assert [address for address, _ in box.got] == TEAM
