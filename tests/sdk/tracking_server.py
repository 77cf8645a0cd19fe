"""The tracking API alone on a real Granian: what the SDK tests and `bench/accept.py` drive.

Run as a program: `python tracking_server.py DATA PORT [SDK_FOLDER [WRITE_KEY]]`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from rapport.clock import SystemClock
from rapport.collect.app import Collector
from rapport.collect.sources import SourceStore
from rapport.config import Settings
from rapport.errors import Unavailable
from rapport.log.base import Draft, Sink
from rapport.log.sqlite import SqliteLog

WRITE_KEY = os.environ.get("TRACKING_KEY", "wk_test")


class BreakableLog(SqliteLog):
    """A log that refuses, like one on a full disk, while a file named `broken` lies beside it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._broken = path.with_name("broken")

    def append_into(self, draft: Draft, sink: Sink, token: Any) -> None:
        if self._broken.exists():
            sink.refused([token], Unavailable("the disk is full"))
        else:
            super().append_into(draft, sink, token)


class Server:
    """The RSGI application; opens its stores in the worker process."""

    def __rsgi_init__(self, loop: Any) -> None:
        data = Path(os.environ["TRACKING_DATA"])
        sdk = os.environ.get("TRACKING_SDK")
        self.log = (BreakableLog if "TRACKING_BREAKABLE" in os.environ else SqliteLog)(
            data / "log.db"
        )
        self.sources = SourceStore(data / "control.db")
        self.sources.ensure_default(WRITE_KEY)
        self.collector = Collector(
            Settings(data=str(data)),
            self.log,
            self.sources,
            lambda offset: None,
            SystemClock(),
            committed=lambda: self.log.end(),
            sdk_folder=Path(sdk) if sdk else None,
        )

    def __rsgi_del__(self, loop: Any) -> None:
        self.log.close()
        self.sources.close()

    async def __rsgi__(self, scope: Any, proto: Any) -> None:
        if scope.path == "/ready":
            proto.response_empty(200 if self.log.ready() else 503, [])
        elif not await self.collector.handle(scope, proto):
            proto.response_empty(404, [])


app = Server()


def main() -> None:
    from granian import Granian
    from granian.constants import Interfaces, Loops

    data, port = sys.argv[1], int(sys.argv[2])
    os.environ["TRACKING_DATA"] = data
    os.environ["PYTHONPATH"] = os.pathsep.join(
        [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
    )
    if len(sys.argv) > 3:
        os.environ["TRACKING_SDK"] = sys.argv[3]
    if len(sys.argv) > 4:
        os.environ["TRACKING_KEY"] = sys.argv[4]
    Granian(
        "tracking_server:app",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.RSGI,
        loop=Loops.uvloop,
        websockets=False,
        workers=1,
        log_enabled=False,
    ).serve()


if __name__ == "__main__":
    main()
