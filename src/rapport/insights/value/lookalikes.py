"""Lookalikes: the customers nearest to those of a seed segment.

Near means alike in what each has done (orders, money, rhythm, discounts, tastes), each measured by
ranks among all customers. Who is in the seed is never among the found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from rapport.errors import TooLittle
from rapport.insights.value import features, learning, tastes
from rapport.insights.value.arrays import Floats, Ints, ranks
from rapport.insights.value.history import History
from rapport.insights.value.model import Learned, Model, Scores, Trait
from rapport.insights.value.model_card import Feature

_RANKED: Final = (
    *("recency", "tenure", "orders", "gap", "overdue", "revenue_90d", "order_value"),
    *("discounted", "categories", "active_90d", "responses_90d"),
)
_TASTE: Final = 1.5  # weight of tastes beside each rank
_CATEGORIES: Final = 30
_NEAREST: Final = 5  # seeds; one alone would make each odd seed a hub
_SEEDS: Final = 2_000
_CHUNK: Final = 2_048


class Space(NamedTuple):
    profile: Ints
    points: Floats


def space(history: History) -> Space:
    """Every customer as a point; distances are comparable between customers."""
    table = features.at(history, features.present(history.now))
    columns = table.columns()
    ranked = [ranks(np.nan_to_num(columns[name], nan=1e6)) - 0.5 for name in _RANKED]
    return Space(table.profile, np.column_stack([*ranked, *_liked(history, table.profile)]))


def similarity(points: Floats, seeds: Floats) -> Floats:
    """1 for who is the same as her nearest seeds, towards 0 with the distance."""
    found = np.empty(len(points))
    near = min(_NEAREST, len(seeds))
    square = (seeds**2).sum(axis=1)
    for start in range(0, len(points), _CHUNK):
        part = points[start : start + _CHUNK]
        away = (part**2).sum(axis=1)[:, None] + square - 2 * part @ seeds.T
        nearest = np.partition(np.maximum(away, 0.0), near - 1, axis=1)[:, :near]
        found[start : start + _CHUNK] = 1 / (1 + np.sqrt(nearest).mean(axis=1))
    return found


def groups_of_at_least(k: int, values: Sequence[str]) -> Mapping[str, int]:
    """How many have each value, where no group is smaller than `k`; the rest is `other`.

    The next smallest group joins the rest while that is smaller than `k`, or a subtraction from the
    total would tell it. Fewer than `k` people in all: nothing is told.
    """
    counts = Counter(values).most_common()
    counts.sort(key=lambda pair: (-pair[1], pair[0]))
    rest = 0
    while counts and (counts[-1][1] < k or 0 < rest < k):
        rest += counts.pop()[1]
    told = dict(counts)
    return told | {"other": rest} if rest >= k else told


def _train(history: History) -> Learned:
    held = space(history)
    place = np.flatnonzero(np.isin(held.profile, history.seeds))
    if len(place) < history.settings.anonymity:
        raise TooLittle(
            f"{len(place)} of the seed are customers: fewer than {history.settings.anonymity}",
            hint="choose a larger seed; a few people could be recognised by their like",
        )
    rng = np.random.default_rng(history.settings.seed)
    chosen = rng.permutation(place)[:_SEEDS]
    kept, tested = np.array_split(chosen, [max(len(chosen) * 4 // 5, 1)])
    others = np.setdiff1d(np.arange(len(held.profile)), place)
    asked = np.concatenate([tested, others])
    told = similarity(held.points[asked], held.points[kept])
    return Learned(
        held.points[chosen],
        len(held.profile),
        len(history.orders.at),
        int(history.orders.at.min(initial=history.now)),
        _columns(held.points[chosen]),
        {"seeds": float(len(place)), "seeds_used": float(len(chosen)), **_portrait(history)},
        {"auc_of_hidden_seeds": round(learning.auc(told, np.arange(len(asked)) < len(tested)), 4)},
    )


def _score(history: History, learned: Learned) -> Scores:
    held = space(history)
    others = np.flatnonzero(~np.isin(held.profile, history.seeds))
    told = similarity(held.points[others], learned.fitted)
    order = np.lexsort((held.profile[others], -told))[: history.settings.lookalikes]
    by_profile = order[np.argsort(held.profile[others][order])]
    place = np.empty(len(others), np.int64)
    place[order] = np.arange(1, len(order) + 1)
    return Scores(
        held.profile[others][by_profile],
        {"lookalike_similarity": told[by_profile], "lookalike_rank": place[by_profile]},
    )


def _portrait(history: History) -> dict[str, float]:
    """How many of the seed like each category best; small groups are not told."""
    held = tastes.weigh(history)
    order = np.lexsort((held.category, -held.weight, held.profile))
    people, first = np.unique(held.profile[order], return_index=True)
    liked = held.category[order][first][np.isin(people, history.seeds)]
    told = groups_of_at_least(history.settings.anonymity, [held.names[c] for c in liked.tolist()])
    return {f"seed_likes_{name}": float(count) for name, count in told.items()}


def _columns(points: Floats) -> dict[str, Floats]:
    return {name: points[:, n] for n, name in enumerate(_RANKED)}


def _liked(history: History, profiles: Ints) -> list[Floats]:
    """Square roots of tastes, so that distances are those of Hellinger."""
    held = tastes.weigh(history)
    if not len(held.names):
        return []
    common = np.argsort(-tastes.everybody(held), kind="stable")[:_CATEGORIES]
    slot = np.full(len(held.names), -1)
    slot[common] = np.arange(len(common))
    mine = np.isin(held.profile, profiles) & (slot[held.category] >= 0)
    found: Any = np.zeros((len(profiles), len(common)))
    where = np.searchsorted(profiles, held.profile[mine])
    found[where, slot[held.category[mine]]] = held.weight[mine]
    total = found.sum(axis=1, keepdims=True)
    found = np.sqrt(np.divide(found, total, out=np.zeros_like(found), where=total > 0))
    return list((found * _TASTE).T)


MODEL: Final = Model(
    name="lookalikes",
    title="Lookalikes",
    needs=("orders", "interests", "activity", "touches", "seeds"),
    traits=(
        Trait("lookalike_similarity", "number", "1 is the same as the nearest five of the seed"),
        Trait("lookalike_rank", "whole", "1 is the most alike"),
    ),
    features=(
        *(each for each in features.FEATURES if each.name in _RANKED),
        Feature("tastes", "square roots of the shares of the commonest categories"),
    ),
    train=_train,
    score=_score,
    every="7d",
)
