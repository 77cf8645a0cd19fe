from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.errors import ConfigError
from rapport.profiles.rules import Rule, SurvivorshipRules, Trust, dump, parse
from rapport.profiles.rules_file import RulesFile

trusts = st.builds(
    Trust,
    max=st.integers(50, 100).map(float),
    min=st.integers(0, 50).map(float),
    days=st.integers(1, 900).map(float),
    curve=st.sampled_from(["linear", "late", "early"]),
)
rules = st.builds(
    Rule,
    by=st.sampled_from(["most_recent", "trust", "source_priority", "longest"]),
    then=st.lists(st.sampled_from(["oldest", "min", "max", "most_frequent"]), max_size=2).map(
        tuple
    ),
    sources=st.lists(st.sampled_from(["crm", "web"]), min_size=1, max_size=2, unique=True).map(
        tuple
    ),
    trust=st.dictionaries(st.sampled_from(["crm", "*"]), trusts, min_size=1),
)


@given(
    st.builds(
        SurvivorshipRules,
        default=rules,
        traits=st.dictionaries(st.text(min_size=1, max_size=5), rules, max_size=3),
        skip_empty=st.booleans(),
    )
)
@settings(max_examples=40, deadline=None)
def test_written_rules_read_back_the_same(written: SurvivorshipRules) -> None:
    assert parse(dump(written)) == written


def test_json_and_nothing_at_all_are_rules_too() -> None:
    assert parse("") == SurvivorshipRules()
    assert parse('{"traits": {"plan": {"by": "oldest"}}}').of("plan").by == "oldest"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("default: {by: newest}", "newest"),
        ("defaults: {}", "defaults"),
        ("traits: {city: {by: source_priority}}", "city"),
        ("traits: {city: {by: trust}}", "trust"),
        ("traits: {city: {by: trust, trust: {crm: {max: 1, min: 2}}}}", "min <= max"),
        ("traits: [", "survivorship"),
    ],
)
def test_rules_that_cannot_be_used_say_which(text: str, word: str) -> None:
    with pytest.raises(ConfigError, match=word):
        parse(text)


def test_the_example_in_the_docs_can_be_used_as_it_stands() -> None:
    page = (Path(__file__).parents[2] / "docs" / "profiles.md").read_text("utf-8")
    example = re.search(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert example is not None
    assert parse(example[1]).of("plan").then == ("oldest",)


def test_a_rules_file_counts_when_it_changes_and_while_it_can_be_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "survivorship.yaml"
    rules = RulesFile(file)
    assert rules() == SurvivorshipRules()
    file.write_text("default: {by: oldest}")
    assert rules().default.by == "oldest"
    file.write_text("default: {by: best}")
    assert rules().default.by == "oldest"
    assert "stay as they were" in caplog.text
    with pytest.raises(ConfigError):
        RulesFile(file)
    file.unlink()
    assert rules() == SurvivorshipRules()
