"""What the console and the API ask of the history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rapport.clock import DAY, HOUR, MINUTE, Clock, SystemClock, to_iso
from rapport.errors import NotFound
from rapport.warehouse import timeline
from rapport.warehouse.base import Warehouse
from rapport.warehouse.timeline import Wanted, instant, micros, shape
from rapport.warehouse.values import json_safe

_STEPS = {"minute": MINUTE, "hour": HOUR, "day": DAY}


class WarehouseReads:
    """Thread-safe; every call sees what was loaded when it began."""

    def __init__(self, warehouse: Warehouse, clock: Clock | None = None) -> None:
        self._warehouse = warehouse
        self._clock = clock or SystemClock()

    def volumes(self, step: str, count: int, *, source: str | None = None) -> list[dict[str, Any]]:
        """Events received per `step` (minute, hour, day): the last `count` steps, empty ones too.

        Rows are {"at": start in ISO, "events": n}, oldest first; the last step is not over yet.
        """
        size = _STEPS[step]
        last = self._clock.now() // size * size
        first = last - (count - 1) * size
        only = "" if source is None else "AND source = ?"
        rows = self._warehouse.read(
            f"SELECT epoch_us(received_at) // {size} AS slot, count(*) AS n FROM events"
            f" WHERE received_at >= ? {only} GROUP BY slot",
            [instant(first), *([] if source is None else [source])],
        )
        found = {int(row["slot"]) * size: int(row["n"]) for row in rows}
        return [
            {"at": to_iso(at), "events": found.get(at, 0)} for at in range(first, last + 1, size)
        ]

    def freshness(self) -> dict[str, dict[str, Any]]:
        """Per slug of a source with events: last_event_at (received, ISO), events, events_24h."""
        since = instant(self._clock.now() - DAY)
        lately = {
            row["source_id"]: row
            for row in self._warehouse.read(
                "SELECT source_id, count(*) AS n, max(received_at) AS last FROM events"
                " WHERE received_at >= ? GROUP BY source_id",
                [since],
            )
        }
        rows = self._warehouse.read(
            "SELECT v.source_id, coalesce(any_value(s.slug), v.source_id::VARCHAR) AS slug,"
            " sum(v.events)::BIGINT AS n, max(v.day)::TIMESTAMP AS day FROM event_volumes v"
            " LEFT JOIN sources s ON s.id = v.source_id GROUP BY v.source_id"
        )
        shown = {}
        for row in rows:
            recent = lately.get(row["source_id"])
            last = recent["last"] if recent else self._last_of(row["source_id"], row["day"])
            shown[str(row["slug"])] = {
                "last_event_at": json_safe(last),
                "events": row["n"],
                "events_24h": recent["n"] if recent else 0,
            }
        return shown

    def top_events(self, hours: int = 24, limit: int = 10) -> list[dict[str, Any]]:
        """Names of track events received in the last `hours`, most frequent first."""
        return self._warehouse.read(
            "SELECT event, count(*) AS count FROM events WHERE type = 'track'"
            " AND received_at >= ? GROUP BY event ORDER BY count DESC, event LIMIT ?",
            [instant(self._clock.now() - hours * HOUR), limit],
        )

    def new_events(self, since: int) -> list[dict[str, Any]]:
        """Kinds of events of which none had arrived before the day of `since` (µs UTC)."""
        return self._warehouse.read(
            'SELECT "type", event, sum(events)::BIGINT AS count FROM event_volumes'
            ' GROUP BY "type", event HAVING min(day) >= ? ORDER BY count DESC, "type", event',
            [instant(since).date()],
        )

    def newcomers(self, since: int) -> dict[str, int]:
        """Since then (µs UTC): {new: people of whom nothing had arrived before, recognised: people
        who were anonymous until they said who they are}.
        """
        row = self._warehouse.read(
            "SELECT count(*) FILTER (WHERE seen >= ?) AS new,"
            " count(*) FILTER (WHERE named >= ? AND seen < named) AS recognised FROM ("
            "SELECT i.profile, min(n.seen) AS seen, min(n.named) AS named FROM ("
            "SELECT node, min(received_at) AS seen,"
            " min(received_at) FILTER (WHERE user_id IS NOT NULL) AS named"
            " FROM events GROUP BY node) n JOIN identities i ON i.node = n.node"
            " GROUP BY i.profile)",
            [instant(since), instant(since)],
        )[0]
        return {name: int(count) for name, count in row.items()}

    def catalogue(self, days: int = 14, limit: int = 1_000) -> list[dict[str, Any]]:
        """Every (type, event) with counts, sources, and received per day for the last `days`."""
        today = self._clock.now() // DAY * DAY
        first = today - (days - 1) * DAY
        rows = self._warehouse.read(
            'SELECT v."type", v.event, sum(v.events)::BIGINT AS count,'
            " min(v.first_seen) AS first_seen, max(v.last_seen) AS last_seen,"
            " list(DISTINCT coalesce(s.slug, v.source_id::VARCHAR)) AS sources,"
            " list({'day': v.day, 'n': v.events}) FILTER (WHERE v.day >= ?) AS daily"
            " FROM event_volumes v LEFT JOIN sources s ON s.id = v.source_id"
            ' GROUP BY v."type", v.event ORDER BY count DESC, v."type", v.event LIMIT ?',
            [instant(first).date(), limit],
        )
        for row in rows:
            row["volume"] = _per_day(row.pop("daily") or (), first, days)
            row["sources"] = sorted(row["sources"])
        return [{name: json_safe(value) for name, value in row.items()} for row in rows]

    def event_details(
        self, type: str, event: str, *, days: int = 14, samples: int = 5
    ) -> dict[str, Any]:
        """One entry of the catalogue with its volume per source on each of the last `days`, its
        properties and latest samples. Raises `NotFound`.
        """
        totals = self._warehouse.read(
            "SELECT sum(events)::BIGINT AS count, min(first_seen) AS first_seen,"
            ' max(last_seen) AS last_seen FROM event_volumes WHERE "type" = ? AND event = ?',
            [type, event],
        )[0]
        if not totals["count"]:
            raise NotFound(f"no {type} event {event!r} was ever stored")
        latest = self.samples(type, event, samples)
        held = "traits" if type in ("identify", "group") else "properties"
        return {
            "type": type,
            "event": event,
            **{name: json_safe(value) for name, value in totals.items()},
            "volumes": self._volumes(type, event, days),
            "properties": self._properties(type, event, [one[held] for one in latest]),
            "samples": latest,
        }

    def samples(self, type: str, event: str, count: int) -> list[dict[str, Any]]:
        """The latest stored events of this kind, newest arrival first."""
        for days in (1, 30, None):
            since = [] if days is None else [instant(self._clock.now() - days * DAY)]
            rows = self._warehouse.read(
                "SELECT * FROM events WHERE rowid IN (SELECT rowid FROM events"
                " WHERE type = ? AND coalesce(event, '') = ?"
                f"{' AND received_at >= ?' if since else ''}"
                " ORDER BY received_at DESC, log_offset DESC LIMIT ?)"
                " ORDER BY received_at DESC, log_offset DESC",
                [type, event, *since, count],
            )
            if len(rows) == count:
                break
        return [shape(row) for row in rows]

    def latest(
        self, count: int, *, source: str = "", type: str = "", event: str = ""
    ) -> list[dict[str, Any]]:
        """Rows of the events that arrived last, newest first; `event` is a part of its name."""
        narrowed = {
            "source = ?": source,
            "type = ?": type,
            "contains(lower(event), lower(?))": event,
        }
        held = {condition: value for condition, value in narrowed.items() if value}
        order = "ORDER BY received_at DESC, log_offset DESC, log_index DESC"
        rows: list[dict[str, Any]] = []
        for span in (HOUR, DAY, 30 * DAY, None):
            since = {} if span is None else {"received_at >= ?": instant(self._clock.now() - span)}
            conditions = " AND ".join(["true", *held, *since])
            rows = self._warehouse.read(
                "SELECT node, message_id, type, event, timestamp, received_at, source_id AS source,"
                " user_id, anonymous_id, properties, traits, context FROM events WHERE rowid IN"
                f" (SELECT rowid FROM events WHERE {conditions} {order} LIMIT ?) {order}",
                [*held.values(), *since.values(), count],
            )
            if len(rows) == count:
                break
        return rows

    def timeline(
        self, wanted: Wanted, *, limit: int = 50, cursor: str | None = None
    ) -> tuple[list[dict[str, Any]], str | None]:
        """The events of some nodes, newest first; see `timeline.page`."""
        return timeline.page(
            self._warehouse, wanted, limit=limit, cursor=cursor, now=self._clock.now()
        )

    def event(self, message_id: str) -> dict[str, Any] | None:
        """One stored event as the API shows it, or None."""
        row = self._warehouse.event(message_id)
        return shape(row) if row else None

    def count_by_source(self) -> Mapping[int, int]:
        return self._warehouse.count_by_source()

    def schema(self) -> list[dict[str, Any]]:
        """Tables and views with their columns: [{name, kind, columns: [{name, type}]}]."""
        rows = self._warehouse.read(
            "SELECT c.table_name AS name, t.table_type AS kind, c.column_name, c.data_type"
            " FROM information_schema.columns c JOIN information_schema.tables t"
            " USING (table_catalog, table_schema, table_name)"
            " WHERE c.table_schema = 'main' AND c.table_name NOT IN ('loaded', 'dirty_profiles',"
            " 'profile_rows', 'node_profiles') ORDER BY c.table_name, c.ordinal_position"
        )
        tables: dict[str, dict[str, Any]] = {}
        for row in rows:
            kind = "view" if row["kind"] == "VIEW" else "table"
            table = tables.setdefault(
                row["name"], {"name": row["name"], "kind": kind, "columns": []}
            )
            table["columns"].append({"name": row["column_name"], "type": row["data_type"]})
        return list(tables.values())

    def _volumes(self, type: str, event: str, days: int) -> list[dict[str, Any]]:
        """Per source, the one that sent most first: {source, count in all, volume per day}."""
        first = self._clock.now() // DAY * DAY - (days - 1) * DAY
        rows = self._warehouse.read(
            "SELECT coalesce(any_value(s.slug), v.source_id::VARCHAR) AS source,"
            " sum(v.events)::BIGINT AS count,"
            " list({'day': v.day, 'n': v.events}) FILTER (WHERE v.day >= ?) AS daily"
            " FROM event_volumes v LEFT JOIN sources s ON s.id = v.source_id"
            ' WHERE v."type" = ? AND v.event = ? GROUP BY v.source_id ORDER BY count DESC, source',
            [instant(first).date(), type, event],
        )
        return [
            {
                "source": row["source"],
                "count": row["count"],
                "volume": _per_day(row["daily"] or (), first, days),
            }
            for row in rows
        ]

    def _last_of(self, source: int, day: Any) -> Any:
        row = self._warehouse.read(
            "SELECT max(received_at) AS last FROM events WHERE source_id = ? AND received_at >= ?",
            [source, instant(micros(day))],
        )
        return row[0]["last"]

    def _properties(
        self, type: str, event: str, sent: Sequence[Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        kept = "" if type in ("identify", "group", "alias") else event
        rows = self._warehouse.read(
            "SELECT property AS name, list(DISTINCT json_type) AS types,"
            " sum(filled) FILTER (WHERE json_type <> 'NULL')::BIGINT AS filled"
            ' FROM event_properties WHERE "type" = ? AND event = ? GROUP BY property'
            " ORDER BY min(rowid) LIMIT 300",
            [type, kept],
        )
        for row in rows:
            row["types"] = sorted(row["types"])
            row["filled"] = int(row["filled"] or 0)
            values = [one[row["name"]] for one in sent if one.get(row["name"]) is not None]
            row["examples"] = values[:3]
        return rows


def _per_day(daily: Iterable[Mapping[str, Any]], first: int, days: int) -> list[dict[str, Any]]:
    """One entry for each of the `days` from `first` (µs UTC) on, also for those without events."""
    counts: Counter[Any] = Counter()
    for entry in daily:
        counts[entry["day"]] += int(entry["n"])
    wanted = [instant(first + n * DAY).date() for n in range(days)]
    return [{"day": day.isoformat(), "count": counts[day]} for day in wanted]
