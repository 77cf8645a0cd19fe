"""One example for every rule, as a person would tell it."""

from __future__ import annotations

import pytest

from rapport.errors import NotFound
from rapport.identity.rules import parse
from tests.identity.world import World, event, merge, parts, split, undo


def test_an_anonymous_visitor_becomes_known():
    world = World()
    first = event(1, anon="a1")
    world.send(first)
    changes = world.send(event(2, anon="a1", user="u1", type="identify"))
    assert world.parts() == parts({"anonymous_id:a1", "user_id:u1"})
    assert changes.moved == {2: first.node}
    assert first.node in changes.touched


def test_known_events_change_nothing():
    world = World()
    world.send(event(1, anon="a1", user="u1"))
    changes = world.send(event(2, anon="a1", user="u1"), event(3, anon="a1"))
    assert (changes.moved, changes.touched) == ({}, set())


def test_two_users_are_never_one_person():
    world = World()
    world.send(event(1, user="u1", ids=["email:j@x.com"]), event(2, user="u2"))
    world.send(*(event(n, user="u1", ids=["email:j@x.com"]) for n in range(3, 9)))
    world.send(event(10, user="u2", ids=["email:j@x.com"]))
    assert world.together("user_id:u1", "email:j@x.com")
    assert ("email:j@x.com", "user_id:u2", "owned") in world.refused()
    assert world.states()["email:j@x.com"] == 1


def test_a_family_device_stops_joining_also_backwards():
    world = World()
    world.send(event(1, anon="tablet", user="u1"))
    assert world.together("anonymous_id:tablet", "user_id:u1")
    world.send(event(2, anon="tablet", user="u2"))
    assert world.parts() == parts({"anonymous_id:tablet"}, {"user_id:u1"}, {"user_id:u2"})
    visit = event(3, anon="tablet")
    world.send(visit)
    assert world.reads.nodes_of(world.reads.profile_of(visit.node))[0].shared


def test_the_balance_of_events_can_give_a_device_back_to_its_owner():
    world = World()
    world.send(event(1, anon="tablet", user="u1"), event(2, anon="tablet", user="u2"))
    changes = world.send(*(event(n, anon="tablet", user="u1") for n in range(3, 8)))
    assert world.together("anonymous_id:tablet", "user_id:u1")
    assert changes.moved


def test_a_kiosk_belongs_to_nobody_however_often_one_uses_it():
    world = World()
    world.send(*(event(n, anon="kiosk", user=f"u{n}") for n in range(9)))
    world.send(*(event(n, anon="kiosk", user="u1") for n in range(10, 500)))
    assert frozenset({"anonymous_id:kiosk"}) in world.parts()


def test_a_till_with_many_addresses_and_no_users_belongs_to_nobody():
    world = World()
    world.send(*(event(n, anon="till", ids=[f"email:p{n}@x.com"]) for n in range(6)))
    assert len(world.parts()) == 7


def test_a_test_account_with_too_many_addresses_joins_nobody():
    world = World()
    world.send(*(event(n, user="qa", ids=[f"email:p{n}@x.com"]) for n in range(21)))
    assert len(world.parts()) == 22
    assert {rule for _, _, rule in world.refused()} == {"crowded"}


def test_the_sixth_address_of_a_person_is_refused_in_the_order_of_the_events_not_of_arrival():
    world = World()
    world.send(*(event(n, at=100 - n, user="u1", ids=[f"email:p{n}@x.com"]) for n in range(6)))
    assert world.refused() == {("email:p0@x.com", "user_id:u1", "limit:email")}


def test_placeholders_join_nothing_and_events_with_nothing_else_still_have_a_home():
    world = World()
    lonely = event(1, user="null")
    world.send(lonely, event(2, user="null", anon="a1"), event(3, user="null", anon="a2"))
    assert len(world.parts()) == 3
    assert lonely.node == world.reads.lookup("user_id", "null")
    assert ("anonymous_id:a1", "user_id:null", "blocked") in world.refused()


