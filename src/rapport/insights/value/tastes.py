"""How much of what each customer bought or looked at, with what is long ago weighing less."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rapport.clock import DAY
from rapport.insights.value.arrays import Floats, Ints, decay, groups, pairs, totals
from rapport.insights.value.history import History


class Tastes(NamedTuple):
    """One row a (profile, category), sorted by both. `weight` is in orders of today."""

    profile: Ints
    category: Ints  # place in `names`
    weight: Floats
    names: tuple[str, ...]


def weigh(history: History) -> Tastes:
    """An order weighs 1 for each of its categories, a look as the settings say; pieces do not."""
    book, seen, settings = history.orders, history.interests, history.settings
    codes = {name: n for n, name in enumerate(book.categories)}
    looked = [codes.setdefault(name, len(codes)) for name in seen.category]
    order, category, _ = pairs(book.lines.order, np.maximum(book.lines.category, -1) + 1)
    order, category = order[category > 0], category[category > 0] - 1
    person = np.concatenate([book.person[order], seen.person])
    at = np.concatenate([book.at[order], seen.at])
    weight = np.concatenate([np.ones(len(order)), seen.weight])
    weight = weight * decay((history.now - at) / DAY, settings.half_life_days)
    category = np.concatenate([category, np.array(looked, np.int64)])
    profile, kind, of = pairs(person, category)
    return Tastes(profile, kind, totals(of, weight, len(profile)), tuple(codes))


def everybody(held: Tastes) -> Floats:
    """The share of each category among all people, each person counting the same."""
    who = groups(held.profile)
    share = held.weight / np.maximum(who.sum(held.weight), 1e-12)[who.of]
    total = totals(held.category, share, len(held.names))
    return total / max(len(who.keys), 1)
