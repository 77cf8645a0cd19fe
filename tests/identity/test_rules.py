from __future__ import annotations

import pytest

from rapport.errors import BadRequest, Conflict
from rapport.identity.rules import DEFAULTS, RuleBook, dump, parse
from rapport.identity.service import Identity
from tests.identity.world import World, event


def test_what_is_left_out_keeps_its_default():
    rules = parse("types: {email: {limit: 3}}")
    assert rules.types["email"].limit == 3
    assert rules.types["email"].priority == DEFAULTS.types["email"].priority
    assert rules.types["phone"] == DEFAULTS.types["phone"]


def test_rules_survive_being_written_and_read():
    rules = parse({"types": {"loyalty": {"priority": 15, "limit": 1}}, "blocked": ["x"]})
    assert parse(dump(rules)) == rules


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("types: {email: {limit: none}}", "limit"),
        ("types: {email: {limt: 3}}", "limt"),
        ("types: {email: {limit: 0}}", "types.email.limit is 0"),
        ("types: {email: {priority: 1}}", "stronger"),
        ("types: {email: {shared: maybe}}", "maybe"),
        ("blocked_patterns: ['(']", "blocked_patterns"),
        ("sharing: {owner_share: 0.3}", "owner_share"),
        ("sharing: {crowd: 0}", "crowd"),
        ("types: [", "YAML"),
        ("- a", "mapping"),
    ],
)
def test_rules_that_cannot_be_used_say_why_and_what_to_do(text, says):
    with pytest.raises(BadRequest) as error:
        parse(text)
    assert says in error.value.message
    assert error.value.hint


@pytest.mark.parametrize(
    "label",
    [
        *("user_id:null", "user_id:NULL", "user_id:undefined", "user_id:None", "user_id:NaN"),
        *("user_id:0", "user_id:-1", "user_id:000-000", "user_id:[object Object]", "user_id:xxx"),
        *("user_id:anonymous", "user_id:guest", "user_id:unknown", "user_id:{{user.id}}"),
        *("email:test@test.com", "anonymous_id:1111", "idfa:00000000-0000-0000-0000-000000000000"),
        *("phone:+15555555555", "crm:n/a", "user_id:9999999", "user_id:---"),
    ],
)
def test_placeholders_are_blocked(label):
    assert RuleBook(DEFAULTS).blocked(*label.split(":", 1))


@pytest.mark.parametrize(
    "label",
    [
        "user_id:1",
        "user_id:111",
        "user_id:10",
        "user_id:nulla",
        "email:anna@x.com",
        "user_id:Łukasz",
    ],
)
def test_real_values_are_not(label):
    assert not RuleBook(DEFAULTS).blocked(*label.split(":", 1))


def test_every_version_of_the_rules_is_kept_and_counted():
    world = World()
    assert world.reads.rules() == (0, DEFAULTS)
    strict = parse({"types": {"email": {"limit": 1}}})
    world.set_rules(strict)
    assert world.reads.rules() == (1, strict)
    world.set_rules(DEFAULTS)
    assert world.reads.rules() == (2, DEFAULTS)


def test_a_store_with_people_in_it_refuses_other_rules_at_start():
    world = World()
    world.send(event(user="u1"))
    with pytest.raises(Conflict):
        Identity(world.sql, parse({"types": {"email": {"limit": 1}}}))
    assert Identity(world.sql, DEFAULTS).rules == DEFAULTS


def test_words_and_numbers_of_a_file_are_read_as_editors_show_them() -> None:
    """With YAML 1.1 `NO` and `on` would be truth values, and the rules would block `False`."""
    assert parse("blocked: [NO, on, 007, +4917]").blocked == ("NO", "on", "007", "+4917")
