"""Every page of the console, with something open where a page has something to open."""

from __future__ import annotations

PAGES = {
    "home": "/",
    "accounts": "/accounts",
    "account": "/accounts?open=acme",
    "live": "/live",
    "event": "/live?open=refund-1",
    "sources": "/sources",
    "source": "/sources?open=web-shop",
    "sql": "/sql?query=SELECT%20event%2C%20count(*)%20AS%20n%20FROM%20events%20GROUP%20BY%20ALL",
    "settings": "/settings",
}
