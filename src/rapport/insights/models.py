"""Runs of models: the settings they share, the card of every run, and when each is due."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import apsw
import msgspec

from rapport.audiences.language import duration
from rapport.audiences.language.model import ComputedTrait, ModelOutput
from rapport.audiences.language.operands import refuse
from rapport.audiences.stream.plans import Stored
from rapport.clock import HOUR, Clock
from rapport.database import connect, migrate, writing
from rapport.errors import ConfigError, Conflict, Malformed, NotFound
from rapport.insights.value.model import Model
from rapport.insights.value.model_card import Card
from rapport.insights.value.registry import MODELS
from rapport.insights.value.settings import Settings

STEPS: Final = (
    """
    CREATE TABLE model_settings (
        version INTEGER PRIMARY KEY, body TEXT NOT NULL, at INTEGER NOT NULL, author TEXT NOT NULL
    ) STRICT;
    CREATE TABLE model_runs (
        number INTEGER PRIMARY KEY AUTOINCREMENT, model TEXT NOT NULL, seed TEXT NOT NULL,
        at INTEGER NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,
        settings INTEGER NOT NULL, written TEXT NOT NULL, card TEXT
    ) STRICT;
    CREATE INDEX model_runs_model ON model_runs (model, seed, number);
    """,
)
LEAST_EVERY: Final = HOUR  # every run reads the whole history
_AGAIN: Final = HOUR  # after a run that gave nothing
_RUN: Final = "number, model, seed, at, status, reason, settings, written, card"

Status = Literal["done", "not_yet", "failed"]


class Held(msgspec.Struct, frozen=True):
    """The settings in force. Version 0: nobody has set any."""

    version: int
    settings: Settings
    at: int  # µs UTC
    author: str


class Run(msgspec.Struct, frozen=True):
    """`reason`: why there is no card. `written`: which computed traits got values, in which version
    of their definition."""

    number: int
    model: str
    seed: str  # key of a segment, "" where the model needs none
    at: int  # µs UTC: what was known then was learnt from
    status: Status
    reason: str
    settings: int
    written: Mapping[str, int]
    card: Card | None


class Job(NamedTuple):
    """A model that is run on schedule. `traits`: key of a computed trait → trait of the model."""

    model: str
    seed: str
    every: int  # µs
    traits: Mapping[str, str]
    versions: Mapping[str, int]  # of the computed traits


class ModelStore:
    """Thread-safe; any number of processes may open the file."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._db: apsw.Connection = connect(path, cache_mb=1)
        migrate(self._db, "models", STEPS)

    def close(self) -> None:
        self._db.close()

    def settings(self) -> Held:
        rows = self._read(
            "SELECT version, body, at, author FROM model_settings ORDER BY version DESC LIMIT 1"
        )
        if not rows:
            return Held(0, Settings(), 0, "")
        version, body, at, author = rows[0]
        return Held(version, msgspec.json.decode(body, type=Settings), at, author)

    def set_settings(self, raw: Any, version: int, author: str) -> Held:
        """The next version after `version`. Raises `Malformed`, and `Conflict` when somebody else
        was faster."""
        made = settings_of(raw)
        body = msgspec.json.encode(made).decode()
        with self._lock, writing(self._db):
            query = "SELECT max(version) FROM model_settings"
            known = int(self._db.execute(query).get or 0)
            if known != version:
                raise Conflict(
                    f"the settings are at version {known}, not {version}",
                    hint="read them again and change the present ones",
                )
            values = (version + 1, body, self._clock.now(), author)
            self._db.execute("INSERT INTO model_settings VALUES (?, ?, ?, ?)", values)
        return self.settings()

    def add(
        self,
        job: Job,
        at: int,
        status: Status,
        *,
        reason: str = "",
        settings: int = 0,
        written: Mapping[str, int] | None = None,
        card: Card | None = None,
    ) -> None:
        """Keep a run. Of those that gave nothing only the latest is kept."""
        body = None if card is None else msgspec.json.encode(card).decode()
        told = msgspec.json.encode(dict(written or {})).decode()
        with self._lock, writing(self._db):
            self._db.execute(
                "DELETE FROM model_runs WHERE model = ? AND seed = ? AND status <> 'done'",
                (job.model, job.seed),
            )
            self._db.execute(
                "INSERT INTO model_runs (model, seed, at, status, reason, settings, written, card)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (job.model, job.seed, at, status, reason, settings, told, body),
            )

    def runs(
        self, model: str, limit: int, before: int | None = None, *, seed: str | None = None
    ) -> list[Run]:
        """The latest first; those before the number `before`."""
        return [
            _run(row)
            for row in self._read(
                f"SELECT {_RUN} FROM model_runs WHERE model = ?1 AND (?2 IS NULL OR number < ?2)"
                " AND (?4 IS NULL OR seed = ?4) ORDER BY number DESC LIMIT ?3",
                *(model, before, limit, seed),
            )
        ]

    def last(self, model: str, seed: str = "", *, done: bool = False) -> Run | None:
        """The latest run; with `done` the latest that gave a card."""
        rows = self._read(
            f"SELECT {_RUN} FROM model_runs WHERE model = ? AND seed = ?"
            f" {'AND card IS NOT NULL' if done else ''} ORDER BY number DESC LIMIT 1",
            *(model, seed),
        )
        return _run(rows[0]) if rows else None

    def _read(self, sql: str, *values: Any) -> list[Any]:
        with self._lock:
            return list(self._db.execute(sql, values))


