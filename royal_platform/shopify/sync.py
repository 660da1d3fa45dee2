"""Keeps the mirror true to the store: a resumable first sync, then what changed since."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from core.errors import NotConfigured, RoyalError
from core.telemetry.logs import get_logger
from royal_platform.shopify import documents, mapping
from royal_platform.shopify.client import ShopifyClient
from royal_platform.shopify.documents import Document
from royal_platform.shopify.pages import Node, PageReader
from royal_platform.shopify.ports import MirrorPage, MirrorStore, SyncState
from royal_platform.shopify.reconcile import reconcile
from royal_platform.shopify.rows import LocationRow, OrderPageRows

log = get_logger(__name__)

STAGES = ("products", "inventory", "customers", "orders")
# Changes are asked for from a little before the newest we have: clocks and indexes lag.
OVERLAP = timedelta(minutes=2)
# Deletions leave no trace in updated_at: ids are compared this often, in the store's time.
RECONCILE_EVERY = timedelta(hours=24)
# Pages of a first sync after which the database counts what it holds.
_COUNTED_AFTER = (2, 8, 32)
# Up to this many variants, stock is read whole each time; beyond, only what says it changed.
_WHOLE_STOCK = 2_000
_TELL_EVERY_SECONDS = 1.0
_SINGULAR = {"products": "product", "orders": "order", "customers": "customer"}


class SyncPlatform(Protocol):
    """The parts of the platform that a sync needs."""

    def shopify(self) -> ShopifyClient: ...

    def mirror(self) -> MirrorStore: ...


async def first(platform: SyncPlatform) -> dict[str, int]:
    """Read the whole store, going on where an earlier attempt was cut off; return the counts."""
    return await Sync(platform.shopify(), platform.mirror()).first()


async def incremental(platform: SyncPlatform) -> int:
    """Read what changed since; return how many objects were news. Runs ``first`` when needed."""
    return await Sync(platform.shopify(), platform.mirror()).run()


def notice_deletion(mirror: MirrorStore, topic: str, payload: Mapping[str, Any]) -> int:
    """Take what a webhook says is gone out of the mirror, contacting nobody; how many were there.

    ``topic`` is products/delete, orders/delete or customers/delete.
    """
    subject = topic.partition("/")[0]
    gone = payload if subject != "customers" else payload.get("customer") or payload
    ident = str(gone["id"])
    with mirror.page() as page:
        drop = {
            "products": page.delete_products,
            "orders": page.delete_orders,
            "customers": page.delete_customers,
        }[subject]
        count = drop([ident])
        if count:
            facts = {"kind": "deletion", "changed": count, _SINGULAR[subject]: ident}
            page.tell("store.sync.completed", facts)
    return count


class Sync:
    """One store's sync. One at a time per store: pages take the store's row lock."""

    def __init__(self, client: ShopifyClient, mirror: MirrorStore, *, page_size: int = 250) -> None:
        self._client = client
        self._mirror = mirror
        self._reader = PageReader(client, page_size)
        self._told_at = 0.0

    async def run(self) -> int:
        """The first sync if it is not complete, else the changes and, when due, the deletions.

        Returns how many objects were news. On failure the store's row says so; the error is
        raised again.
        """
        state = self._mirror.state()
        if not state.cursor.get("complete"):
            counts = await self.first()
            return sum(counts.get(stage, 0) for stage in STAGES)
        return await self._guarded(self._incremental)

    async def first(self) -> dict[str, int]:
        """Read everything; a repeated call goes on behind the last stored page."""
        await self._guarded(self._first)
        return self._mirror.state().counts

    async def reconcile(self) -> int:
        """Notice deleted products and orders now; return how many there were."""
        return await self._guarded(self._reconcile)

    async def _first(self) -> int:
        state = self._mirror.state()
        started = dict(state.cursor.get("first") or {})
        if not started:
            await self._read_shop(state)
            started = {"stage": STAGES[0], "after": None}
            state.cursor = {"first": started, "marks": {}, "shop": state.cursor["shop"]}
        state.phase = "first"
        for stage in STAGES[STAGES.index(started["stage"]) :]:
            after = started["after"] if stage == started["stage"] else None
            await self._read_stage(stage, state, after=after, is_first=True)
        state.cursor = {
            "complete": True,
            "marks": state.cursor["marks"],
            "shop": state.cursor["shop"],
            "reconciled_at": self._mirror.now().isoformat(),
            "gap": self._gap(_expected(state)),
        }
        state.phase = "idle"
        await asyncio.to_thread(self._mirror.analyze)
        with self._mirror.page() as page:
            page.save(state)
            page.tell("store.sync.completed", {"kind": "first", "counts": state.counts})
        log.info("store.sync.completed", kind="first", **state.counts)
        return sum(state.counts[stage] for stage in STAGES)

    async def _incremental(self) -> int:
        state = self._mirror.state()
        there = await self._read_shop(state)
        news = 0
        for stage in STAGES:
            news += await self._read_stage(stage, state, after=None, is_first=False)
        gap, accepted = self._gap(there), state.cursor.get("gap", {})
        due = datetime.fromisoformat(state.cursor["reconciled_at"]) + RECONCILE_EVERY
        too_many = any(count > max(0, accepted.get(name, 0)) for name, count in gap.items())
        if too_many or self._mirror.now() >= due:
            news += await self._reconcile_into(state)
            # What is left counts differently over there: no reason to compare again.
            gap = self._gap(there)
            state.cursor = {**state.cursor, "gap": gap}
        # Once may be an object created meanwhile; twice, something was missed: read it all again.
        short = any(count < min(0, accepted.get(name, 0)) for name, count in gap.items())
        if short and state.cursor.get("short"):
            log.warning("store.sync.incomplete", gap=gap)
            state.cursor, state.counts = {}, {}
            with self._mirror.page() as page:
                page.save(state)
            return news + await self._first()
        state.cursor = {**state.cursor, "short": short}
        state.phase = "idle"
        with self._mirror.page() as page:
            page.save(state)
            if news:
                page.tell("store.sync.completed", {"kind": "incremental", "changed": news})
        return news

    def _gap(self, there: Mapping[str, int]) -> dict[str, int]:
        """How many more (or fewer) products and orders we have than the store says it has."""
        here = self._mirror.counts()
        return {name: here[name] - count for name, count in there.items()}

    async def _reconcile(self) -> int:
        state = self._mirror.state()
        await self._read_shop(state)
        gone = await self._reconcile_into(state)
        with self._mirror.page() as page:
            page.save(state)
        return gone

    async def _reconcile_into(self, state: SyncState) -> int:
        whole_history = bool(state.cursor["shop"]["whole_history"])
        gone = await reconcile(self._reader, self._mirror, whole_history=whole_history)
        state.cursor = {**state.cursor, "reconciled_at": self._mirror.now().isoformat()}
        return gone

    async def _read_shop(self, state: SyncState) -> dict[str, int]:
        """The shop's own facts and locations; returns how many products and orders there are."""
        answer = await self._client.run(documents.SHOP)
        shop = answer.shop
        scopes = {scope.handle for scope in answer.current_app_installation.access_scopes}
        facts = {
            "name": shop.name,
            "currency": shop.currency_code,
            "timezone": shop.iana_timezone,
            "taxes_included": shop.taxes_included,
            "api_version": self._client.served_version or self._client.api_version,
            "whole_history": not scopes or "read_all_orders" in scopes,
            "scopes": sorted(scopes),
            "shop_domain": shop.myshopify_domain.lower(),
        }
        counts = {
            "products": answer.products_count,
            "orders": answer.orders_count,
            "customers": answer.customers_count,
        }
        state.counts |= {
            f"{name}_expected": count.count for name, count in counts.items() if count is not None
        }
        if facts != state.cursor.get("shop"):
            state.timezone, state.currency = shop.iana_timezone, shop.currency_code
            state.cursor = {**state.cursor, "shop": facts}
            rows = await self._locations()
            with self._mirror.page() as page:
                page.shop(facts)
                page.locations(rows)
                page.save(state)
        return _expected(state)

    async def _locations(self) -> list[LocationRow]:
        rows: list[LocationRow] = []
        after: str | None = None
        while True:
            found = (await self._client.run(documents.LOCATIONS, {"after": after})).locations
            rows += [
                LocationRow(mapping.local_id(node.id), node.name, node.is_active)
                for node in found.nodes
            ]
            if not found.page_info.has_next_page:
                return rows
            after = found.page_info.end_cursor

    async def _read_stage(
        self, stage: str, state: SyncState, *, after: str | None, is_first: bool
    ) -> int:
        """Read one kind of object; every page is stored with the place to go on from."""
        days = mapping.Days(state.timezone)
        news = pages = 0

        def store(nodes: list[Node], following: str | None) -> None:
            nonlocal news, pages
            if not nodes and not is_first:
                return
            pages += 1
            if is_first and pages in _COUNTED_AFTER:
                self._mirror.analyze_early()
            with self._mirror.page() as page:
                changed = _store_nodes(page, stage, nodes, state, days)
                news += changed
                _advance(state, stage, nodes, following, is_first=is_first)
                page.save(state)
                if is_first:
                    self._tell(page, stage, state)

        document, connection = _PAGES[stage]
        complete = {
            "products": self._reader.complete_products,
            "orders": self._reader.complete_orders,
        }.get(stage)
        await self._reader.read(
            document, connection, store, after=after, complete=complete,
            query=None if is_first else _since(stage, state),
        )  # fmt: skip
        return news

    def _tell(self, page: MirrorPage, stage: str, state: SyncState) -> None:
        now = time.monotonic()
        if now - self._told_at >= _TELL_EVERY_SECONDS:
            self._told_at = now
            page.tell("store.sync.progressed", {"stage": stage, "counts": state.counts})

    async def _guarded(self, work: Callable[[], Awaitable[int]]) -> int:
        try:
            result = await work()
        except RoyalError as error:
            unset = isinstance(error, NotConfigured)
            self._mirror.failed("not_configured" if unset else "disconnected", str(error))
            log.warning("store.sync.failed", error=type(error).__name__, detail=error.detail)
            raise
        self._mirror.connected()
        return result


