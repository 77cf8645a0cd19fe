"""Request bodies: read and inflated under a cap, then checked to be JSON and counted.

Content types are ignored, because browser SDKs send JSON as text/plain. What cannot be read as JSON
is mended once (`mending`) before it is refused.
"""

from __future__ import annotations

import zlib
from typing import Any, TypeVar

import msgspec

from rapport.collect.mending import mend
from rapport.collect.rsgi import Http, Scope
from rapport.errors import Malformed, TooLarge, Unsupported

_LONGEST_DRAIN = 32_000_000
_GZIP = b"\x1f\x8b"  # no JSON text starts like this, so the header need not be asked


class Batch(msgspec.Struct, gc=False):
    """{"batch": [...]}; the events stay as they are."""

    batch: list[msgspec.Raw]
    write_key: Any = msgspec.field(default=None, name="writeKey")


class Single(msgspec.Struct, gc=False):
    """One event."""

    write_key: Any = msgspec.field(default=None, name="writeKey")


_T = TypeVar("_T")
_BATCH = msgspec.json.Decoder(Batch)
_SINGLE = msgspec.json.Decoder(Single)


async def read_body(scope: Scope, proto: Http, limit: int) -> bytes:
    """The whole body, inflated.

    Raises `TooLarge` over `limit` bytes, `Malformed` on bad gzip, `Unsupported` on what is packed
    in another way.
    """
    length = scope.headers.get("content-length")
    if length is not None and length.isdigit() and int(length) <= limit:
        body = await proto()
    else:
        body = await _read_parts(proto, limit)
    if body[:2] == _GZIP:
        return inflate(body, limit)
    if body[:1] != b"{":
        _check_encoding(scope.headers.get("content-encoding") or "")
    return body


def _check_encoding(named: str) -> None:
    """Of a body that does not look like JSON: better named than called bad JSON."""
    if named.strip().lower() not in ("", "identity", "gzip", "x-gzip"):
        raise Unsupported(
            f"bodies in content-encoding {named[:40]!r} are not understood",
            hint="send JSON as it is, or packed with gzip",
        )


async def _read_parts(proto: Http, limit: int) -> bytes:
    """A body that is of unknown length, or too long.

    What is too long is read on for a while and dropped: a client that is cut off while sending sees
    a broken connection instead of the answer, and would send the same again.
    """
    parts: list[bytes] = []
    size = 0
    async for part in proto:
        size += len(part)
        if size <= limit:
            parts.append(part)
        else:
            parts.clear()
        if size > _LONGEST_DRAIN:
            break
    if size > limit:
        raise _too_large(limit)
    return b"".join(parts)


def inflate(body: bytes, limit: int) -> bytes:
    """Undo gzip, never making more than `limit` bytes of it."""
    parts: list[bytes] = []
    room = limit
    while body:
        member = zlib.decompressobj(wbits=31)
        try:
            part = member.decompress(body, room + 1)
        except zlib.error as error:
            raise Malformed(f"the gzip body is broken: {error}", code="invalid_gzip") from None
        room -= len(part)
        if room < 0:
            raise _too_large(limit)
        if not member.eof:
            raise Malformed("the gzip body is cut off", code="invalid_gzip")
        parts.append(part)
        body = member.unused_data.lstrip(b"\x00")
    return b"".join(parts)


def parse_batch(body: bytes) -> tuple[bytes, Batch]:
    """The body to store and its events. Raises `Malformed`."""
    return _parse(body, _BATCH)


def parse_single(body: bytes) -> tuple[bytes, Single]:
    return _parse(body, _SINGLE)


def _parse(body: bytes, decoder: msgspec.json.Decoder[_T]) -> tuple[bytes, _T]:
    try:
        if body.isascii() or _is_utf8(body):
            return body, decoder.decode(body)
    except msgspec.ValidationError as error:
        raise _wrong_shape(error) from None
    except RecursionError:
        raise _too_deep() from None
    except msgspec.DecodeError:
        pass  # not JSON as it stands; mend it once
    mended = mend(body)
    try:
        return mended, decoder.decode(mended)
    except msgspec.ValidationError as error:
        raise _wrong_shape(error) from None
    except RecursionError:
        raise _too_deep() from None
    except msgspec.DecodeError as error:
        raise Malformed(f"the body is not JSON: {error}", code="invalid_json") from None


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _wrong_shape(error: msgspec.ValidationError) -> Malformed:
    return Malformed(
        f"the body has not the shape of this route: {error}",
        hint='batches are {"batch": [event, ...]}, the other routes take one event as an object',
        code="invalid_request",
    )


def _too_deep() -> Malformed:
    return Malformed("the JSON is nested too deeply", code="invalid_json")


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        f"the body is larger than {limit} bytes",
        hint="send smaller batches; the settings are max_request_bytes, and max_import_bytes for"
        " /v1/import",
        code="request_too_large",
        details={"limit": limit},
    )
