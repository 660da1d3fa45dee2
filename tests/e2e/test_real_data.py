"""A merchant's own transactions, loaded into the store, come out of our figures to the cent."""

from __future__ import annotations

import csv
import gzip
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.installation import ROYAL, SANDBOX, Installation, until

# A few weeks of a real shop's shape: cancellations with and without a matching sale, postage and
# manual adjustments booked as codes, missing customers, several prices for one code, unicode.
SAMPLE = """InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1001,B-11,Leather bridle café,2,2011-01-05 09:10:00,79.95,C1,Netherlands
1001,P-20,Half pad,1,2011-01-05 09:10:00,54.125,C1,Netherlands
1001,POST,POSTAGE,1,2011-01-05 09:10:00,6.95,C1,Netherlands
1002,B-11,Leather bridle,1,2011-01-31 23:30:00,82.5,,Belgium
1003,G-30,,4,2011-02-01 00:15:00,12.333,C2,Germany
C1004,B-11,Leather bridle,-1,2011-02-02 10:00:00,79.95,C1,Netherlands
C1005,X-99,Sold before the file began,-3,2011-02-03 10:00:00,10,C9,France
1006,M,Manual,1,2011-02-04 10:00:00,4.2,C2,Germany
A1007,B,Adjust bad debt,1,2011-03-01 10:00:00,-110.62,,United Kingdom
1008,G-30,Girth,10,2011-03-02 10:00:00,0,,Germany
1009,G-30,Girth,3,2011-03-31 12:00:00,13,C2,Germany
"""
# More than one page of an order's lines, of a cancellation's lines that match a sale, and of
# those that match none.
SAMPLE += "".join(
    f"1011,L-{line:03},Item {line},2,2011-03-05 09:00:00,{line}.25,C3,Netherlands\n"
    for line in range(1, 131)
)
SAMPLE += "".join(
    f"C1012,L-{line:03},Item {line},-1,2011-03-06 09:00:00,{line}.25,C3,Netherlands\n"
    for line in range(1, 41)
)
SAMPLE += "".join(
    f"C1013,U-{line:03},Unknown {line},-2,2011-03-07 09:00:00,{line}.1,C4,Netherlands\n"
    for line in range(1, 31)
)
BROKEN = "1010,G-30,Girth,three,2011-03-31 12:00:00,13,C2,Germany\n"


def monthly_sums(path: Path) -> dict[str, Decimal]:
    opener = gzip.open if path.suffix == ".gz" else open
    sums: dict[str, Decimal] = defaultdict(Decimal)
    with opener(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["Quantity"] == "three":
                continue
            sums[row["InvoiceDate"][:7]] += Decimal(row["Quantity"]) * Decimal(row["UnitPrice"])
    return dict(sums)


@pytest.fixture
def loaded(tmp_path: Path) -> Iterator[tuple[Installation, Path]]:
    """A store filled from the file named by ROYAL_TRANSACTIONS, or from the sample here."""
    given = os.environ.get("ROYAL_TRANSACTIONS")
    path = Path(given) if given else tmp_path / "transactions.csv"
    if not given:
        path.write_text(SAMPLE + BROKEN, encoding="utf-8")
    running = Installation(tmp_path)
    answer = running.run(
        SANDBOX, "load", "transactions", str(path), "--currency", "GBP",
        "--timezone", "Europe/London",
    )  # fmt: skip
    assert answer.returncode == 0, answer.stdout + answer.stderr
    if not given:
        assert "three" in answer.stdout + answer.stderr
    yield running.start(), path
    running.end()


@pytest.mark.timeout(900)
def test_net_sales_per_month_equal_the_files_to_the_cent(
    loaded: tuple[Installation, Path],
) -> None:
    installation, path = loaded

    def synced() -> bool:
        connections = installation.get("/v1/connections")["data"]
        return any(c["sync"] and c["sync"]["last_success_at"] for c in connections)

    until(synced, 600, "the first sync")
    expected = monthly_sums(path)
    months = sorted(expected)
    metrics = installation.get(
        "/v1/metrics",
        **{"from": f"{months[0]}-01", "to": f"{months[-1]}-31".replace("-02-31", "-02-28"),
           "grain": "month", "compare": "none"},
    )  # fmt: skip
    assert metrics["currency"] == "GBP"
    (sales,) = [figure for figure in metrics["figures"] if figure["name"] == "net_sales"]
    found = {
        period[:7]: Decimal(value)
        for period, value in zip(metrics["periods"], sales["series"], strict=True)
    }
    cent = Decimal("0.01")
    assert {month: value.quantize(cent) for month, value in found.items()} == {
        month: value.quantize(cent) for month, value in expected.items()
    }
    summary = installation.run(ROYAL, "sync", "--json")
    assert summary.returncode == 0, summary.stderr
    json.loads(summary.stdout.splitlines()[-1])
