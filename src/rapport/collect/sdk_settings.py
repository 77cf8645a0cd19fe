"""What SDKs ask for before they send: their settings, and the browser SDK itself."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from rapport.collect.sources import Source
from rapport.errors import NotFound, Unavailable

_MOST_KEPT = 64
# The SDK finds its server in the address of its own script only over https; over plain http it
# would ask its vendor's. So tell it.
_PRELUDE = (
    b"(function(){var s=document.currentScript,"
    b"m=s&&/^(https?:\\/\\/.*)\\/analytics\\.js\\/v1\\//.exec(s.src);if(!m)return;"
    b"var g=document.querySelector('script[data-global-segment-analytics-key]'),"
    b"k=g?g.dataset.globalSegmentAnalyticsKey:'analytics',a=window[k]=window[k]||[];"
    b"a._cdn=a._cdn||m[1]})();\n"
)
_FILE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*\.js$")


def segment_settings(origin: str, write_key: str) -> dict[str, Any]:
    """For @segment/analytics-next and the Kotlin and Swift SDKs. `origin` is `scheme://host`.

    A second name under `integrations` would make the browser load a legacy destination.
    """
    protocol, _, host = origin.partition("://")
    return {
        "integrations": {
            "Segment.io": {
                "apiKey": write_key,
                "apiHost": f"{host}/v1",
                "protocol": protocol,
                "retryQueue": True,
            }
        },
        "plan": {"track": {"__default": {"enabled": True, "integrations": {}}}},
        "metrics": {"sampleRate": 0},
    }


def rudder_config(source: Source, write_key: str) -> dict[str, Any]:
    """For RudderStack's SDKs, which send nothing unless all of this is there."""
    off = {"enabled": False}
    return {
        "source": {
            "id": source.slug,
            "name": source.name,
            "writeKey": write_key,
            "enabled": True,
            "workspaceId": "rapport",
            "config": {"statsCollection": {"errors": off, "metrics": off}},
            "connections": [],
            "destinations": [],
        }
    }


class Script(msgspec.Struct, frozen=True):
    plain: bytes
    packed: bytes  # gzip


class Scripts:
    """The browser SDK as files: `analytics.min.js`; in `bundles/` what it loads when needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[str, Script] = {}

    def main(self, write_key: str) -> Script:
        """`analytics.min.js` with the write key filled in. Raises `Unavailable` when not built."""
        return self._keep(f"key {write_key}", lambda: self._main(write_key))

    def part(self, name: str) -> Script:
        """Raises `NotFound`."""
        if not _FILE.match(name) or not (self._folder / "bundles" / name).is_file():
            raise NotFound(f"there is no script {name!r}", hint="rapport doctor")
        return self._keep(f"part {name}", lambda: self._read(f"bundles/{name}"))

    def _main(self, write_key: str) -> bytes:
        script = self._read("analytics.min.js")
        return _PRELUDE + script.replace(b"__WRITE_KEY__", write_key.encode())

    def _keep(self, key: str, make: Callable[[], bytes]) -> Script:
        if key not in self._made:
            plain = make()
            if len(self._made) >= _MOST_KEPT:
                self._made.clear()
            self._made[key] = Script(plain, gzip.compress(plain))
        return self._made[key]

    def _read(self, name: str) -> bytes:
        try:
            return (self._folder / name).read_bytes()
        except OSError:
            raise Unavailable(
                "the browser SDK has not been built",
                hint="install a release, or run `make console` in a clone",
                code="sdk_not_built",
            ) from None
