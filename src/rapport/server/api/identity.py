"""Identity: why this is one person, joining and separating, and the rules by which it happens."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from rapport.clock import to_iso
from rapport.errors import NotFound
from rapport.identity.model import Decision
from rapport.identity.rules import Rules, parse
from rapport.identity.views import Edge, IdentityView, Preview, ProfileSample, RefusedEdge, WhatIf
from rapport.ids import profile_id
from rapport.server.api.context import Asked, Context, Provided, principal_of
from rapport.server.api.profiles import Profile, find, named_with
from rapport.server.api.shapes import iso
from rapport.server.commands import Written
from rapport.server.rooms import Reads
from rapport.warehouse.base import Warehouse


class IdentifierDetail(msgspec.Struct):
    node: int
    type: str
    value: str
    first_seen: str | None
    last_seen: str | None
    count: int
    sources: list[str]
    shared: bool
    state: str
    profile: str


class EvidenceView(msgspec.Struct):
    a: str
    b: str
    first_seen: str | None
    last_seen: str | None
    count: int
    source: str
    message_id: str
    kind: str


class RefusedView(EvidenceView):
    rule: str = ""
    explanation: str = ""


class DecisionSummary(msgspec.Struct):
    id: str
    action: str
    a: str
    b: str
    by: str
    reason: str
    at: str | None
    undone: bool


class IdentityPage(msgspec.Struct):
    id: str
    identifiers: list[IdentifierDetail]
    evidence: list[EvidenceView]
    refused: list[RefusedView]
    decisions: list[DecisionSummary]
    path: list[EvidenceView] | None = None


class Pair(msgspec.Struct, forbid_unknown_fields=True):
    a: str
    b: str
    reason: str = ""


class Undo(msgspec.Struct, forbid_unknown_fields=True):
    decision: str
    reason: str = ""


class SampleView(msgspec.Struct):
    profile: str
    identifiers: list[str]
    count: int


class PreviewView(msgspec.Struct):
    before: list[SampleView]
    after: list[SampleView]
    events_moved: int


class Decided(msgspec.Struct):
    decision: str
    status: str
    offset: int


class RulesView(msgspec.Struct):
    version: int
    rules: Rules


class NewRules(msgspec.Struct, forbid_unknown_fields=True):
    rules: dict[str, Any]
    reason: str = ""


class SplitView(msgspec.Struct):
    one: SampleView
    parts: list[SampleView]


class WhatIfView(msgspec.Struct):
    merges: int
    splits: int
    identifiers_moved: int
    profiles_before: int
    profiles_after: int
    biggest: list[SampleView]
    merge_samples: list[SplitView]
    split_samples: list[SplitView]


def _edge(edge: Edge, slugs: dict[int, str]) -> EvidenceView:
    return EvidenceView(
        edge.a,
        edge.b,
        to_iso(edge.first_seen),
        to_iso(edge.last_seen),
        edge.count,
        slugs.get(edge.source, ""),
        edge.message_id,
        edge.kind,
    )


def _refused(edge: RefusedEdge, slugs: dict[int, str]) -> RefusedView:
    return RefusedView(
        edge.a,
        edge.b,
        to_iso(edge.first_seen),
        to_iso(edge.last_seen),
        edge.count,
        slugs.get(edge.source, ""),
        edge.message_id,
        edge.kind,
        edge.rule,
        edge.explanation,
    )


def _decision(decision: Decision, undone: bool) -> DecisionSummary:
    return DecisionSummary(
        decision.id,
        decision.action,
        decision.a,
        decision.b,
        decision.by,
        decision.reason,
        to_iso(decision.at),
        undone,
    )


def _page(view: IdentityView, slugs: dict[int, str]) -> IdentityPage:
    return IdentityPage(
        profile_id(view.profile),
        [
            IdentifierDetail(
                item.node,
                item.type,
                item.value,
                iso(item.first_seen),
                iso(item.last_seen),
                item.count,
                [slugs.get(number, str(number)) for number in item.sources],
                item.shared,
                item.state,
                profile_id(item.profile),
            )
            for item in view.identifiers
        ],
        [_edge(edge, slugs) for edge in view.evidence],
        [_refused(edge, slugs) for edge in view.refused],
        [_decision(each.decision, each.undone) for each in view.decisions],
    )


@get("/api/v1/profiles/{ref:str}/identity")
async def profile_identity(
    ref: FromPath[str],
    context: Provided,
    start: Annotated[str | None, QueryParameter(name="from")] = None,
    end: Annotated[str | None, QueryParameter(name="to")] = None,
) -> IdentityPage | Profile:
    """Identifiers, the evidence that joins them, refused edges with their rule, decisions.

    With `from` and `to` (each `type:value`) also the chain of evidence between the two.
    """
    slugs = context.slugs()

    def read(reads: Reads) -> IdentityPage | Profile:
        if other := named_with(reads, ref, "/identity"):
            return other
        page = _page(reads.identity.explain(find(reads, ref)), slugs)
        if start and end:
            nodes = _node(reads, start), _node(reads, end)
            page.path = [_edge(edge, slugs) for edge in reads.identity.path(*nodes)]
        return page

    return await context.rooms.reading(read)


def _node(reads: Reads, text: str) -> int:
    node = reads.identity.resolve(text)
    if node is None:
        raise NotFound(f"no identifier {text!r}", hint="write type:value, or p_… for a profile")
    return node


def _label(reads: Reads, text: str) -> str:
    """What a decision says: an identifier, not the number of a profile, which may change."""
    node = _node(reads, text)
    if ":" in text:
        return text
    return reads.identity.strongest(reads.identity.profile_of(node)) or text


async def _decide(
    request: Asked, context: Context, action: str, pair: Pair, preview: bool
) -> PreviewView | Decided:
    a, b = await context.rooms.reading(lambda reads: (_label(reads, pair.a), _label(reads, pair.b)))
    if preview:
        decision = Decision(id="preview", at=context.rooms.clock.now(), action=action, a=a, b=b)  # type: ignore[arg-type]
        return await _preview(context, decision)
    written = await context.commands.decide(
        action, principal_of(request).name, pair.reason, a=a, b=b
    )
    return _decided(written)


async def _preview(context: Context, decision: Decision) -> PreviewView:
    found: Preview = await context.rooms.studying(lambda reads: reads.identity.preview(decision))
    moved = await context.rooms.asking(
        lambda: _events_of(context.rooms.warehouse, found.nodes_moved)
    )
    return PreviewView(
        [_sample(each) for each in found.before], [_sample(each) for each in found.after], moved
    )


def _events_of(warehouse: Warehouse, nodes: list[int]) -> int:
    if not nodes:
        return 0
    marks = ", ".join("?" * len(nodes))
    rows = warehouse.read(f"SELECT count(*) AS n FROM events WHERE node IN ({marks})", nodes)
    return int(rows[0]["n"])


def _sample(sample: ProfileSample) -> SampleView:
    return SampleView(profile_id(sample.profile), sample.identifiers, sample.count)


def _decided(written: Written) -> Decided:
    return Decided(written.id, written.status, written.offset)


@post("/api/v1/identity/merge", status_code=200)
async def merge(
    request: Asked, data: JSONBody[Pair], context: Provided, preview: FromQuery[bool] = False
) -> PreviewView | Decided:
    """Two identifiers belong to one person. With `?preview=true`, only what that would do."""
    return await _decide(request, context, "merge", data, preview)


@post("/api/v1/identity/split", status_code=200)
async def split(
    request: Asked, data: JSONBody[Pair], context: Provided, preview: FromQuery[bool] = False
) -> PreviewView | Decided:
    """Two identifiers do not belong to one person. With `?preview=true`, only what it would do."""
    return await _decide(request, context, "split", data, preview)


@post("/api/v1/identity/undo", status_code=200)
async def undo(
    request: Asked, data: JSONBody[Undo], context: Provided, preview: FromQuery[bool] = False
) -> PreviewView | Decided:
    """Take back a merge or split: everything is again as if it had not been decided."""
    if preview:
        now = context.rooms.clock.now()
        return await _preview(
            context, Decision(id="preview", at=now, action="undo", decision=data.decision)
        )
    by = principal_of(request).name
    return _decided(await context.commands.decide("undo", by, data.reason, decision=data.decision))


@get("/api/v1/identity/rules")
async def show_rules(context: Provided) -> RulesView:
    """The rules in force; version 0 stands for the defaults."""
    version, rules = await context.rooms.reading(lambda reads: reads.identity.rules())
    return RulesView(version, rules)


@put("/api/v1/identity/rules", opt={"scope": "admin"})
async def publish_rules(
    request: Asked, data: JSONBody[NewRules], context: Provided, preview: FromQuery[bool] = False
) -> WhatIfView | Decided:
    """Publish new rules; all profiles are computed anew under them. `?preview=true`: what if."""
    rules = parse(data.rules)
    if preview:
        return _what_if(await context.rooms.studying(lambda reads: reads.identity.what_if(rules)))
    by = principal_of(request).name
    return _decided(await context.commands.decide("rules", by, data.reason, rules=data.rules))


def _what_if(found: WhatIf) -> WhatIfView:
    def pairs(splits: list[Any]) -> list[SplitView]:
        return [SplitView(_sample(s.one), [_sample(part) for part in s.parts]) for s in splits]

    return WhatIfView(
        found.merges,
        found.splits,
        found.identifiers_moved,
        found.profiles_before,
        found.profiles_after,
        [_sample(each) for each in found.biggest],
        pairs(found.merge_samples),
        pairs(found.split_samples),
    )


ROUTES = [profile_identity, merge, split, undo, show_rules, publish_rules]
