"""`rapport demo`: fills a folder once, starts over only what it made itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from rapport.cli import seeding
from tests.cli import smallshop
from tests.cli.conftest import Rapport


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rapport:
    """Sarah and Neha instead of thousands."""
    monkeypatch.setattr(seeding, "generate", smallshop.generate)
    return Rapport(tmp_path / "demo")


def test_seeded_once_and_complete(demo: Rapport) -> None:
    demo("demo", "--seed-only")
    assert "Sarah Kapoor" in demo("profile", "--find", "sarah").stdout
    assert "Neha Rao" in demo("profile", "--find", "neha").stdout
    checks = demo("doctor").stdout
    assert "pending 0" in checks
    before = (demo.folder / "log.db").stat().st_mtime_ns
    demo("demo", "--seed-only")
    assert (demo.folder / "log.db").stat().st_mtime_ns == before
    demo("demo", "--seed-only", "--reset")
    assert (demo.folder / "log.db").stat().st_mtime_ns != before


def test_an_interrupted_seeding_starts_over(demo: Rapport, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(seeding, "work_off", killed)
        demo("demo", "--seed-only", code=1)
    assert (demo.folder / seeding.BEGUN).exists()
    demo("demo", "--seed-only")
    assert (demo.folder / seeding.DONE).exists()
    assert not (demo.folder / seeding.BEGUN).exists()


@pytest.mark.parametrize("flag", [(), ("--reset",)])
def test_a_folder_with_other_data_is_left_alone(demo: Rapport, flag: tuple[str, ...]) -> None:
    demo.folder.mkdir()
    demo("sources", "list")
    (demo.folder / "mine.txt").write_text("precious")
    error = demo("demo", "--seed-only", *flag, code=1).stderr
    assert "demo" in error
    assert (demo.folder / "mine.txt").read_text() == "precious"
