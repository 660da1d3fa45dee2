"""The kinds of objects a sync reads, in order: which document, which rows, which watermark."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from royal_platform.shopify import documents, mapping, progress
from royal_platform.shopify.answers import (
    CollectionsPageCollectionsNodes,
    CustomersPageCustomersNodes,
    InventoryPageInventoryItemsNodes,
    OrdersPageOrdersNodes,
    ProductsPageProductsNodes,
)
from royal_platform.shopify.documents import Document
from royal_platform.shopify.pages import Node
from royal_platform.shopify.ports import MirrorPage, MirrorStore, SyncState
from royal_platform.shopify.rows import OrderPageRows
from royal_platform.shopify.scopes import covers

# Changes are asked for from a little before the newest we have: clocks and indexes lag.
OVERLAP = timedelta(minutes=2)
# Up to this many variants, stock is read whole each time; beyond, only what says it changed.
_WHOLE_STOCK = 2_000
# Pages of a first sync after which the database counts what it holds.
_COUNTED_AFTER = (2, 8, 32)


@dataclass(frozen=True, slots=True)
class Stage:
    """A kind of objects: how it is asked for, and how a page of it is stored.

    ``counted`` is the kind whose number in the store says whether a bulk operation pays. A kind
    that is ``swept`` is read whole once a day, and what was not met then is gone. Without its
    ``scope`` it is left out. ``whole`` is the search that finds all that is wanted of it; ``again``
    reads that once a day too, since what hangs on an object may change without it. ``within`` is
    the connection or list that holds the objects, when they hang on others. Pages that are not
    ``ordered`` by change move the watermark at the end only: a read cut off missed older changes.
    """

    document: Document[Any]
    connection: str
    store: Callable[[MirrorPage, list[Any], SyncState, mapping.Days], int]
    counted: str
    swept: bool = False
    scope: str = ""
    whole: str | None = None
    again: bool = False
    within: str = ""
    ordered: bool = True

    def objects(self, nodes: list[Node]) -> list[Node]:
        """The objects that a page of nodes brings."""
        if not self.within:
            return nodes
        held = [node[self.within] for node in nodes]
        return [each for one in held for each in (one if isinstance(one, list) else one["nodes"])]


def expected(state: SyncState) -> dict[str, int]:
    """How many there are, of what can be compared: old orders out of sight cannot."""
    compared = ["products", "orders"] if state.cursor["shop"]["whole_history"] else ["products"]
    counts = {name: state.counts.get(f"{name}_expected") for name in compared}
    return {name: count for name, count in counts.items() if count is not None}


def since(stage: str, state: SyncState) -> str | None:
    mark = state.cursor["marks"].get(stage)
    if stage == "inventory" and state.counts.get("inventory", 0) <= _WHOLE_STOCK:
        return None
    if stage in ("inventory", "levels"):
        mark = mark or state.cursor["marks"].get("products")
    if not mark:
        return None
    begin = datetime.fromisoformat(mark) - OVERLAP
    return f"updated_at:>='{begin:%Y-%m-%dT%H:%M:%SZ}'"


def advance(
    state: SyncState,
    stage: str,
    nodes: list[Node],
    following: str | None,
    *,
    is_first: bool,
    mark: str,
) -> None:
    """Move the stage's watermark and, in a first sync, the place to go on from.

    ``mark`` is how far its changes are known; empty says that this page does not tell.
    """
    if mark:
        state.cursor.setdefault("marks", {})[stage] = mark
    if is_first:
        found = len(STAGES[stage].objects(nodes))
        state.counts[stage] = state.counts.get(stage, 0) + found
        upcoming = from_on(stage)[1:2] if following is None else ()
        if following is None:
            progress.end(state, stage)
        state.cursor["first"] = {"stage": (*upcoming, stage)[0], "after": following}


def _newest(nodes: list[Node]) -> str:
    """When the newest of the nodes changed; empty for a kind that does not say."""
    told = [node.get("discount", node) for node in nodes]
    moments = [mapping.utc_text(each["updatedAt"]) for each in told if "updatedAt" in each]
    return max(moments, default="")


def _products(
    page: MirrorPage, nodes: list[ProductsPageProductsNodes], state: SyncState, _days: mapping.Days
) -> int:
    pairs = [
        mapping.product_rows(node, node["variants"]["nodes"], state.currency) for node in nodes
    ]
    products = [product for product, _variants in pairs]
    noted = [row for node in nodes for row in mapping.metafield_rows("product", node)]
    noted += [
        row
        for node in nodes
        for variant in node["variants"]["nodes"]
        for row in mapping.metafield_rows("variant", variant)
    ]
    return page.products(products, [row for _product, rows in pairs for row in rows], noted)


def _inventory(
    page: MirrorPage,
    nodes: list[InventoryPageInventoryItemsNodes],
    _state: SyncState,
    _days: mapping.Days,
) -> int:
    items = [
        (
            mapping.local_id(node["id"]),
            mapping.cost_of(node),
            bool(node["tracked"]),
        )
        for node in nodes
    ]
    levels = [
        mapping.level_row(node["id"], level)
        for node in nodes
        for level in node["inventoryLevels"]["nodes"]
    ]
    return page.inventory(items, levels)


def _collections(
    page: MirrorPage,
    nodes: list[CollectionsPageCollectionsNodes],
    _state: SyncState,
    _days: mapping.Days,
) -> int:
    members = [row for node in nodes for row in mapping.membership_rows(node)]
    rows = [mapping.collection_row(node) for node in nodes]
    return _with_metafields(page, page.put("collections", rows, members), "collection", rows, nodes)


def _customers(
    page: MirrorPage,
    nodes: list[CustomersPageCustomersNodes],
    _state: SyncState,
    _days: mapping.Days,
) -> int:
    rows = [mapping.customer_row(node) for node in nodes]
    return _with_metafields(page, page.customers(rows), "customer", rows, nodes)


def _orders(
    page: MirrorPage, nodes: list[OrdersPageOrdersNodes], _state: SyncState, days: mapping.Days
) -> int:
    rows = OrderPageRows()
    for node in nodes:
        mapping.add_order(rows, node, days)
    return _with_metafields(page, page.orders(rows), "order", rows.orders, nodes)


def _with_metafields(
    page: MirrorPage, news: int, owner: str, rows: Sequence[Any], nodes: Sequence[Any]
) -> int:
    """Store the metafields of owners just stored, of which ``news`` were; how many are news now.

    A changed metafield mostly changes its owner too, so the two are not added.
    """
    noted = [row for node in nodes for row in mapping.metafield_rows(owner, node)]
    return max(news, page.metafields(owner, rows, noted))


def _discounts(
    page: MirrorPage,
    nodes: list[mapping.DiscountNode],
    _state: SyncState,
    _days: mapping.Days,
) -> int:
    return page.put("discounts", [mapping.discount_row(node) for node in nodes])


def _fulfillment_orders(
    page: MirrorPage,
    nodes: list[mapping.FulfillmentOrderNode],
    _state: SyncState,
    _days: mapping.Days,
) -> int:
    lines = [row for node in nodes for row in mapping.fulfillment_order_lines(node)]
    rows = [mapping.fulfillment_order_row(node) for node in nodes]
    return page.put("fulfillment_orders", rows, lines)


def _segments(
    page: MirrorPage, nodes: list[mapping.SegmentNode], _state: SyncState, _days: mapping.Days
) -> int:
    return page.put("segments", [mapping.segment_row(node) for node in nodes])


def _returns(
    page: MirrorPage, nodes: list[mapping.ReturnsNode], _state: SyncState, _days: mapping.Days
) -> int:
    pairs = [mapping.return_rows(node) for node in nodes]
    rows = [row for found, _lines in pairs for row in found]
    return page.put("returns", rows, [line for _rows, lines in pairs for line in lines])


def _checkouts(
    page: MirrorPage, nodes: list[mapping.CheckoutNode], _state: SyncState, _days: mapping.Days
) -> int:
    pairs = [mapping.checkout_rows(node) for node in nodes]
    lines = [line for _row, own in pairs for line in own]
    return page.put("checkouts", [row for row, _own in pairs], lines)


def _transactions(
    page: MirrorPage, nodes: list[mapping.TransactionsNode], _state: SyncState, _days: mapping.Days
) -> int:
    rows = [row for node in nodes for row in mapping.transaction_rows(node)]
    return page.put("transactions", rows)


# Orders with goods on their way back, or back.
_RETURNED = " OR ".join(
    f"return_status:{status}"
    for status in (
        "return_requested", "in_progress", "inspection_complete", "returned", "return_failed"
    )
)  # fmt: skip
# Closed ones are history, which orders tell; that one was closed is seen by when it changed.
_STILL_OPEN = "status:OPEN OR status:IN_PROGRESS OR status:SCHEDULED OR status:ON_HOLD"
# In the order of a first sync. There are at least as many stocked items as products.
STAGES: dict[str, Stage] = {
    "products": Stage(documents.PRODUCTS_PAGE, "products", _products, "products"),
    # Its list knows no order of changes; a level may change without its item.
    "inventory": Stage(
        documents.INVENTORY_PAGE, "inventoryItems", _inventory, "products", again=True,
        ordered=False,
    ),
    "collections": Stage(
        documents.COLLECTIONS_PAGE, "collections", _collections, "products", swept=True
    ),
    # Consent that changed unheard is found by reading them all again.
    "customers": Stage(
        documents.CUSTOMERS_PAGE, "customers", _customers, "customers", again=True
    ),
    "orders": Stage(documents.ORDERS_PAGE, "orders", _orders, "orders"),
    "discounts": Stage(
        documents.DISCOUNTS_PAGE, "discountNodes", _discounts, "discounts", swept=True,
        scope="read_discounts",
    ),
    "fulfillment_orders": Stage(
        documents.FULFILLMENT_ORDERS_PAGE, "fulfillmentOrders", _fulfillment_orders, "orders",
        scope="read_merchant_managed_fulfillment_orders", whole=_STILL_OPEN,
    ),
    "returns": Stage(
        documents.RETURNS_PAGE, "orders", _returns, "orders",
        scope="read_returns", whole=_RETURNED, again=True, within="returns",
    ),
    "segments": Stage(
        documents.SEGMENTS_PAGE, "segments", _segments, "segments", swept=True,
        scope="read_customers",
    ),
    # Shopify forgets old ones, and its list knows no order of changes.
    "checkouts": Stage(
        documents.CHECKOUTS_PAGE, "abandonedCheckouts", _checkouts, "checkouts", swept=True,
        scope="read_orders", ordered=False,
    ),
    # Each changes its order, and none is ever taken back.
    "transactions": Stage(
        documents.TRANSACTIONS_PAGE, "orders", _transactions, "orders",
        scope="read_orders", within="transactions",
    ),
}  # fmt: skip
_NAMES = tuple(STAGES)


def readable(state: SyncState, names: Iterable[str] = _NAMES) -> list[str]:
    """Those of the kinds that the grant lets us read."""
    granted = state.cursor["shop"].get("scopes")
    return [
        name
        for name in names
        if not granted or not STAGES[name].scope or covers(granted, STAGES[name].scope)
    ]


def from_on(stage: str) -> tuple[str, ...]:
    """``stage`` and those behind it."""
    return _NAMES[_NAMES.index(stage) :]


class StagePages:
    """Stores the pages of one stage, each in one transaction with the place to go on from.

    ``tell`` is given in a first sync, which also stores empty pages: they end a stage. ``since``
    is the watermark of objects that were not read in the order of their changes. ``met`` are the
    ids of what was read.
    """

    def __init__(
        self,
        mirror: MirrorStore,
        stage: str,
        state: SyncState,
        tell: Callable[[MirrorPage, str, SyncState], None] | None,
        *,
        since: datetime | None = None,
    ) -> None:
        self.news = 0
        self.met: set[str] = set()
        self._mirror, self._stage, self._state = mirror, stage, state
        self._tell, self._since = tell, since
        self._days = mapping.Days(state.timezone)
        self._stored = 0
        self._newest = (state.cursor.get("marks") or {}).get(stage, "")

    def store(self, nodes: list[Node], following: str | None) -> None:
        """Store one page; ``following`` None says that it is the last."""
        is_first = self._tell is not None
        if not nodes and not is_first:
            return
        self._stored += 1
        if is_first and self._stored in _COUNTED_AFTER:
            self._mirror.analyze_early()
        with self._mirror.page() as page:
            stage = STAGES[self._stage]
            self.news += stage.store(page, nodes, self._state, self._days)
            self.met |= {mapping.local_id(node["id"]) for node in nodes} if stage.swept else set()
            mark = self._mark(nodes, following)
            advance(self._state, self._stage, nodes, following, is_first=is_first, mark=mark)
            page.save(self._state)
            if self._tell is not None:
                self._tell(page, self._stage, self._state)

    def _mark(self, nodes: list[Node], following: str | None) -> str:
        """The watermark that holds once this page is stored; empty when none does yet."""
        if self._since is not None:
            return mapping.utc_text(self._since.isoformat())
        self._newest = max(self._newest, _newest(nodes))
        return self._newest if STAGES[self._stage].ordered or following is None else ""
