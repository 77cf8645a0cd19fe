"""Limits, broken bodies and the small mends."""

from __future__ import annotations

import gzip
import json
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.collect.bodies import inflate, parse_batch, parse_single
from rapport.collect.mending import mend
from rapport.errors import Malformed, TooLarge

from .calling import Caller, basic

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid_json"),
        (b"{", "invalid_json"),
        (b"hello", "invalid_json"),
        (b'{"batch":[}]}', "invalid_json"),
        (b'{"batch":[]} x', "invalid_json"),
        (b"[]", "invalid_request"),
        (b"null", "invalid_request"),
        (b'{"batch":{}}', "invalid_request"),
        (b'{"events":[]}', "invalid_request"),
        (b'{"batch":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "invalid_json"),
        (b"\x1f\x8b\x00broken", "invalid_gzip"),
        (gzip.compress(b'{"batch":[]}', mtime=0)[:-9], "invalid_gzip"),
    ],
)
def test_unreadable_batches(call: Caller, body: bytes, code: str) -> None:
    answer = call("POST", "/v1/batch", body, headers=basic())
    assert (answer.status, answer.json["success"], answer.json["code"]) == (400, False, code)
    assert answer.json["message"]
    assert "retry-after" not in answer.headers
    assert call.records() == []


@pytest.mark.parametrize("body", [b"", b"[]", b"3", b'{"a":}', b'"x"'])
def test_unreadable_single_events(call: Caller, body: bytes) -> None:
    assert call("POST", "/v1/track", body, headers=basic()).status == 400
    assert call.records() == []


def padded(size: int) -> bytes:
    return b'{"batch":[{"a":"' + b"x" * (size - 20) + b'"}]}'


@pytest.mark.parametrize("form", ["plain", "chunked", "gzip", "gzip chunked"])
def test_the_limit_holds_for_the_inflated_body(call: Caller, form: str) -> None:
    def send(size: int) -> int:
        body = padded(size)
        assert len(body) == size
        body = gzip.compress(body) if "gzip" in form else body
        sent: Any = [body[:9], body[9:]] if "chunked" in form else body
        return call("POST", "/v1/batch", sent, headers=basic()).status

    assert send(600_000) == 200
    assert send(600_001) == 413
    assert len(call.records()) == 1


def test_import_takes_larger_bodies(call: Caller) -> None:
    assert call("POST", "/v1/import", padded(4_000_000), headers=basic()).status == 200
    answer = call("POST", "/v1/import", padded(4_000_001), headers=basic())
    assert (answer.status, answer.json["code"]) == (413, "request_too_large")


def test_a_body_without_end_is_not_read_to_the_end(call: Caller) -> None:
    answer = call("POST", "/v1/batch", [b"x" * 1_000_000] * 200, headers=basic())
    assert answer.status == 413
    assert call.proto.read < 60_000_000


def test_too_many_events(tmp_path: Path) -> None:
    call = Caller(tmp_path, max_batch_events=3)
    assert call("POST", "/v1/batch", {"batch": [{}] * 3}, headers=basic()).status == 200
    answer = call("POST", "/v1/batch", {"batch": [{}] * 4}, headers=basic())
    assert (answer.status, answer.json["code"]) == (413, "too_many_events")
    assert len(call.records()) == 1
    call.close()


def test_a_bomb_is_not_inflated() -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    assert len(bomb) < 60_000
    tracemalloc.start()
    with pytest.raises(TooLarge):
        inflate(bomb, 600_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3_000_000
    with pytest.raises(TooLarge):
        inflate(gzip.compress(b"x" * 400_000) * 2, 600_000)


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=4))
def test_inflating_undoes_gzip_of_any_number_of_members(parts: list[bytes]) -> None:
    assert inflate(b"".join(map(gzip.compress, parts)), 2_000) == b"".join(parts)


@given(st.binary(max_size=200))
def test_broken_gzip_gives_a_clear_error(noise: bytes) -> None:
    body = b"\x1f\x8b\x08\x00" + noise
    try:
        found = inflate(body, 1_000_000)
    except (Malformed, TooLarge):
        return
    assert found == zlib.decompress(body, wbits=31)


@given(st.lists(json_values, max_size=6))
def test_valid_json_is_never_changed(events: list[Any]) -> None:
    for ascii_only in (True, False):
        body = json.dumps({"batch": events}, ensure_ascii=ascii_only).encode()
        stored, batch = parse_batch(body)
        assert stored == body
        assert [json.loads(bytes(raw)) for raw in batch.batch] == events


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(noise: bytes) -> None:
    for body in (noise, b'{"batch":[' + noise + b"]}", b'{"a":"' + noise + b'"}'):
        for parse in (parse_batch, parse_single):
            try:
                stored, _ = parse(body)
            except Malformed:
                continue
            stored.decode("utf-8")
            msgspec.json.decode(stored, type=dict[str, msgspec.Raw])


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        (b'{"p": NaN}', b'{"p": null}'),
        (b'{"p": -Infinity, "q": [Infinity]}', b'{"p": null, "q": [null]}'),
        (b'{"NaN": "a \\" NaN"}', b'{"NaN": "a \\" NaN"}'),
        (b'{"cut": "\\ud83d"}', b'{"cut": "\\ufffd"}'),
        (b'{"cut": "\\ude00\\ud83d\\ude00"}', b'{"cut": "\\ufffd\\ud83d\\ude00"}'),
        (b'{"path": "c:\\\\ud83d"}', b'{"path": "c:\\\\ud83d"}'),
        (b'{"latin": "caf\xe9"}', '{"latin": "caf\ufffd"}'.encode()),
        (b'\xef\xbb\xbf{"bom": 1}', b'{"bom": 1}'),
    ],
)
def test_mends(call: Caller, sent: bytes, stored: bytes) -> None:
    assert mend(sent) == stored
    assert call("POST", "/v1/track", sent, headers=basic()).status == 200
    assert call.last().body == stored
    good = b'{"batch":[{"userId":"good"},' + sent.removeprefix(b"\xef\xbb\xbf") + b"]}"
    assert call("POST", "/v1/batch", good, headers=basic()).status == 200
    assert call.last().count == 2


@given(json_values)
def test_mending_leaves_valid_json_alone(value: Any) -> None:
    for ascii_only in (True, False):
        text = json.dumps({"v": value}, ensure_ascii=ascii_only).encode()
        assert mend(text) == text
