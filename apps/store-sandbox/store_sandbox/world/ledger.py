"""Rows of orders, customers, checkouts and refunds while a transaction is collecting them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from store_sandbox.state import Transaction
from store_sandbox.world import tables

Row = dict[str, Any]
FIRST_NUMBER = 1001


class Ids:
    """Consecutive ids of a table, taken from the store in one go when the work is done."""

    def __init__(self, tx: Transaction, table: str) -> None:
        self._tx, self._table = tx, table
        self._next = self._first = tx.next_ids(table, 0).start

    def take(self) -> int:
        """The next id."""
        self._next += 1
        return self._next - 1

    def flush(self) -> None:
        """Tell the store how many were taken."""
        self._tx.next_ids(self._table, self._next - self._first)
        self._first = self._next


class Keyed:
    """Rows of one table known to the world by a key: new ones, and old ones that change."""

    def __init__(self, tx: Transaction, table: str, kind: str) -> None:
        self._tx, self._table, self._kind = tx, table, kind
        self._ids = Ids(tx, table)
        self._fresh: dict[str, Row] = {}
        self._old: dict[str, Row] = {}
        self._by_id: dict[int, Row] = {}

    def find(self, key: str) -> Row | None:
        """The row of a key, read from the store when it is not at hand."""
        row = self._fresh.get(key) or self._old.get(key)
        if row is not None:
            return row
        number = tables.row_id(self._tx.connection, self._kind, key)
        found = None if number is None else self._read(number)
        if found is not None:
            self._old[key] = found
        return found

    def by_id(self, number: int) -> Row | None:
        """A row that was found or added in this transaction, by the store's id."""
        return self._by_id.get(number)

    def add(self, key: str, row: Row) -> Row:
        """A new row with its id."""
        added = {"id": self._ids.take(), **row}
        self._fresh[key] = self._by_id[added["id"]] = added
        return added

    def flush(self) -> None:
        """Write new rows, and old ones as they are now."""
        self._ids.flush()
        self._tx.insert(self._table, list(self._fresh.values()))
        tables.add_keys(self._tx, self._kind, ((k, r["id"]) for k, r in self._fresh.items()))
        overwrite(self._tx, self._table, self._old.values())

    def _read(self, number: int) -> Row | None:
        row = self._tx.connection.execute(
            f"SELECT * FROM {self._table} WHERE id = ?",  # noqa: S608 - our own table names
            (number,),
        ).fetchone()
        if row is None:
            return None
        found = dict(row)
        self._by_id[number] = found
        return found


def overwrite(tx: Transaction, table: str, rows: Iterable[Row]) -> None:
    """Write every column of rows that exist already."""
    rows = list(rows)
    if not rows:
        return
    sets = ", ".join(f"{name} = :{name}" for name in rows[0] if name != "id")
    tx.connection.executemany(f"UPDATE {table} SET {sets} WHERE id = :id", rows)  # noqa: S608


