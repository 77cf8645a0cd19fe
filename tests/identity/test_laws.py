"""Laws: any order of arrival, any batches, any moment of a decision or of a rule change."""

from __future__ import annotations

import random
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.events.model import Event
from rapport.identity.model import Decision
from rapport.identity.rules import DEFAULTS, Rules, parse
from tests.identity.oracle import Oracle
from tests.identity.world import World, event, merge, split, undo

# Few values and tight limits, so that every rule binds often.
TIGHT = parse(
    {
        "types": {
            "email": {"limit": 2},
            "phone": {"limit": 1, "shared": "strict"},
            "anonymous_id": {"limit": 3},
            "device_id": {"limit": 2, "shared": "never"},
        },
        "sharing": {"crowd": 2, "owner_users": 2},
    }
)
LOOSE = parse(
    {
        "types": {"email": {"limit": 4, "blocked": ["e1@x.com"]}, "anonymous_id": {"limit": 2}},
        "blocked": [],
        "sharing": {"owner_share": 0.6},
    }
)
LABELS = [
    *(f"user_id:u{i}" for i in range(4)),
    *(f"email:e{i}@x.com" for i in range(4)),
    "phone:+14155550101",
    "phone:+14155550102",
    *(f"anonymous_id:a{i}" for i in range(5)),
    "device_id:d0",
    "device_id:d1",
    "crm:c0",
    "user_id:null",
    "anonymous_id:0000",
]
labels = st.lists(st.sampled_from(LABELS), min_size=1, max_size=4, unique=True).map(tuple)
streams = st.lists(st.tuples(st.integers(0, 30), labels), min_size=1, max_size=16)
sent = st.lists(st.tuples(st.integers(0, 9), labels, st.integers(1, 3)), min_size=1, max_size=16)
pairs = st.lists(st.sampled_from(LABELS), min_size=2, max_size=2, unique=True)


@st.composite
def decision_lists(draw: st.DrawFn) -> list[Decision]:
    made: list[Decision] = []
    for number in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(["merge", "merge", "split", "undo"]))
        at = draw(st.integers(0, 5))
        if kind == "undo" and made:
            made.append(undo(draw(st.sampled_from(made)), at=at, id=f"d{number}"))
        else:
            a, b = draw(pairs)
            make = merge if kind == "merge" else split
            made.append(make(a, b, at=at, id=f"d{number}"))
    return made


def events_of(stream: list[tuple[int, tuple[str, ...]]]) -> list[Event]:
    return [event(i, at=at, ids=ids) for i, (at, ids) in enumerate(stream)]


def play(
    steps: list[Event | Decision], rules: Rules, seed: int, caches: int | None = None
) -> World:
    """Feed the steps in batches of random size."""
    chance = random.Random(seed)
    world = World(rules)
    batch: list[Event] = []
    for step in steps:
        if isinstance(step, Decision):
            world.send(*batch)
            batch = []
            world.decide(step)
            continue
        batch.append(step)
        if chance.random() < 0.4:
            world.send(*batch)
            batch = []
            if caches is not None and chance.random() < 0.3:
                world.identity.reset()
    world.send(*batch)
    return world


@settings(max_examples=80, deadline=None)
@given(streams, decision_lists(), st.randoms(use_true_random=False), st.integers(0, 9))
def test_any_order_and_batching_gives_what_the_definition_says(stream, decisions, chance, seed):
    oracle = Oracle(TIGHT, stream, decisions)
    steps: list[Event | Decision] = [*events_of(stream), *decisions]
    for _ in range(2):
        world = play(steps, TIGHT, seed, caches=1)
        assert world.parts() == oracle.parts
        assert world.refused() == oracle.refused
        chance.shuffle(steps)


@settings(max_examples=40, deadline=None)
@given(streams, decision_lists(), st.integers(0, 9))
def test_default_rules_follow_the_definition_too(stream, decisions, seed):
    oracle = Oracle(DEFAULTS, stream, decisions)
    world = play([*events_of(stream), *decisions], DEFAULTS, seed)
    assert (world.parts(), world.refused()) == (oracle.parts, oracle.refused)


