"""Nothing that arrives makes decoding fail, and everything that arrived is accounted for."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rapport.events.model import TYPES, Event
from rapport.events.reasons import REASONS
from rapport.events.rows import of_some, to_batch
from rapport.events.shipping import pack, unpack
from rapport.log.base import BATCH, EVENT, TYPED

from .samples import decode

leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["2026-11-21T23:36:48Z", "track", "alias", "\ud800", "\0", "x" * 600])
)
keys = st.text(max_size=6) | st.sampled_from(["url", "id", "type"])
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)
FIELDS = (
    "type event name category messageId userId anonymousId previousId groupId timestamp"
    " originalTimestamp sentAt channel properties traits context integrations x"
)
CONTEXT = "ip locale userAgent groupId sessionId page campaign library device traits externalIds"
contexts = st.dictionaries(st.sampled_from(CONTEXT.split()), values, max_size=4)
items = (
    st.dictionaries(st.sampled_from(FIELDS.split()), values, max_size=8)
    | st.fixed_dictionaries({"userId": leaves, "event": leaves, "context": contexts | values})
    | values
)


def ask(body: bytes, kind: str, count: int) -> None:
    """Decode, and hold what comes out to the promises; the same when it went to another process."""
    found = decode(body, kind, count=count)
    check(found, count)
    again = unpack(pack(decode(body, kind, count=count)))
    assert sorted(again.found, key=lambda one: one.index) == found
    events = [one for one in found if isinstance(one, Event)]
    assert again.rows == to_batch(events)
    some = events[::2]
    for number, one in enumerate(some):
        one.node = number + 1
    assert of_some(again.rows, events, some) == to_batch(some)


def check(found: list[Any], count: int) -> None:
    assert [one.index for one in found] == list(range(len(found)))
    assert len(found) >= count
    events = []
    for one in found:
        if isinstance(one, Event):
            events.append(one)
            assert one.type in TYPES
            assert one.message_id
            assert len(one.content) == 8
            for raw in (one.properties, one.traits, one.context, one.integrations):
                assert raw == b"" or isinstance(msgspec.json.decode(raw), dict)
        else:
            assert one.reason in REASONS
    table = to_batch(events)
    table.validate(full=True)
    assert table.num_rows == len(events)


@given(st.lists(items, max_size=4), values, contexts | values, values)
@settings(max_examples=80, deadline=None)
def test_any_json_batch(batch: list[Any], sent_at: Any, context: Any, routing: Any) -> None:
    whole = {"batch": batch, "sentAt": sent_at, "context": context, "integrations": routing}
    body = json.dumps(whole).encode()
    ask(body, BATCH, len(batch))


@given(items, st.sampled_from([EVENT, *TYPED]))
@settings(max_examples=80, deadline=None)
def test_any_json_event(item: Any, kind: str) -> None:
    ask(json.dumps(item).encode(), kind, 1)


@given(st.binary(max_size=60), st.integers(0, 3))
@example(b'{"batch":[{"userId":"\xed\xa0\x80"}]}', 1)
@example(b"[" * 5000, 1)
@settings(deadline=None)
def test_any_bytes(body: bytes, count: int) -> None:
    for kind in (BATCH, EVENT, "track"):
        ask(body, kind, count)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_any_damage_to_a_real_batch(data: st.DataObject) -> None:
    event = {"type": "page", "userId": "u", "context": {"page": {"url": "x"}}, "properties": {}}
    body = bytearray(json.dumps({"batch": [event] * 3}).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    ask(bytes(body), BATCH, 3)
