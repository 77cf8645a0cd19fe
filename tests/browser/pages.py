"""Every page of the console, with something open where a page has something to open."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

VIEWED = {"event": "Product Viewed"}
FUNNEL = {"kind": "funnel", "steps": [VIEWED, {"event": "Order Completed"}], "window": "7d"}


def _insight(question: dict[str, Any], **more: str) -> str:
    return "/insights?" + urlencode({"q": json.dumps(question), **more})


PAGES = {
    "home": "/",
    "profiles": "/profiles",
    "profile": "/profiles/user_id:sarah",
    "profile-timeline": "/profiles/user_id:sarah/timeline",
    "profile-event": "/profiles/user_id:sarah/timeline?open=refund-1",
    "profile-identity": "/profiles/user_id:sarah/identity"
    "?a=user_id:sarah&b=email:sarah@example.org",
    "profile-traits": "/profiles/user_id:sarah/traits?trait=city",
    "segments": "/segments",
    "segment": "/segments/buyers",
    "segment-changes": "/segments/buyers/changes",
    "segment-versions": "/segments/buyers/versions",
    "segment-why": "/segments/buyers/why?person=user_id:sarah",
    "segment-edit": "/segments/buyers/edit",
    "segment-new": "/segments/~new",
    "traits": "/traits",
    "trait": "/traits/orders",
    "trait-new": "/traits/~new",
    "accounts": "/accounts",
    "account": "/accounts?open=acme",
    "live": "/live",
    "event": "/live?open=refund-1",
    "events": "/events",
    "event-kind": "/events?open=track:Order%20Completed",
    "quarantine": "/quarantine",
    "quarantined": "/quarantine?open=1",
    "sources": "/sources",
    "source": "/sources?open=web-shop",
    "insights": "/insights",
    "insights-funnel": _insight(FUNNEL),
    "insights-people": _insight(FUNNEL, cell='{"step":2}'),
    "insights-table": _insight({"kind": "trends", "series": [VIEWED]}, view="table"),
    "insights-retention": _insight({"kind": "retention", "start": VIEWED, "return": VIEWED}),
    "insights-lifecycle": _insight({"kind": "lifecycle"}),
    "insights-paths": _insight({"kind": "paths"}),
    "insights-revenue": _insight({"kind": "revenue", "breakdown": "properties.product"}),
    "insights-saved": "/insights?saved=checkout&list=saved",
    "dashboards": "/dashboards",
    "dashboard": "/dashboards/shop?edit=1",
    "value": "/value",
    "value-class": "/value?class=new",
    "value-lookalikes": "/value?tab=lookalikes",
    "value-models": "/value?tab=models",
    "value-model": "/value?tab=models&model=rfm",
    "north-star": "/north-star?key=north-star",
    "north-star-table": "/north-star?key=north-star&view=table",
    "north-star-edit": "/north-star?key=north-star&edit=1",
    "north-star-new": "/north-star?view=new",
    "sql": "/sql?query=SELECT%20event%2C%20count(*)%20AS%20n%20FROM%20events%20GROUP%20BY%20ALL",
    "settings": "/settings",
}
