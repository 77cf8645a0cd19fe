"""The examples of the README run, and print what the README says they print."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from rapport.cli import seeding
from rapport.config import Settings
from tests.cli import smallshop
from tests.cli.conftest import Rapport
from tests.conftest import served

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def examples() -> list[tuple[list[str], list[str]]]:
    """(arguments, first line that is printed) of each `$ rapport …` in console blocks."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```", README, re.DOTALL | re.MULTILINE):
        for part in re.split(r"^\$ rapport ", block, flags=re.MULTILINE)[1:]:
            command, *printed = part.splitlines()
            found.append((shlex.split(command), printed))
    return found


@pytest.fixture(scope="module")
def rapport(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rapport]:
    folder = tmp_path_factory.mktemp("readme") / "demo"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seeding, "generate", smallshop.generate)
        seeding.seed(Settings(data=str(folder)), reset=False)
    with served(folder):
        yield Rapport(folder)


def test_examples_run(rapport: Rapport) -> None:
    assert len(examples()) >= 8
    for arguments, printed in examples():
        result = rapport(*arguments)
        lines = (result.stdout + result.stderr).splitlines()
        assert words(lines[0]) == words(printed[0]), f"rapport {shlex.join(arguments)}"


def words(line: str) -> list[str]:
    """The words of a line; numbers and ids that differ from run to run become #."""
    return re.sub(r"[0-9a-f-]{36}|p_\d+|\+?[\d,]+", "#", line).split()


def test_the_two_commands_are_targets() -> None:
    commands = re.findall(r"^    make (\w+)", README, re.MULTILINE)
    assert commands == ["demo", "test"]
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in commands)
