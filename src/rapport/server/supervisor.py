"""`rapport up`: the pipeline in a thread of this process, the http worker as its child.

    up(settings)
      ├── main thread     waits for signals, starts the worker again when it dies
      ├── thread pipeline log → state
      └── child worker    rapport.server.worker: tracking, API, console, warehouse loader

The listening socket belongs to this process: while a worker is being replaced, connections wait in
its queue instead of being refused.
"""

from __future__ import annotations

import gc
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from rapport.config import Settings
from rapport.errors import ConfigError
from rapport.server import firststart, logs
from rapport.server.folder import Folder, Lock, Running, local_url

if TYPE_CHECKING:
    from rapport.server.background.pulse import PipelineThread

log = logging.getLogger("rapport.supervisor")

# A worker that lives shorter than this did not start properly; restarts then slow down.
HEALTHY_SECONDS = 5.0
CANNOT_SERVE = 78  # exit code of a worker that could not open its stores
SLOWEST_RESTART_SECONDS = 5.0
STOP_SECONDS = 20.0
GARBAGE = 50_000, 20, 100  # new objects to a look, looks to a wider one, those to one at all


class Started(msgspec.Struct, frozen=True):
    """What `up` tells its caller once the socket is open and the worker is on its way."""

    url: str
    folder: str
    write_key: str
    login_token: str | None  # only on the very first start
    running: Running


def up(settings: Settings, announce: Callable[[Started], None] | None = None) -> int:
    """Run everything until SIGTERM or SIGINT. Returns the exit code of the command.

    `announce` is called once, from the main thread, after the folder is prepared. Must run in the
    main thread of the process. Raises `Conflict` when another Rapport runs on the folder,
    `ConfigError` when the address cannot be used, `Unavailable` when a store cannot be opened.
    """
    logs.configure(settings.log_level)
    # For all processes: Arrow's own allocator keeps what it once had, some 30 MiB in each of three.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    folder = Folder(settings.folder)
    folder.create()
    lock = Lock(folder.root / "up.lock")
    lock.take()
    try:
        with _listen(settings.host, settings.port) as listener:
            return _Supervisor(settings, folder, listener).run(announce)
    finally:
        folder.running.unlink(missing_ok=True)
        lock.release()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise ConfigError(
            f"cannot listen on {host}:{port}: {error.strerror}",
            hint="choose another with --port or --host",
        ) from error
    listener.setblocking(False)
    return listener


class _Supervisor:
    def __init__(self, settings: Settings, folder: Folder, listener: socket.socket) -> None:
        self._settings = settings
        self._folder = folder
        self._listener = listener
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)
        os.set_blocking(self._read, False)
        self._stopping = False
        self._worker: subprocess.Popen[bytes] | None = None

    def run(self, announce: Callable[[Started], None] | None) -> int:
        first = firststart.prepare(self._settings, self._folder)
        host, port = self._settings.host, self._listener.getsockname()[1]
        running = self._folder.write_running(host, port)
        self._watch_signals()
        self._worker = self._spawn(running)
        pipeline = self._start_pipeline()
        if announce is not None:
            url = self._settings.public_url or local_url(host, port)
            announce(
                Started(url, str(self._folder.root), first.write_key, first.login_token, running)
            )
        code = self._supervise(running)
        self._stop(pipeline)
        return code

    def _start_pipeline(self) -> PipelineThread:
        # Imported only now: the worker, already on its way, needs longer to start than this does.
        from rapport.server.background.pulse import PipelineThread

        # The pipeline makes and drops many small things and few circles: with the thresholds of
        # Python a sixth of its time goes into looking for garbage.
        gc.set_threshold(*GARBAGE)
        pipeline = PipelineThread(self._settings, self._folder)
        pipeline.start()
        return pipeline

    def _watch_signals(self) -> None:
        """Signals arrive as bytes in a pipe: nothing runs inside a handler."""

        def on_signal(number: int, _frame: object) -> None:
            self._stopping |= number != signal.SIGCHLD

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
            signal.signal(number, on_signal)
        signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)

    def _spawn(self, running: Running) -> subprocess.Popen[bytes]:
        descriptor = self._listener.fileno()
        environment = {
            **os.environ,
            "RAPPORT_WORKER": msgspec.json.encode(
                {
                    "settings": msgspec.structs.asdict(self._settings),
                    "listener": descriptor,
                    "parent": os.getpid(),
                    "token": running.token,
                }
            ).decode(),
        }
        return subprocess.Popen(
            [sys.executable, "-m", "rapport.server.worker"],
            env=environment,
            pass_fds=[descriptor],
            # A Ctrl-C on the terminal reaches only this process, which then stops in order.
            process_group=0,
        )

    def _supervise(self, running: Running) -> int:
        """Keep a worker running. The exit code once that shall end."""
        born, pause, first = time.monotonic(), 0.0, True
        while not self._stopping:
            select.select([self._read], [], [])
            self._drain()
            if self._stopping or self._worker is None or self._worker.poll() is None:
                continue
            lived = time.monotonic() - born
            if self._worker.returncode == CANNOT_SERVE and first:
                return 1
            first = False
            pause = (
                0.0 if lived > HEALTHY_SECONDS else min(SLOWEST_RESTART_SECONDS, 2 * pause + 0.1)
            )
            log.error(
                "the http worker ended; starting another",
                extra={"status": self._worker.returncode, "seconds": round(lived, 1)},
            )
            if pause and self._pause(pause):
                break
            self._worker, born = self._spawn(running), time.monotonic()
        return 0

    def _pause(self, seconds: float) -> bool:
        """Wait, but not longer than until a signal to stop; True if that came."""
        end = time.monotonic() + seconds
        while not self._stopping and (left := end - time.monotonic()) > 0:
            select.select([self._read], [], [], left)
            self._drain()
        return self._stopping

    def _drain(self) -> None:
        try:
            os.read(self._read, 4096)
        except BlockingIOError:
            return

    def _stop(self, pipeline: PipelineThread) -> None:
        """Accepting ends first, then the worker finishes what it has, then the pipeline."""
        self._listener.close()
        if self._worker is not None and self._worker.poll() is None:
            self._worker.terminate()
            try:
                self._worker.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                log.error("the http worker did not stop in time; killing it")
                self._worker.kill()
                self._worker.wait()
        pipeline.stop()
        signal.set_wakeup_fd(-1)
