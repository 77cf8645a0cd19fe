"""`rapport demo`: a shop with customers, running, in one command."""

from __future__ import annotations

import base64
import http.client
import logging
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from rapport.cli.options import data_option, quiet_option, settings_from
from rapport.cli.output import note
from rapport.cli.up import announce, host_option, port_option
from rapport.config import Settings

if TYPE_CHECKING:
    from rapport.server.supervisor import Started

log = logging.getLogger("rapport.demo")

FOLDER = "demo-data"
EVERY_SECONDS = 1.0
PATIENCE_SECONDS = 60.0


@click.command("demo", epilog="Example: rapport demo --port 9000")
@click.option("--reset", is_flag=True, help="Delete the demo's folder and fill it anew.")
@click.option("--seed-only", is_flag=True, help="Fill the folder, do not start the server.")
@data_option
@host_option
@port_option
@quiet_option
def demo_command(
    reset: bool, seed_only: bool, data: str | None, host: str | None, port: int | None
) -> None:
    """Fill a shop with customers, start the server, print a login link.

    Two invented brands, some thousand invented customers, a year of history, and new visits while
    it runs. Without --data, everything lies in ./demo-data. The second start takes a moment only.
    """
    from rapport.cli.seeding import seed

    settings = demo_settings(data, host, port)
    if seed(settings, reset=reset):
        note(f"The shop lies in {settings.data}.")
    if seed_only:
        return
    from rapport.server.supervisor import up

    sys.exit(up(settings, lambda started: _open(settings, started)))


def demo_settings(data: str | None, host: str | None = None, port: int | None = None) -> Settings:
    settings = settings_from(data, host=host, port=port)
    untouched = settings.data == Settings().data
    return settings_from(FOLDER, host=host, port=port) if untouched else settings


def _open(settings: Settings, started: Started) -> None:
    """Announce with a fresh link each time: in the demo nobody has a password yet."""
    from msgspec.structs import replace

    from rapport.clock import SystemClock
    from rapport.server.access.accounts import AccountStore

    accounts = AccountStore(Path(settings.data) / "control.db", SystemClock())
    token = accounts.new_login_link(accounts.first().email).token
    accounts.close()
    announce(replace(started, login_token=token))
    url = started.running.url
    threading.Thread(target=_visit, args=(settings, url), name="visits", daemon=True).start()


def _visit(settings: Settings, url: str) -> None:
    """Send what goes on in the shop now over HTTP, as its web sites and apps would."""
    from rapport.cli.seeding import SEED
    from rapport.clock import SystemClock
    from rapport.demo.trickle import Trickle

    keys = _write_keys(settings)
    clock = SystemClock()
    trickle = Trickle(SEED, clock)
    taken = time.monotonic()
    while True:
        time.sleep(EVERY_SECONDS)
        for sent in trickle.next(clock.now()):
            try:
                _post(url, keys[sent.source], sent.body)
                taken = time.monotonic()
            except OSError:
                # A server that stops, as after Ctrl-C, takes nothing either: not worth a word.
                if time.monotonic() - taken > PATIENCE_SECONDS:
                    log.warning("no visit of the demo was taken for a while: the server is busy")
                    taken = time.monotonic()


def _write_keys(settings: Settings) -> dict[str, str]:
    from rapport.clock import SystemClock
    from rapport.collect.sources import SourceStore

    store = SourceStore(Path(settings.data) / "control.db")
    now = SystemClock().now()
    try:
        return {
            source.slug: next(key.key for key in source.write_keys if key.works(now))
            for source in store.list()
            if any(key.works(now) for key in source.write_keys)
        }
    finally:
        store.close()


def _post(url: str, key: str, body: bytes) -> None:
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
    secret = base64.b64encode(f"{key}:".encode()).decode()
    try:
        connection.request("POST", "/v1/batch", body, {"authorization": f"Basic {secret}"})
        connection.getresponse().read()
    except http.client.HTTPException as error:
        raise OSError(str(error)) from error
    finally:
        connection.close()
