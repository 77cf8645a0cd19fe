"""The columns in which events travel from the pipeline to the warehouse.

`brand`, `region` and the readable source name are not among them: the warehouse loader adds those
from the sources it knows, so that the pipeline needs only the number of the source.
"""

from __future__ import annotations

import pyarrow as pa

INSTANT = pa.timestamp("us", tz="UTC")
TEXT = pa.string()

EVENTS: pa.Schema = pa.schema(
    [
        pa.field("node", pa.int64(), nullable=False),
        pa.field("message_id", TEXT, nullable=False),
        pa.field("type", TEXT, nullable=False),
        pa.field("event", TEXT),
        pa.field("timestamp", INSTANT, nullable=False),
        pa.field("original_timestamp", INSTANT),
        pa.field("sent_at", INSTANT),
        pa.field("received_at", INSTANT, nullable=False),
        pa.field("source", pa.int32(), nullable=False),
        *(
            pa.field(name, TEXT)
            for name in (
                "user_id",
                "anonymous_id",
                "group_id",
                "ip",
                "user_agent",
                "locale",
                "timezone",
                "page_url",
                "page_path",
                "page_referrer",
                "page_search",
                "page_title",
                "campaign_name",
                "campaign_source",
                "campaign_medium",
                "campaign_term",
                "campaign_content",
                "library_name",
                "library_version",
                "app_name",
                "app_version",
                "device_id",
                "device_type",
                "os_name",
                "os_version",
                "session_id",
                "channel",
                "country",
                "city",
            )
        ),
        pa.field("flags", pa.int32(), nullable=False),
        pa.field("log_offset", pa.int64(), nullable=False),
        pa.field("log_index", pa.int32(), nullable=False),
        pa.field("properties", TEXT),
        pa.field("traits", TEXT),
        pa.field("context", TEXT),
        pa.field("integrations", TEXT),
    ]
)

IDENTITIES: pa.Schema = pa.schema(
    [
        pa.field("node", pa.int64(), nullable=False),
        pa.field("profile", pa.int64(), nullable=False),
    ]
)


def _changes(who: str, kind: pa.DataType) -> pa.Schema:
    return pa.schema(
        [
            pa.field("seq", pa.int64(), nullable=False),
            pa.field("segment", TEXT, nullable=False),
            pa.field(who, kind, nullable=False),
            pa.field("entered", pa.bool_(), nullable=False),
            pa.field("at", INSTANT, nullable=False),
            pa.field("reason", TEXT, nullable=False),
            pa.field("version", pa.int32(), nullable=False),
        ]
    )


# Who entered and left segments, and the values of computed traits as they change.
MEMBERSHIP_CHANGES: pa.Schema = _changes("profile", pa.int64())
ACCOUNT_CHANGES: pa.Schema = _changes("account", TEXT)

TRAIT_CHANGES: pa.Schema = pa.schema(
    [
        pa.field("trait", TEXT, nullable=False),
        pa.field("profile", pa.int64(), nullable=False),
        pa.field("value", TEXT),  # JSON; null when it has none any more
        pa.field("at", INSTANT, nullable=False),
    ]
)

DIRTY_PROFILES: pa.Schema = pa.schema([pa.field("profile", pa.int64(), nullable=False)])
