"""Appends to a log without end and writes down what was acknowledged. Run by the failure tests.

`python appending.py LOG SECONDS BODY_BYTES` prints, one a line and flushed at once:
`ack OFFSET NUMBER`, `refused NUMBER`, `ready BOOL` when that changes. Ends after SECONDS, or when
30 appends in a row have gone well after a failure.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from rapport.errors import Unavailable
from rapport.log.base import EVENT, Draft
from rapport.log.sqlite import SqliteLog


def main() -> None:
    path, seconds, size = Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    log = SqliteLog(path)
    deadline = time.monotonic() + seconds
    ready = True
    number = 0
    well = -1  # appends since the failure
    while well < 30 and time.monotonic() < deadline:
        batch = range(number, number + 5)
        futures = [log.append(Draft(1, EVENT, 1, 0, b"%d" % n + b" " * size)) for n in batch]
        for n, future in zip(batch, futures, strict=True):
            try:
                print("ack", future.result(), n, flush=True)
                well += well >= 0
            except Unavailable:
                print("refused", n, flush=True)
                well = 0
        number += 5
        if log.ready() is not ready:
            ready = log.ready()
            print("ready", ready, flush=True)
        if not ready:
            time.sleep(0.05)
    log.close()


if __name__ == "__main__":
    main()
