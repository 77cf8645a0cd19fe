"""Settings: defaults < TOML file < `RAPPORT_*` environment < command-line flags.

One frozen struct. The string under a field is its documentation: docs/configuration.md is made
from it, and `rapport config` prints value and origin.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec

from rapport.errors import ConfigError

Doc = msgspec.Meta


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    data: Annotated[str, Doc(description="Folder that holds everything Rapport stores.")] = (
        "rapport-data"
    )
    host: Annotated[str, Doc(description="Address to listen on.")] = "127.0.0.1"
    port: Annotated[int, Doc(description="Port for tracking, API and console.")] = 8000
    public_url: Annotated[
        str,
        Doc(description="Address under which browsers reach this server, when behind a proxy."),
    ] = ""
    trusted_proxies: Annotated[
        str,
        Doc(
            description="Addresses or networks of proxies in front, separated by commas: only they"
            " are believed when they say for whom they forward and how that one came"
            " (X-Forwarded-For, X-Forwarded-Proto)."
        ),
    ] = ""
    write_key: Annotated[
        str, Doc(description="Write key of the default source; made at first start when empty.")
    ] = ""
    api_key: Annotated[
        str, Doc(description="Management API key to accept besides the stored ones.")
    ] = ""
    region: Annotated[
        str, Doc(description="Two-letter country used to read phone numbers without a prefix.")
    ] = "US"
    max_request_bytes: Annotated[
        int, Doc(description="Largest request body after inflation, in bytes.")
    ] = 600_000
    max_import_bytes: Annotated[
        int, Doc(description="Largest body of /v1/import after inflation, in bytes.")
    ] = 4_000_000
    max_batch_events: Annotated[int, Doc(description="Most events in one batch.")] = 2_500
    max_event_bytes: Annotated[int, Doc(description="Largest single event, in bytes.")] = 32_768
    max_backlog_events: Annotated[
        int, Doc(description="Unprocessed events above which tracking calls get 429.")
    ] = 5_000_000
    log_keep_hours: Annotated[
        int, Doc(description="Hours that processed records stay in the log.")
    ] = 1
    future_limit_hours: Annotated[
        int, Doc(description="An event later than this after its arrival is flagged and clamped.")
    ] = 24
    ancient_limit_days: Annotated[
        int, Doc(description="An event older than this before its arrival is flagged.")
    ] = 3650
    warehouse: Annotated[str, Doc(description="Which warehouse holds the history.")] = "duckdb"
    warehouse_url: Annotated[
        str,
        Doc(
            description="Address of the warehouse's server, with user and password; empty for what"
            " runs inside Rapport."
        ),
    ] = ""
    warehouse_memory_mb: Annotated[
        int, Doc(description="Memory that one query of the warehouse may use, in MiB.")
    ] = 512
    sql_max_rows: Annotated[int, Doc(description="Most rows an SQL answer may have.")] = 10_000
    sql_timeout_seconds: Annotated[int, Doc(description="Longest an SQL query may run.")] = 30
    insight_timeout_seconds: Annotated[
        int, Doc(description="Longest an insight may take to be answered.")
    ] = 120
    insight_memory_mb: Annotated[
        int, Doc(description="Memory for the events that one insight reads at once, in MiB.")
    ] = 2_048
    smtp_url: Annotated[
        str,
        Doc(
            description="Mail server that sends dashboards: starttls://user@host:587, smtps:// or"
            " smtp:// (in the clear)."
        ),
    ] = ""
    smtp_password: Annotated[
        str, Doc(description="Password of smtp_url's user; best given as environment variable.")
    ] = ""
    smtp_from: Annotated[str, Doc(description="Address that letters come from.")] = ""
    archive: Annotated[
        bool, Doc(description="Write each finished day to Parquet under DATA/archive.")
    ] = True
    log_level: Annotated[str, Doc(description="debug, info, warning or error.")] = "info"

    @property
    def folder(self) -> Path:
        return Path(self.data)


class Origin(msgspec.Struct, frozen=True):
    """Where one setting got its value: `default`, `file`, `environment` or `flag`."""

    name: str
    value: Any
    origin: str


def load(
    flags: Mapping[str, Any] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    file: Path | None = None,
) -> tuple[Settings, list[Origin]]:
    """Read all layers. `file` defaults to $RAPPORT_CONFIG, else `rapport.toml` if it is there.

    Raises `ConfigError` naming the setting that cannot be used and where it came from.
    """
    env = os.environ if environ is None else environ
    names = Settings.__struct_fields__
    layers: list[tuple[str, dict[str, Any]]] = [
        ("file", _read_file(file or _default_file(env))),
        ("environment", {n: env[k] for n in names if (k := f"RAPPORT_{n.upper()}") in env}),
        ("flag", {k: v for k, v in (flags or {}).items() if v is not None}),
    ]
    values: dict[str, Any] = {}
    origin = dict.fromkeys(names, "default")
    for layer, found in layers:
        for name, value in found.items():
            if name not in origin:
                raise ConfigError(
                    f"there is no setting {name!r} ({layer})", hint="rapport config lists them all"
                )
            values[name] = _convert(name, value, layer)
            origin[name] = layer
    settings = Settings(**values)
    return settings, [Origin(n, getattr(settings, n), origin[n]) for n in names]


def _default_file(env: Mapping[str, str]) -> Path | None:
    if named := env.get("RAPPORT_CONFIG"):
        return Path(named)
    here = Path("rapport.toml")
    return here if here.exists() else None


def _read_file(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(
            f"cannot read {file}: {error}", hint="see docs/configuration.md"
        ) from None


def _convert(name: str, value: Any, layer: str) -> Any:
    kind = next(f.type for f in msgspec.structs.fields(Settings) if f.name == name)
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(
            f"setting {name!r} ({layer}): {error}", hint="see docs/configuration.md"
        ) from None
