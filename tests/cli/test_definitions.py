"""Definitions as files: pulled, changed, compared and applied on a real server."""

from __future__ import annotations

import json
import time
from pathlib import Path

from click.testing import CliRunner, Result

from rapport.audiences.language import schema
from rapport.cli.main import cli
from tests.conftest import RunningServer

SHOP = """
segments:
  - {key: cli_top, when: {segment: cli_base}}
  - {key: cli_base, when: {did: Cli Order, op: gte, value: 2}}
traits:
  - {key: cli_spent, trait: {sum: Cli Order, path: properties.total}}
"""


def run(server: RunningServer, *words: str) -> Result:
    return CliRunner().invoke(cli, [*words, "--data", str(server.data)])


def test_files_and_server_agree_after_apply(running_server: RunningServer, tmp_path: Path) -> None:
    folder = tmp_path / "audiences"
    folder.mkdir()
    (folder / "shop.yaml").write_text(SHOP, "utf-8")
    applied = run(running_server, "apply", str(folder))
    assert applied.exit_code == 0, applied.output
    assert "added" in applied.output
    mine = {"cli_top", "cli_base", "cli_spent"}
    differing = run(running_server, "diff", str(folder), "--json")
    assert not mine & {each["key"] for each in json.loads(differing.stdout)}
    (folder / "shop.yaml").write_text(SHOP.replace("value: 2", "value: 3"), "utf-8")
    changes = json.loads(run(running_server, "diff", str(folder), "--json").stdout)
    edits = next(each["edits"] for each in changes if each["key"] == "cli_base")
    assert edits == [{"at": "when.value", "before": 2, "after": 3}]
    pulled = tmp_path / "pulled"
    assert run(running_server, "pull", str(pulled)).exit_code == 0
    assert "cli_spent" in (pulled / "definitions.yaml").read_text("utf-8")
    listed = json.loads(run(running_server, "segments", "list", "--json").stdout)
    assert mine - {"cli_spent"} <= {each["key"] for each in listed}
    assert run(running_server, "apply", str(folder), "--reason", "more").exit_code == 0
    versions = json.loads(run(running_server, "segments", "history", "cli_base", "--json").stdout)
    assert [(each["version"], each["reason"]) for each in versions] == [(2, "more"), (1, "")]
    assert versions[0]["edits"] == edits
    shown = run(running_server, "segments", "history", "cli_spent")
    assert "defined" in shown.stdout
    assert run(running_server, "segments", "history", "cli_nobody").exit_code == 1
    with running_server.api() as api:
        for area, key in (
            ("segments", "cli_top"),
            ("segments", "cli_base"),
            ("computed-traits", "cli_spent"),
        ):
            assert api.delete(f"/api/v1/{area}/{key}").status_code == 200


def test_the_schema_is_printed_without_any_data() -> None:
    printed = CliRunner().invoke(cli, ["segments", "schema"])
    assert json.loads(printed.stdout) == schema.document()


def test_a_mistake_names_file_and_node(running_server: RunningServer, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("segments: [{key: a, when: {dit: X}}]", "utf-8")
    refused = run(running_server, "apply", str(tmp_path))
    assert refused.exit_code == 1
    assert "bad.yaml: segments[0].when" in refused.output


def test_a_segment_of_accounts_is_shown_explained_and_counted(
    running_server: RunningServer, tmp_path: Path
) -> None:
    with running_server.tracking() as tracking:
        body = {"userId": "cli-firm-1", "groupId": "cli-firm", "traits": {"name": "Cli & Co"}}
        assert tracking.post("/v1/group", json=body).status_code == 200
    running_server.settle()
    firms = "segments: [{key: cli_firms, of: accounts, when: {trait: name, value: Cli & Co}}]"
    (tmp_path / "firms.yaml").write_text(firms, "utf-8")
    (tmp_path / "one").mkdir()
    one = tmp_path / "one" / "firms.yaml"
    one.write_text("{of: accounts, when: {trait: name, value: Cli & Co}}", "utf-8")
    counted = run(running_server, "segments", "preview", str(one))
    assert "cli-firm" in counted.stdout
    assert run(running_server, "apply", str(tmp_path)).exit_code == 0
    end = time.monotonic() + 15
    while "cli-firm" not in (shown := run(running_server, "segments", "show", "cli_firms")).stdout:
        assert time.monotonic() < end, shown.output
        time.sleep(0.2)
    assert "definition" in shown.stdout
    why = run(running_server, "segments", "why", "cli_firms", "cli-firm")
    assert why.exit_code == 0, why.output
    assert "cli-firm" in why.stdout
    with running_server.api() as api:
        assert api.delete("/api/v1/segments/cli_firms").status_code == 200
