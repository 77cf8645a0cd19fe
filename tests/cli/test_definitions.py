"""Definitions as files: pulled, changed, compared and applied on a real server."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from rapport import yaml12
from rapport.cli.main import cli
from rapport.insights import schema
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


BOARDS = """
insights:
  - key: cli-orders
    question: {kind: trends, series: [{event: Cli Order}], from: 2026-01-01, segment: cli_shown}
  - key: cli-star
    question: {kind: north_star, metric: {name: Orders, series: [{event: Cli Order}]}}
dashboards:
  - key: cli-board
    name: Board
    filters: {from: 90d}
    cards: [{insight: cli-orders, width: 12}, {insight: cli-star}]
segments:
  - {key: cli_shown, when: {did: Cli Order}}
"""


def test_insights_and_dashboards_are_files_too(
    running_server: RunningServer, tmp_path: Path
) -> None:
    folder, pulled, alone = tmp_path / "boards", tmp_path / "pulled", tmp_path / "alone"
    for each in (folder, pulled, alone):
        each.mkdir()

    def differing(where: Path) -> dict[str, Any]:
        found = json.loads(run(running_server, "diff", str(where), "--json").stdout)
        return {each["key"]: each for each in found if each["key"].startswith("cli")}

    (folder / "shop.yaml").write_text(BOARDS, "utf-8")
    assert {each["change"] for each in differing(folder).values()} == {"added"}
    applied = run(running_server, "apply", str(folder), "--reason", "for the team")
    assert applied.exit_code == 0, applied.output
    assert differing(folder) == {}
    assert run(running_server, "pull", str(pulled)).exit_code == 0
    assert json.loads(run(running_server, "diff", str(pulled), "--json").stdout) == []
    held = yaml12.loaded((pulled / "definitions.yaml").read_text("utf-8"))
    board = next(each for each in held["dashboards"] if each["key"] == "cli-board")
    assert board["cards"][1] == {"insight": "cli-star", "width": 6, "height": 4}

    (folder / "shop.yaml").write_text(BOARDS.replace("width: 12", "width: 8"), "utf-8")
    edits = differing(folder)["cli-board"]["edits"]
    assert edits == [{"at": "cards[0].width", "before": 12, "after": 8}]
    assert run(running_server, "apply", str(folder), "--reason", "narrower").exit_code == 0
    with running_server.api() as api:
        told = api.get("/api/v1/dashboards/cli-board/versions").json()["items"]
        assert [(each["version"], each["status"], each["reason"]) for each in told] == [
            (2, "live", "narrower"),
            (1, "replaced", "for the team"),
        ]
        assert (told[0]["edits"], told[1]["edits"]) == (edits, [])
        assert len(api.get("/api/v1/saved-insights/cli-star/versions").json()["items"]) == 1
        assert api.get("/api/v1/saved-insights/cli-nobody/versions").status_code == 404

    kept = [each for each in _named(held) if not each[1].startswith("cli")]
    (alone / "rest.yaml").write_text("segments: [{key: cli_shown, when: {did: Cli Order}}]")
    assert "removed" in run(running_server, "diff", str(alone)).stdout
    left = run(running_server, "apply", str(alone))
    assert "removed" not in left.stdout, "nothing was"
    assert "that no file holds stay as they are" in left.stderr
    rest = {name: [one for one in held[name] if (name, one["key"]) in kept] for name in held}
    (alone / "rest.yaml").write_text(yaml12.dumped(rest), "utf-8")
    ended = run(running_server, "apply", str(alone), "--retire", "--json")
    assert ended.exit_code == 0, ended.output
    mine = [each["kind"] for each in json.loads(ended.stdout) if each["key"].startswith("cli")]
    assert sorted(mine) == ["dashboard", "insight", "insight", "segment"]
    with running_server.api() as api:
        assert api.get("/api/v1/dashboards/cli-board").status_code == 404
        last = api.get("/api/v1/dashboards/cli-board/versions").json()["items"][0]
        assert (last["version"], last["status"]) == (3, "retired")


def _named(held: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, each["key"]) for name, listed in held.items() for each in listed]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "dashboards: [{key: b, cards: [{insight: gone}]}]",
            "dashboard b: cards[0].insight: there is no insight 'gone'",
        ),
        (
            "insights: [{key: b, question: {kind: active, segment: gone}}]",
            "insight b: question.segment: there is no segment 'gone'",
        ),
        ("segments: [{key: b, when: {segment: gone}}]", "b: when"),
        (
            "insights: [{key: b, question: {kind: trends, series: []}}]",
            "bad.yaml: insights[0].question.series",
        ),
        (
            "segments: [{key: b, when: {did: A}}, {key: b, when: {did: B}}]",
            "the segment b stands in bad.yaml and in bad.yaml",
        ),
    ],
)
def test_a_dry_run_refuses_what_would_be_refused(
    running_server: RunningServer, tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "bad.yaml").write_text(text, "utf-8")
    for command in ("diff", "apply"):
        refused = run(running_server, command, str(tmp_path))
        assert refused.exit_code == 1
        assert said in refused.output


def test_the_schema_is_printed_without_any_data() -> None:
    printed = CliRunner().invoke(cli, ["segments", "schema"])
    assert json.loads(printed.stdout) == schema.document()


def test_a_mistake_names_file_and_node(running_server: RunningServer, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("segments: [{key: a, when: {dit: X}}]", "utf-8")
    refused = run(running_server, "apply", str(tmp_path))
    assert refused.exit_code == 1
    assert "bad.yaml: segments[0].when" in refused.output


def test_a_trait_is_shown_and_tells_the_value_a_person_has(
    running_server: RunningServer, tmp_path: Path
) -> None:
    text = (
        "SELECT i.profile,"
        " CAST(nullif(json_extract_string(e.properties, '$.size'), '') AS INTEGER) AS value"
        " FROM events e JOIN identities i ON i.node = e.node WHERE e.event = 'Cli Size'"
    )
    one = {"key": "cli_size", "trait": {"sql": text, "every": "1s"}}
    for wrong, said in (("DELETE FROM events", "DELETE"), ("SELECT 1 AS profile", "value not")):
        document = {"traits": [{**one, "trait": {"sql": wrong, "every": "1s"}}]}
        (tmp_path / "sizes.yaml").write_text(json.dumps(document), "utf-8")
        for command in ("diff", "apply"):
            refused = run(running_server, command, str(tmp_path))
            assert refused.exit_code == 1
            assert "cli_size: trait.sql" in refused.output
            assert said in refused.output
    (tmp_path / "sizes.yaml").write_text(json.dumps({"traits": [one]}), "utf-8")

    def send(size: str, user: str = "cli-sized") -> None:
        with running_server.tracking() as tracking:
            event = {"userId": user, "event": "Cli Size", "properties": {"size": size}}
            assert tracking.post("/v1/track", json=event).status_code == 200
        running_server.settle()

    def shown_with(words: str, *command: str) -> str:
        end = time.monotonic() + 15
        while words not in (shown := run(running_server, "segments", *command)).output:
            assert time.monotonic() < end, shown.output
            time.sleep(0.2)
        assert shown.exit_code == 0
        return shown.output

    send("41")
    send("", "cli-unsized")
    assert run(running_server, "apply", str(tmp_path)).exit_code == 0
    why = shown_with("41", "why", "cli_size", "cli-sized")
    assert "since" in why
    assert "none" in shown_with("none", "why", "cli_size", "cli-unsized")
    send("large")
    assert "'large'" in shown_with("because", "show", "cli_size")
    assert "cli_size could not be asked" in run(running_server, "segments", "list").output
    assert run(running_server, "segments", "why", "cli_nothing", "cli-sized").exit_code == 1
    with running_server.api() as api:
        assert api.delete("/api/v1/computed-traits/cli_size").status_code == 200


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
