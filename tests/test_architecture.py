"""The order of the rooms, and what must not be loaded to show help."""

from __future__ import annotations

from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[1]
ROOMS = sorted(p.parent for p in (ROOT / "src/rapport").glob("*/__init__.py"))
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "misc"}


def test_rooms_import_only_what_lies_before_them(capsys: pytest.CaptureFixture[str]) -> None:
    """The contract in pyproject.toml, as `lint-imports` checks it."""
    failed = lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None)
    said = capsys.readouterr().out
    assert not failed, said
    assert "Contracts: 2 kept, 0 broken" in said


def test_no_module_is_named_after_nothing() -> None:
    for path in (ROOT / "src").rglob("*.py"):
        assert path.stem not in FORBIDDEN_NAMES, path


@pytest.mark.parametrize("room", ROOMS, ids=lambda p: p.name)
def test_every_room_says_what_it_is(room: Path) -> None:
    text = (room / "__init__.py").read_text("utf-8")
    assert text.startswith('"""'), f"{room.name} does not say what comes in and what goes out"
