from __future__ import annotations

from typing import Any

import pytest

from rapport.identity.identifiers import Extractor, Normaliser, parse_key
from tests.identity.world import event

EXTRACT = Extractor(Normaliser("US"))


def keys(**given: Any) -> set[str]:
    return {f"{kind}:{value}" for kind, value in EXTRACT(event(**given))}


def test_ids_of_the_event_itself():
    assert keys(user=" u1 ", anon="a1") == {"user_id:u1", "anonymous_id:a1"}


def test_the_previous_id_of_an_alias_is_an_anonymous_id():
    assert keys(type="alias", user="u1", previous="a1") == {"user_id:u1", "anonymous_id:a1"}


def test_an_alias_to_itself_says_nothing():
    assert keys(type="alias", user="u9", previous="u9") == {"user_id:u9"}


@pytest.mark.parametrize(
    "given",
    [
        {"type": "identify", "traits": {"email": " Neha@Example.COM"}},
        {"type": "track", "properties": {"email": "mailto:neha@example.com"}},
        {"type": "page", "context": {"traits": {"email": "neha@example.com"}}},
        {"type": "group", "context": {"traits": {"email": "neha@example.com"}}},
        {"context": {"externalIds": [{"id": "NEHA@example.com", "type": "email"}]}},
    ],
)
def test_every_place_and_spelling_of_an_address_is_one_identifier(given):
    assert keys(user="u1", **given) == {"user_id:u1", "email:neha@example.com"}


def test_the_traits_of_a_group_are_not_those_of_a_person():
    assert keys(type="group", user="u1", traits={"email": "office@example.com"}) == {"user_id:u1"}


def test_an_address_of_somebody_else_is_left_alone():
    given = {"properties": {"email": "friend@example.com"}}
    assert keys(user="u1", event="Invite Sent", **given) == {"user_id:u1"}


@pytest.mark.parametrize("bad", ["nobody", "a@b", "a b@c.com", 42, True, ["a@b.com"], "", "@x.com"])
def test_what_is_not_an_address_is_no_identifier(bad):
    assert keys(user="u1", type="identify", traits={"email": bad}) == {"user_id:u1"}


@pytest.mark.parametrize("spelling", ["(415) 555-0100", "+1 415 555 0100", "1-415-555-0100"])
def test_a_phone_number_is_kept_as_e164(spelling):
    found = keys(user="u1", type="identify", traits={"phone": spelling})
    assert found == {"user_id:u1", "phone:+14155550100"}


def test_a_phone_number_may_come_as_a_number():
    found = keys(user="u1", type="identify", traits={"phone": 14155550100})
    assert "phone:+14155550100" in found


def test_the_region_reads_numbers_without_prefix():
    assert Normaliser("IN")("phone", "098765 43210") == "+919876543210"


@pytest.mark.parametrize(
    ("device", "expected"),
    [
        ({"type": "ios", "advertisingId": "AB-1", "adTrackingEnabled": True}, {"idfa:ab-1"}),
        ({"type": "ios", "advertisingId": "AB-1"}, {"idfa:ab-1"}),
        ({"type": "ios", "advertisingId": "AB-1", "adTrackingEnabled": False}, set()),
        ({"type": "Android", "advertisingId": "G", "adTrackingEnabled": True}, {"gaid:g"}),
        ({"type": "android", "advertisingId": "G"}, set()),
        ({"id": "d", "token": "t"}, {"device_id:d", "push_token:t"}),
    ],
)
def test_devices(device, expected):
    assert keys(user="u1", context={"device": device}) == {"user_id:u1", *expected}


@pytest.mark.parametrize(
    ("external", "expected"),
    [
        ({"id": "c9", "type": "CRM"}, {"crm:c9"}),
        ({"id": 7, "type": "crm", "collection": "users"}, {"crm:7"}),
        ({"id": 7.0, "type": "crm"}, {"crm:7"}),
        ({"id": "g", "type": "android.idfa"}, {"gaid:g"}),
        ({"id": "c9", "type": "crm", "collection": "accounts"}, set()),
        ({"id": "c9", "type": "group_id"}, set()),
        ({"id": "c9", "type": "not a type!"}, set()),
        ({"id": None, "type": "crm"}, set()),
        ("c9", set()),
    ],
)
def test_external_ids(external, expected):
    assert keys(user="u1", context={"externalIds": [external]}) == {"user_id:u1", *expected}


def test_an_event_that_names_nobody_gets_a_home_of_its_own():
    assert keys(user="  ") == {"message_id:m0"}


def test_a_very_long_id_is_kept_short_and_distinct():
    (a,), (b,) = EXTRACT(event(user="x" * 999 + "1")), EXTRACT(event(user="x" * 999 + "2"))
    assert len(a[1]) <= 256
    assert a != b


def test_events_of_one_raw_key_have_the_same_identifiers():
    a = event(1, type="identify", user="u1", anon="a", traits={"email": "A@x.com", "age": 1})
    b = event(2, type="identify", user="u1", anon="a", traits={"age": 2, "email": "A@x.com"})
    assert EXTRACT.raw_key(a) == EXTRACT.raw_key(b) is not None
    assert EXTRACT(a) == EXTRACT(b)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("email:A@x.com", ("email", "a@x.com")),
        ("user_id:a:b", ("user_id", "a:b")),
        ("nonsense", None),
        ("email:x", None),
        ("two words:x", None),
    ],
)
def test_keys_as_an_operator_writes_them(text, key):
    assert parse_key(text, Normaliser()) == key
