"""Random conditions, computed traits and histories, made so that they meet: few names, few values.

Conditions and traits come as JSON, as a user would write them, for `reading` and `definitions`.
A history is a list of `Sent`: which node sent which event. `People` says which nodes are one
person, so that a merge, an un-merge or an erasure is another `People` over those events.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from hypothesis import strategies as st

from rapport.audiences.meaning.person import Account, Happening, Person
from rapport.clock import DAY, HOUR, MINUTE, from_datetime

ZONES = ("UTC", "Asia/Kolkata", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe")
EVENTS = ("A", "B", "C")
ACCOUNTS = ("acme", "Acme", "größe", "O'Neil \"& \\co")
WORDS = ("a", "b", "ab", "B", "10", "é")
# After the clocks of Berlin, New York and Lord Howe have moved, and on a plain afternoon
ANCHORS = tuple(
    from_datetime(datetime(*each, tzinfo=UTC))
    for each in ((2026, 3, 30, 1), (2026, 11, 1, 12), (2026, 4, 5, 3, 30), (2026, 8, 19, 15))
)
DURATIONS = ("30m", "1h", "12h", "1d", "7d", "30d")
PATHS = ("properties.total", "properties.sku", "properties.flag", "properties.box.sku")
LISTS = ("properties.products[].sku", "properties.products[].price", "properties.tags[]")
FIELDS = ("type", "event", "source", "brand", "channel", "message_id")
TRAITS = ("plan", "score", "born", "home.city", "tags[]", "nothing")

numbers = st.sampled_from([0, 1, 2, 10, -3, 1.5, 0.1, 0.2, 2.0, 1e2, 0.0000005, 19.99, 10**19])
moments = st.sampled_from(
    [
        *("2026-03-29", "2026-11-01T12:00:00Z", "2026-04-05T03:30:00+10:30", "2026-02-30"),
        *(1_793_534_400, 1_793_534_400_000, "1793534400", "2026-08-19 14:59:59.5"),
    ]
)
scalars = st.one_of(
    st.sampled_from(WORDS),
    numbers,
    st.booleans(),
    moments,
    st.sampled_from(["", "true", "1e1", "+2", "1.50", ".5", " 1", "NaN", "é"]),
)
values = st.one_of(scalars, scalars, st.none(), st.just({"sku": "a"}), st.just(["a"]))
products = st.lists(
    st.one_of(st.fixed_dictionaries({}, optional={"sku": values, "price": numbers}), st.just("a")),
    max_size=3,
)


class Sent(msgspec.Struct, frozen=True):
    node: int  # 0 is nobody: then it names an account
    event: Happening
    account: str = ""  # that it names


class People(msgspec.Struct, frozen=True):
    """Who is who, and what else is known. A profile is called by its oldest node."""

    profiles: dict[int, int]  # node → profile
    traits: dict[int, dict[str, Any]]  # of profiles
    identifiers: dict[int, dict[str, tuple[str, ...]]]

    def persons(self, history: list[Sent], accounts: Sequence[Account] = ()) -> list[Person]:
        """Those that have an event, as the oracle sees them. Of their accounts, those are given."""
        found = []
        for profile in sorted(set(self.profiles.values())):
            hers = [sent for sent in history if self.profiles.get(sent.node) == profile]
            events = tuple(sent.event for sent in hers)
            named = {sent.account for sent in hers}
            traits = self.traits.get(profile, {})
            zone = traits.get("timezone")
            if events:
                found.append(
                    Person(
                        profile=profile,
                        events=events,
                        traits=traits,
                        identifiers=self.identifiers.get(profile, {}),
                        accounts=tuple(one for one in accounts if one.id in named),
                        zone=zone if zone in ZONES else "UTC",
                    )
                )
        return found


def instants(now: int) -> st.SearchStrategy[int]:
    """Around the edges of windows that end at `now`, often equal."""
    edges = st.sampled_from([0, 30 * MINUTE, HOUR, 12 * HOUR, DAY, 7 * DAY, 30 * DAY])
    near = st.integers(0, 8).map(lambda n: n * 30 * MINUTE)
    return st.builds(
        lambda edge, near, off: now - edge - near + off,
        edges,
        near,
        st.sampled_from([0, 0, 0, 1, -1, HOUR]),
    )


@st.composite
def happenings(draw: st.DrawFn, now: int, message_id: str) -> Happening:
    kind = draw(st.sampled_from(["track", "track", "track", "track", "page", "identify"]))
    name = "" if kind == "identify" else draw(st.sampled_from(EVENTS))
    sku = draw(values)
    properties = draw(
        st.fixed_dictionaries(
            {},
            optional={"total": values, "flag": st.booleans(), "products": products, "tags": values},
        )
    )
    if draw(st.booleans()):
        properties = {**properties, "sku": sku, "box": {"sku": sku}}
    context: dict[str, Any] = {}
    if draw(st.integers(0, 3)) == 0:
        said = draw(st.sampled_from([True, False, "true", None]))
        context = {"consent": {"categoryPreferences": {"email": said}}}
    return Happening(
        timestamp=draw(instants(now)),
        message_id=message_id,
        type=kind,
        event=name,
        source=draw(st.sampled_from(["web", "app"])),
        brand=draw(st.sampled_from(["", "north"])),
        channel=draw(st.sampled_from(["", "mobile"])),
        properties=properties,
        context=context,
    )


@st.composite
def histories(draw: st.DrawFn, now: int, nodes: int = 4, most: int = 14) -> list[Sent]:
    """In an order of arrival that has nothing to do with time."""
    ids = draw(st.lists(st.integers(0, 99), max_size=most, unique=True))
    return [Sent(draw(st.integers(1, nodes)), draw(happenings(now, f"m{id}"))) for id in ids]


@st.composite
def histories_of_accounts(draw: st.DrawFn, now: int) -> list[Sent]:
    """As `histories`; some events name an account, and a few of these nobody."""
    found = []
    for sent in draw(histories(now)):
        account = draw(st.sampled_from(["", "", *ACCOUNTS]))
        nobody = account and draw(st.integers(0, 4)) == 0
        found.append(Sent(0 if nobody else sent.node, sent.event, account))
    return found


def accounts(
    history: list[Sent], people: People, traits: dict[str, dict[str, Any]]
) -> list[Account]:
    """All of `ACCOUNTS`, as the oracle sees them."""
    bare = bare_accounts(traits)
    persons = {person.profile: person for person in people.persons(history, bare)}
    found = []
    for id in ACCOUNTS:
        own = {people.profiles[sent.node] for sent in history if sent.account == id and sent.node}
        nodes = {node for node, profile in people.profiles.items() if profile in own}
        events = tuple(
            sent.event
            for sent in history
            if sent.account == id or (not sent.account and sent.node in nodes)
        )
        members = tuple(persons[profile] for profile in sorted(own))
        found.append(Account(id=id, traits=traits.get(id, {}), members=members, events=events))
    return found


def bare_accounts(traits: dict[str, dict[str, Any]]) -> list[Account]:
    """All of `ACCOUNTS` with nothing but their traits."""
    return [Account(id=id, traits=traits.get(id, {})) for id in ACCOUNTS]


def traits_of_accounts() -> st.SearchStrategy[dict[str, dict[str, Any]]]:
    traits = st.fixed_dictionaries(
        {},
        optional={
            "plan": values,
            "home": st.fixed_dictionaries({"city": values}),
            "tags": st.lists(scalars, max_size=2),
        },
    )
    return st.fixed_dictionaries({}, optional=dict.fromkeys(ACCOUNTS, traits))


@st.composite
def people(draw: st.DrawFn, nodes: int = 4) -> People:
    profiles: dict[int, int] = {}
    for node in range(1, nodes + 1):
        profiles[node] = draw(st.sampled_from([*sorted(set(profiles.values())), node]))
    traits = st.fixed_dictionaries(
        {},
        optional={
            "plan": values,
            "score": values,
            "born": moments,
            "home": st.fixed_dictionaries({"city": values}),
            "tags": st.lists(scalars, max_size=3),
            "timezone": st.sampled_from([*ZONES, "Mars/Olympus"]),
        },
    )
    kinds = st.dictionaries(
        st.sampled_from(["email", "phone"]),
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=2, unique=True).map(tuple),
        max_size=2,
    )
    each = sorted(set(profiles.values()))
    return People(profiles, {one: draw(traits) for one in each}, {one: draw(kinds) for one in each})


operators = st.one_of(
    st.tuples(st.sampled_from(["eq", "ne"]), scalars),
    st.tuples(
        st.sampled_from(["gt", "gte", "lt", "lte"]), st.one_of(numbers, st.sampled_from(WORDS))
    ),
    st.tuples(st.sampled_from(["in", "not_in"]), st.lists(scalars, min_size=1, max_size=3)),
    st.tuples(
        st.sampled_from(["contains", "not_contains", "starts_with", "ends_with"]),
        st.sampled_from([*WORDS, "1", "true"]),
    ),
    st.tuples(st.sampled_from(["exists", "not_exists"]), st.none()),
)
moving = st.one_of(
    st.tuples(st.sampled_from(["before", "after"]), st.sampled_from(["2026-04-05", "2026-08-19"])),
    st.tuples(st.sampled_from(["in_last", "in_next"]), st.sampled_from(DURATIONS)),
)


def _compared(pair: tuple[str, Any]) -> dict[str, Any]:
    op, value = pair
    return {"op": op} if value is None else {"op": op, "value": value}


def filters_of(paths: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    compared = st.one_of(operators, operators, moving).map(_compared)
    return st.builds(lambda path, rest: {"path": path, **rest}, paths, compared)


event_filters = st.one_of(
    filters_of(st.sampled_from([*PATHS, *LISTS, *FIELDS])),
    moving.map(lambda pair: {"path": "timestamp", **_compared(pair)}),
)
windows = st.one_of(
    st.sampled_from(DURATIONS).map(lambda length: {"last": length}),
    st.sampled_from([("1d", "1h"), ("30d", "7d"), ("12h", "30m")]).map(
        lambda pair: {"between": list(pair)}
    ),
    st.builds(
        lambda unit, ago: {"calendar": unit, "ago": ago},
        st.sampled_from(["day", "week", "month", "quarter", "year"]),
        st.integers(0, 2),
    ),
    st.sampled_from(
        [{"from": "2026-03-29"}, {"to": "2026-11-01T02:30"}, {"from": "2026-04-05T01:45:00Z"}]
    ),
)


@st.composite
def selections(draw: st.DrawFn, head: str) -> dict[str, Any]:
    names = st.one_of(
        st.sampled_from(EVENTS), st.just("*"), st.just(["A", "B"]), st.sampled_from(EVENTS)
    )
    selection: dict[str, Any] = {head: draw(names)}
    if draw(st.integers(0, 3)) == 0:
        selection["type"] = draw(st.sampled_from(["track", "page", "identify"]))
    if draw(st.integers(0, 2)) == 0:
        selection["where"] = draw(st.lists(event_filters, min_size=1, max_size=2))
    return selection


@st.composite
def during(draw: st.DrawFn) -> dict[str, Any]:
    return {"during": draw(windows)} if draw(st.booleans()) else {}


@st.composite
def dids(draw: st.DrawFn) -> dict[str, Any]:
    node = {**draw(selections("did")), **draw(during())}
    if draw(st.booleans()):
        path = draw(st.sampled_from([*PATHS, "source"]))
        kind = draw(st.sampled_from(["sum", "avg", "min", "max", "unique"]))
        node["measure"] = draw(st.sampled_from(["count", "days", {kind: path}, {kind: path}]))
    if draw(st.booleans()):
        node["op"] = draw(st.sampled_from(["eq", "ne", "gt", "gte", "lt", "lte"]))
        node["value"] = draw(st.one_of(st.integers(0, 4), numbers))
    return node


@st.composite
def extremes(draw: st.DrawFn) -> dict[str, Any]:
    node = {**draw(selections(draw(st.sampled_from(["first", "last"])))), **draw(during())}
    return {**node, "has": draw(st.lists(event_filters, min_size=1, max_size=2))}


@st.composite
def sequences(draw: st.DrawFn) -> dict[str, Any]:
    same = draw(st.sampled_from([[], [], ["properties.sku"], ["source", "properties.flag"]]))
    absent = draw(st.booleans())
    steps = [draw(selections("did"))]
    for last in [False, True] if draw(st.booleans()) else [True]:
        step = draw(selections("did_not" if last and absent else "did"))
        if draw(st.booleans()) or (last and absent):
            step["within"] = draw(st.sampled_from(["30m", "1h", "12h"]))
        if same:
            step["same"] = same
        steps.append(step)
    node: dict[str, Any] = {"sequence": steps, **draw(during())}
    if draw(st.integers(0, 2)) == 0:
        node["within"] = draw(st.sampled_from(["1h", "1d"]))
    return node


def leaves(
    segments: tuple[str, ...] = (), traits: tuple[str, ...] = (), *, accounts: bool = False
) -> st.SearchStrategy[dict[str, Any]]:
    """Conditions without others inside; on known segments and computed traits, too."""
    compared = st.one_of(operators, operators, moving).map(_compared)
    described = st.sampled_from([*TRAITS, *traits, *traits])
    kinds = [
        dids(),
        dids(),
        extremes(),
        sequences(),
        sequences(),
        st.builds(lambda path, rest: {"trait": path, **rest}, described, compared),
        st.builds(
            lambda kind, rest: {"identifier": kind, **rest},
            st.sampled_from(["email", "phone"]),
            st.sampled_from(
                [{"op": "exists"}, {"op": "eq", "value": "a"}, {"op": "not_contains", "value": "a"}]
            ),
        ),
        st.just({"consent": "email"}),
        st.builds(
            lambda share, salt: {"percent": share, "salt": salt},
            st.sampled_from([0, 20, 50, 99.5, 100]),
            st.sampled_from(["x", "y"]),
        ),
    ]
    if segments:
        kinds.append(st.sampled_from(segments).map(lambda key: {"segment": key}))
    if accounts:
        kinds += [of_accounts()] * 4
    return st.one_of(kinds)


def of_accounts() -> st.SearchStrategy[dict[str, Any]]:
    filters = filters_of(st.sampled_from(["plan", "home.city", "tags[]"]))
    return st.builds(
        lambda quantifier, where: {"account": quantifier, "where": where},
        st.sampled_from(["any", "all", "none"]),
        st.lists(filters, min_size=1, max_size=2),
    )


def conditions(
    segments: tuple[str, ...] = (), traits: tuple[str, ...] = (), *, accounts: bool = False
) -> st.SearchStrategy[dict[str, Any]]:
    return st.recursive(
        leaves(segments, traits, accounts=accounts),
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda items: {"all": items}),
            st.lists(inner, min_size=1, max_size=3).map(lambda items: {"any": items}),
            inner.map(lambda item: {"not": item}),
        ),
        max_leaves=4,
    )


def conditions_of_accounts(segments: tuple[str, ...] = ()) -> st.SearchStrategy[dict[str, Any]]:
    compared = st.one_of(operators, operators, moving).map(_compared)
    kinds = [
        st.builds(lambda rest: {"trait": "plan", **rest}, compared),
        st.builds(
            lambda quantifier, are: {"members": quantifier, "are": are},
            st.sampled_from(["any", "all", "none"]),
            conditions(traits=("one", "two", "three"), accounts=True),
        ),
        dids(),
        dids(),
        st.builds(lambda share: {"percent": share, "salt": "x"}, st.sampled_from([0, 50, 100])),
    ]
    if segments:
        kinds.append(st.sampled_from(segments).map(lambda key: {"segment": key}))
    return st.recursive(
        st.one_of(kinds),
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda items: {"all": items}),
            st.lists(inner, min_size=1, max_size=3).map(lambda items: {"any": items}),
            inner.map(lambda item: {"not": item}),
        ),
        max_leaves=3,
    )


@st.composite
def aggregates(draw: st.DrawFn) -> dict[str, Any]:
    kinds = ["count", "sum", "avg", "min", "max", "first", "last", "most_frequent"]
    kind = draw(st.sampled_from([*kinds, "unique_list", "unique_count"]))
    node = {**draw(selections(kind)), **draw(during())}
    if kind != "count":
        lists = LISTS if kind in ("most_frequent", "unique_list", "unique_count") else ()
        node["path"] = draw(st.sampled_from([*PATHS, *lists, "source"]))
    if draw(st.integers(0, 3)) == 0:
        node["session"] = draw(st.sampled_from(["30m", "12h"]))
    return node


EXPRESSIONS = (
    "one / max(two, 1)",
    "if(one > 3, 'many', 'few')",
    "coalesce(one, score, -1) * 1.5 - two",
    "round(one / 7, 2) + abs(score)",
    "plan == 'a' or not two <= 1",
    "one == two",
    "one if plan != 'a' else two",
    "coalesce(plan, 'none')",
    "min(score, two)",
    "text(score)",
)


def computations() -> st.SearchStrategy[dict[str, Any]]:
    rates = st.builds(
        lambda selection, per, length: {"rate": selection, "per": per, "during": {"last": length}},
        selections("count"),
        st.sampled_from(["day", "week", "month"]),
        st.sampled_from(DURATIONS),
    )
    return st.one_of(aggregates(), aggregates(), aggregates(), selections("days_since"), rates)


@st.composite
def documents(draw: st.DrawFn, *, accounts: bool = False) -> dict[str, Any]:
    """Traits `one`, `two`, an expression over them, and segments that look at each other."""
    made = [{"key": key, "trait": draw(computations())} for key in ("one", "two")]
    made.append({"key": "three", "trait": {"expression": draw(st.sampled_from(EXPRESSIONS))}})
    keys: tuple[str, ...] = ()
    segments = []
    for key in ("base", "middle", "top", "other", "last_one")[: draw(st.integers(1, 5))]:
        when = draw(conditions(keys, ("one", "two", "three"), accounts=accounts))
        segments.append({"key": key, "when": when})
        keys = (*keys, key)
    return {"segments": segments, "traits": made}
