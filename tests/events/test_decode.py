"""What clients send, and what becomes of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rapport.clock import HOUR, SECOND
from rapport.events.model import SKEWED, Event, Rejection
from rapport.events.reasons import REASONS
from rapport.events.rejecting import message_id
from rapport.events.rows import to_batch
from rapport.identity.identifiers import Extractor, Normaliser
from rapport.log.base import BATCH

from .samples import RECEIVED, decode, event, refused

TRACK = {"type": "track", "event": "Viewed", "messageId": "m1", "userId": "u1"}


def test_python_sdk_with_nulls() -> None:
    found = event(
        {
            **TRACK,
            "timestamp": "2026-11-21T23:36:48.665+00:00",
            "anonymousId": None,
            "integrations": {},
            "context": {"library": {"name": "analytics-python", "version": "2.4.0"}},
            "properties": {"price": 12.50},
        }
    )
    assert (found.user_id, found.anonymous_id, found.message_id) == ("u1", None, "m1")
    assert found.timestamp == found.original_timestamp == RECEIVED
    assert found.properties == b'{"price": 12.5}'
    assert found.ctx.library == {"name": "analytics-python", "version": "2.4.0"}
    assert found.sent_at is None


def test_batch_members_lie_under_those_of_each_event() -> None:
    first, second = decode(
        {
            "batch": [{**TRACK, "context": {"locale": "de", "n": 12345678901234567890123}}, TRACK],
            "sentAt": "2026-11-21T22:36:48.665Z",
            "context": {"locale": "en", "app": {"name": "shop"}},
            "integrations": {"All": True},
        },
        BATCH,
    )
    assert isinstance(first, Event)
    assert isinstance(second, Event)
    assert json.loads(first.context) == {
        "locale": "de",
        "app": {"name": "shop"},
        "n": 12345678901234567890123,
    }
    assert second.ctx.locale == "en"
    assert first.sent_at == RECEIVED - HOUR
    assert first.timestamp == RECEIVED  # nothing was said of the time


def test_sent_at_of_the_batch_corrects_the_clock() -> None:
    (found,) = decode(
        {
            "batch": [
                {**TRACK, "timestamp": "2026-11-21T20:00:00Z", "sentAt": "2020-01-01T00:00:00Z"}
            ],
            "sentAt": "2026-11-21T20:00:05Z",
        },
        BATCH,
    )
    assert isinstance(found, Event)
    assert found.timestamp == RECEIVED - 5 * SECOND
    assert found.flags == SKEWED


@pytest.mark.parametrize(
    ("sent", "kept"),
    [(5, "5"), (5.0, "5"), (1.5, "1.5"), ("5", "5"), (12345678901234567890123, None)],
)
def test_ids_may_be_numbers(sent: Any, kept: str | None) -> None:
    found = event({**TRACK, "userId": sent, "messageId": sent})
    assert found.user_id == found.message_id == (kept or str(sent))


def test_the_path_gives_the_type_and_a_missing_id_is_filled() -> None:
    found = event({"userId": "u1", "type": "track"}, "identify")
    assert found.type == "identify"
    assert found.message_id == "rapport-7-0"


@pytest.mark.parametrize("sent", ["rapport-7-0", "sent-rapport-7-0", "rapport-cli", "sent-1"])
def test_nobody_can_send_the_id_of_an_event_without_one(sent: str) -> None:
    filled = event({"userId": "u1"}, "identify").message_id
    found = event({**TRACK, "messageId": sent})
    assert found.message_id != filled
    assert found.message_id == (f"sent-{sent}" if sent.endswith("-7-0") else sent)
    body = json.dumps({**TRACK, "messageId": sent}).encode()
    assert message_id(body) == found.message_id, "receipts say the same"


@pytest.mark.parametrize("kind", ["identify", "page", "screen", "group", "alias"])
def test_events_that_say_their_own_type(kind: str) -> None:
    found = event({"type": kind, "userId": "u", "previousId": "p", "groupId": "g"}, "event")
    assert (found.type, found.event, found.group_id) == (kind, "", "g")


def test_page_names() -> None:
    assert event({"name": "Home", "category": "Docs", "userId": 1}, "page").event == "Home"
    assert event({"category": "Docs", "userId": 1}, "page").event == "Docs"


def test_rudder_traits_of_identify_lie_in_the_context() -> None:
    context = {"traits": {"email": "a@b.example", "plan": "free"}}
    found = event({"userId": "u", "context": context}, "identify")
    assert json.loads(found.traits) == context["traits"]
    found = event({"userId": "u", "context": context, "traits": {"plan": "gold"}}, "identify")
    assert json.loads(found.traits) == {"email": "a@b.example", "plan": "gold"}
    group = event({"userId": "u", "groupId": "g", "context": context}, "group")
    assert group.traits == b""
    assert event({"userId": "u", "context": {"traits": [1]}}, "identify").traits == b""


def test_what_a_client_says_of_destinations_is_kept() -> None:
    own, shared = decode(
        {
            "batch": [{**TRACK, "integrations": {"All": False, "Ads": True}}, TRACK],
            "integrations": {"All": True},
        },
        BATCH,
    )
    assert isinstance(own, Event)
    assert isinstance(shared, Event)
    assert json.loads(own.integrations) == {"All": False, "Ads": True}
    assert json.loads(shared.integrations) == {"All": True}
    deep: Any = {}
    for _ in range(200):
        deep = {"a": deep}
    for nonsense in ({}, None, [], "all", 1, deep):
        assert event({**TRACK, "integrations": nonsense}).integrations == b""


def test_rudder_channel_and_original_timestamp() -> None:
    found = event(
        {
            **TRACK,
            "channel": "web",
            "originalTimestamp": "2026-11-21T20:00:00.000Z",
            "sentAt": "2026-11-21T20:00:01.000Z",
        }
    )
    assert found.channel == "web"
    assert found.timestamp == RECEIVED - SECOND


def test_address_and_agent_of_a_device_fill_what_is_missing() -> None:
    meta = {"ip": "203.0.113.9", "user_agent": "Mozilla/5.0"}
    found = event({**TRACK, "context": {"userAgent": "App/1"}}, meta=meta)
    assert json.loads(found.context) == {"userAgent": "App/1", "ip": "203.0.113.9"}
    assert (found.ctx.ip, found.ctx.user_agent) == ("203.0.113.9", "App/1")
    assert event(TRACK, meta=meta).ctx.ip == "203.0.113.9"
    assert event({**TRACK, "context": {"ip": None}}, meta=meta).context.count(b'"ip"') == 1
    assert event(TRACK, meta={"redrive": 4}).context == b""


def test_alias_without_previous_id_means_the_anonymous_one() -> None:
    assert event({"userId": "u", "anonymousId": "a"}, "alias").previous_id == "a"


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


REFUSED: list[tuple[str, Any, str]] = [
    ("not_an_object", "text", "event"),
    ("not_an_object", [], "event"),
    ("not_an_object", None, "event"),
    ("unknown_type", {"type": "merge", "userId": "u"}, "event"),
    ("unknown_type", {"userId": "u"}, "event"),
    ("missing_event_name", {"userId": "u"}, "track"),
    ("missing_event_name", {"userId": "u", "event": ""}, "track"),
    ("missing_identity", {"event": "x"}, "track"),
    ("missing_identity", {"event": "x", "userId": "", "anonymousId": None}, "track"),
    ("missing_identity", {"event": "x", "context": {"externalIds": [], "traits": {}}}, "track"),
    ("missing_identity", {"event": "x", "context": {"externalIds": [{"id": ""}]}}, "track"),
    (
        "missing_identity",
        {"event": "x", "context": {"externalIds": [{"type": "t", "id": 1, "collection": "a"}]}},
        "track",
    ),
    ("missing_identity", {"traits": {"email": None, "name": "N"}}, "identify"),
    ("missing_identity", {"userId": "u"}, "alias"),
    ("missing_identity", {"previousId": "u"}, "alias"),
    ("event_too_large", {**TRACK, "properties": {"x": "y" * 40_000}}, "track"),
    ("message_id_too_long", {**TRACK, "messageId": "m" * 101}, "track"),
    ("invalid_field", {**TRACK, "userId": {}}, "track"),
    ("invalid_field", {**TRACK, "userId": True}, "track"),
    ("invalid_field", {**TRACK, "userId": "u" * 513}, "track"),
    ("invalid_field", {**TRACK, "userId": "a\0b"}, "track"),
    ("invalid_field", {**TRACK, "properties": [1]}, "track"),
    ("invalid_field", {**TRACK, "context": "x"}, "track"),
    ("invalid_field", {**TRACK, "timestamp": {}}, "track"),
    ("bad_json", b'{"type": "track"', "track"),
    ("bad_json", b"", "track"),
    ("bad_json", b'{"event": "\xff", "userId": "u"}', "track"),
    ("invalid_field", b'{"event": "x", "userId": "u", "properties": {"a": 1e999}}', "track"),
    ("too_deep", b'{"event":"x","userId":"u","properties":{"a":%b}}' % nested(150), "track"),
    ("too_deep", b'{"event":"x","userId":"u","context":{"a":%b}}' % nested(150), "track"),
    ("too_deep", b'{"event":"x","userId":"u","a":%b}' % nested(9000), "track"),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "body", "kind"), REFUSED)
def test_refused_with_a_reason(reason: str, body: Any, kind: str) -> None:
    found = refused(body, kind)
    assert found.reason == reason
    assert found.detail
    if isinstance(body, bytes):
        assert found.body == body or json.loads(found.body)["type"] == kind
    elif isinstance(body, dict) and kind != "event":
        assert json.loads(found.body) == {**body, "type": kind}
    else:
        assert json.loads(found.body) == body


@pytest.mark.parametrize(
    ("body", "kind", "asked"),
    [
        ({"event": "x", "user_id": "u"}, "track", "`user_id` is there: did you mean `userId`?"),
        ({"event": "x", "AnonymousID": 7}, "track", "`AnonymousID` is there: did you mean `anon"),
        ({"event": "x", "context": {"userId": "u"}}, "track", "`context.userId` is there: did"),
        ({"userId": "u", "previous_id": "p"}, "alias", "did you mean `previousId`?"),
        ({"userId": "u", "event_name": "x"}, "track", "did you mean `event`?"),
        ({"userId": "u"}, "alias", ""),
        ({"event": "x", "user_id": None, "user": {"id": 1}}, "track", ""),
    ],
)
def test_a_name_that_is_nearly_right_is_asked_about(body: Any, kind: str, asked: str) -> None:
    detail = refused(body, kind).detail
    assert asked in detail
    assert ("did you mean" in detail) == bool(asked)


def test_every_reason_is_documented_and_none_is_made_up() -> None:
    assert {reason for reason, _, _ in REFUSED} | {
        "message_id_conflict",
        "processing_error",
    } == set(REASONS)


def test_one_bad_event_costs_itself() -> None:
    good = [{**TRACK, "messageId": f"m{n}"} for n in range(3)]
    found = decode({"batch": [good[0], 5, good[1], {"type": "track"}, good[2]]}, BATCH)
    assert [type(one) for one in found] == [Event, Rejection, Event, Rejection, Event]
    assert [one.index for one in found] == [0, 1, 2, 3, 4]


def test_a_mistake_of_ours_costs_one_event(monkeypatch: pytest.MonkeyPatch) -> None:
    def name_of(kind: str, item: Any) -> str:
        return str(1 / item.event)

    monkeypatch.setattr("rapport.events.decode.name_of", name_of)
    found = decode({"batch": [{**TRACK, "event": 1}, {**TRACK, "event": 0}]}, BATCH)
    assert isinstance(found[0], Event)
    assert isinstance(found[1], Rejection)
    assert (found[1].reason, found[1].message_id) == ("processing_error", "m1")


def test_a_rejected_event_stands_by_itself() -> None:
    said = {"sentAt": "2026-11-21T22:36:48.665Z", "context": {"locale": "en", "ip": "1.1.1.1"}}
    own = {"context": {"ip": "2.2.2.2"}, "event": "x"}
    found = decode({"batch": [own, 5, {"context": 7}], **said}, BATCH)
    bodies = [json.loads(one.body) for one in found if isinstance(one, Rejection)]
    assert bodies[0] == {**own, **said, "context": {"locale": "en", "ip": "2.2.2.2"}}
    assert bodies[1:] == [5, {"context": 7}]
    assert json.loads(refused({"a": 1}, "track").body) == {"a": 1, "type": "track"}


def test_events_that_cannot_be_found_are_accounted_for() -> None:
    found = decode(b'{"batch": 5}', BATCH, count=3)
    assert [one.reason for one in found if isinstance(one, Rejection)] == ["bad_json"] * 3
    assert [one.body for one in found if isinstance(one, Rejection)] == [b'{"batch": 5}', b"", b""]


def test_content_ignores_transport_and_order_of_keys() -> None:
    base = {**TRACK, "properties": {"a": 1, "b": {"c": 2, "d": 3}}, "context": {"x": 1, "y": 2}}
    same = [
        {**base, "sentAt": "2026-11-21T20:00:05Z"},
        {**base, "_metadata": {"retryCount": 3}, "writeKey": "k", "integrations": {"x": True}},
        {**base, "properties": {"b": {"d": 3, "c": 2}, "a": 1}, "context": {"y": 2, "x": 1}},
    ]  # fmt: skip
    other = [
        {**base, "event": "Bought"},
        {**base, "userId": "u2"},
        {**base, "timestamp": "2026-11-21T20:00:05Z"},
        {**base, "properties": {"a": 1, "b": {"c": 3, "d": 2}}},
        {**base, "context": {"x": 2, "y": 1}},
        {**base, "context": {}},
        {**base, "traits": {"a": 1, "b": {"c": 2, "d": 3}}, "properties": None},
    ]
    content = event(base).content
    assert {event(one).content for one in same} == {content}
    assert len({event(one).content for one in [base, *other]}) == len(other) + 1
    device = {"ip": "203.0.113.9"}
    assert event(base, meta=device).content == content  # another network is no other event


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"context": {"externalIds": [{"type": "ga_client_id", "id": "7"}]}}, "page"),
        ({"traits": {"email": "ada@example.org"}}, "identify"),
        ({"event": "x", "properties": {"phone": "+491701234567"}}, "track"),
        ({"event": "x", "context": {"traits": {"email": "ada@example.org"}}}, "track"),
        ({"name": "x", "context": {"device": {"id": "d-1"}}}, "screen"),
    ],
)
def test_somebody_may_be_named_without_user_and_anonymous_id(body: Any, kind: str) -> None:
    found = event(body, kind)
    assert (found.user_id, found.anonymous_id) == (None, None)
    keys = Extractor(Normaliser("DE"))(found)
    assert keys
    assert "message_id" not in {name for name, _ in keys}


def test_each_row_has_the_context_of_its_own_event() -> None:
    """Also when no two are the same, in whatever order they lie in memory."""
    urls = [f"https://shop.example/{number}" for number in range(20)]
    items = [{**TRACK, "messageId": url, "context": {"page": {"url": url}}} for url in urls]
    events = [one for one in decode({"batch": items}, BATCH) if isinstance(one, Event)]
    for ordered in (events, events[::-1]):
        rows = to_batch(ordered)
        assert rows.column("page_url").to_pylist() == rows.column("message_id").to_pylist()
