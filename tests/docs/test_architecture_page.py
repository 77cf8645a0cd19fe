"""docs/architecture.md names the files, tables and processes that there are."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src/rapport"
PAGE = (ROOT / "docs/architecture.md").read_text("utf-8")
# Every SQLite file has it, and the page says so once for all.
EVERYWHERE = {"migrations"}


def test_every_file_that_is_named_exists() -> None:
    named = set(re.findall(r"`([\w/]+\.py)`", PAGE))
    gone = [n for n in named if not ((SOURCE / n).exists() or (ROOT / n).exists())]
    assert len(named) > 40
    assert not gone or gone == ["__init__.py"]


def test_every_table_is_in_the_list_of_stores_and_no_other() -> None:
    code = "\n".join(path.read_text("utf-8") for path in SOURCE.rglob("*.py"))
    made = set(re.findall(r"CREATE TABLE (?:IF NOT EXISTS )?(\w+) \(", code))
    made -= set(re.findall(r"ALTER TABLE (\w+) RENAME TO \w+;", code))  # to one of before
    rows = re.findall(r"^\| `[a-z.]+` \| .+ \| (.+) \|$", PAGE, re.MULTILINE)
    listed = set(re.findall(r"`(\w+)`", " ".join(rows)))
    assert made - EVERYWHERE == listed


def test_every_name_of_the_code_that_is_quoted_is_there() -> None:
    code = "\n".join(path.read_text("utf-8") for path in SOURCE.rglob("*.py"))
    for owner, name in re.findall(r"`([A-Z]\w+)\.(\w+)`", PAGE):
        assert re.search(rf"^class {owner}\b", code, re.MULTILINE), owner
        assert re.search(rf"def {name}\b", code), name
