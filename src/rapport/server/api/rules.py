"""The rules by which identifiers become people: what is in force, what if, publish."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import get, put
from litestar.params import FromQuery, JSONBody

from rapport.identity.rules import Rules, parse
from rapport.identity.views import WhatIf
from rapport.server.api.context import Asked, Provided, principal_of
from rapport.server.api.decisions import Decided, SampleView, decided_view, sample_view


class RulesView(msgspec.Struct):
    version: int
    rules: Rules


class NewRules(msgspec.Struct, forbid_unknown_fields=True):
    rules: dict[str, Any]
    reason: str = ""


class SplitView(msgspec.Struct):
    one: SampleView
    parts: list[SampleView]


class WhatIfView(msgspec.Struct):
    merges: int
    splits: int
    identifiers_moved: int
    profiles_before: int
    profiles_after: int
    biggest: list[SampleView]
    merge_samples: list[SplitView]
    split_samples: list[SplitView]


@get("/api/v1/identity/rules")
async def show_rules(context: Provided) -> RulesView:
    """The rules in force; version 0 stands for the defaults."""
    version, rules = await context.rooms.reading(lambda reads: reads.identity.rules())
    return RulesView(version, rules)


@put("/api/v1/identity/rules", opt={"scope": "admin"})
async def publish_rules(
    request: Asked, data: JSONBody[NewRules], context: Provided, preview: FromQuery[bool] = False
) -> WhatIfView | Decided:
    """Publish new rules; all profiles are computed anew under them. `?preview=true`: what if."""
    rules = parse(data.rules)
    if preview:
        return _what_if(await context.rooms.studying(lambda reads: reads.identity.what_if(rules)))
    by = principal_of(request).name
    return decided_view(await context.commands.decide("rules", by, data.reason, rules=data.rules))


def _what_if(found: WhatIf) -> WhatIfView:
    def pairs(splits: list[Any]) -> list[SplitView]:
        return [
            SplitView(sample_view(s.one), [sample_view(part) for part in s.parts]) for s in splits
        ]

    return WhatIfView(
        found.merges,
        found.splits,
        found.identifiers_moved,
        found.profiles_before,
        found.profiles_after,
        [sample_view(each) for each in found.biggest],
        pairs(found.merge_samples),
        pairs(found.split_samples),
    )


ROUTES = [show_rules, publish_rules]
