"""The order desk: takes an order once, ships and delivers it in the world's time."""

import json
import math
import sqlite3
import time
from typing import Any

from store_sandbox.admin.wire import stamp
from store_sandbox.runtime import Runtime
from store_sandbox.state.store import Transaction, read_meta
from store_sandbox.state.units import from_seconds
from store_sandbox.supplier.articles import Article, articles
from store_sandbox.supplier.houses import House
from store_sandbox.supplier.parcels import number_of
from store_sandbox.world.draws import normal, uniform

_DAY = 86_400
_MOST_LINES = 100


class DeskRefusedError(Exception):
    """The desk says no; `status` is the answer's."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def place(
    runtime: Runtime, house: House, body: dict[str, Any], pause: float = 0.0
) -> tuple[int, dict[str, Any]]:
    """(status, order): 201 for a new one, 200 for the one there is under this reference.

    ``pause``: seconds that a new one takes before it is kept, when that is asked for.
    """
    reference = str(body.get("reference") or "").strip()
    if not reference or len(reference) > 120:
        raise DeskRefusedError(422, "reference is missing or too long")
    with runtime.state.write() as tx:
        there = _find(tx.connection, house, reference)
        if there is not None:
            return 200, _told(there, tx.now)
        lines, total = _priced(tx, house, body.get("lines"))
        to = body.get("recipient")
        row = {
            "house": house.key, "reference": reference, "lines": json.dumps(lines),
            "recipient": json.dumps(to) if isinstance(to, dict) else None, "total": total,
        }  # fmt: skip
        _insert(tx, house, row)
        if pause:
            time.sleep(pause)
        placed = _find(tx.connection, house, reference)
        assert placed is not None  # noqa: S101 - it was inserted two lines above
        return 201, _told(placed, tx.now)


def find(runtime: Runtime, house: House, reference: str) -> dict[str, Any] | None:
    """The order under our caller's reference."""
    now = int(runtime.state.now().timestamp())
    with runtime.state.read() as db:
        row = _find(db, house, reference)
    return None if row is None else _told(row, now)


def cancel(runtime: Runtime, house: House, order_id: int) -> dict[str, Any]:
    """Cancel what has not been shipped; twice changes nothing."""
    with runtime.state.write() as tx:
        row = tx.connection.execute(
            "SELECT * FROM supplier_orders WHERE house = ? AND id = ?", (house.key, order_id)
        ).fetchone()
        if row is None:
            raise DeskRefusedError(404, "there is no such order")
        if row["cancelled_at"] is None:
            if row["ships_at"] <= tx.now:
                raise DeskRefusedError(409, "it has been shipped")
            tx.connection.execute(
                "UPDATE supplier_orders SET cancelled_at = ? WHERE id = ?", (tx.now, order_id)
            )
        again = _find(tx.connection, house, row["reference"])
        assert again is not None  # noqa: S101 - the row was just read
        return _told(again, tx.now)


def cut_short(tx: Transaction, reference: str, sku: str, units: int) -> dict[str, Any]:
    """So many units of an article in the order will not come. Raises ``ValueError``."""
    row = tx.connection.execute(
        "SELECT * FROM supplier_orders WHERE reference = ? AND cancelled_at IS NULL", (reference,)
    ).fetchone()
    if row is None:
        raise ValueError(f"there is no order {reference!r}, or it is cancelled")
    lines = json.loads(row["lines"])
    line = next((each for each in lines if each["sku"] == sku), None)
    if line is None or not 0 <= units <= line["quantity"]:
        raise ValueError(f"of {sku!r} there are not {units} in the order")
    line["cancelled"] = units
    if all(each.get("cancelled", 0) == each["quantity"] for each in lines):
        raise ValueError("an order of which nothing comes is cancelled")
    tx.connection.execute(
        "UPDATE supplier_orders SET lines = ? WHERE id = ?", (json.dumps(lines), row["id"])
    )
    return {"reference": reference, "lines": lines}


def _priced(tx: Transaction, house: House, given: Any) -> tuple[list[dict[str, Any]], int]:
    if not isinstance(given, list) or not 0 < len(given) <= _MOST_LINES:
        raise DeskRefusedError(422, "lines must be a list of 1 to 100 lines")
    listed = {each.number: each for each in articles(tx.connection, house, from_seconds(tx.now))}
    lines = [_line(listed, each) for each in given]
    goods = sum(line["cost"] * line["quantity"] for line in lines)
    units = sum(line["quantity"] for line in lines)
    return lines, goods + units * round(house.shipping * 100)


def _line(listed: dict[str, Article], given: Any) -> dict[str, Any]:
    number = str(given.get("sku", "")) if isinstance(given, dict) else ""
    article = listed.get(number)
    quantity = given.get("quantity") if isinstance(given, dict) else None
    if article is None:
        raise DeskRefusedError(422, f"there is no article {number[:80]!r}")
    if not isinstance(quantity, int) or isinstance(quantity, bool) or quantity < article.minimum:
        raise DeskRefusedError(422, f"{number} is sold from {article.minimum} units on")
    if quantity > article.stock:
        raise DeskRefusedError(409, f"of {number} there are {article.stock} left")
    return {"sku": number, "quantity": quantity, "cost": article.cost}


def _insert(tx: Transaction, house: House, row: dict[str, Any]) -> None:
    seed = int(read_meta(tx.connection, "world.seed") or 0)
    address = f"{house.key}/{row['reference']}"
    noise = house.noise * normal(seed, "supplier delivery", address)
    days = max(1.0, house.high * house.pace * math.exp(noise))
    handling = days * (0.2 + 0.3 * uniform(seed, "supplier handling", address))
    times = {
        "id": tx.next_ids("supplier_orders")[0],
        "placed_at": tx.now,
        "promised_at": tx.now + house.high * _DAY,
        "ships_at": tx.now + int(handling * _DAY),
        "arrives_at": tx.now + int(days * _DAY),
    }
    tx.insert("supplier_orders", [{**row, **times}])


def _find(db: sqlite3.Connection, house: House, reference: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM supplier_orders WHERE house = ? AND reference = ?", (house.key, reference)
    ).fetchone()
    return row


def _told(row: sqlite3.Row, now: int) -> dict[str, Any]:
    shipped = row["cancelled_at"] is None and row["ships_at"] <= now
    arrived = shipped and row["arrives_at"] <= now
    parcel = {"number": number_of(row["id"]), "carrier": "Sandbox Post"}
    status = "delivered" if arrived else "shipped" if shipped else "accepted"
    lines = [_line_told(each, shipped) for each in json.loads(row["lines"])]
    if not arrived and any(each["cancelled"] for each in lines):
        status = "partial"
    if row["cancelled_at"] is not None:
        status = "cancelled"
    return {
        "id": str(row["id"]), "reference": row["reference"], "status": status,
        "lines": lines,
        "total": {"amount": f"{row['total'] / 100:.2f}", "currency": "EUR"},
        "placed_at": stamp(from_seconds(row["placed_at"])),
        "promised_at": stamp(from_seconds(row["promised_at"])),
        "shipped_at": stamp(from_seconds(row["ships_at"])) if shipped else None,
        "delivered_at": stamp(from_seconds(row["arrives_at"])) if arrived else None,
        "tracking": parcel if shipped else None,
        "source": "sandbox",
    }  # fmt: skip


def _line_told(line: dict[str, Any], shipped: bool) -> dict[str, Any]:
    cancelled = line.get("cancelled", 0)
    return {
        **line,
        "cancelled": cancelled,
        "shipped": line["quantity"] - cancelled if shipped else 0,
    }
