"""What a card says, as codes that each language has words for."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest

from rapport.insights.value.model_card import NOTES, Card, Note

LOCALES = Path(__file__).parents[3] / "console/src/i18n/locales"


def test_a_note_is_a_code_with_an_english_text() -> None:
    assert Note("repeated_order", {"count": 3}).text == "3 left out: repeated order"
    assert Note("nobody_paid_twice").text.startswith("nobody paid twice")


@pytest.mark.parametrize("language", ["en", "zh-CN", "ar"])
def test_every_note_has_words_in_every_language(language: str) -> None:
    told = json.loads((LOCALES / language / "value.json").read_text("utf-8"))["note"]
    shown = {*NOTES} - {"mean_of"}  # of the forecast, whose card no page shows
    assert {*told} == shown
    for code in shown:
        about = {"number" if name == "count" else name for name in _places(NOTES[code], "{", "}")}
        assert {*_places(told[code], "{{", "}}")} == about


def _places(text: str, start: str, end: str) -> list[str]:
    return re.findall(rf"{re.escape(start)}(\w+){re.escape(end)}", text)


def test_notes_of_earlier_cards_are_texts() -> None:
    card = Card(
        model="m",
        version=1,
        trained_at=0,
        data_from=0,
        data_until=0,
        people=0,
        events=0,
        notes=["as it was", Note("time_zones", {"people": 2, "zone": "UTC"})],
    )
    assert msgspec.json.decode(msgspec.json.encode(card), type=Card).notes == card.notes