@settings(max_examples=40, deadline=None)
@given(
    streams, st.lists(st.tuples(st.booleans(), pairs), min_size=1, max_size=3), st.integers(0, 9)
)
def test_taking_decisions_back_restores_exactly(stream, made, seed):
    world = play(events_of(stream), TIGHT, seed)
    known = [x for ids in world.parts() for x in ids]
    made = [(same, pair) for same, pair in made if all(x in known for x in pair)]
    before = world.parts(), world.refused(), world.states()
    decisions = [
        (merge if same else split)(*pair, at=10 + i) for i, (same, pair) in enumerate(made)
    ]
    world.decide(*decisions)
    world.decide(*(undo(d, at=20) for d in decisions))
    assert (world.parts(), world.refused(), world.states()) == before


@settings(max_examples=40, deadline=None)
@given(streams, decision_lists(), st.booleans(), st.integers(0, 9))
def test_a_rule_change_equals_a_rebuild_and_what_the_what_if_said(stream, decisions, way, seed):
    old, new = (TIGHT, LOOSE) if way else (LOOSE, TIGHT)
    steps: list[Event | Decision] = [*events_of(stream), *decisions]
    changed = play(steps, old, seed)
    said = changed.reads.what_if(new)
    before = changed.parts()
    changed.set_rules(new)
    fresh = play(steps, new, seed + 1)
    assert changed.parts() == fresh.parts() == Oracle(new, stream, decisions).parts
    assert changed.states() == fresh.states()
    assert changed.refused() == fresh.refused()
    after = changed.parts()
    assert (said.profiles_before, said.profiles_after) == (len(before), len(after))
    assert said.merges == sum(sum(bool(a & b) for b in before) - 1 for a in after)
    assert said.splits == sum(sum(bool(a & b) for a in after) - 1 for b in before)
    assert max((p.count for p in said.biggest), default=0) == max(map(len, after))


@settings(max_examples=40, deadline=None)
@given(streams, decision_lists(), pairs, st.booleans(), st.integers(0, 9))
def test_a_preview_says_what_then_happens(stream, decisions, pair, same, seed):
    world = play([*events_of(stream), *decisions], TIGHT, seed)
    if not all(any(x in part for part in world.parts()) for x in pair):
        return
    decision = (merge if same else split)(*pair, at=99)
    said = world.reads.preview(decision)
    before = world.parts()
    world.decide(decision)
    assert {frozenset(p.identifiers) for p in said.before} <= before
    assert {frozenset(p.identifiers) for p in said.after} <= world.parts()
    unsaid = before - {frozenset(p.identifiers) for p in said.before}
    assert unsaid <= world.parts()


@settings(max_examples=25, deadline=None)
@given(streams, st.integers(0, 9))
def test_events_keep_a_node_that_resolves(stream, seed):
    events = events_of(stream)
    world = play(list(events), TIGHT, seed)
    for item, (_, ids) in zip(events, stream, strict=True):
        known = {world.reads.resolve(x) for x in ids}
        assert item.node in known
        assert world.reads.resolve(f"p_{item.node}") == item.node
        assert world.reads.profile_of(item.node) in world.mapping.values()


@settings(max_examples=40, deadline=None)
@given(streams, decision_lists(), st.integers(0, 9))
def test_any_two_identifiers_of_a_profile_are_joined_by_a_path(stream, decisions, seed):
    world = play([*events_of(stream), *decisions], TIGHT, seed)
    for part in world.parts():
        first, *others = sorted(part)
        for other in others:
            a, b = world.reads.resolve(first), world.reads.resolve(other)
            path = world.reads.path(a, b)
            assert path[0].a == first or path[0].b == first
            assert path[-1].a == other or path[-1].b == other
            for step, following in pairwise(path):
                assert {step.a, step.b} & {following.a, following.b}


@settings(max_examples=25, deadline=None)
@given(streams, st.integers(0, 9))
def test_sums_do_not_depend_on_the_caches(stream, seed):
    world = play(events_of(stream), TIGHT, seed, caches=1)
    for label in world.states():
        times = [at for at, ids in stream if label in ids]
        (found,) = world.reads.identifiers([world.reads.resolve(label)])
        assert (found.count, found.first_seen, found.last_seen) == (
            len(times),
            min(times),
            max(times),
        )


@settings(max_examples=50, deadline=None)
@given(sent, st.integers(0, 9), st.sampled_from([None, 1]))
def test_an_identifier_tells_every_source_that_sent_it(stream, seed, caches):
    events = [event(i, at=at, ids=ids, source=by) for i, (at, ids, by) in enumerate(stream)]
    world = play(events, TIGHT, seed, caches)
    for label in world.states():
        (found,) = world.reads.identifiers([world.reads.resolve(label)])
        assert found.sources == sorted({by for _, ids, by in stream if label in ids})
