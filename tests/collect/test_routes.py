"""Every route of the tracking API, and the record that it leaves in the log."""

from __future__ import annotations

import base64
import gzip
import json
import shutil
import zlib
from pathlib import Path
from typing import Any

import pytest

from rapport.log.base import BATCH, EVENT

from .calling import KEY, NOW, Caller, basic

EVENT_BODY = {"userId": "u1", "event": "Bought", "messageId": "m1"}
BATCH_BODY = {"batch": [EVENT_BODY, {"type": "identify"}], "sentAt": "2026-11-22T00:00:00Z"}


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/b", "/v1/import", "/beacon/v1/batch"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_batches(call: Caller, path: str, slash: str) -> None:
    answer = call("POST", path + slash, BATCH_BODY, headers=basic())
    assert (answer.status, answer.body) == (200, b'{"success":true}')
    record = call.last()
    assert (record.kind, record.count, record.source) == (BATCH, 2, 1)
    assert record.received_at == NOW
    assert record.meta == b""
    assert json.loads(record.body) == BATCH_BODY


@pytest.mark.parametrize("kind", ["track", "identify", "page", "screen", "group", "alias"])
@pytest.mark.parametrize("short", [True, False])
def test_single_events(call: Caller, kind: str, short: bool) -> None:
    answer = call("POST", f"/v1/{kind[0] if short else kind}", EVENT_BODY, headers=basic())
    assert (answer.status, answer.body) == (200, b'{"success":true}')
    record = call.last()
    assert (record.kind, record.count) == (kind, 1)
    assert json.loads(record.body) == EVENT_BODY


def test_the_body_is_stored_byte_for_byte(call: Caller) -> None:
    body = '{"userId" :  null,"event":"é ✓", "properties":{"a":1.50}, "x":[1 ,2]}\n'.encode()
    assert call("POST", "/v1/track", body, headers=basic()).status == 200
    assert call.last().body == body


def test_what_makes_no_sense_as_an_event_is_accepted_for_the_quarantine(call: Caller) -> None:
    body = b'{"batch":[null,3,"x",{},{"type":"nonsense"},{"userId":{"a":1}}]}'
    assert call("POST", "/v1/batch", body, headers=basic()).status == 200
    assert call.last().count == 6


def test_an_empty_batch_is_accepted_and_leaves_nothing(call: Caller) -> None:
    assert call("POST", "/v1/batch", {"batch": []}, headers=basic()).status == 200
    assert call.records() == []


def test_metrics_are_received_and_not_kept(call: Caller) -> None:
    answer = call("POST", "/v1/m", {"series": [{"type": "Counter"}]})
    assert (answer.status, answer.body) == (200, b'{"success":true}')
    assert call.records() == []


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-www-form", ""])
def test_content_types_do_not_matter(call: Caller, kind: str) -> None:
    answer = call("POST", "/v1/t", EVENT_BODY, headers={**basic(), "content-type": kind})
    assert answer.status == 200


@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize("chunked", [True, False])
def test_gzip(call: Caller, announced: bool, chunked: bool) -> None:
    packed = gzip.compress(json.dumps(BATCH_BODY).encode())
    headers = basic() | ({"content-encoding": "gzip"} if announced else {})
    body: Any = [packed[:10], packed[10:]] if chunked else packed
    assert call("POST", "/v1/batch", body, headers=headers).status == 200
    assert json.loads(call.last().body) == BATCH_BODY


@pytest.mark.parametrize("named", ["deflate", "br", "zstd", "gzip, deflate"])
def test_what_is_packed_in_another_way_is_named(call: Caller, named: str) -> None:
    packed = zlib.compress(json.dumps(BATCH_BODY).encode())
    headers = basic() | {"content-encoding": named}
    answer = call("POST", "/v1/batch", packed, headers=headers)
    said = json.loads(answer.body)
    assert (answer.status, said["code"]) == (415, "unsupported_encoding")
    assert named in said["message"]
    assert "gzip" in said["hint"]
    assert call.records() == []
    plain = call("POST", "/v1/batch", BATCH_BODY, headers=headers)
    assert plain.status == 200, "a proxy has unpacked it and left the header"


def test_merge_becomes_an_identify(call: Caller) -> None:
    body = {
        "type": "merge",
        "messageId": "m9",
        "mergeProperties": [
            {"type": "email", "value": "neha@example.com"},
            {"type": "user_id", "value": 7},
        ],
    }
    assert call("POST", "/v1/merge", body, headers=basic()).status == 200
    record = call.last()
    assert record.kind == EVENT
    event = json.loads(record.body)
    assert (event["type"], event["userId"], event["messageId"]) == ("identify", "7", "m9")
    assert event["context"]["externalIds"] == [
        {"id": "neha@example.com", "type": "email", "collection": "users", "encoding": "none"}
    ]


@pytest.mark.parametrize("body", [{"type": "merge"}, {"mergeProperties": [1]}, {}])
def test_a_merge_without_properties_is_refused(call: Caller, body: dict[str, Any]) -> None:
    answer = call("POST", "/v1/merge", body, headers=basic())
    assert (answer.status, answer.json["code"]) == (400, "invalid_request")


def pixel_data(event: dict[str, Any], *, urlsafe: bool = False, padded: bool = True) -> str:
    raw = json.dumps(event).encode()
    text = (base64.urlsafe_b64encode if urlsafe else base64.b64encode)(raw).decode()
    return text if padded else text.rstrip("=")


