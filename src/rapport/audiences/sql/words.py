"""Texts that the events of a person say: which occurs most, all of them, and how many."""

from __future__ import annotations

from typing import Final

from sqlglot import exp

from rapport.audiences.language import paths
from rapport.audiences.sql.values import there
from rapport.warehouse.dialect import Dialect
from rapport.warehouse.sqlbuild import E, binary, choose, column

LISTS: Final = ("most_frequent", "unique_list", "unique_count")


def words(dialect: Dialect, held: E, path: str) -> exp.Select:
    """`profile` and `LISTS`, of the texts in a column of `seen`; with a path, in the elements of
    its arrays."""
    word = column("word")
    times = exp.alias_(exp.Count(this=exp.Star()), "times", quoted=True)
    counted = (
        exp.select(column("profile"), word, times)
        .from_(_spoken(dialect, held, path).subquery("said"))
        .where(there(word))
        .group_by(column("profile"), word)
    )
    seldom_last = exp.Neg(this=column("times"))
    twice = choose((binary(exp.GTE, column("times"), 2), word))
    often = dialect.first_of(twice, seldom_last, word)
    every = dialect.array_agg_ordered(word, word)
    named = (
        exp.alias_(each, name, quoted=True)
        for each, name in zip((often, every, exp.Count(this=word)), LISTS, strict=True)
    )
    return (
        exp.select(column("profile"), *named)
        .from_(counted.subquery("words"))
        .group_by(column("profile"))
    )


def _spoken(dialect: Dialect, held: E, path: str) -> exp.Select:
    """`profile` and `word`, which may be NULL."""
    profile = column("profile")
    rows = exp.select(profile, held.copy()).from_(exp.to_table("seen")).where(there(held))
    word = held.copy()
    if path:
        rows = dialect.json_elements(rows, ["profile"], held)
        word = dialect.json_text(column("element"), paths.of_event(path).keys)
    named = exp.alias_(word, "word", quoted=True)
    return exp.select(profile, named).from_(rows.subquery("spoken"))
