"""Variants and stock while a transaction is collecting what became of them."""

from typing import Any

from store_sandbox.state import Transaction
from store_sandbox.world.shop import Shop


class Shelves:
    """Stock moves as differences, price tags as they are last; and names for every variant.

    A sale counts as a change of its product too, as in Shopify: `updated_at` of the level, the
    item, the variant and the product all move.
    """

    def __init__(self, tx: Transaction, shop: Shop) -> None:
        self._tx = tx
        found = tx.connection.execute(
            "SELECT CAST(k.key AS INTEGER), v.id, v.product_id, v.inventory_item_id, v.sku, p.title"
            " FROM world_keys k JOIN variants v ON v.id = k.id"
            " JOIN products p ON p.id = v.product_id WHERE k.kind = 'variant'"
        ).fetchall()
        names = {row[0]: tuple(row) for row in found}
        count = len(shop.items)
        gone = (None, None, None, None, "", "")
        rows: list[tuple[Any, ...]] = [names.get(index, gone) for index in range(count)]
        self.variant_ids: list[Any] = [row[1] for row in rows]
        self.product_ids: list[Any] = [row[2] for row in rows]
        self._item_ids: list[Any] = [row[3] for row in rows]
        self.skus: list[str] = [row[4] for row in rows]
        self.titles: list[str] = [row[5] for row in rows]
        self._index = {row[1]: index for index, row in enumerate(rows) if row[1] is not None}
        self.location = int(tx.connection.execute("SELECT MIN(id) FROM locations").fetchone()[0])
        self._moves: dict[int, dict[str, int]] = {}
        self._moved: dict[int, int] = {}
        self._stamps: dict[int, int] = {}
        self._prices: dict[int, tuple[int, int | None]] = {}

    def index(self, variant_id: int | None) -> int | None:
        """The world's index of a variant, None when it is not the world's."""
        return None if variant_id is None else self._index.get(variant_id)

    def move(self, variant: int, stamp: int, **units: int) -> None:
        """Add to available, on_hand, committed or incoming."""
        moves = self._moves.setdefault(variant, {})
        for column, difference in units.items():
            moves[column] = moves.get(column, 0) + difference
        self._moved[variant] = stamp
        self._stamps[variant] = max(stamp, self._stamps.get(variant, 0))

    def reprice(self, variant: int, stamp: int, price: int, compare_at: int | None) -> None:
        """A new price tag, ten-thousandths."""
        self._prices[variant] = (price, compare_at)
        self._stamps[variant] = max(stamp, self._stamps.get(variant, 0))

    def flush(self) -> None:
        """Write what moved and tell the webhooks."""
        db = self._tx.connection
        for variant, moves in self._moves.items():
            if self._item_ids[variant] is None:
                continue
            values = {name: moves.get(name, 0) for name in _COLUMNS}
            item, stamp = self._item_ids[variant], self._moved[variant]
            db.execute(_MOVE, {**values, "at": stamp, "item": item, "location": self.location})
            # Its item keeps its time: a client must not follow stock by that.
            self._tx.changed("inventory_levels/update", item, location_id=self.location)
        for variant, (price, compare_at) in self._prices.items():
            db.execute(
                "UPDATE variants SET price = ?, compare_at_price = ? WHERE id = ?",
                (price, compare_at, self.variant_ids[variant]),
            )
        for variant, stamp in self._stamps.items():
            for table, number in (
                ("variants", self.variant_ids[variant]),
                ("products", self.product_ids[variant]),
            ):
                db.execute(
                    f"UPDATE {table} SET updated_at = MAX(updated_at, ?) WHERE id = ?",  # noqa: S608
                    (stamp, number),
                )
        for product in sorted({self.product_ids[v] for v in self._stamps} - {None}):
            self._tx.changed("products/update", product)


_COLUMNS = ("available", "on_hand", "committed", "incoming")
_MOVE = (
    "UPDATE inventory_levels SET available = available + :available, on_hand = on_hand + :on_hand,"
    " committed = committed + :committed, incoming = MAX(0, incoming + :incoming),"
    " updated_at = :at WHERE item_id = :item AND location_id = :location"
)
