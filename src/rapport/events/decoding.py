"""The process that decodes for the pipeline: records come in over a socket, events go out.

    python -m rapport.events.decoding FD

The first message is the settings, answered by an empty one; every other one a list of records,
answered by their events (`shipping.pack`). It ends when the other end is closed.

It keeps the niceness of the pipeline that starts it, which would otherwise wait for it.
"""

from __future__ import annotations

import gc
import signal
import sys
from multiprocessing.connection import Connection

import msgspec

from rapport.config import Settings
from rapport.events.decode import Decoder
from rapport.events.shipping import pack
from rapport.log.base import Record


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the whole group, and we end last
    gc.freeze()
    connection = Connection(int(sys.argv[1]))
    read = msgspec.msgpack.Decoder(list[Record]).decode
    try:
        decoder = Decoder(msgspec.json.decode(connection.recv_bytes(), type=Settings))
        connection.send_bytes(b"")
        while True:
            records = read(connection.recv_bytes())
            connection.send_bytes(pack([one for each in records for one in decoder.decode(each)]))
    except (OSError, EOFError):
        return
    except Exception as error:  # noqa: BLE001 - its message may quote what somebody sent
        sys.exit(f"decoding ahead failed: {type(error).__name__}")


if __name__ == "__main__":
    main()
