"""The routes of the tracking API as tables. Same paths as Segment's and RudderStack's."""

from __future__ import annotations

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