_PAGES: dict[str, tuple[Document[Any], str]] = {
    "products": (documents.PRODUCTS_PAGE, "products"),
    "inventory": (documents.INVENTORY_PAGE, "inventoryItems"),
    "customers": (documents.CUSTOMERS_PAGE, "customers"),
    "orders": (documents.ORDERS_PAGE, "orders"),
}


def _expected(state: SyncState) -> dict[str, int]:
    """How many there are, of what can be compared: old orders out of sight cannot."""
    compared = ["products", "orders"] if state.cursor["shop"]["whole_history"] else ["products"]
    counts = {name: state.counts.get(f"{name}_expected") for name in compared}
    return {name: count for name, count in counts.items() if count is not None}


def _since(stage: str, state: SyncState) -> str | None:
    mark = state.cursor["marks"].get(stage)
    if stage == "inventory":
        if state.counts.get("inventory", 0) <= _WHOLE_STOCK:
            return None
        mark = mark or state.cursor["marks"].get("products")
    if mark is None:
        return None
    begin = datetime.fromisoformat(mark) - OVERLAP
    return f"updated_at:>='{begin:%Y-%m-%dT%H:%M:%SZ}'"


def _advance(
    state: SyncState, stage: str, nodes: list[Node], following: str | None, *, is_first: bool
) -> None:
    """Move the stage's watermark and, in a first sync, the place to go on from."""
    newest = [mapping.utc_text(node["updatedAt"]) for node in nodes if "updatedAt" in node]
    marks = state.cursor.setdefault("marks", {})
    if newest:
        marks[stage] = max([*newest, marks.get(stage, "")])
    if is_first:
        state.counts[stage] = state.counts.get(stage, 0) + len(nodes)
        upcoming = STAGES[min(STAGES.index(stage) + 1, len(STAGES) - 1)]
        last = following is None and stage != STAGES[-1]
        state.cursor["first"] = {"stage": upcoming if last else stage, "after": following}


def _store_nodes(
    page: MirrorPage, stage: str, nodes: list[Node], state: SyncState, days: mapping.Days
) -> int:
    if stage == "products":
        pairs = [
            mapping.product_rows(node, node["variants"]["nodes"], state.currency) for node in nodes
        ]
        products = [product for product, _variants in pairs]
        return page.products(products, [row for _product, rows in pairs for row in rows])
    if stage == "inventory":
        items = [
            (
                mapping.local_id(node["id"]),
                mapping.scaled_or_none((node["unitCost"] or {}).get("amount")),
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
    if stage == "customers":
        return page.customers([mapping.customer_row(node) for node in nodes])
    rows = OrderPageRows()
    for node in nodes:
        mapping.add_order(rows, node, days)
    return page.orders(rows)