def settings_of(raw: Any) -> Settings:
    """Raises `Malformed` for what they do not know, and for what cannot be."""
    try:
        return msgspec.convert(raw, Settings)
    except (msgspec.ValidationError, ConfigError) as error:
        raise Malformed(str(error), hint="docs/customer-value.md lists the settings") from None


def check(key: str, trait: ModelOutput) -> None:
    """Raises `Malformed` when no model says that."""
    model = MODELS.get(trait.model)
    if model is None:
        hint = f"use {', '.join(MODELS)}"
        raise refuse(f"{key}: trait.model", f"there is no model {trait.model!r}", hint=hint)
    named = [each.key for each in model.traits]
    if trait.trait and trait.trait not in named:
        hint = f"{model.name} says {', '.join(named)}"
        raise refuse(f"{key}: trait.trait", f"{model.name} says no such thing", hint=hint)
    if ("seeds" in model.needs) != bool(trait.seed):
        said = "needs a segment" if "seeds" in model.needs else f"{model.name} takes none"
        raise refuse(f"{key}: trait.seed_segment", said)
    if duration.micros(trait.every) < LEAST_EVERY:
        raise refuse(f"{key}: trait.every", "a model runs once an hour at most")


def said_by(trait: ModelOutput) -> str:
    """Which trait of its model."""
    return trait.trait or MODELS[trait.model].traits[0].key


def jobs(in_force: Iterable[Stored]) -> list[Job]:
    """What computed traits ask for; one run serves all that ask the same model."""
    found: dict[tuple[str, str], Job] = {}
    for each in in_force:
        trait = each.definition.trait if isinstance(each.definition, ComputedTrait) else None
        if isinstance(trait, ModelOutput) and trait.model in MODELS:
            place = (trait.model, trait.seed)
            job = found.get(place) or Job(*place, duration.LONGEST, {}, {})
            found[place] = Job(
                *place,
                min(job.every, duration.micros(trait.every)),
                {**job.traits, each.key: said_by(trait)},
                {**job.versions, each.key: each.version},
            )
    return list(found.values())


def due(job: Job, last: Run | None, settings: int) -> int:
    """When it is to be run (µs UTC); 0 for at once. `settings`: version of those in force."""
    if last is None:
        return 0
    if last.status != "done":
        return last.at + min(job.every, _AGAIN)
    if last.settings != settings:
        return 0
    if any(last.written.get(key) != version for key, version in job.versions.items()):
        return 0
    return last.at + job.every


def model_named(name: str) -> Model:
    """Raises `NotFound`."""
    if name not in MODELS:
        raise NotFound(f"there is no model {name!r}", hint=f"use {', '.join(MODELS)}")
    return MODELS[name]


def _run(row: tuple[Any, ...]) -> Run:
    number, model, seed, at, status, reason, settings, written, card = row
    held = None if card is None else msgspec.json.decode(card, type=Card)
    told = msgspec.json.decode(written)
    return Run(number, model, seed, at, status, reason, settings, told, held)
