"""A question that takes its time: a bar tells how far it is. Ctrl-C ends it: who asks is gone."""

from __future__ import annotations

import sys
import threading
import uuid
from contextlib import suppress
from typing import Any

from rapport.cli.access import Api
from rapport.cli.output import is_quiet, progress
from rapport.errors import RapportError

_PATIENCE_SECONDS = 1.0  # before a bar is shown
_LOOK_SECONDS = 0.25


def ask(api: Api, path: str, body: Any) -> Any:
    """What POST `path` answers; meanwhile a bar on stderr, if that is a terminal."""
    if not api.concurrent or is_quiet() or not sys.stderr.isatty():
        return api.post(path, body)
    run, answered = uuid.uuid4().hex, threading.Event()
    thread = threading.Thread(target=_tell, args=(api, run, answered), daemon=True)
    thread.start()
    try:
        return api.post(path, body, run=run)
    finally:
        answered.set()
        thread.join()


def _tell(api: Api, run: str, answered: threading.Event) -> None:
    if answered.wait(_PATIENCE_SECONDS):
        return
    with suppress(RapportError):  # it has been answered
        of, done = api.get(f"/insights/running/{run}")["of"], 0
        with progress("Looking at events", of) as advance:
            while not answered.wait(_LOOK_SECONDS):
                now = api.get(f"/insights/running/{run}")["done"]
                advance(now - done)
                done = now
