"""Pages that are made from code are those that the code would make now."""

from __future__ import annotations

from pathlib import Path

import pytest

from rapport.cli import reference

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", ["cli.md", "configuration.md", "definitions.schema.json"])
def test_page_is_fresh(name: str) -> None:
    made = reference.pages()[name]
    assert (DOCS / name).read_text("utf-8") == made, "run: make docs"


def test_every_setting_says_what_it_is() -> None:
    page = reference.configuration_page()
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert len(rows) >= 20
    for row in rows:
        name, variable, default, meaning = (part.strip() for part in row.strip("|").split("|"))
        assert variable == f"`RAPPORT_{name.strip('`').upper()}`"
        assert default
        assert meaning.endswith(".")


def test_every_command_has_an_example() -> None:
    page = reference.cli_page()
    commands = [part for part in page.split("\n### ")[1:] if "\n    rapport" in part]
    assert len(commands) >= 15
    for part in commands:
        assert "Example: `" in part, part.splitlines()[0]
