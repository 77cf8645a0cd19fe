"""The tracking API on Granian's RSGI interface.

A request is answered 200 after its bytes are durable in the log. Beyond reading the JSON nothing is
judged here: an event that makes no sense is accepted and goes to quarantine in the pipeline.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

import rapport
from rapport.clock import Clock
from rapport.collect import cors, replies, tracking
from rapport.collect.addresses import Proxies, public_origin
from rapport.collect.auth import basic_key, find_source, query_key
from rapport.collect.bodies import parse_batch, parse_single, read_body
from rapport.collect.intake import Intake
from rapport.collect.merging import merge_to_identify
from rapport.collect.pixel import pixel_event
from rapport.collect.receipts import Outcomes, receipt, wanted
from rapport.collect.rsgi import Http, Scope
from rapport.collect.sdk_settings import Scripts, rudder_config, segment_settings
from rapport.collect.sources import SourceStore
from rapport.collect.tracking import Route
from rapport.config import Settings
from rapport.errors import NotFound, RapportError
from rapport.log.base import EVENT, EventLog

Answer = Callable[[Scope, Http], Awaitable[None]]
_SHORT = [("cache-control", "public, max-age=60")]
_FOREVER = [("cache-control", "public, max-age=31536000, immutable")]


class Collector:
    """Takes tracking requests into `log`.

    `outcomes` says what the pipeline made of a record (None: nothing yet); `committed` up to which
    offset it has come, `unloaded` how many events behind it the warehouse does not have yet.
    `sdk_folder` holds the browser SDK, by default the one in the package.
    """

    def __init__(
        self,
        settings: Settings,
        log: EventLog,
        sources: SourceStore,
        outcomes: Outcomes,
        clock: Clock,
        *,
        committed: Callable[[], int],
        unloaded: Callable[[], int] = lambda: 0,
        sdk_folder: Path | None = None,
    ) -> None:
        self.refused: Counter[str] = Counter()  # by error code
        self._settings = settings
        self._proxies = Proxies(settings.trusted_proxies)
        self._sources = sources
        self._outcomes = outcomes
        self._intake = Intake(
            log,
            sources,
            clock,
            committed=committed,
            unloaded=unloaded,
            max_backlog_events=settings.max_backlog_events,
            max_batch_events=settings.max_batch_events,
            proxies=self._proxies,
        )
        self._scripts = Scripts(sdk_folder or Path(rapport.__file__).parent / "console_dist/sdk")
        self._exact: dict[str, tuple[str, Answer]] = {
            tracking.METRICS: ("POST", self._metrics),
            tracking.MERGE: ("POST", self._merge),
            tracking.SOURCE_CONFIG: ("GET", self._source_config),
            **{path: ("GET", self._pixel) for path in tracking.RUDDER_PIXELS},
            **{path: ("POST", self._poster(route)) for path, route in tracking.POSTS.items()},
        }

    @property
    def backlog_events(self) -> int:
        """Events that waited for the pipeline or the warehouse at the last look."""
        return self._intake.backlog.events

    async def handle(self, scope: Scope, proto: Http) -> bool:
        """Answer a tracking request; False when the path has nothing to do with tracking."""
        found = self._exact.get(scope.path) or self._find(scope.path.rstrip("/"))
        if found is None and not tracking.meant(scope.method, scope.path):
            return False
        method, answer = found or (scope.method, _nowhere)
        try:
            if scope.method == "OPTIONS":
                asked = scope.headers.get("access-control-request-headers")
                headers = cors.preflight(scope.headers.get("origin"), asked)
                proto.response_empty(204, headers)
            elif scope.method == method:
                await answer(scope, proto)
            else:
                replies.wrong_method(proto, method, scope.headers.get("origin"))
        except RapportError as error:
            self.refused[error.error_code] += 1
            replies.error(proto, error, scope.headers.get("origin"))
        return True

    def _find(self, path: str) -> tuple[str, Answer] | None:
        """Routes that carry something in their path, and those with a slash too many."""
        if path.startswith(tracking.PIXEL):
            return "GET", self._pixel
        if tracking.settings_key(path) is not None:
            return "GET", self._segment_settings
        if tracking.script_key(path) is not None:
            return "GET", self._script
        if path.startswith(tracking.BUNDLES):
            return "GET", self._bundle
        return self._exact.get(path)

    def _poster(self, route: Route) -> Answer:
        settings = self._settings
        limit = settings.max_import_bytes if route.bulk else settings.max_request_bytes

        async def post(scope: Scope, proto: Http) -> None:
            self._intake.look_after()
            body = await read_body(scope, proto, limit)
            if route.batch:
                body, batch = parse_batch(body)
                await self._take(scope, proto, route.kind, len(batch.batch), body, batch.write_key)
            else:
                body, single = parse_single(body)
                await self._take(scope, proto, route.kind, 1, body, single.write_key)

        return post

    async def _take(
        self, scope: Scope, proto: Http, kind: str, count: int, body: bytes, in_body: object
    ) -> None:
        """Find the source, make the body durable, answer."""
        headers = scope.headers
        source = find_source(
            self._sources, headers.get("authorization"), in_body, scope.query_string
        )
        origin = headers.get("origin")
        if count == 0:  # an empty batch holds nothing that could be kept
            replies.accepted(proto, origin)
            return
        # A server has an address of its own, which says nothing of the customer; a page has not.
        offset = await self._intake.accept(
            scope, source, kind, count, body, from_device=origin is not None
        )
        if wanted(headers.get("prefer")):
            replies.json(proto, await receipt(self._outcomes, offset, count), origin)
        else:
            replies.accepted(proto, origin)

    async def _merge(self, scope: Scope, proto: Http) -> None:
        self._intake.look_after()
        body = await read_body(scope, proto, self._settings.max_request_bytes)
        body, single = parse_single(body)
        event = merge_to_identify(body)
        await self._take(scope, proto, EVENT, 1, event, single.write_key)

    async def _metrics(self, scope: Scope, proto: Http) -> None:
        """Measurements that the browser SDK takes of itself: received, not kept."""
        await read_body(scope, proto, self._settings.max_request_bytes)
        replies.accepted(proto, scope.headers.get("origin"))

    async def _pixel(self, scope: Scope, proto: Http) -> None:
        """Always the image: a mail program can do nothing with an error, and shows it to people."""
        path = scope.path.rstrip("/")
        kind = tracking.RUDDER_PIXELS.get(path) or tracking.pixel_type(path)
        try:
            self._intake.look_after()
            key, event = pixel_event(scope.query_string, kind)
            header = scope.headers.get("authorization")
            source = find_source(self._sources, header, key, "")
            await self._intake.accept(
                scope, source, EVENT, 1, msgspec.json.encode(event), from_device=True
            )
        except RapportError as error:
            self.refused[error.error_code] += 1
        replies.pixel(proto)

    async def _segment_settings(self, scope: Scope, proto: Http) -> None:
        key = tracking.settings_key(scope.path.rstrip("/")) or ""
        self._known(key)
        origin = public_origin(scope, self._settings.public_url, self._proxies)
        value = segment_settings(origin, key)
        replies.json(proto, value, scope.headers.get("origin") or "*", more=_SHORT)

    async def _source_config(self, scope: Scope, proto: Http) -> None:
        header = scope.headers.get("authorization")
        source = find_source(self._sources, header, None, scope.query_string)
        key = basic_key(header or "") or query_key(scope.query_string)
        replies.json(proto, rudder_config(source, key), scope.headers.get("origin") or "*")

    async def _script(self, scope: Scope, proto: Http) -> None:
        key = tracking.script_key(scope.path) or ""
        self._known(key)
        replies.script(proto, self._scripts.main(key), scope.headers.get("accept-encoding"), _SHORT)

    async def _bundle(self, scope: Scope, proto: Http) -> None:
        part = self._scripts.part(scope.path[len(tracking.BUNDLES) :])
        replies.script(proto, part, scope.headers.get("accept-encoding"), _FOREVER)

    def _known(self, key: str) -> None:
        if self._sources.resolve(key) is None:
            raise NotFound("no source has this write key", hint="rapport sources list")


async def _nowhere(scope: Scope, _proto: Http) -> None:
    raise NotFound(
        f"nothing takes events at {scope.path[:200]}",
        hint=tracking.nearest(scope.path),
        code="no_such_route",
    )
