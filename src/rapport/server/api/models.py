"""Models of customer value: state, runs with their cards, settings, and where a value is from."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import get, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from rapport.audiences.language import writing
from rapport.audiences.language.model import ComputedTrait, ModelOutput
from rapport.clock import to_iso
from rapport.ids import profile_id
from rapport.insights import models
from rapport.insights.models import Held, Job, Run
from rapport.insights.value.model import Model
from rapport.insights.value.model_card import Card
from rapport.insights.value.registry import MODELS
from rapport.server.api.context import Asked, Context, Provided, principal_of
from rapport.server.api.members import number
from rapport.server.api.profiles import find
from rapport.server.api.shapes import Listing, iso, page_size
from rapport.server.rooms import Reads
from rapport.server.web.paths import unfold


class TraitSaid(msgspec.Struct):
    """`computed`: keys of the computed traits that carry it."""

    key: str
    kind: str
    meaning: str
    computed: list[str]


class ModelView(msgspec.Struct):
    """`state`: never, queued, running, ready, not_yet, failed; `reason` says why. `card` is that of
    the latest run that gave one. Without `next_run_at` no computed trait asks for it."""

    name: str
    title: str
    version: int
    needs: list[str]
    seed_segment: str
    state: str
    reason: str
    last_run_at: str | None
    next_run_at: str | None
    traits: list[TraitSaid]
    card: dict[str, Any] | None


class RunView(msgspec.Struct):
    number: int
    model: str
    seed_segment: str
    at: str
    status: str  # done, not_yet, failed
    reason: str
    settings: int  # version of the settings
    written: list[str]  # computed traits
    card: dict[str, Any] | None


class Seed(msgspec.Struct, forbid_unknown_fields=True):
    """`seed_segment` only for models that find the like of its members."""

    seed_segment: str = ""


class SettingsView(msgspec.Struct):
    version: int
    settings: dict[str, Any]
    at: str | None
    by: str


class NewSettings(msgspec.Struct, forbid_unknown_fields=True):
    """`version` is that of the settings that were read. What is left out has its default."""

    version: int
    settings: dict[str, Any]


class Origin(msgspec.Struct):
    """Which run of which model said so. `model_version` is that of its method."""

    model: str
    model_version: int
    run: int
    trained_at: str
    metrics: dict[str, float]


class WhyValue(msgspec.Struct):
    """`since`: from when on it is this value. `related`: what else the model says of her."""

    profile: str
    trait: str
    value: Any
    since: str | None
    computation: dict[str, Any]
    origin: Origin | None
    related: dict[str, Any]


@get("/api/v1/models")
async def list_models(context: Provided) -> Listing[ModelView]:
    """All models, each with its state, its latest card, its next run and its traits."""
    asked = await context.rooms.reading(_jobs)

    def read() -> Listing[ModelView]:
        return Listing(
            [
                _view(context, model, seed, asked)
                for model in MODELS.values()
                for seed in _seeds(model, asked)
            ]
        )

    return await context.rooms.working(read)


@get("/api/v1/models/settings")
async def show_settings(context: Provided) -> SettingsView:
    """Which events are orders, which paths lead to money, and the lengths that models use."""
    return _settings(await context.rooms.working(context.rooms.models.settings))


@put("/api/v1/models/settings")
async def change_settings(
    request: Asked, data: JSONBody[NewSettings], context: Provided
) -> SettingsView:
    """Write the next version. Models that are run on schedule are run again."""
    by = principal_of(request).name
    store = context.rooms.models
    return _settings(
        await context.rooms.working(lambda: store.set_settings(data.settings, data.version, by))
    )


@get("/api/v1/models/{name:str}")
async def show_model(
    name: FromPath[str], context: Provided, seed_segment: FromQuery[str] = ""
) -> ModelView:
    """One model; of several seeds the one that is named."""
    model = models.model_named(name)
    asked = await context.rooms.reading(_jobs)
    return await context.rooms.working(lambda: _view(context, model, seed_segment, asked))


@post("/api/v1/models/{name:str}/run", status_code=202)
async def run_model(name: FromPath[str], data: JSONBody[Seed], context: Provided) -> ModelView:
    """Run it as soon as no other runs. Values are written for computed traits that ask for it."""
    model = models.model_named(name)
    models.check(name, ModelOutput(name, seed=data.seed_segment))
    if data.seed_segment:
        key = data.seed_segment
        await context.rooms.reading(lambda reads: reads.audiences.definition("segment", key))
    asked = await context.rooms.reading(_jobs)
    context.models.ask(name, data.seed_segment)
    return await context.rooms.working(lambda: _view(context, model, data.seed_segment, asked))


@get("/api/v1/models/{name:str}/cards")
async def list_cards(
    name: FromPath[str],
    context: Provided,
    limit: FromQuery[int] = 20,
    cursor: FromQuery[str | None] = None,
) -> Listing[RunView]:
    """Every run that gave a card, and the latest if it gave none; the latest first."""
    models.model_named(name)
    before, size = number(cursor), page_size(limit)
    store = context.rooms.models
    found = await context.rooms.working(lambda: store.runs(name, size + 1, before))
    more = str(found[size - 1].number) if len(found) > size else None
    return Listing([_run(each) for each in found[:size]], more)


@get("/api/v1/computed-traits/{key:str}/why/{ref:str}")
async def why_value(key: FromPath[str], ref: FromPath[str], context: Provided) -> WhyValue:
    """Where the value of a computed trait is from: how it is worked out, and which run said so."""

    def read(reads: Reads) -> WhyValue:
        one = reads.audiences.definition("trait", key).definition
        assert isinstance(one, ComputedTrait)  # noqa: S101 - its kind says so
        profile = find(reads, unfold(ref))
        value, since = reads.audiences.value(key, profile) or (None, None)
        told = WhyValue(
            *(profile_id(profile), key, value, iso(since)),
            *(writing.computation(one.trait), None, {}),
        )
        if isinstance(one.trait, ModelOutput):
            told.origin = _origin(context, one.trait, key)
            told.related = _related(reads, one.trait, key, profile)
        return told

    return await context.rooms.reading(read)


def _origin(context: Context, trait: ModelOutput, key: str) -> Origin | None:
    run = context.rooms.models.last(trait.model, trait.seed, done=True)
    if run is None or run.card is None or key not in run.written:
        return None
    card = run.card
    return Origin(card.model, card.version, run.number, to_iso(card.trained_at), dict(card.metrics))


def _related(reads: Reads, trait: ModelOutput, key: str, profile: int) -> dict[str, Any]:
    known = reads.audiences.of_profile(profile)["computed"]
    of_model = next(
        (job.traits for job in _jobs(reads) if (job.model, job.seed) == (trait.model, trait.seed)),
        {},
    )
    return {each: known[each] for each in of_model if each in known and each != key}


def _jobs(reads: Reads) -> list[Job]:
    return models.jobs(reads.audiences.in_force("trait"))


def _seeds(model: Model, asked: list[Job]) -> list[str]:
    return [job.seed for job in asked if job.model == model.name] or [""]


def _view(context: Context, model: Model, seed: str, asked: list[Job]) -> ModelView:
    store = context.rooms.models
    last, carded = store.last(model.name, seed), store.last(model.name, seed, done=True)
    job = next((j for j in asked if (j.model, j.seed) == (model.name, seed)), None)
    following = None
    if job is not None:
        when = models.due(job, last, store.settings().version)
        following = to_iso(max(when, context.rooms.clock.now()))
    carried = job.traits if job else {}
    return ModelView(
        name=model.name,
        title=model.title,
        version=model.version,
        needs=list(model.needs),
        seed_segment=seed,
        state=_state(context, model.name, seed, last),
        reason=last.reason if last else "",
        last_run_at=iso(last.at if last else None),
        next_run_at=following,
        traits=[
            TraitSaid(t.key, t.kind, t.meaning, [k for k, said in carried.items() if said == t.key])
            for t in model.traits
        ],
        card=_card(carded.card if carded else None),
    )


def _state(context: Context, name: str, seed: str, last: Run | None) -> str:
    if context.models.running == (name, seed):
        return "running"
    if context.models.waits(name, seed):
        return "queued"
    return "never" if last is None else {"done": "ready"}.get(last.status, last.status)


def _run(run: Run) -> RunView:
    return RunView(
        *(run.number, run.model, run.seed, to_iso(run.at), run.status, run.reason),
        *(run.settings, sorted(run.written), _card(run.card)),
    )


def _card(card: Card | None) -> dict[str, Any] | None:
    """Without what only the next run needs."""
    if card is None:
        return None
    told: dict[str, Any] = msgspec.to_builtins(card)
    del told["reference"]
    told["notes"] = [
        {"code": "", "about": {}, "text": each}
        if isinstance(each, str)
        else msgspec.to_builtins(each) | {"text": each.text}
        for each in card.notes
    ]
    return told | {name: to_iso(told[name]) for name in ("trained_at", "data_from", "data_until")}


def _settings(found: Held) -> SettingsView:
    at = iso(found.at if found.version else None)
    return SettingsView(found.version, msgspec.to_builtins(found.settings), at, found.author)


ROUTES = [
    list_models,
    show_settings,
    change_settings,
    show_model,
    run_model,
    list_cards,
    why_value,
]
