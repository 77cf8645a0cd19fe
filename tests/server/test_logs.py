from __future__ import annotations

import json
import logging

from rapport.server.logs import JsonFormatter


def _line(**more: object) -> dict[str, object]:
    try:
        try:
            raise ValueError("neha@example.org cannot be read")
        except ValueError as inner:
            raise RuntimeError("for neha@example.org") from inner
    except RuntimeError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("rapport.x", logging.ERROR, __file__, 1, "failed", (), info)
    record.__dict__.update(more)
    line: dict[str, object] = json.loads(JsonFormatter().format(record))
    return line


def test_a_line_is_json_and_quotes_no_message_of_an_exception() -> None:
    line = _line(seconds=1.5, email="neha@example.org")
    assert "neha@" not in json.dumps(line)
    assert (line["level"], line["message"], line["seconds"]) == ("error", "failed", 1.5)
    assert line["error"] == "RuntimeError"
    trace = line["trace"]
    assert isinstance(trace, list)
    assert any("test_logs.py" in frame for frame in trace)
    assert {"ValueError", "RuntimeError"} <= set(trace)
