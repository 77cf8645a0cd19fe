"""Sources and write keys, from one process and from several."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.clock import DAY, SECOND, FixedClock
from rapport.collect import sources as module
from rapport.collect.slugs import free_slug
from rapport.collect.sources import API, DEFAULT, SourceStore
from rapport.errors import BadRequest, Conflict, NotFound

from .calling import NOW


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def store(tmp_path: Path, clock: FixedClock) -> Iterator[SourceStore]:
    opened = SourceStore(tmp_path / "control.db", clock=clock)
    yield opened
    opened.close()


def test_every_installation_has_two_sources(store: SourceStore) -> None:
    first = store.ensure_default()
    assert (first.id, first.slug) == (DEFAULT, "default")
    assert (store.by_slug("api").id, store.by_slug("api").kind) == (API, "api")
    assert store.by_slug("api").write_keys == []
    assert store.ensure_default() == first
    assert len(first.write_keys) == 1


def test_the_key_of_the_settings_joins_the_default_source(store: SourceStore) -> None:
    made = store.ensure_default().write_keys[0].key
    store.ensure_default("wk_mine")
    store.ensure_default("wk_mine")
    assert {key.key for key in store.get(DEFAULT).write_keys} == {made, "wk_mine"}
    for key in (made, "wk_mine"):
        found = store.resolve(key)
        assert found is not None
        assert found.id == DEFAULT


def test_create_and_update(store: SourceStore, clock: FixedClock) -> None:
    made = store.create(name="Fitness Forever", kind="web", brand="FF", region="IN", ttl_days=30)
    assert (made.slug, made.kind, made.brand, made.region) == ("fitness-forever", "web", "FF", "IN")
    assert (made.party, made.ttl_days, made.enabled, made.created_at) == ("first", 30, True, NOW)
    assert store.create(name="Fitness  forever!").slug == "fitness-forever-2"
    changed = store.update(made.id, name="FF", party="third", ttl_days=None, enabled=False)
    assert (changed.name, changed.party, changed.ttl_days) == ("FF", "third", None)
    assert (changed.slug, changed.enabled) == ("fitness-forever", False)
    assert store.get(made.id) == changed
    assert changed in store.list()


@pytest.mark.parametrize(
    "fields", [{"name": " "}, {"kind": ""}, {"party": "fourth"}, {"ttl_days": 0}, {"slug": "x"}]
)
def test_fields_that_make_no_sense(store: SourceStore, fields: dict[str, object]) -> None:
    made = store.create(name="A")
    with pytest.raises(BadRequest):
        store.update(made.id, **fields)
    assert store.get(made.id) == made


def test_what_is_not_there(store: SourceStore) -> None:
    for action in (
        lambda: store.get(99),
        lambda: store.by_slug("x"),
        lambda: store.update(99, name="x"),
        lambda: store.rotate_key(99),
        lambda: store.revoke_key(store.ensure_default().id, "wk_no"),
    ):
        with pytest.raises(NotFound):
            action()


@pytest.mark.parametrize("key", ["a:b", "é", "x" * 201, "a\nb", 'a"b', "a/b", "a b"])
def test_keys_that_cannot_be_sent(store: SourceStore, key: str) -> None:
    with pytest.raises(BadRequest):
        store.create(name="A", key=key)
    assert store.list() == []


def test_a_key_belongs_to_one_source(store: SourceStore) -> None:
    store.create(name="A", key="wk_a")
    with pytest.raises(Conflict):
        store.create(name="B", key="wk_a")
    assert [source.name for source in store.list()] == ["A"], "a half-made source is left"


def test_rotation_lets_old_and_new_overlap(store: SourceStore, clock: FixedClock) -> None:
    made = store.create(name="A", key="wk_old")
    new = store.rotate_key(made.id, overlap_seconds=3600)
    assert store.resolve("wk_old") is not None
    assert store.resolve(new.key) is not None
    clock.advance(3601 * SECOND)
    assert store.resolve("wk_old") is None
    assert store.resolve(new.key) is not None
    newer = store.rotate_key(made.id)
    clock.advance(DAY - SECOND)
    assert store.resolve(new.key) is not None
    clock.advance(2 * SECOND)
    assert store.resolve(new.key) is None
    assert store.resolve(newer.key) is not None
    old = next(key for key in store.get(made.id).write_keys if key.key == "wk_old")
    assert old.revoked_at == NOW + 3600 * SECOND, "a later rotation gave an old key new life"


def test_revoking_works_at_once(store: SourceStore) -> None:
    made = store.create(name="A", key="wk_a")
    store.revoke_key(made.id, "wk_a")
    assert store.resolve("wk_a") is None


def test_two_processes_see_each_other(
    store: SourceStore, tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LOOK_SECONDS", 0.0)
    other = SourceStore(tmp_path / "control.db", clock=clock)
    made = store.create(name="A", key="wk_a")
    assert other.resolve("wk_a") == made
    other.update(made.id, name="B")
    other.revoke_key(made.id, "wk_a")
    assert store.get(made.id).name == "B"
    assert store.resolve("wk_a") is None
    assert other.create(name="A").slug == "a-2"
    assert store.create(name="A").slug == "a-3"
    other.close()


@given(st.text(max_size=80), st.lists(st.sampled_from(["source", "a", "a-2"])))
def test_slugs_are_free_and_fit_into_addresses(name: str, taken: list[str]) -> None:
    slug = free_slug(name, taken)
    assert slug not in taken
    assert slug
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not slug.startswith("-")
