"""The thread that loads the warehouse, and pausing it while its file is copied."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rapport.server.priority import LOADING, lower
from rapport.warehouse.loader import Loader


class Loading:
    """While paused nothing is written to the warehouse, and the pipeline forgets nothing that the
    warehouse does not have: it trims its outbox only up to what the loader reported."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._pausing = threading.Lock()

    def start(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(self._stop,), name="loader")
        self._thread.start()

    def _run(self, stop: threading.Event) -> None:
        lower(LOADING)
        self._loader.run(stop)

    @property
    def problem(self) -> str:
        """Why nothing can be loaded, "" when nothing stands in the way."""
        return self._loader.problem

    @property
    def stuck(self) -> str:
        """Which batch fails again and again, "" when loading goes on."""
        return self._loader.stuck

    def stop(self) -> None:
        """Finish the present load, then end."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    @contextmanager
    def paused(self) -> Iterator[None]:
        with self._pausing:
            self.stop()
            try:
                yield
            finally:
                self.start()
