"""The order of the rooms, and what must not be loaded to show help."""

from __future__ import annotations

from pathlib import Path

import pytest
from importlinter.application.use_cases import create_report, read_user_options
from importlinter.configuration import configure

ROOT = Path(__file__).parents[1]
ROOMS = sorted(p.parent for p in (ROOT / "src/rapport").glob("*/__init__.py"))
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "misc"}


def test_rooms_import_only_what_lies_before_them() -> None:
    """The contract in pyproject.toml, as `lint-imports` checks it."""
    configure()
    options = read_user_options(config_filename=str(ROOT / "pyproject.toml"))
    report = create_report(options)
    assert list(report.contracts), "no contract was checked"
    broken = [
        contract.name for contract, check in report.get_contracts_and_checks() if not check.kept
    ]
    assert not broken, "run: make lint"


def test_no_module_is_named_after_nothing() -> None:
    for path in (ROOT / "src").rglob("*.py"):
        assert path.stem not in FORBIDDEN_NAMES, path


@pytest.mark.parametrize("room", ROOMS, ids=lambda p: p.name)
def test_every_room_says_what_it_is(room: Path) -> None:
    text = (room / "__init__.py").read_text("utf-8")
    assert text.startswith('"""'), f"{room.name} does not say what comes in and what goes out"
