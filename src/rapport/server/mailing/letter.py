"""The letter: HTML that needs no pictures, and the same as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from html import escape
from typing import Final, NamedTuple
from urllib.parse import quote, urlsplit

from rapport.audiences.language import instants, windows
from rapport.clock import SECOND
from rapport.server.mailing.schedule import Schedule
from rapport.server.mailing.tables import Table
from rapport.server.mailing.words import WORDS

_INK, _QUIET, _LINE, _LINK = "#1a1d21", "#5b6470", "#dfe3e8", "#0b5cad"
_FONT: Final = "-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif"


class Part(NamedTuple):
    """A card: its table, or words instead."""

    name: str
    table: Table | None
    words: str = ""


class Letter(NamedTuple):
    """`at`: as of when, in µs UTC; `url`: where the console is."""

    dashboard: str
    name: str
    url: str
    at: int
    parts: Sequence[Part]
    schedule: Schedule
    only: str = ""  # what the dashboard is narrowed to, if it is

    @property
    def link(self) -> str:
        return f"{self.url}/dashboards/{quote(self.dashboard, safe='')}"

    @property
    def time(self) -> str:
        zone = instants.zone_named(self.schedule.timezone)
        if zone is None:
            raise ValueError(f"{self.schedule.timezone!r} was not checked")
        return f"{windows.local_time(self.at, zone):%Y-%m-%d %H:%M} {self.schedule.timezone}"


def message(letter: Letter, sender: str, to: str, due: int) -> EmailMessage:
    """For one address. A letter that is sent again has the same Message-ID."""
    made = EmailMessage()
    made["Subject"] = " ".join(f"{letter.name} – {letter.time}".split())
    made["From"] = sender
    made["To"] = to
    made["Date"] = format_datetime(datetime.fromtimestamp(letter.at / SECOND, UTC))
    key = sha256(f"{letter.dashboard} {due} {to}".encode()).hexdigest()[:32]
    domain = sender.rpartition("@")[2].strip("<> ") or "localhost"
    made["Message-ID"] = f"<{key}@{domain}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(plain(letter))
    made.add_alternative(html(letter), subtype="html")
    return made


def plain(letter: Letter) -> str:
    words = WORDS[letter.schedule.language]
    only = [words["only"].format(what=letter.only)] if letter.only else []
    lines = [letter.name, words["as_of"].format(at=letter.time), *only, letter.link, ""]
    for part in letter.parts:
        lines += [part.name, "-" * len(part.name)]
        lines += [part.words] if part.table is None else _columns(part.table)
        if part.table is not None and part.table.hidden:
            lines.append(words["more"].format(count=part.table.hidden))
        lines.append("")
    return "\n".join([*lines, "-- ", _foot(letter)]) + "\n"


def html(letter: Letter) -> str:
    """Everything that comes from outside is escaped; styles stand at their elements, as mail
    programs want it."""
    words = WORDS[letter.schedule.language]
    turned = "rtl" if letter.schedule.language == "ar" else "ltr"
    cards = "".join(_card(part, words["more"]) for part in letter.parts)
    name, link = escape(letter.name), escape(letter.link)
    as_of = escape(words["as_of"].format(at=letter.time))
    if letter.only:
        only = escape(words["only"].format(what=letter.only))
        as_of += f"<br><bdi>{only}</bdi>"
    return (
        f'<!doctype html><html lang="{letter.schedule.language}" dir="{turned}"><head>'
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<meta name="color-scheme" content="light"><title>{name}</title></head>'
        f'<body style="margin:0;padding:24px;background:#f5f6f8;color:{_INK};'
        f'font:15px/1.5 {_FONT}">'
        '<div style="max-width:720px;margin:0 auto">'
        f'<h1 style="font-size:22px;margin:0">{name}</h1>'
        f'<p style="margin:4px 0 20px;color:{_QUIET}">{as_of} · '
        f'<a href="{link}" style="color:{_LINK}">{escape(words["open"])}</a></p>'
        f"{cards}"
        f'<p style="margin:20px 0 0;font-size:13px;color:{_QUIET}">{escape(_foot(letter))}</p>'
        "</div></body></html>"
    )


def _card(part: Part, more: str) -> str:
    if part.table is None:
        inside = f'<p style="margin:0;color:{_QUIET}">{escape(part.words)}</p>'
    else:
        inside = _table(part)
        if part.table.hidden:
            hidden = escape(more.format(count=part.table.hidden))
            inside += f'<p style="margin:8px 0 0;font-size:13px;color:{_QUIET}">{hidden}</p>'
    return (
        f'<div style="background:#fff;border:1px solid {_LINE};border-radius:8px;padding:16px;'
        f'margin:0 0 16px"><h2 style="font-size:16px;margin:0 0 10px">{escape(part.name)}</h2>'
        f"{inside}</div>"
    )


def _table(part: Part) -> str:
    if part.table is None:
        return ""
    head = "".join(_cell("th", text, place) for place, text in enumerate(part.table.columns))
    rows = "".join(
        f"<tr>{''.join(_cell('td', text, place) for place, text in enumerate(row))}</tr>"
        for row in part.table.rows
    )
    return (
        '<table style="border-collapse:collapse;width:100%;font-size:14px">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _cell(tag: str, text: str, place: int) -> str:
    scope = ' scope="col"' if tag == "th" else ""
    weight = f"font-weight:600;color:{_QUIET}" if tag == "th" else "font-weight:400"
    side = "end" if place else "start"
    style = f"text-align:{side};padding:5px 8px;border-bottom:1px solid {_LINE};{weight}"
    return f'<{tag}{scope} style="{style}"><bdi>{escape(text)}</bdi></{tag}>'


def _columns(table: Table) -> Iterable[str]:
    """Aligned with spaces: numbers at their end."""
    every = [table.columns, *table.rows]
    widths = [max(len(row[n]) for row in every) for n in range(len(table.columns))]
    for row in every:
        cells = [
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def _foot(letter: Letter) -> str:
    host = urlsplit(letter.url).netloc
    return WORDS[letter.schedule.language]["foot"].format(host=host)
