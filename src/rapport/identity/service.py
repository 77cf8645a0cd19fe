"""The writing side of identity. Runs inside the transaction of the pipeline."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import apsw

from rapport.database import migrate, writing
from rapport.errors import Conflict
from rapport.events.model import Event
from rapport.identity.decisions import (
    holding_link,
    pair_of_undo,
    same_users,
    seen_with_regrouped,
)
from rapport.identity.graph import Graph, Outcome
from rapport.identity.identifiers import Extractor, Normaliser, RawKey, parse_key
from rapport.identity.model import (
    BLOCKED,
    OPEN,
    OWNED,
    SHARED,
    Changes,
    Decision,
    Evidence,
    Key,
    Member,
)
from rapport.identity.rebuild import rebuild
from rapport.identity.rules import DEFAULTS, RuleBook, Rules, load, store
from rapport.identity.signatures import Recent, Signature
from rapport.identity.store import MIGRATIONS, Store, pack
from rapport.ids import parse_profile_id

_KEEP = 50_000  # signatures, and identifiers, per generation


class Identity:
    """Events and decisions → node → profile.

    Construct it outside of a transaction (it brings its tables up to date); call every method
    inside one. After a rollback call `reset`. `region` reads phone numbers without a prefix.

    `rules` are those that an empty store starts with; later they change by `set_rules` alone.
    Raises `Conflict` when they differ from what a store with identifiers in it goes by.
    """

    def __init__(
        self, connection: apsw.Connection, rules: Rules | None = None, region: str = "US"
    ) -> None:
        migrate(connection, "identity", MIGRATIONS)
        self._store = Store(connection)
        self._normalise = Normaliser(region)
        self._extract = Extractor(self._normalise)
        self._signatures: Recent[tuple[Key, ...], Signature] = Recent(_KEEP)
        self._shortcuts: dict[RawKey, Signature] = {}  # as on the event → the same, normalised
        self._members: Recent[Key, Member] = Recent(_KEEP)
        self.reset()
        if rules is not None and rules != self.rules:
            self._start_with(connection, rules)

    @property
    def rules(self) -> Rules:
        return self._book.rules

    def reset(self) -> None:
        """Forget everything held in memory and start from the tables again."""
        self._signatures.clear()
        self._shortcuts.clear()
        self._members.clear()
        self._heard: list[Signature] = []  # sets with sources that are not written yet
        self._store.forget_held()
        stored = self._store.rules()
        self._book = RuleBook(load(stored[1]) if stored else DEFAULTS)
        self._last_node = self._store.last_node()
        self._last_evidence = self._store.last_evidence()
        self._load_decisions()
        # Identifiers with more than one user: every further event may tip the balance.
        self._watched = self._store.in_state((OWNED, SHARED))

    def assign(self, events: Sequence[Event], *, hold: bool = False) -> Changes:
        """Set `event.node` on each event, count its evidence, bring profiles up to date.

        With `hold`, sums of known evidence are in no table before `settle`.
        """
        dirty, unknown, homeless = self._count(events)
        new_members = self._look_up(unknown)
        for event, signature in homeless:
            event.node = signature.home
        added = self._write(dirty)
        self._write_sources()
        changes = self._follow(added, self._changed(dirty), new_members)
        self._age()
        if not hold:
            self.settle()
        return changes

    def settle(self) -> None:
        """Write down what is held; for several micro-batches at once, since people come again."""
        self._store.settle()

    def decide(self, decision: Decision) -> Changes:
        """Take in a merge, a split ("not the same person") or the undo of one.

        The result does not depend on when decisions arrive, only on their `at` and `id`. A
        decision that is already known changes nothing.
        """
        new_members: list[Member] = []
        pair = (0, 0)
        if decision.action != "undo":
            a, b = (self._node_of(text, new_members) for text in (decision.a, decision.b))
            pair = (min(a, b), max(a, b)) if a and b and a != b else (0, 0)
        if not self._store.add_decision(decision, *pair):
            return self._changes(new_members, [])
        low, high = pair if decision.action != "undo" else pair_of_undo(self._store, decision)
        if not low:
            return self._changes(new_members, [])
        return self._rule(low, high, new_members)

    def set_rules(self, rules: Rules) -> Changes:
        """Store a new version of the rules and recompute everything under it."""
        self._store.add_rules(store(rules))
        moved: dict[int, int] = {}
        touched: set[int] = set()
        result = rebuild(self._store, RuleBook(rules), self._same_user)
        for moves in result.moves():
            self._store.set_profiles((new, node) for node, _, new in moves)
            moved.update((node, new) for node, _, new in moves)
            touched.update(profile for _, *both in moves for profile in both)
        self._store.open_all()
        self._store.set_states((s, owner, n) for n, (s, owner) in result.verdicts.items())
        self.reset()
        return Changes(moved, touched)

    def _age(self) -> None:
        self._members.age()
        if self._signatures.age() or len(self._shortcuts) > 2 * _KEEP:
            # A shortcut must not outlive its signature: two of one set would count apart.
            self._shortcuts.clear()

    def _start_with(self, connection: apsw.Connection, rules: Rules) -> None:
        if self._last_node:
            raise Conflict(
                "this store already goes by other identity rules",
                hint="publish the rules: PUT /api/v1/identity/rules, or rapport identity rules",
            )
        with writing(connection):
            self.set_rules(rules)

    def _count(
        self, events: Sequence[Event]
    ) -> tuple[list[Signature], list[Signature], list[tuple[Event, Signature]]]:
        """Add events to their signatures: (all of them, unknown ones, events still homeless)."""
        raw_key, shortcuts = self._extract.raw_key, self._shortcuts
        dirty: list[Signature] = []
        unknown: list[Signature] = []
        homeless: list[tuple[Event, Signature]] = []
        for event in events:
            raw = raw_key(event)
            signature = shortcuts.get(raw) if raw is not None else None
            if signature is None:
                signature = self._signature(event, unknown)
                if raw is not None:
                    shortcuts[raw] = signature
            if not signature.dirty:
                signature.dirty = True
                dirty.append(signature)
            if event.source not in signature.sources:
                self._hear(signature, event.source)
            signature.count += 1
            at = event.timestamp
            if at > signature.last_seen:
                signature.last_seen = at
            if at <= signature.first_seen:
                signature.predate(at, event.source, event.message_id)
            if signature.home:
                event.node = signature.home
            else:
                homeless.append((event, signature))
        return dirty, unknown, homeless

    def _hear(self, signature: Signature, source: int) -> None:
        """Only what several sources sent is written, since `source` of evidence tells one."""
        signature.sources += (source,)
        if len(signature.sources) > 1:
            self._heard.append(signature)

    def _write_sources(self) -> None:
        if self._heard:
            rows = {(s.id, source) for s in self._heard for source in s.sources}
            self._store.add_sources(sorted(rows))
            self._heard.clear()

    def _signature(self, event: Event, unknown: list[Signature]) -> Signature:
        keys = self._extract(event)
        signature = self._signatures.get(keys)
        if signature is None:
            signature = Signature(keys)
            self._signatures.put(keys, signature)
            unknown.append(signature)
        return signature

    def _look_up(self, unknown: list[Signature]) -> list[Member]:
        """Give unknown signatures their nodes and, when they were only forgotten, their sums."""
        if not unknown:
            return []
        new_members = self._meet(unknown)
        new_nodes = {member.node for member in new_members}
        perhaps: dict[bytes, Signature] = {}
        for signature in unknown:
            members = [self._members.young[key] for key in signature.keys]
            signature.nodes = tuple(sorted(member.node for member in members))
            signature.home = min(members, key=self._strength).node
            if new_nodes.isdisjoint(signature.nodes):
                perhaps[pack(signature.nodes)] = signature
        for blob, stored in self._store.stored(perhaps).items() if perhaps else ():
            signature = perhaps[blob]
            signature.id = stored.id
            signature.count += stored.count
            signature.last_seen = max(signature.last_seen, stored.last_seen)
            if stored.source not in signature.sources:
                self._hear(signature, stored.source)
            earlier = signature.first()
            signature.first_seen, signature.source = stored.first_seen, stored.source
            signature.message_id = stored.message_id
            signature.earlier = False
            signature.predate(*earlier)
        return new_members

    def _meet(self, unknown: list[Signature]) -> list[Member]:
        """Make sure that every identifier is in `_members.young`; returns the new ones."""
        get = self._members.get
        missing = {key: None for s in unknown for key in s.keys if get(key) is None}
        if not missing:
            return []
        found = self._store.find(missing)
        new_members = [self._new_member(key) for key in missing if key not in found]
        self._store.add_members(new_members)
        for member in (*found.values(), *new_members):
            self._members.put((member.type, member.value), member)
        return new_members

    def _new_member(self, key: Key) -> Member:
        self._last_node += 1
        state = BLOCKED if self._book.blocked(*key) else OPEN
        return Member(self._last_node, *key, state, 0, self._last_node)

    def _strength(self, member: Member) -> tuple[bool, tuple[int, str], str]:
        return (member.state == BLOCKED, self._book.rank(member.type), member.value)

    def _write(self, dirty: list[Signature]) -> list[Evidence]:
        added: list[Evidence] = []
        for signature in dirty:
            if not signature.id:
                self._last_evidence += 1
                signature.id = self._last_evidence
                added.append(_evidence(signature))
                signature.dirty = signature.earlier = False
        if added:
            self._store.add_evidence(added)
        known = [s for s in dirty if s.dirty]
        self._store.hold_sums((s.id, (s.count, s.last_seen)) for s in known)
        if any(s.earlier for s in known):
            self._store.predate_evidence(
                (s.first_seen, s.source, s.message_id, s.id) for s in known if s.earlier
            )
        return added

    def _changed(self, dirty: list[Signature]) -> set[int]:
        """Nodes whose known evidence changed so that the outcome may: order or balance."""
        seeds: set[int] = set()
        watched = self._watched
        for signature in dirty:
            if not signature.dirty:
                continue
            if len(signature.nodes) > 1 and (
                signature.earlier or not watched.isdisjoint(signature.nodes)
            ):
                seeds.update(signature.nodes)
            signature.dirty = signature.earlier = False
        return seeds

    def _follow(
        self, added: Sequence[Evidence], seeds: set[int], new_members: list[Member]
    ) -> Changes:
        seeds.update(node for item in added if len(item.nodes) > 1 for node in item.nodes)
        if not seeds:
            return self._changes(new_members, [])
        graph = self._graph()
        graph.prime(new_members, added)
        return self._apply(graph.update(seeds), new_members)

    def _graph(self) -> Graph:
        return Graph(self._store, self._book, self._same_user)

    def _apply(self, outcome: Outcome, new_members: list[Member]) -> Changes:
        for node, (state, _) in outcome.states.items():
            if state in (OWNED, SHARED):
                self._watched.add(node)
            else:
                self._watched.discard(node)
        self._store.set_states((s, owner, node) for node, (s, owner) in outcome.states.items())
        self._store.set_profiles((new, node) for node, _, new in outcome.moves)
        changes = self._changes(new_members, outcome.moves)
        changes.touched.update(outcome.members[node].profile for node in outcome.states)
        return changes

    def _changes(
        self, new_members: Iterable[Member], moves: Collection[tuple[int, int, int]]
    ) -> Changes:
        moved = {member.node: member.profile for member in new_members}
        moved.update((node, new) for node, _, new in moves)
        touched = set(moved.values())
        touched.update(old for _, old, _ in moves)
        return Changes(moved, touched)

    def _node_of(self, text: str, new_members: list[Member]) -> int:
        """Node of an operator's "type:value" or "p_42"; made when never seen, 0 when unusable."""
        node = parse_profile_id(text)
        if node is not None:
            return node if node <= self._last_node else 0
        key = parse_key(text, self._normalise)
        if key is None:
            return 0
        signature = Signature((key,))
        new_members.extend(self._meet([signature]))
        return self._members.young[key].node

    def _rule(self, low: int, high: int, new_members: list[Member]) -> Changes:
        before = self._same_user
        self._store.set_link(low, high, holding_link(self._store, low, high))
        self._load_decisions()
        again = seen_with_regrouped(self._store, before, self._same_user)
        return self._apply(self._graph().update({low, high}, again), new_members)

    def _load_decisions(self) -> None:
        self._same_user = same_users(self._store.merged_users())


def _evidence(signature: Signature) -> Evidence:
    return Evidence(
        signature.id,
        signature.nodes,
        signature.first_seen,
        signature.last_seen,
        signature.count,
        signature.source,
        signature.message_id,
    )