class Ledger:
    """All rows that belong to orders, customers and checkouts."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self.orders = Keyed(tx, "orders", "order")
        self.customers = Keyed(tx, "customers", "customer")
        self.checkouts = Keyed(tx, "abandoned_checkouts", "checkout")
        self._line_ids = Ids(tx, "order_lines")
        self._refund_ids = Ids(tx, "refunds")
        self._refund_line_ids = Ids(tx, "refund_lines")
        self._return_ids = Ids(tx, "returns")
        self._return_line_ids = Ids(tx, "return_lines")
        self._adjustment_ids = Ids(tx, "order_adjustments")
        self._fulfilment_ids = Ids(tx, "fulfillments")
        self._fulfilment_line_ids = Ids(tx, "fulfillment_lines")
        self._fulfilments: list[Row] = []
        self._fulfilment_lines: list[Row] = []
        self._lines: dict[int, list[Row]] = {}
        self._old_lines: dict[int, list[Row]] = {}
        self._refunds: list[Row] = []
        self._refund_lines: list[Row] = []
        self._returns: list[Row] = []
        self._return_lines: list[Row] = []
        self._adjustments: list[Row] = []
        highest = tx.connection.execute("SELECT MAX(number) FROM orders").fetchone()[0]
        self._number = FIRST_NUMBER if highest is None else highest + 1

    def next_number(self) -> int:
        """The next order number (#1001 is the first)."""
        self._number += 1
        return self._number - 1

    def add_lines(self, order_id: int, lines: list[Row]) -> None:
        """The lines of a new order."""
        for line in lines:
            line["id"] = self._line_ids.take()
        self._lines[order_id] = lines

    def lines(self, order_id: int) -> list[Row]:
        """The lines of any order, in their order."""
        if order_id in self._lines:
            return self._lines[order_id]
        if order_id not in self._old_lines:
            rows = self._tx.connection.execute(
                "SELECT * FROM order_lines WHERE order_id = ? ORDER BY id", (order_id,)
            )
            self._old_lines[order_id] = [dict(row) for row in rows]
        return self._old_lines[order_id]

    def add_refund(self, order_id: int, note: str, at: datetime, stamp: int) -> Row:
        """A refund without lines and without money yet."""
        refund: Row = {
            "id": self._refund_ids.take(),
            "order_id": order_id,
            "note": note,
            "total": 0,
            "created_at": int(at.timestamp()),
            "updated_at": stamp,
        }
        self._refunds.append(refund)
        return refund

    def add_refund_line(self, row: Row) -> None:
        """A line of a refund without its id."""
        self._refund_lines.append({"id": self._refund_line_ids.take(), **row})

    def add_return(self, order: Row, given: Mapping[int, int], at: datetime, stamp: int) -> None:
        """A parcel of shipped goods that came back; `given` are the units of each line's id."""
        before = self._tx.connection.execute(
            "SELECT COUNT(*) FROM returns WHERE order_id = ?", (order["id"],)
        ).fetchone()[0]
        row: Row = {
            "id": self._return_ids.take(),
            "order_id": order["id"],
            "name": f"#{order['number']}-R{before + 1}",
            "status": "CLOSED",
            "closed_at": int(at.timestamp()),
            "created_at": int(at.timestamp()),
            "updated_at": stamp,
        }
        self._returns.append(row)
        self._return_lines += [
            {
                "id": self._return_line_ids.take(),
                "return_id": row["id"],
                "line_id": line,
                "quantity": quantity,
            }
            for line, quantity in given.items()
        ]
        self._tx.changed("returns/close", row["id"])

    def add_adjustment(self, refund: Row, amount: int) -> None:
        """Money of a refund that belongs to no line; negative is given back."""
        row = {"id": self._adjustment_ids.take(), "refund_id": refund["id"]}
        self._adjustments.append({**row, "order_id": refund["order_id"], "amount": amount})

    def add_fulfilment(self, order_id: int, location: int, at: datetime, stamp: int) -> None:
        """A parcel with everything of an order that still waits."""
        waiting = [line for line in self.lines(order_id) if line["unfulfilled_quantity"]]
        if not waiting:
            return
        row: Row = {
            "id": self._fulfilment_ids.take(),
            "order_id": order_id,
            "location_id": location,
            "created_at": int(at.timestamp()),
            "updated_at": stamp,
        }
        self._fulfilments.append(row)
        self._tx.changed("fulfillments/create", row["id"])
        for line in waiting:
            self._fulfilment_lines.append(
                {
                    "id": self._fulfilment_line_ids.take(),
                    "fulfillment_id": row["id"],
                    "line_id": line["id"],
                    "quantity": line["unfulfilled_quantity"],
                }
            )

    def spend_less(self, customer_id: int, amount: int, stamp: int) -> None:
        """A refund lowers what its customer has spent."""
        customer = self.customers.by_id(customer_id)
        if customer is not None:
            customer["amount_spent"] -= amount
            customer["updated_at"] = stamp
            return
        self._tx.connection.execute(
            "UPDATE customers SET amount_spent = amount_spent - ?, updated_at = ? WHERE id = ?",
            (amount, stamp, customer_id),
        )

    def flush(self) -> None:
        """Write everything, parents first."""
        self.customers.flush()
        self.orders.flush()
        self.checkouts.flush()
        for ids in (
            self._line_ids,
            self._refund_ids,
            self._refund_line_ids,
            self._return_ids,
            self._return_line_ids,
            self._adjustment_ids,
            self._fulfilment_ids,
            self._fulfilment_line_ids,
        ):
            ids.flush()
        tx = self._tx
        tx.insert("order_lines", [line for lines in self._lines.values() for line in lines])
        overwrite(tx, "order_lines", (r for rows in self._old_lines.values() for r in rows))
        tx.insert("refunds", self._refunds)
        tx.insert("refund_lines", self._refund_lines)
        tx.insert("returns", self._returns)
        tx.insert("return_lines", self._return_lines)
        tx.insert("order_adjustments", self._adjustments)
        tx.insert("fulfillments", self._fulfilments)
        tx.insert("fulfillment_lines", self._fulfilment_lines)
