"""The OpenAPI document without a server: `python -m rapport.server.api.openapi FILE`.

The console's types of the API are made from it (`make console-types`).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, cast

import msgspec

from rapport.server.api.routes import build, description


def document() -> bytes:
    """What `GET /api/v1/openapi.json` answers. No handler is asked, so there is no context."""
    return msgspec.json.encode(description(build(cast("Any", None))))


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(document())
