"""While a backlog is worked off, another process decodes the next portion of it.

Decoding is a quarter of a step and needs nothing but the records, so that a second core can do it.
The process starts with the first backlog and ends when there was none for a while. Should it die,
the pipeline decodes by itself.
"""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import NamedTuple

import msgspec

from rapport.config import Settings
from rapport.events.shipping import Decoded, unpack
from rapport.log.base import Record

logger = logging.getLogger("rapport.pipeline")

UNUSED_SECONDS = 20.0
END_SECONDS = 5.0
ANSWER_SECONDS = 30.0  # after which it is taken for dead
LOST_SECONDS = 30.0  # without another try after it died
_encode = msgspec.msgpack.Encoder().encode


class Portion(NamedTuple):
    """Records, and what is in them."""

    records: Sequence[Record]
    decoded: Decoded


class _Begun(NamedTuple):
    after: int
    records: Sequence[Record]


class Ahead:
    """One portion at a time. For one thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._begun: _Begun | None = None
        self._is_ready = False
        self._used = 0.0
        self._lost = -LOST_SECONDS

    def ready(self, wait: float = 0.0) -> bool:
        """Whether `begin` can be called, within `wait` seconds. Starts the process."""
        if self._is_ready:
            return True
        if time.monotonic() - self._lost < LOST_SECONDS:
            return False
        try:
            connection = self._connection or self._start()
            if connection.poll(wait):
                connection.recv_bytes()
                self._is_ready = True
        except (OSError, EOFError):
            self._lose()
        return self._is_ready

    def begin(self, after: int, records: Sequence[Record]) -> None:
        """Have the records behind offset `after` decoded. What was begun before is forgotten."""
        if self._begun is not None:
            self.take(self._begun.after)
        if self._connection is None or not self._is_ready:
            return
        try:
            self._connection.send_bytes(_encode(records))
        except OSError:
            self._lose()
            return
        self._begun = _Begun(after, records)
        self._used = time.monotonic()

    def take(self, after: int) -> Portion | None:
        """The portion behind offset `after`, if that was begun. Waits until it is decoded."""
        begun = self._begun
        if begun is None or self._connection is None or begun.after != after:
            return None
        self._begun = None
        try:
            if self._connection.poll(ANSWER_SECONDS):
                return Portion(begun.records, unpack(self._connection.recv_bytes()))
        except Exception as error:  # noqa: BLE001 - whatever it is, we can decode by ourselves
            logger.warning("decoding ahead failed: %s", type(error).__name__)
        self._lose()
        return None

    def end_if_unused(self) -> None:
        if self._process is not None and time.monotonic() - self._used > UNUSED_SECONDS:
            self.close()

    def close(self) -> None:
        """End the process. `ready` may start another one."""
        self._begun = None
        if self._connection is not None:
            self._connection.close()  # by which it ends
        if self._process is not None:
            try:
                self._process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._connection = self._process = None
        self._is_ready = False

    def _start(self) -> Connection:
        ours, its = socket.socketpair()
        with ours, its:
            command = [sys.executable, "-m", "rapport.events.decoding", str(its.fileno())]
            self._process = subprocess.Popen(command, pass_fds=[its.fileno()])  # noqa: S603 - ours
            self._connection = Connection(ours.detach())
        self._used = time.monotonic()
        self._connection.send_bytes(msgspec.json.encode(self._settings))
        return self._connection

    def _lose(self) -> None:
        logger.warning("the decoding process ended; the pipeline decodes by itself")
        self._lost = time.monotonic()
        self.close()
