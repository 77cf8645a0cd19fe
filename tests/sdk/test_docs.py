"""The commands in docs/tracking-api.md do what the page says."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from rapport.collect.tracking import POSTS
from rapport.config import Settings

from .conftest import WRITE_KEY, TrackingServer

pytestmark = pytest.mark.xdist_group("sdk")
PAGE = (Path(__file__).parents[2] / "docs" / "tracking-api.md").read_text("utf-8")
BLOCK = re.compile(r"```sh\n(.*?)```\n(?:\n```json\n(.*?)```\n)?", re.DOTALL)
EXAMPLES = [(match[1], match[2]) for match in BLOCK.finditer(PAGE)]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not here: apt-get install curl")
@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_commands(server: TrackingServer, number: int) -> None:
    command, answer = EXAMPLES[number]
    assert "http://localhost:8000" in command
    command = command.replace("http://localhost:8000", server.url)
    command = command.replace("WRITE_KEY", WRITE_KEY).replace("curl ", "curl -sS ", 1)
    done = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, timeout=30, check=True
    )
    if answer:
        assert json.loads(done.stdout) == json.loads(answer)
    if not answer or json.loads(answer)["success"]:
        assert server.arrived()
    else:
        assert server.arrived() == []


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 7
    assert sum(1 for _, answer in EXAMPLES if answer) >= 3


def test_every_route_and_limit_is_documented() -> None:
    for path in POSTS:
        assert f"/{path.rsplit('/', 1)[1]}`" in PAGE, path
    for name in ("request_bytes", "import_bytes", "batch_events", "event_bytes", "backlog_events"):
        assert f"{getattr(Settings(), f'max_{name}'):,}" in PAGE
        assert f"`max_{name}`" in PAGE


def test_every_code_is_documented() -> None:
    room = Path(__file__).parents[2] / "src" / "rapport" / "collect"
    raised = set(re.findall(r'code="(\w+)"', "".join(f.read_text() for f in room.glob("*.py"))))
    assert raised
    assert {code for code in raised if f"`{code}`" not in PAGE} == set()
