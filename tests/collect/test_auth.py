"""Who may write: where the write key is looked for, and in which order."""

from __future__ import annotations

import base64
from pathlib import Path

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.collect.auth import basic_key
from rapport.errors import Unavailable

from .calling import KEY, Caller, basic

EVENT = {"userId": "u", "event": "e"}


@pytest.mark.parametrize("colon", [True, False])
def test_basic(call: Caller, colon: bool) -> None:
    assert call("POST", "/v1/t", EVENT, headers=basic(colon=colon)).status == 200


def test_bearer_and_key_in_the_body(call: Caller) -> None:
    headers = {"authorization": "Bearer some-oauth-token"}
    assert call("POST", "/v1/t", {**EVENT, "writeKey": KEY}, headers=headers).status == 200
    assert call("POST", "/v1/t", EVENT, headers=headers).status == 401
    assert call("POST", "/v1/t", EVENT, headers={"authorization": f"Bearer {KEY}"}).status == 200


def test_only_in_the_body(call: Caller) -> None:
    assert call("POST", "/v1/batch", {"batch": [EVENT], "writeKey": KEY}).status == 200


def test_only_in_the_query(call: Caller) -> None:
    assert call("POST", f"/beacon/v1/batch?writeKey={KEY}", {"batch": [EVENT]}).status == 200


def test_the_order_is_basic_body_query(call: Caller) -> None:
    first, second = call.sources.create(name="A"), call.sources.create(name="B")
    in_body = {**EVENT, "writeKey": first.write_keys[0].key}
    query = f"/v1/t?writeKey={second.write_keys[0].key}"
    call("POST", query, in_body, headers=basic())
    assert call.last().source == 1
    call("POST", query, in_body)
    assert call.last().source == first.id
    call("POST", query, EVENT)
    assert call.last().source == second.id


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "missing_write_key"),
        ({"authorization": "Basic Og=="}, "missing_write_key"),
        ({"authorization": "Basic %%%"}, "missing_write_key"),
        ({"authorization": "Digest abc"}, "missing_write_key"),
        (basic("wk_unknown"), "invalid_write_key"),
    ],
)
def test_no_key_or_an_unknown_one(call: Caller, headers: dict[str, str], code: str) -> None:
    answer = call("POST", "/v1/t", EVENT, headers=headers)
    assert answer.status == 401
    assert answer.json["success"] is False
    assert answer.json["code"] == code
    assert answer.json["message"]
    assert call.collector.refused == {code: 1}
    assert call.records() == []


@pytest.mark.parametrize("key", [5, None, ["wk_test"], {"a": 1}])
def test_a_key_that_is_no_text_counts_as_none(call: Caller, key: object) -> None:
    answer = call("POST", "/v1/t", {**EVENT, "writeKey": key})
    assert (answer.status, answer.json["code"]) == (401, "missing_write_key")


def test_a_source_that_is_switched_off(call: Caller) -> None:
    call.sources.update(1, enabled=False)
    answer = call("POST", "/v1/t", EVENT, headers=basic())
    assert (answer.status, answer.json["code"]) == (403, "source_disabled")


def test_while_keys_cannot_be_read_nobody_is_told_that_a_key_is_wrong(
    call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """401 makes SDKs throw events away for good."""

    def broken() -> bool:
        raise apsw.IOError("disk")

    monkeypatch.setattr(call.sources._signal, "changed", broken)
    monkeypatch.setattr(call.sources, "_looked", float("-inf"))
    answer = call("POST", "/v1/t", EVENT, headers=basic("wk_not_seen_yet"))
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) >= 1
    assert call("POST", "/v1/t", EVENT, headers=basic()).status == 200, "a known key goes on"
    with pytest.raises(Unavailable):
        call.sources.list()


@given(st.text(alphabet=st.characters(exclude_characters=":", codec="utf-8"), min_size=1))
def test_basic_key_reads_what_was_written(key: str) -> None:
    for text in (key, key + ":", key + ":secret:x"):
        assert basic_key("Basic " + base64.b64encode(text.encode()).decode()) == key


@given(st.text())
def test_basic_key_takes_any_header(header: str) -> None:
    assert isinstance(basic_key(header), str)
    assert isinstance(basic_key("Basic " + header), str)


def test_uses_of_a_key_are_written_down(call: Caller, tmp_path: Path) -> None:
    assert call("POST", "/v1/t", EVENT, headers=basic()).status == 200
    call.sources.save_uses()
    assert call.sources.get(1).write_keys[0].last_used_at == call.clock.now()
