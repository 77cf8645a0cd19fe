"""`rapport config` tells value and origin; the later layer wins."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from rapport.cli.main import cli


def settings(*arguments: str) -> dict[str, tuple[object, str]]:
    result = CliRunner().invoke(cli, ["config", "--json", *arguments])
    assert result.exit_code == 0, result.output
    return {row["name"]: (row["value"], row["origin"]) for row in json.loads(result.stdout)}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("RAPPORT_DATA", "RAPPORT_PORT", "RAPPORT_API_KEY", "RAPPORT_CONFIG"):
        monkeypatch.delenv(name, raising=False)


def test_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings()["port"] == (8000, "default")
    Path("rapport.toml").write_text('port = 9000\nregion = "IN"\n')
    monkeypatch.setenv("RAPPORT_PORT", "9001")
    found = settings("--data", "elsewhere")
    assert found["port"] == (9001, "environment")
    assert found["region"] == ("IN", "file")
    assert found["data"] == ("elsewhere", "flag")


def test_the_secret_key_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORT_API_KEY", "rk_secret")
    assert settings()["api_key"] == ("(set)", "environment")
    assert "rk_secret" not in CliRunner().invoke(cli, ["config"]).output


def test_a_wrong_setting_names_itself_and_its_layer() -> None:
    Path("rapport.toml").write_text('port = "many"\n')
    result = CliRunner().invoke(cli, ["config"])
    assert result.exit_code == 1
    assert "'port' (file)" in result.stderr
    assert "docs/configuration.md" in result.stderr


def test_a_variable_that_is_no_setting_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORT_MAX_EVENTS", "3")
    monkeypatch.setenv("RAPPORT_REGION", "IN")
    told = CliRunner().invoke(cli, ["config"]).stderr
    assert "RAPPORT_MAX_EVENTS" in told
    assert "RAPPORT_REGION" not in told
