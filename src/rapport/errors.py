"""Every error that Rapport raises on purpose.

    RapportError               code, message, hint, details
    ├── BadRequest             the caller sent something that cannot be used
    │   ├── Malformed          not JSON, not the shape that the route expects
    │   ├── TooLarge           over a limit; `details` names the limit
    │   ├── Unsupported        packed in a way that is not understood
    │   └── NotFound           the thing asked for does not exist
    ├── Unauthorized           no key, an unknown key, a closed session
    ├── Forbidden              known caller, but not allowed
    ├── Conflict               the present state does not allow it
    │   └── TooLittle          too few people or too short a past to say anything
    ├── ConfigError            a setting cannot be used
    ├── Overloaded             back-pressure: come back after `retry_after` seconds   (Retryable)
    ├── Unavailable            a store cannot be used now                             (Retryable)
    └── QueryError             SQL was refused, failed or ran over its limits

`Retryable` marks what may succeed unchanged later. `code` is stable and documented in
docs/errors.md; `hint` says what to do next.
"""

from __future__ import annotations

from typing import Any, ClassVar


class Retryable:
    """Mix-in: the same call may succeed later. `retry_after` is in whole seconds."""

    retry_after: int = 1


class RapportError(Exception):
    """Root of all errors. Subclasses fix `code` and `status`; callers give the words."""

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        code: str | None = None,
        details: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.error_code = code or self.code
        self.details = details or {}

    def as_dict(self) -> dict[str, Any]:
        """The one error shape: `{"error": {"code", "message", "hint", "details"}}`."""
        return {
            "error": {
                "code": self.error_code,
                "message": self.message,
                "hint": self.hint,
                "details": self.details,
            }
        }


class BadRequest(RapportError):
    code = "bad_request"
    status = 400


class Malformed(BadRequest):
    code = "malformed"


class TooLarge(BadRequest):
    code = "too_large"
    status = 413


class Unsupported(BadRequest):
    code = "unsupported_encoding"
    status = 415


class NotFound(BadRequest):
    code = "not_found"
    status = 404


class Unauthorized(RapportError):
    code = "unauthorized"
    status = 401


class Forbidden(RapportError):
    code = "forbidden"
    status = 403


class Conflict(RapportError):
    code = "conflict"
    status = 409


class TooLittle(Conflict):
    """Too few people or too short a past to say anything."""

    code = "too_little"


class ConfigError(RapportError):
    code = "config"


class Overloaded(RapportError, Retryable):
    code = "overloaded"
    status = 429
    retry_after = 5


class Unavailable(RapportError, Retryable):
    code = "unavailable"
    status = 503
    retry_after = 2


class QueryError(BadRequest):
    code = "query_error"
    status = 400
