"""The console's files: hashed assets for ever, index.html never cached and for any page."""

from __future__ import annotations

import mimetypes
from pathlib import Path

import msgspec

from rapport.errors import RapportError

# 'unsafe-inline' for styles only: the chart library positions its tooltips with style attributes.
SECURITY = [
    (
        "content-security-policy",
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
]
API_SECURITY = [
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cache-control", "no-store"),
]
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_ABSENT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Rapport</title>
<body><h1>Rapport is running</h1>
<p>The console was not built into this installation. Tracking and the API work.</p>
<p>To build it: <code>make console</code>, or install the released package.</p></body></html>
"""


_READ_ONLY = RapportError(
    "pages and files can only be read",
    hint="events go to /v1/… (docs/tracking-api.md), everything else to /api/v1/… (docs/api.md)",
    code="method_not_allowed",
)


class Asset(msgspec.Struct, frozen=True):
    path: Path
    kind: str
    encodings: tuple[str, ...]


class Reply(msgspec.Struct, frozen=True):
    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Console:
    """Knows every file from the start, so no path from outside ever reaches the file system."""

    def __init__(self, root: Path) -> None:
        self._assets = {
            f"/{path.relative_to(root).as_posix()}": _asset(path)
            for path in (sorted(root.rglob("*")) if root.is_dir() else ())
            if path.is_file() and path.suffix not in (".br", ".gz")
        }

    def reply(self, method: str, path: str, accept_encoding: str) -> Reply:
        if method not in ("GET", "HEAD"):
            headers = [*SECURITY, ("content-type", "application/json"), ("allow", "GET, HEAD")]
            return Reply(405, headers, msgspec.json.encode(_READ_ONLY.as_dict()))
        asset = self._assets.get(path)
        if asset is None and "/index.html" not in self._assets:
            return Reply(200, _headers("text/html; charset=utf-8", fresh=True), _ABSENT.encode())
        if asset is None and _is_file(path):
            return Reply(404, _headers("text/plain; charset=utf-8", fresh=True), b"not found\n")
        chosen = asset or self._assets["/index.html"]
        return self._send(chosen, path, accept_encoding)

    def _send(self, asset: Asset, path: str, accept_encoding: str) -> Reply:
        headers = _headers(asset.kind, fresh=not path.startswith("/assets/"))
        for name, suffix in _ENCODINGS:
            if name in accept_encoding and name in asset.encodings:
                headers += [("content-encoding", name), ("vary", "accept-encoding")]
                return Reply(200, headers, Path(f"{asset.path}{suffix}").read_bytes())
        return Reply(200, headers, asset.path.read_bytes())


def _is_file(path: str) -> bool:
    """Whether a path asks for a file. A page may well end like one: `/profiles/email:a@b.example`.

    >>> _is_file("/favicon.ico"), _is_file("/assets/x"), _is_file("/profiles/email:a@b.example")
    (True, True, False)
    """
    folder, _, name = path.rpartition("/")
    return folder.startswith(("/assets", "/sdk")) or (not folder and "." in name)


def _asset(path: Path) -> Asset:
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if kind.startswith("text/") or kind in ("application/javascript", "image/svg+xml"):
        kind += "; charset=utf-8"
    found = tuple(name for name, suffix in _ENCODINGS if Path(f"{path}{suffix}").exists())
    return Asset(path, kind, found)


def _headers(kind: str, *, fresh: bool) -> list[tuple[str, str]]:
    cache = "no-cache" if fresh else "public, max-age=31536000, immutable"
    return [*SECURITY, ("content-type", kind), ("cache-control", cache)]
