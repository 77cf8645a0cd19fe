"""A data folder and an API that answers what the test says, so that commands are tested alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from rapport.cli import transport
from rapport.cli.main import cli
from rapport.config import Settings


class Script:
    """Answers calls whose `METHOD path` matches a pattern, and remembers all calls."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []
        self._answers: list[tuple[str, Any]] = []

    def on(self, pattern: str, answer: Any) -> None:
        self._answers.append((pattern, answer))

    concurrent = False

    def call(self, method: str, path: str, body: Any = None) -> Any:
        said = f"{method} {path}"
        self.calls.append((said, body))
        for pattern, answer in self._answers:
            if re.fullmatch(pattern, said):
                return answer
        raise AssertionError(f"no answer for {said}")


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Script:
    script = Script()

    @contextmanager
    def fake(settings: Settings) -> Iterator[Script]:
        yield script

    monkeypatch.setattr(transport, "in_process", fake)
    return script


class Rapport:
    """Runs a command on a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *arguments: str, code: int = 0, stdin: str | None = None) -> Result:
        environment = {"RAPPORT_DATA": str(self.folder), "COLUMNS": "200"}
        result = CliRunner(env=environment).invoke(cli, arguments, input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result


@pytest.fixture
def rapport(tmp_path: Path) -> Rapport:
    return Rapport(tmp_path)
