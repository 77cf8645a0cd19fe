"""What the reading side answers with. Instants are µs UTC; labels are "type:value"."""

from __future__ import annotations

import msgspec

from rapport.identity.model import Decision


class Identifier(msgspec.Struct, frozen=True):
    node: int
    type: str
    value: str
    profile: int
    first_seen: int | None  # None: only ever named in a decision
    last_seen: int | None
    count: int  # events that carried it
    sources: list[int]  # that sent it
    shared: bool
    state: str  # open, owned, shared, crowded, blocked

    @property
    def label(self) -> str:
        return f"{self.type}:{self.value}"


class Edge(msgspec.Struct, frozen=True):
    """`count` events carried both; `source` and `message_id` are of the first of them."""

    a: str
    b: str
    kind: str  # observed, manual
    first_seen: int
    last_seen: int
    count: int
    source: int
    message_id: str  # of a manual edge: the id of the decision


class RefusedEdge(msgspec.Struct, frozen=True):
    a: str
    b: str
    rule: str
    explanation: str
    kind: str
    first_seen: int
    last_seen: int
    count: int
    source: int
    message_id: str


class DecisionView(msgspec.Struct, frozen=True):
    decision: Decision
    undone: bool


class IdentityView(msgspec.Struct, frozen=True):
    profile: int
    identifiers: list[Identifier]
    evidence: list[Edge]
    refused: list[RefusedEdge]
    decisions: list[DecisionView]


class ProfileSample(msgspec.Struct, frozen=True):
    profile: int
    identifiers: list[str]
    count: int  # identifiers in all


class Preview(msgspec.Struct, frozen=True):
    """What a decision would do: the profiles it touches as they are and as they would be."""

    before: list[ProfileSample]
    after: list[ProfileSample]
    nodes_moved: list[int]


class Regrouping(msgspec.Struct, frozen=True):
    """One profile of today and the parts that it would fall into, or the other way round."""

    one: ProfileSample
    parts: list[ProfileSample]


class WhatIf(msgspec.Struct, frozen=True):
    """`merges`: profiles that would join others; `splits`: profiles that would fall apart."""

    profiles_before: int
    profiles_after: int
    merges: int
    splits: int
    identifiers_moved: int
    biggest: list[ProfileSample]  # under the new rules
    merge_samples: list[Regrouping]
    split_samples: list[Regrouping]