@pytest.mark.parametrize("urlsafe", [True, False])
@pytest.mark.parametrize("padded", [True, False])
@pytest.mark.parametrize("key_in_data", [True, False])
def test_pixel_with_data(call: Caller, urlsafe: bool, padded: bool, key_in_data: bool) -> None:
    event = {"userId": "ü?>>~~", "event": "Email Opened", "properties": {"n": 1}}
    sent = {**event, "writeKey": KEY} if key_in_data else event
    data = pixel_data(sent, urlsafe=urlsafe, padded=padded)
    more = "" if key_in_data else f"&writeKey={KEY}"
    answer = call("GET", f"/v1/pixel/track?data={data}{more}", headers={"user-agent": "Mail/1"})
    assert (answer.status, answer.headers["content-type"]) == (200, "image/gif")
    assert answer.body.startswith(b"GIF89a")
    assert json.loads(call.last().body) == {**event, "type": "track"}
    assert json.loads(call.last().meta) == {"ip": "203.0.113.9", "user_agent": "Mail/1"}


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/v1/pixel/page", "page"), ("/pixel/v1/track", "track"), ("/pixel/v1/page", "page")],
)
def test_pixel_with_fields_in_the_query(call: Caller, path: str, kind: str) -> None:
    query = f"writeKey={KEY}&userId=7&properties.price=3&properties.a.b=c+d&traits=%7B%22x%22:1%7D"
    assert call("GET", f"{path}?{query}").status == 200
    assert json.loads(call.last().body) == {
        "type": kind,
        "userId": "7",
        "properties": {"price": "3", "a": {"b": "c d"}},
        "traits": {"x": 1},
    }


@pytest.mark.parametrize(
    "query", ["", "data=%%%", "data=bnVsbA==", f"data=e30x&writeKey={KEY}", "writeKey=unknown&a=b"]
)
def test_a_wrong_pixel_still_gets_its_image(call: Caller, query: str) -> None:
    answer = call("GET", f"/v1/pixel/track?{query}")
    assert (answer.status, answer.headers["content-type"]) == (200, "image/gif")
    assert call.records() == []
    assert sum(call.collector.refused.values()) == 1


@pytest.mark.parametrize("path", ["/api/v1/sources", "/api/v1/nowhere", "/health", "/metrics"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_other_paths_are_left_to_others(call: Caller, path: str, method: str) -> None:
    assert call(method, path).handled is False


@pytest.mark.parametrize("path", ["/", "/v1", "/profiles", "/assets/x.js"])
def test_pages_are_left_to_the_console(call: Caller, path: str) -> None:
    assert call("GET", path).handled is False


def test_a_wrong_method_is_named(call: Caller) -> None:
    answer = call("GET", "/v1/track")
    assert (answer.status, answer.headers["allow"]) == (405, "POST, OPTIONS")
    assert call("POST", "/v1/pixel/track").status == 405


def test_requests_of_devices_carry_their_address(call: Caller) -> None:
    web = call.sources.create(name="Shop", kind="web")
    headers = {**basic(web.write_keys[0].key), "user-agent": "Mozilla"}
    call("POST", "/v1/t", EVENT_BODY, headers=headers)
    assert json.loads(call.last().meta) == {"ip": "203.0.113.9", "user_agent": "Mozilla"}
    call("POST", "/v1/t", EVENT_BODY, headers={**basic(), "origin": "https://shop.example"})
    assert json.loads(call.last().meta) == {"ip": "203.0.113.9"}


@pytest.mark.parametrize(("trusted", "found"), [("", "10.0.0.1"), ("10.0.0.0/8", "8.8.4.4")])
def test_a_proxy_is_believed_when_it_is_trusted(
    tmp_path: Path, prepared: Path, trusted: str, found: str
) -> None:
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    caller = Caller(tmp_path, trusted_proxies=trusted)
    headers = {**basic(), "origin": "https://a.example", "x-forwarded-for": "8.8.4.4"}
    caller("POST", "/v1/t", EVENT_BODY, headers=headers, client="10.0.0.1:5")
    assert json.loads(caller.last().meta)["ip"] == found
    asked = {"headers": {"x-forwarded-proto": "https"}, "client": "10.0.0.1:5"}
    settings = caller("GET", f"/v1/projects/{KEY}/settings", **asked).json
    protocol = settings["integrations"]["Segment.io"]["protocol"]
    assert protocol == ("https" if trusted else "http")
    caller.close()


@pytest.mark.parametrize(
    ("method", "path", "hint"),
    [
        ("POST", "/v1/tracks", "/v1/track"),
        ("POST", "/v1/v1/batch", "/v1/batch"),
        ("POST", "/b", "/v1/b"),
        ("GET", "/v1/nothing/like/it", "docs/tracking-api.md"),
    ],
)
def test_an_address_that_is_wrong_is_named_also_to_pages(
    call: Caller, method: str, path: str, hint: str
) -> None:
    page = {"origin": "https://shop.example"}
    answer = call(method, path, b"{}", headers=page)
    assert (answer.status, answer.json["code"]) == (404, "no_such_route")
    assert hint in answer.json["hint"]
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert call("OPTIONS", path, headers=page).status == 204
    assert call.records() == []