def test_an_event_lives_at_its_strongest_identifier():
    world = World()
    known = event(1, anon="a1", user="u1", ids=["email:j@x.com"])
    placeholder = event(2, anon="a1", user="undefined")
    world.send(known, placeholder)
    assert known.node == world.reads.lookup("user_id", "u1")
    assert placeholder.node == world.reads.lookup("anonymous_id", "a1")


def test_what_a_shared_address_came_with_still_belongs_together():
    world = World()
    world.send(*(event(n, user=f"u{n}", ids=["email:info@x.com"]) for n in range(6)))
    world.send(event(9, anon="a1", ids=["email:info@x.com", "phone:+14155550101"]))
    assert world.together("anonymous_id:a1", "phone:+14155550101")


def test_merged_profiles_keep_everything_over_any_limit():
    world = World()
    for user in ("u1", "u2"):
        world.send(
            *(event(n, user=user, ids=[f"email:{user}-{n}@x.com"]) for n in range(5)),
        )
    world.decide(merge("user_id:u1", "user_id:u2"))
    assert len(world.parts()) == 1
    world.send(event(20, user="u2", anon="late"))
    assert len(world.parts()) == 1


def test_a_device_of_two_accounts_that_are_one_person_is_not_shared():
    world = World()
    world.send(event(1, anon="a1", user="u1"), event(2, anon="a1", user="u2"))
    assert len(world.parts()) == 3
    decision = merge("user_id:u1", "user_id:u2")
    world.decide(decision)
    assert len(world.parts()) == 1
    world.decide(undo(decision))
    assert len(world.parts()) == 3


def test_a_decision_may_come_before_the_events():
    world = World()
    world.decide(split("user_id:u1", "email:j@x.com"))
    world.send(event(1, user="u1", ids=["email:j@x.com"]))
    assert world.refused() == {("email:j@x.com", "user_id:u1", "not_the_same")}


def test_a_split_gives_every_part_its_own_id_back():
    world = World()
    world.send(event(1, anon="a1"), event(2, user="u1"), event(3, anon="a1", user="u1"))
    assert world.reads.profile_of(2) == 1
    world.decide(split("anonymous_id:a1", "user_id:u1"))
    assert world.reads.profile_of(2) == 2


def test_the_same_decision_twice_is_one_decision():
    world = World()
    world.send(event(1, user="u1"), event(2, user="u2"))
    decision = merge("user_id:u1", "user_id:u2")
    world.decide(decision, decision)
    assert len(world.parts()) == 1
    assert [d.undone for d in world.reads.decisions([1])] == [False]


@pytest.mark.parametrize("bad", ["", "nonsense", "p_99", "email:not-an-address"])
def test_a_decision_about_something_unusable_changes_nothing(bad):
    world = World()
    world.send(event(1, user="u1"))
    world.decide(merge("user_id:u1", bad))
    assert world.parts() == parts({"user_id:u1"})


def test_the_undo_of_an_undo_brings_the_decision_back():
    world = World()
    world.send(event(1, user="u1"), event(2, user="u2"))
    decision = merge("user_id:u1", "user_id:u2", at=1)
    back = undo(decision, at=2)
    world.decide(decision, back, undo(back, at=3))
    assert len(world.parts()) == 1


def test_a_rolled_back_batch_leaves_nothing_behind():
    world = World()
    world.send(event(1, anon="a1"))
    world.sql.execute("BEGIN")
    world.identity.assign([event(2, anon="a1", user="u1"), event(3, user="u9")])
    world.sql.execute("ROLLBACK")
    world.identity.reset()
    world.send(event(4, anon="a1", user="u2"))
    assert world.parts() == parts({"anonymous_id:a1", "user_id:u2"})
    assert world.reads.identifiers([1])[0].count == 2


def test_new_rules_work_backwards():
    world = World()
    world.send(event(1, user="u1", ids=["email:a@x.com"]), event(2, user="u1", anon="a1"))
    rules = parse({"types": {"email": {"blocked": ["a@x.com"]}}})
    said = world.reads.what_if(rules)
    assert (said.splits, said.merges) == (1, 0)
    assert said.split_samples[0].one.identifiers == [
        "email:a@x.com",
        "user_id:u1",
        "anonymous_id:a1",
    ]
    world.set_rules(rules)
    assert not world.together("user_id:u1", "email:a@x.com")


