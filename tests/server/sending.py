"""Events sent by tests of the management API, and waited for."""

from __future__ import annotations

import uuid
from typing import Any

from tests.conftest import RunningServer


def send_events(server: RunningServer, *events: dict[str, Any]) -> dict[str, Any]:
    """Send a batch and wait until the pipeline has it; the receipt."""
    with server.tracking() as send:
        prefer = {"prefer": "return=representation"}
        answer = send.post("/v1/batch", json={"batch": [*events]}, headers=prefer)
    receipt: dict[str, Any] = answer.json()
    assert receipt.get("status") == "processed", receipt
    return receipt


def new_user() -> str:
    return f"u-{uuid.uuid4()}"


def identify(user: str, **traits: Any) -> dict[str, Any]:
    return {"type": "identify", "userId": user, "traits": traits, "messageId": str(uuid.uuid4())}
