"""Why an event goes to quarantine instead of into the profile: code → what it means."""

from __future__ import annotations

from typing import Final

BAD_JSON: Final = "bad_json"
NOT_AN_OBJECT: Final = "not_an_object"
TOO_DEEP: Final = "too_deep"
TOO_LARGE: Final = "event_too_large"
UNKNOWN_TYPE: Final = "unknown_type"
MISSING_EVENT_NAME: Final = "missing_event_name"
MISSING_IDENTITY: Final = "missing_identity"
MESSAGE_ID_TOO_LONG: Final = "message_id_too_long"
MESSAGE_ID_CONFLICT: Final = "message_id_conflict"
INVALID_FIELD: Final = "invalid_field"
PROCESSING_ERROR: Final = "processing_error"

REASONS: Final = {
    BAD_JSON: "The body could not be read as JSON, or held fewer events than were counted.",
    NOT_AN_OBJECT: "An event must be a JSON object.",
    TOO_DEEP: "Objects or arrays are nested too deeply to be stored safely.",
    TOO_LARGE: "The event is larger than the setting max_event_bytes.",
    UNKNOWN_TYPE: "`type` must be track, identify, page, screen, group or alias.",
    MISSING_EVENT_NAME: "A track call needs `event`, the name of what happened.",
    MISSING_IDENTITY: "An event needs userId or anonymousId, or else an entry in"
    " context.externalIds, an e-mail, a phone or a device id; alias needs previousId and userId.",
    MESSAGE_ID_TOO_LONG: "`messageId` has more than 100 characters.",
    MESSAGE_ID_CONFLICT: "The same source sent this messageId before, with other content.",
    INVALID_FIELD: "A field has a type or value that cannot be used; the detail names it.",
    PROCESSING_ERROR: "The event made a later stage fail; it was set aside so that others go on.",
}