def test_explain_tells_evidence_refusals_and_decisions():
    world = World()
    world.send(event(1, user="u1", anon="a1"), event(2, user="u1", anon="a1"))
    world.send(event(3, user="u1", ids=["email:test@test.com"]), event(4, user="u2"))
    world.decide(merge("user_id:u1", "user_id:u2", at=7))
    view = world.reads.explain(world.reads.profile_of(1))
    observed, by_hand = view.evidence
    assert (observed.a, observed.b) == ("user_id:u1", "anonymous_id:a1")
    assert (observed.count, observed.first_seen, observed.last_seen) == (2, 1, 2)
    assert (observed.message_id, observed.source) == ("m1", 1)
    assert (by_hand.kind, by_hand.first_seen) == ("manual", 7)
    (refused,) = view.refused
    assert (refused.rule, refused.message_id) == ("blocked", "m3")
    assert "says nothing" in refused.explanation
    assert [d.decision.action for d in view.decisions] == ["merge"]


def test_the_path_between_two_identifiers():
    world = World()
    world.send(event(1, user="u1", anon="a1"), event(2, user="u1", ids=["email:j@x.com"]))
    find = world.reads.resolve
    path = world.reads.path(find("anonymous_id:a1"), find("email:J@x.com"))
    assert [(edge.a, edge.b) for edge in path] == [
        ("user_id:u1", "anonymous_id:a1"),
        ("user_id:u1", "email:j@x.com"),
    ]
    world.send(event(3, user="u2"))
    assert world.reads.path(find("anonymous_id:a1"), find("user_id:u2")) == []


def test_looking_up_and_searching():
    world = World()
    world.send(event(1, user="neha", ids=["email:Neha@x.com"]), event(2, user="sarah"))
    reads = world.reads
    profile = reads.profile_of(reads.lookup("email", "NEHA@X.com"))
    assert reads.search("neh") == reads.search("email:NEHA@") == [profile]
    assert reads.strongest(profile) == "user_id:neha"
    assert reads.resolve("email:nobody@x.com") is None
    assert reads.resolve("p_99") is None
    assert reads.search("") == []
    with pytest.raises(NotFound):
        reads.explain(99)
    with pytest.raises(NotFound):
        reads.preview(merge("user_id:neha", "user_id:nobody"))
    with pytest.raises(NotFound):
        reads.preview(undo(merge("a:b", "c:d")))


def test_a_preview_of_an_undo():
    world = World()
    world.send(event(1, user="u1"), event(2, user="u2"))
    decision = merge("user_id:u1", "user_id:u2")
    world.decide(decision)
    said = world.reads.preview(undo(decision))
    assert [p.identifiers for p in said.before] == [["user_id:u1", "user_id:u2"]]
    assert [p.identifiers for p in said.after] == [["user_id:u1"], ["user_id:u2"]]
    assert said.nodes_moved == [2]


def test_a_hub_is_judged_and_shown_from_part_of_its_evidence(monkeypatch):
    monkeypatch.setattr("rapport.identity.graph._MANY", 7)
    monkeypatch.setattr("rapport.identity.explain._MOST", 5)
    world = World()
    world.send(*(event(n, anon="kiosk", user=f"u{n}") for n in range(9)))
    world.send(*(event(10 + n, user="u0", anon=f"a{n}") for n in range(9)))
    before = world.parts(), world.states()
    strict = parse({"types": {"anonymous_id": {"shared": "strict"}}})
    assert world.reads.what_if(strict).identifiers_moved == 0
    world.set_rules(strict)
    assert (world.parts(), world.states()) == before
    kiosk = world.reads.explain(world.reads.resolve("anonymous_id:kiosk"))
    assert len(kiosk.refused) == 5
    assert kiosk.identifiers[0].count == 9
