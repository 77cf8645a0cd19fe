"""Identity of one profile: which identifiers belong together, by which evidence."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.params import FromPath, QueryParameter

from rapport.clock import to_iso
from rapport.identity.model import Decision
from rapport.identity.views import Edge, IdentityView, RefusedEdge
from rapport.ids import profile_id
from rapport.server.api.context import Provided
from rapport.server.api.profiles import Profile, SeenIdentifier, find, named_with
from rapport.server.api.shapes import iso
from rapport.server.rooms import Reads
from rapport.server.web.paths import unfold


class IdentifierDetail(SeenIdentifier):
    state: str
    node: int
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


def _edge(edge: Edge, slugs: dict[int, str]) -> EvidenceView:
    return EvidenceView(**_shared(edge, slugs))


def _refused(edge: RefusedEdge, slugs: dict[int, str]) -> RefusedView:
    return RefusedView(rule=edge.rule, explanation=edge.explanation, **_shared(edge, slugs))


def _shared(edge: Edge | RefusedEdge, slugs: dict[int, str]) -> dict[str, Any]:
    """The fields of `EvidenceView`."""
    return {
        "a": edge.a,
        "b": edge.b,
        "first_seen": to_iso(edge.first_seen),
        "last_seen": to_iso(edge.last_seen),
        "count": edge.count,
        "source": slugs.get(edge.source, ""),
        "message_id": edge.message_id,
        "kind": edge.kind,
    }


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
                item.type,
                item.value,
                iso(item.first_seen),
                iso(item.last_seen),
                item.count,
                [slugs.get(number, str(number)) for number in item.sources],
                item.shared,
                item.state,
                item.node,
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

    With `to` (`type:value`) also the chain of evidence that leads there, from `ref` or from `from`.
    """
    slugs = context.slugs()

    def read(reads: Reads) -> IdentityPage | Profile:
        if other := named_with(reads, ref, "/identity"):
            return other
        page = _page(reads.identity.explain(find(reads, ref)), slugs)
        if end:
            nodes = node_of(reads, start or unfold(ref)), node_of(reads, end)
            page.path = [_edge(edge, slugs) for edge in reads.identity.path(*nodes)]
        return page

    return await context.rooms.reading(read)


def node_of(reads: Reads, text: str) -> int:
    """The node of `type:value` or of a profile's id. Raises `NotFound`."""
    node = reads.identity.resolve(text)
    if node is None:
        raise reads.identity.unseen(text)
    return node


ROUTES = [profile_identity]
