"""A mapping that cannot work says which key is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rapport.connect.mapping import Const, Join, load, parse
from rapport.errors import Malformed

GOOD: dict[str, Any] = {"source": "shop", "event": "Order Completed", "user_id": "customer"}

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"source": None}, "source"),
    ({"kind": "people"}, "kind"),
    ({"type": "order"}, "type"),
    ({"event": None}, "event"),
    ({"user_id": None}, "user_id"),
    ({"user_id": 5}, "user_id"),
    ({"colour": "red"}, "colour"),
    ({"timestamp": {"format": "%Y"}}, "timestamp"),
    ({"timestamp": {"column": "t", "zone": "x"}}, "timestamp.zone"),
    ({"properties": {}}, "properties"),
    ({"properties": {"total": {"sum": "price"}}}, "properties.total.sum"),
    ({"properties": {"a": {"b": {"column": "c", "as": "float"}}}}, "properties.a.b.as"),
    ({"properties": {"a": {"column": "c", "of": "d"}}}, "properties.a.of"),
    ({"properties": {"a": {"template": "no place"}}}, "properties.a.template"),
    ({"properties": {"a": 7}}, "properties.a"),
    (
        {"group_by": "o", "properties": {"p": {"list": {"x": {"sum": "y"}}}}},
        "properties.p.list.x.sum",
    ),
    ({"group_by": {"a": 1}}, "group_by"),
    ({"join": [{"file": "p.csv"}]}, "join[0].on"),
    ({"join": [{"on": "id"}]}, "join[0].file"),
    ({"csv": {"delimeter": ";"}}, "csv"),
]


@pytest.mark.parametrize(("change", "key"), WRONG)
def test_what_is_wrong_is_named(change: dict[str, Any], key: str) -> None:
    raw = {k: v for k, v in {**GOOD, **change}.items() if v is not None}
    with pytest.raises(Malformed) as caught:
        parse(raw, Path())
    assert caught.value.details["key"] == key
    assert f"mapping: {key} " in caught.value.message


def test_words_of_yaml_stay_words(tmp_path: Path) -> None:
    """`on`, `no` and dates mean themselves; true and false are booleans."""
    path = tmp_path / "m.yaml"
    path.write_text(
        "source: shop\nevent: Order\nuser_id: who\n"
        "properties: {country: {const: NO}, paid: {const: true}, day: {const: 2026-01-02}}\n"
        "join: {file: p.csv, on: product}\n"
    )
    mapping = load(path)
    assert mapping.fields["properties"].members == {
        "country": Const("NO"),
        "paid": Const(True),
        "day": Const("2026-01-02"),
    }
    assert mapping.joins == (Join(tmp_path / "p.csv", {"product": "product"}),)


def test_a_file_that_is_no_mapping(tmp_path: Path) -> None:
    for text in ("[1, 2]", "a: [", "\x00"):
        path = tmp_path / "m.yaml"
        path.write_text(text)
        with pytest.raises(Malformed):
            load(path)
    with pytest.raises(Malformed):
        load(tmp_path / "missing.yaml")


def test_a_name_that_is_also_a_word() -> None:
    mapping = parse({**GOOD, "properties": {"x": {"object": {"sum": "total"}}}}, Path())
    assert mapping.columns()["total"] == "properties.x.sum"
