"""The routes of the tracking API as tables. Same paths as Segment's and RudderStack's."""

from __future__ import annotations

from difflib import get_close_matches

import msgspec

from rapport.log.base import BATCH, TYPED

PIXEL = "/v1/pixel/"  # + type; data in the query
RUDDER_PIXELS = {"/pixel/v1/track": "track", "/pixel/v1/page": "page"}
SOURCE_CONFIG = "/sourceConfig"
METRICS = "/v1/m"
MERGE = "/v1/merge"
_PROJECTS, _SETTINGS = "/v1/projects/", "/settings"
_SCRIPTS = "/analytics.js/v1/"
BUNDLES = "/analytics-next/bundles/"
_ROOTS = ("/v1/", "/v2/", "/beacon/", "/pixel/", "/analytics.js/", "/analytics-next/")
_OTHERS = ("/api/", "/health", "/ready", "/metrics")


class Route(msgspec.Struct, frozen=True):
    """A POST route that appends to the log."""

    kind: str  # of the log record
    bulk: bool = False  # takes the larger bodies of /v1/import

    @property
    def batch(self) -> bool:
        return self.kind == BATCH


def _posts() -> dict[str, Route]:
    routes = {
        "/v1/batch": Route(BATCH),
        "/v1/b": Route(BATCH),
        "/v1/import": Route(BATCH, bulk=True),
        "/beacon/v1/batch": Route(BATCH),
    }
    for kind in TYPED:
        routes[f"/v1/{kind}"] = routes[f"/v1/{kind[0]}"] = Route(kind)
    return routes


POSTS = _posts()


def meant(method: str, path: str) -> bool:
    """True for what a client of this API must have meant, though it is no route of it.

    >>> meant("POST", "/v1/trak"), meant("POST", "/b"), meant("GET", "/v1/batch/1")
    (True, True, True)
    >>> meant("POST", "/api/v1/sql"), meant("GET", "/profiles"), meant("PUT", "/x")
    (False, False, False)
    """
    if path.startswith(_ROOTS):
        return True
    return method in ("POST", "OPTIONS") and not path.startswith(_OTHERS)


def nearest(path: str) -> str:
    """What to do about a path that is no route.

    >>> nearest("/v1/v1/batch"), nearest("/v1/tracks"), nearest("/b")
    ('did you mean /v1/batch?', 'did you mean /v1/track?', 'did you mean /v1/b?')
    """
    last = "/v1/" + path[:200].rstrip("/").rpartition("/")[2]
    near = [last] if last in POSTS else get_close_matches(path[:200], POSTS, n=1)
    return f"did you mean {near[0]}?" if near else "docs/tracking-api.md lists the routes"


def pixel_type(path: str) -> str:
    """
    >>> pixel_type("/v1/pixel/track")
    'track'
    """
    return path[len(PIXEL) :]


def settings_key(path: str) -> str | None:
    """The write key in /v1/projects/<write key>/settings.

    >>> settings_key("/v1/projects/wk_1/settings"), settings_key("/v1/track")
    ('wk_1', None)
    """
    if path.startswith(_PROJECTS) and path.endswith(_SETTINGS):
        key = path[len(_PROJECTS) : -len(_SETTINGS)]
        return key if key and "/" not in key else None
    return None


def script_key(path: str) -> str | None:
    """The write key in /analytics.js/v1/<write key>/analytics.min.js.

    >>> script_key("/analytics.js/v1/wk_1/analytics.min.js")
    'wk_1'
    """
    if not path.startswith(_SCRIPTS):
        return None
    key, _, file = path[len(_SCRIPTS) :].partition("/")
    return key if key and file in ("analytics.min.js", "analytics.js") else None
