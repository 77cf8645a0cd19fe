"""The tools that the two brands use, each a source of its own."""

from __future__ import annotations

from typing import Any

from rapport.demo.people import BB, FF

FF_WEB, FF_APP, FF_GYM = "fitness-forever-web", "fitness-forever-app", "fitness-forever-gym"
FF_MAIL, FF_DESK, FF_CRM = "fitness-forever-mail", "fitness-forever-desk", "fitness-forever-crm"
FF_ADS = "fitness-forever-ads"
BB_WEB, BB_APP, BB_SHOP = "brands-bazaar-web", "brands-bazaar-app", "brands-bazaar-shop"
BB_MAIL, BB_DESK = "brands-bazaar-mail", "brands-bazaar-desk"

_KINDS = {
    "web": "web",
    "app": "mobile",
    "gym": "server",
    "shop": "server",
    "mail": "email",
    "desk": "helpdesk",
    "crm": "crm",
    "ads": "ads",
}


def _source(slug: str) -> dict[str, Any]:
    brand, word = (FF if slug.startswith("fitness") else BB), slug.rpartition("-")[2]
    return {
        "name": f"{brand} {word}",  # SourceStore makes the slug from it
        "kind": _KINDS[word],
        "brand": brand,
        "region": "IN",
        "party": "second" if word == "ads" else "first",
    }


SOURCES: list[dict[str, Any]] = [
    _source(slug)
    for slug in (
        *(FF_WEB, FF_APP, FF_GYM, FF_MAIL, FF_DESK, FF_CRM, FF_ADS),
        *(BB_WEB, BB_APP, BB_SHOP, BB_MAIL, BB_DESK),
    )
]
