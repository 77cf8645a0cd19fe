"""How what a person types becomes a call."""

from __future__ import annotations

from typing import Any

import pytest
from click import BadParameter

from rapport.cli.access import Api, identifier, profile_path
from rapport.cli.options import pairs


class Recorder:
    def __init__(self, *answers: Any) -> None:
        self.calls: list[tuple[str, str, Any]] = []
        self._answers = list(answers)

    concurrent = False

    def call(self, method: str, path: str, body: Any = None) -> Any:
        self.calls.append((method, path, body))
        return self._answers.pop(0) if self._answers else None

    def lines(self, path: str, body: Any, hear: Any) -> None:
        raise AssertionError(path)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ada@example.org", "email:ada@example.org"),
        ("+49 170 12345", "phone:+49 170 12345"),
        ("u-17", "user_id:u-17"),
        ("p_42", "p_42"),
        ("p_0", "user_id:p_0"),
        ("anonymous_id:a:b", "anonymous_id:a:b"),
    ],
)
def test_identifier(typed: str, meant: str) -> None:
    assert identifier(typed) == meant


def test_values_with_slashes_stay_one_path_segment() -> None:
    assert (
        profile_path("url:https://a/b?c#d", "/events")
        == "/profiles/url:https:%2F%2Fa%2Fb%3Fc%23d/events"
    )


def test_query_leaves_out_what_was_not_said() -> None:
    transport = Recorder()
    Api(transport).get("/profiles", q=None, brand="", known=False, explain=True, from_="a b")
    assert transport.calls == [("GET", "/profiles?explain=true&from=a+b", None)]


def test_pages_follow_the_cursor_up_to_the_limit() -> None:
    one = {"items": [{"id": n} for n in range(3)], "next": "c1"}
    two = {"items": [{"id": n} for n in range(3, 6)], "next": "c2"}
    transport = Recorder(one, two)
    found = list(Api(transport).pages("/profiles", limit=5, q="a"))
    assert [item["id"] for item in found] == [0, 1, 2, 3, 4]
    assert [path for _, path, _ in transport.calls] == [
        "/profiles?limit=5&q=a",
        "/profiles?limit=2&cursor=c1&q=a",
    ]


def test_pages_end_with_the_last_page() -> None:
    transport = Recorder({"items": [{"id": 1}], "next": None})
    assert len(list(Api(transport).pages("/keys", limit=1000))) == 1


def test_pairs_read_json_where_it_is_json() -> None:
    given = ("seats=3", "plan=pro", 'tags=["a"]', "note=a=b", "on=true", "empty=")
    assert pairs(given, "--property") == {
        "seats": 3,
        "plan": "pro",
        "tags": ["a"],
        "note": "a=b",
        "on": True,
        "empty": "",
    }
    with pytest.raises(BadParameter, match="NAME=VALUE"):
        pairs(("plan",), "--property")
