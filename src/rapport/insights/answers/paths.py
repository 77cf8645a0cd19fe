"""Paths: the answer, the people behind a link, and the paths of one person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from rapport.audiences.language import duration
from rapport.clock import SECOND, to_iso
from rapport.insights.answers.durations import rank
from rapport.insights.ground import Ground
from rapport.insights.kernels import paths as kernel
from rapport.insights.kernels.paths import ANYTHING, NOWHERE, Walk
from rapport.insights.oracles import paths as oracle
from rapport.insights.oracles.matched import matched
from rapport.insights.rows import Ints, starts
from rapport.insights.specs.paths import Paths
from rapport.insights.specs.scope import span
from rapport.insights.sql import paths as plans
from rapport.insights.sql.engine import Engine


class Cell(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Those with `item` at `step` (from 1) of a path; with `next`, and that directly after it."""

    step: int
    item: str
    next: str | None = None


def answer(question: Paths, ground: Ground) -> dict[str, Any]:
    if ground.engine is not None:
        return _in_sql(question, ground.engine, span(question, ground.now))
    texts, walks = _walks(question, ground)
    nodes = np.concatenate([_keys(one, len(texts)) for one in walks] or [_none()])
    node, counts = np.unique(nodes, return_counts=True)
    links, people, times = _links(walks, len(texts))
    link, first, paths = np.unique(links, return_index=True, return_counts=True)
    persons = _persons(links, people)
    order = np.argsort(-paths, kind="stable")
    ends = np.append(first[1:], len(links))
    told = []
    for n in order[: question.limit].tolist():
        pair, after = divmod(int(link[n]), len(texts))
        step, item = divmod(pair, len(texts))
        told.append(
            {
                "step": step + 1,
                "from": texts[item],
                "to": texts[after],
                "paths": int(paths[n]),
                "people": persons[int(link[n])],
                "median_seconds": rank(np.sort(times[first[n] : ends[n]]), 50) / SECOND,
            }
        )
    return {
        "kind": "paths",
        "paths": sum(len(np.unique(one.path)) for one in walks),
        "people": sum(len(np.unique(one.person)) for one in walks),
        "nodes": [
            {
                "step": int(key) // len(texts) + 1,
                "item": texts[int(key) % len(texts)],
                "paths": int(n),
            }
            for key, n in zip(node, counts, strict=True)
        ],
        "links": told,
        # What is not told, so that nobody takes the picture for the whole
        "hidden": {
            "links": max(0, len(link) - question.limit),
            "paths": int(paths[order[question.limit :]].sum()),
        },
    }


def people(question: Paths, ground: Ground, cell: Cell) -> Ints:
    """Profiles, ascending."""
    if ground.engine is not None:
        where = span(question, ground.now)
        return plans.people(question, ground.engine, where, cell.step, cell.item, cell.next)
    texts, walks = _walks(question, ground)
    item = _number(texts, cell.item)
    found = [_none()]
    for one in walks:
        there = (one.place == cell.step - 1) & (one.item == item)
        if cell.next is not None:
            follows = np.zeros(len(there), np.bool_)
            follows[:-1] = ~starts(one.path)[1:] & (one.item[1:] == _number(texts, cell.next))
            there &= follows
        found.append(one.person[there])
    return np.unique(np.concatenate(found))


def why(question: Paths, ground: Ground, profile: int) -> dict[str, Any]:
    """Her paths."""
    start, end = span(question, ground.now)
    events = ground.events(profile)
    seen = matched(events, question.checked(), start, end, now=ground.now, wanted=[question.by])
    return {
        "profile": f"p_{profile}",
        "paths": [
            [{"item": item, "at": to_iso(at)} for item, at in path]
            for path in oracle.paths(question, seen)
        ],
    }


def _in_sql(question: Paths, engine: Engine, where: tuple[int, int]) -> dict[str, Any]:
    nodes = plans.nodes(question, engine, where)
    links = plans.links(question, engine, where)
    every, walked = (links[0].links, links[0].walked) if links else (0, 0)
    return {
        "kind": "paths",
        "paths": sum(each.paths for each in nodes if each.step == 1),
        "people": sum(each.first for each in nodes),
        "nodes": [{"step": each.step, "item": each.item, "paths": each.paths} for each in nodes],
        "links": [
            {
                "step": each.step,
                "from": each.item,
                "to": each.next,
                "paths": each.paths,
                "people": each.people,
                "median_seconds": each.median / SECOND,
            }
            for each in links
        ],
        "hidden": {
            "links": every - len(links),
            "paths": walked - sum(each.paths for each in links),
        },
    }


def _walks(question: Paths, ground: Ground) -> tuple[list[str], list[Walk]]:
    """All items, the last of them what stands for the middle; and one walk a chunk."""
    start, end = span(question, ground.now)
    pieces, held = ground.rows(
        question.checked(), start, end, segment=question.segment, wanted=[question.by]
    )
    texts = [*held.texts[0], oracle.MIDDLE]
    first = ANYTHING if question.start is None else _number(texts[:-1], question.start)
    last = ANYTHING if question.end is None else _number(texts[:-1], question.end)
    silence = duration.micros(question.session)
    steps, middle = question.steps, len(texts) - 1
    walks = pieces.each(lambda piece: kernel.walk(piece, silence, first, last, steps, middle))
    return texts, list(walks)


def _number(texts: Sequence[str], item: str) -> int:
    return texts.index(item) if item in texts else NOWHERE


def _keys(walk: Walk, width: int) -> Ints:
    return walk.place * width + walk.item


def _links(walks: Sequence[Walk], width: int) -> tuple[Ints, Ints, Ints]:
    """Key, person and µs of every step from one item to the next, sorted by key."""
    keys, people, times = [_none()], [_none()], [_none()]
    for one in walks:
        on = np.flatnonzero(~starts(one.path)[1:])
        keys.append(_keys(one, width)[on] * width + one.item[on + 1])
        people.append(one.person[on])
        times.append(one.at[on + 1] - one.at[on])
    key, person, time = (np.concatenate(each) for each in (keys, people, times))
    order = np.argsort(key, kind="stable")
    return key[order], person[order], time[order]


def _persons(links: Ints, people: Ints) -> dict[int, int]:
    """How many people took each link; both sorted by link."""
    order = np.lexsort((people, links))
    fresh = starts(links[order], people[order])
    found, counts = np.unique(links[order][fresh], return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))


def _none() -> Ints:
    return np.zeros(0, np.int64)
