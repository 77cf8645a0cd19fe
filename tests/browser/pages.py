"""Every page of the console, with something open where a page has something to open."""

from __future__ import annotations

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
    "sql": "/sql?query=SELECT%20event%2C%20count(*)%20AS%20n%20FROM%20events%20GROUP%20BY%20ALL",
    "settings": "/settings",
}
