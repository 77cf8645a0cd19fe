"""`rapport demo`: fills a folder once, starts over only what it made itself."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from rapport.cli import demo as visiting
from rapport.cli import seeding
from rapport.clock import DAY, HOUR
from rapport.config import Settings
from rapport.demo import trickle
from rapport.demo.shop import Delivery, generate
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


def test_counts_do_not_depend_on_the_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = []
    for name, back in (("one", 0), ("two", 40 * DAY + 5 * HOUR)):
        small = partial(_forty_customers, back=back)
        monkeypatch.setattr(seeding, "generate", small)
        demo = Rapport(tmp_path / name)
        demo("demo", "--seed-only")
        checks = json.loads(demo("doctor", "--json").stdout)
        said.append(next(one["detail"] for one in checks if one["name"] == "balance"))
    assert said[0] == said[1]
    assert "duplicate 0" not in said[0]
    assert "quarantined 58" in said[0]


def _forty_customers(seed: int, now: int, *, back: int) -> Iterator[Delivery]:
    return generate(seed, now - back, 40)


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


class Visits:
    """One in each look."""

    def __init__(self, *_: object) -> None: ...

    def next(self, now: int) -> list[SimpleNamespace]:
        return [SimpleNamespace(source="shop", body=b"")]


@pytest.mark.parametrize(("patience", "said"), [(60.0, 0), (-1.0, 3)])
def test_visits_that_a_stopping_server_does_not_take_are_not_worth_a_word(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, patience: float, said: int
) -> None:
    answers = iter([OSError("gone")] * 3)

    def post(*_: object) -> None:
        raise next(answers, SystemExit)

    monkeypatch.setattr(trickle, "Trickle", Visits)
    monkeypatch.setattr(visiting, "EVERY_SECONDS", 0)
    monkeypatch.setattr(visiting, "PATIENCE_SECONDS", patience)
    monkeypatch.setattr(visiting, "_write_keys", lambda _: defaultdict(str))
    monkeypatch.setattr(visiting, "_post", post)
    with pytest.raises(SystemExit):
        visiting._visit(Settings(), "http://127.0.0.1:1")
    assert len(caplog.records) == said
