"""What SDKs load before they send."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from .calling import KEY, Caller, basic


@pytest.mark.parametrize(
    ("scheme", "headers", "host", "protocol"),
    [
        ("http", {}, "track.example:8000", "http"),
        ("https", {}, "track.example:8000", "https"),
        ("http", {"x-forwarded-proto": "https"}, "track.example:8000", "http"),  # says anybody
        ("http", {"host": "[::1]:8000"}, "[::1]:8000", "http"),
        ("http", {"host": 'a"><script>'}, "", "http"),
    ],
)
def test_segment_settings(
    call: Caller, scheme: str, headers: dict[str, str], host: str, protocol: str
) -> None:
    answer = call("GET", f"/v1/projects/{KEY}/settings", headers=headers, scheme=scheme)
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "max-age=60" in answer.headers["cache-control"]
    assert answer.json["integrations"] == {
        "Segment.io": {
            "apiKey": KEY,
            "apiHost": f"{host}/v1",
            "protocol": protocol,
            "retryQueue": True,
        }
    }
    assert answer.json["plan"]["track"]["__default"]["enabled"] is True


def test_the_public_url_wins(tmp_path: Path) -> None:
    call = Caller(tmp_path, public_url="https://data.example/")
    settings = call("GET", f"/v1/projects/{KEY}/settings").json["integrations"]["Segment.io"]
    assert (settings["apiHost"], settings["protocol"]) == ("data.example/v1", "https")
    call.close()


def test_settings_of_an_unknown_key(call: Caller) -> None:
    assert call("GET", "/v1/projects/wk_no/settings").status == 404


@pytest.mark.parametrize("slash", ["", "/"])
def test_rudder_source_config(call: Caller, slash: str) -> None:
    for query, headers in (("?p=npm&v=3", basic()), (f"?writeKey={KEY}", {})):
        answer = call("GET", f"/sourceConfig{slash}{query}", headers=headers)
        assert answer.status == 200
        source = answer.json["source"]
        assert source["id"] == "default"
        assert source["enabled"] is True
        assert source["writeKey"] == KEY
        assert source["destinations"] == []
        assert isinstance(source["config"], dict)
    assert call("GET", "/sourceConfig/?writeKey=wk_no").status == 401


def test_the_browser_sdk(call: Caller) -> None:
    folder = call.folder / "sdk"
    path = f"/analytics.js/v1/{KEY}/analytics.min.js"
    missing = call("GET", path)
    assert (missing.status, missing.json["code"]) == (503, "sdk_not_built")
    (folder / "bundles").mkdir(parents=True)
    (folder / "analytics.min.js").write_text("var key='__WRITE_KEY__';")
    (folder / "bundles" / "ajs.bundle.12ab.js").write_text("part")
    answer = call("GET", path)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert f"var key='{KEY}';".encode() in answer.body
    packed = call("GET", path, headers={"accept-encoding": "gzip, br"})
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == answer.body
    part = call("GET", "/analytics-next/bundles/ajs.bundle.12ab.js")
    assert (part.status, part.body) == (200, b"part")
    assert "immutable" in part.headers["cache-control"]


@pytest.mark.parametrize(
    "name", ["..%2fcontrol.db", "../control.db", ".hidden.js", "no.js", "x.db"]
)
def test_only_scripts_are_served(call: Caller, name: str) -> None:
    (call.folder / "sdk" / "bundles").mkdir(parents=True)
    (call.folder / "sdk" / "bundles" / ".hidden.js").write_text("secret")
    assert call("GET", f"/analytics-next/bundles/{name}").status == 404


def test_a_script_needs_a_known_key(call: Caller) -> None:
    assert call("GET", "/analytics.js/v1/'-alert(1)-'/analytics.min.js").status == 404
