"""The published browser clients of Segment and RudderStack in a real Chromium."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from .conftest import WRITE_KEY, Event, TrackingServer

pytestmark = [pytest.mark.node, pytest.mark.browser, pytest.mark.xdist_group("sdk")]
Shop = tuple[Path, str]

SEGMENT_PAGE = """<!doctype html><title>Brands Bazaar</title>
<script>window.analytics = []; analytics._writeKey = "{key}"; analytics._loadOptions = {options};
{calls}</script>
<script async src="{url}/analytics.js/v1/{key}/analytics.min.js"></script>"""

RUDDER_PAGE = """<!doctype html><title>Brands Bazaar</title><script src="rudder.js"></script>
<script>window.rudder = new rudderanalytics.RudderAnalytics();
rudder.load("{key}", "{url}", {{configUrl: "{url}", logLevel: "ERROR", {options}}});</script>"""


@pytest.fixture(autouse=True)
def segment_sdk(node_modules: Path, sdk_folder: Path) -> None:
    """Put the browser SDK where a release has it."""
    scripts = node_modules / "@segment/analytics-next/dist/umd"
    shutil.copy(scripts / "standalone.js", sdk_folder / "analytics.min.js")
    (sdk_folder / "bundles").mkdir(exist_ok=True)
    for script in scripts.glob("*.bundle.*.js"):
        shutil.copy(script, sdk_folder / "bundles")


def segment_page(server: TrackingServer, shop: Shop, options: str = "{}", calls: str = "") -> str:
    page = SEGMENT_PAGE.format(key=WRITE_KEY, url=server.url, options=options, calls=calls)
    (shop[0] / "index.html").write_text(page)
    return f"{shop[1]}/index.html?utm_source=mail&utm_campaign=sale&ajs_prop_shelf=new"


def open_segment(context: Any, address: str) -> Any:
    """Open the page; wait until the SDK stands where the queue was."""
    page = context.new_page()
    page.goto(address)
    page.wait_for_function("() => window.analytics && window.analytics.initialized === true")
    return page


def of(found: list[Event], kind: str) -> list[Event]:
    return [event for event in found if event["type"] == kind]


BATCHING = (
    '{integrations: {"Segment.io": {deliveryStrategy: '
    '{strategy: "batching", config: {size: 4, timeout: 300}}}}}'
)


@pytest.mark.parametrize("options", ["{}", BATCHING], ids=["standard", "batching"])
def test_segment(server: TrackingServer, shop: Shop, context: Any, options: str) -> None:
    calls = 'analytics.push(["page", "Home"]);'
    page = open_segment(context, segment_page(server, shop, options, calls))
    loaded = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    parts = f"{server.url}/analytics-next/bundles/queryString."
    assert any(name.startswith(parts) for name in loaded), "the SDK's parts come from us too"
    page.evaluate("analytics.track('Product Viewed', {price: 12.5, name: '💍'})")
    page.evaluate("analytics.identify('u9', {email: 'neha@example.com'})")
    page.evaluate("analytics.track('Order Completed', {total: 499.5})")
    page.evaluate("analytics.group('acme', {name: 'Acme'})")
    page.evaluate("analytics.alias('u10')")
    found = server.wait_for_count(6)
    assert Counter(event["type"] for event in found) == Counter(
        {"track": 2, "page": 1, "identify": 1, "group": 1, "alias": 1}
    )
    (home,) = of(found, "page")
    assert home["name"] == "Home"
    assert home["userId"] is None
    anonymous = home["anonymousId"]
    assert {event["anonymousId"] for event in found} == {anonymous}
    assert home["context"]["campaign"] == {"source": "mail", "name": "sale"}
    assert home["context"]["page"]["title"] == "Brands Bazaar"
    viewed, ordered = of(found, "track")
    assert viewed["properties"] == {"price": 12.5, "name": "💍"}
    assert ordered["userId"] == "u9"
    (identify,) = of(found, "identify")
    assert identify["traits"]["email"] == "neha@example.com"
    (alias,) = of(found, "alias")
    assert alias["previousId"] == "u9"
    for event in found:
        assert event["_meta"]["ip"] == "127.0.0.1"
        assert "Chrome" in event["_meta"]["user_agent"]
        assert event["messageId"].startswith("ajs-next-")


def test_segment_sends_offline_events_when_the_network_is_back(
    server: TrackingServer, shop: Shop, context: Any
) -> None:
    page = open_segment(context, segment_page(server, shop))
    context.set_offline(True)
    for n in range(3):
        page.evaluate(f"void analytics.track('Offline', {{n: {n}}})")
    page.wait_for_timeout(500)
    assert server.arrived() == []
    context.set_offline(False)
    found = server.wait_for_count(3)
    assert sorted(event["properties"]["n"] for event in found) == [0, 1, 2]


def test_segment_tries_again_after_503(server: TrackingServer, shop: Shop, context: Any) -> None:
    page = open_segment(context, segment_page(server, shop))
    server.break_()
    with page.expect_response(lambda reply: reply.status == 503) as refused:
        page.evaluate("void analytics.track('Kept', {n: 1})")
    assert int(refused.value.headers["retry-after"]) >= 1
    assert server.arrived() == []
    server.mend()
    (event,) = server.wait_for_count(1)
    assert (event["event"], event["properties"]) == ("Kept", {"n": 1})


def test_segment_keeps_events_over_a_reload(
    server: TrackingServer, shop: Shop, context: Any
) -> None:
    address = segment_page(server, shop)
    page = open_segment(context, address)
    server.break_()
    with page.expect_response(lambda reply: reply.status == 503):
        page.evaluate("void analytics.track('Kept', {n: 2})")
    page.goto("about:blank")
    page.close()
    server.mend()
    open_segment(context, address)
    found = server.wait_for(lambda found: any(e.get("event") == "Kept" for e in found))
    assert len({event["messageId"] for event in found}) == 1


def test_segment_loaded_by_a_script_tag_alone(
    server: TrackingServer, shop: Shop, context: Any
) -> None:
    """No queue and no key in the page: both come with the script."""
    source = f"{server.url}/analytics.js/v1/{WRITE_KEY}/analytics.min.js"
    (shop[0] / "index.html").write_text(f'<!doctype html><script src="{source}"></script>')
    page = open_segment(context, f"{shop[1]}/index.html")
    page.evaluate("void analytics.track('Seen', {})")
    assert server.wait_for_count(1)[0]["event"] == "Seen"


@pytest.fixture
def rudder_page(server: TrackingServer, shop: Shop, node_modules: Path) -> str:
    script = node_modules / "@rudderstack/analytics-js/dist/npm/modern/bundled/umd/index.js"
    shutil.copy(script, shop[0] / "rudder.js")
    page = RUDDER_PAGE.format(key=WRITE_KEY, url=server.url, options="")
    (shop[0] / "index.html").write_text(page)
    return f"{shop[1]}/index.html"


def open_rudder(context: Any, address: str) -> Any:
    page = context.new_page()
    page.goto(address)
    page.evaluate("new Promise(done => rudder.ready(done))")
    return page


def test_rudder(server: TrackingServer, context: Any, rudder_page: str) -> None:
    page = open_rudder(context, rudder_page)
    page.evaluate("rudder.page('Shop', 'Home')")
    page.evaluate("rudder.track('Product Viewed', {price: 12.5})")
    page.evaluate("rudder.identify('u9', {email: 'neha@example.com'})")
    page.evaluate("rudder.group('acme', {name: 'Acme'})")
    page.evaluate("rudder.alias('u10')")
    found = server.wait_for_count(5)
    assert Counter(event["type"] for event in found) == Counter(
        ["page", "track", "identify", "group", "alias"]
    )
    assert of(found, "track")[0]["properties"] == {"price": 12.5}
    (identify,) = of(found, "identify")
    assert identify["userId"] == "u9"
    assert identify["context"]["traits"]["email"] == "neha@example.com"
    assert len({event["anonymousId"] for event in found}) == 1
    assert all("originalTimestamp" in event and "sentAt" in event for event in found)


def test_rudder_tries_again_after_503(
    server: TrackingServer, context: Any, rudder_page: str
) -> None:
    page = open_rudder(context, rudder_page)
    server.break_()
    with page.expect_response(lambda reply: reply.status == 503):
        page.evaluate("rudder.track('Kept', {n: 1})")
    server.mend()
    assert server.wait_for_count(1)[0]["event"] == "Kept"
