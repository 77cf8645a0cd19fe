"""What a path means, for one person."""

from __future__ import annotations

from collections.abc import Sequence

from rapport.audiences.language import duration
from rapport.insights.oracles.matched import Matched
from rapport.insights.specs.paths import Paths

MIDDLE = "…"

Path = list[tuple[str, int]]  # item, µs UTC


def paths(question: Paths, events: Sequence[Matched]) -> list[Path]:
    """Of events in order, each with its item as first value."""
    silence = duration.micros(question.session)
    sessions: list[Path] = []
    last = None
    for each in events:
        item = each.values[0]
        if item is None:
            continue
        if last is None or each.at - last >= silence:
            sessions.append([])
        last = each.at
        if not sessions[-1] or sessions[-1][-1][0] != item:
            sessions[-1].append((item, each.at))
    cut = (_cut(question, session) for session in sessions)
    return [path for path in cut if path]


def _cut(question: Paths, path: Path) -> Path:
    items = [item for item, _ in path]
    if question.start is not None:
        if question.start not in items:
            return []
        path = path[items.index(question.start) :]
        items = [item for item, _ in path]
    if question.end is not None:
        if question.end not in items:
            return []
        path = path[: items.index(question.end) + 1]
    if len(path) <= question.steps:
        return path
    if question.end is None:
        return path[: question.steps]
    if question.start is None:
        return path[-question.steps :]
    kept = path[: question.steps - 2] if question.steps > 2 else path[:1]
    middle = [(MIDDLE, path[-2][1])] if question.steps > 2 else []
    return [*kept, *middle, path[-1]]
