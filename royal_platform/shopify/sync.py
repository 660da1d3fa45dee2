"""Keeps the mirror true to the store: a resumable first sync, then what changed since."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from core.errors import NotConfigured, RoyalError
from core.telemetry.logs import get_logger
from royal_platform.shopify import documents, mapping, progress, stages
from royal_platform.shopify.bulk import BULK_BATCH, SHAPES, BulkFailedError, BulkReader, Place
from royal_platform.shopify.client import ShopifyClient
from royal_platform.shopify.errors import ShopifyUnauthorized
from royal_platform.shopify.pages import PageReader
from royal_platform.shopify.ports import MirrorPage, MirrorStore, SyncState
from royal_platform.shopify.reconcile import reconcile
from royal_platform.shopify.rereading import METAFIELDS, Rereading
from royal_platform.shopify.rows import LocationRow
from royal_platform.shopify.stages import StagePages

log = get_logger(__name__)

# Deletions leave no trace in updated_at: ids are compared this often, in the store's time.
RECONCILE_EVERY = timedelta(hours=24)
_TELL_EVERY_SECONDS = 1.0
# From so many objects on a bulk operation, which costs no API budget, beats reading pages.
BULK_FROM = 5_000
_SINGULAR = {
    "products": "product",
    "orders": "order",
    "customers": "customer",
    "collections": "collection",
    "discounts": "discount",
    "segments": "segment",
    "checkouts": "checkout",
}


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

    ``topic`` is that of a product, an order, a customer, a collection, a discount,
    a segment or a checkout.
    """
    subject = topic.partition("/")[0]
    gone = payload if subject != "customers" else payload.get("customer") or payload
    # Discounts are told by their global id alone, segments by a global id under this name.
    ident = mapping.local_id(str(gone["id"] if "id" in gone else gone["admin_graphql_api_id"]))
    with mirror.page() as page:
        drop = {
            "products": page.delete_products,
            "orders": page.delete_orders,
            "customers": page.delete_customers,
        }.get(subject)
        count = drop([ident]) if drop is not None else page.delete(subject, [ident])
        if count:
            facts = {"kind": "deletion", "changed": count, _SINGULAR[subject]: ident}
            page.tell("store.sync.completed", facts)
    return count


class Sync:
    """One store's sync. One at a time per store: pages take the store's row lock."""

    def __init__(
        self,
        client: ShopifyClient,
        mirror: MirrorStore,
        *,
        page_size: int = 250,
        bulk_from: int = BULK_FROM,
        bulk_batch: int = BULK_BATCH,
    ) -> None:
        self._client = client
        self._mirror = mirror
        self._reader = PageReader(client, page_size)
        self._bulk = BulkReader(client, bulk_batch)
        self._rereading = Rereading(self._bulk, mirror, self._read_again)
        self._bulk_from = bulk_from
        self._told_at = 0.0

    async def run(self) -> int:
        """The first sync if it is not complete, else the changes and, when due, the deletions.

        Returns how many objects were news. On failure the store's row says so; the error is
        raised again.
        """
        state = self._mirror.state()
        if not state.cursor.get("complete"):
            counts = await self.first()
            return sum(counts.get(stage, 0) for stage in stages.STAGES)
        return await self._guarded(self._incremental)

    async def first(self) -> dict[str, int]:
        """Read everything; a repeated call goes on behind the last stored page."""
        await self._guarded(self._first)
        return self._mirror.state().counts

    async def reconcile(self) -> int:
        """Notice now what is gone, and read again what is only read whole; how much was news."""
        return await self._guarded(self._reconcile)

    async def _first(self) -> int:
        state = self._mirror.state()
        started = dict(state.cursor.get("first") or {})
        if not started:
            await self._read_shop(state)
            await self._read_shop_metafields()
            started = {"stage": next(iter(stages.STAGES)), "after": None}
            state.cursor = {"first": started, "marks": {}, "shop": state.cursor["shop"]}
            progress.plan(state, stages.readable(state), stages.STAGES)
        state.phase = "first"
        for stage in stages.readable(state, stages.from_on(started["stage"])):
            after = started["after"] if stage == started["stage"] else None
            progress.begin(state, stage)
            if stage == "inventory":
                # Levels that change while they are read: nothing of this is later than now.
                marks = state.cursor["marks"]
                marks["levels"] = marks.get("products", "")
            # Told at once: its own first objects may be long in coming.
            self._told_at = 0.0
            self._save(state, stage)
            await self._read_stage(stage, state, after=after, is_first=True)
        state.cursor = {
            "complete": True,
            "marks": state.cursor["marks"],
            "progress": state.cursor["progress"],
            "shop": state.cursor["shop"],
            "reconciled_at": self._mirror.now().isoformat(),
            "gap": self._gap(stages.expected(state)),
        }
        state.phase = "idle"
        await asyncio.to_thread(self._mirror.analyze)
        with self._mirror.page() as page:
            page.save(state)
            page.tell("store.sync.completed", {"kind": "first", "counts": state.counts})
        log.info("store.sync.completed", kind="first", **state.counts)
        return sum(state.counts.get(stage, 0) for stage in stages.STAGES)

    async def _incremental(self) -> int:
        state = self._mirror.state()
        there = await self._read_shop(state)
        news = await self._read_shop_metafields()
        for stage in stages.readable(state):
            news += await self._read_stage(stage, state, after=None, is_first=False)
            progress.end(state, stage)
        gap, accepted = self._gap(there), state.cursor.get("gap", {})
        due = datetime.fromisoformat(state.cursor["reconciled_at"]) + RECONCILE_EVERY
        too_many = any(count > max(0, accepted.get(name, 0)) for name, count in gap.items())
        if too_many or self._mirror.now() >= due:
            news += await self._reconcile_into(state)
            # What is left counts differently over there: no reason to compare again.
            gap = self._gap(there)
            state.cursor = {**state.cursor, "gap": gap}
        news += await self._rereading.go_on(state, wait=False)
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
        gone = await self._read_shop_metafields() + await self._reconcile_into(state)
        gone += await self._rereading.go_on(state, wait=True)
        with self._mirror.page() as page:
            page.save(state)
        return gone

    async def _reconcile_into(self, state: SyncState) -> int:
        whole_history = bool(state.cursor["shop"]["whole_history"])
        gone = await reconcile(self._reader, self._mirror, whole_history=whole_history)
        for name in stages.readable(state):
            gone += await self._sweep(name, state) if stages.STAGES[name].swept else 0
            if stages.STAGES[name].again and not self._in_bulk(name, state, None):
                gone += await self._read_again(name, state)
        large = [
            name
            for name in stages.readable(state)
            if stages.STAGES[name].again and self._in_bulk(name, state, None)
        ]
        self._rereading.plan(state, [*METAFIELDS, *large])
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
            "checkouts": answer.abandoned_checkouts_count,
        }
        state.counts |= {
            f"{name}_expected": count.count for name, count in counts.items() if count is not None
        }
        if facts != state.cursor.get("shop"):
            state.timezone, state.currency = shop.iana_timezone, shop.currency_code
            state.cursor = {**state.cursor, "shop": facts}
            with self._mirror.page() as page:
                page.shop(facts)
                page.save(state)
        await self._read_locations(state)
        return stages.expected(state)

    async def _read_shop_metafields(self) -> int:
        """No webhook tells of these, so every sync reads them; whether they were news."""
        shop = await self._reader.read_shop_metafields()
        with self._mirror.page() as page:
            return page.shop_metafields(
                mapping.local_id(shop["id"]), mapping.metafield_rows("shop", shop)
            )

    async def _read_locations(self, state: SyncState) -> None:
        """Few, and nothing else tells that one was opened, renamed or closed."""
        rows = await self._locations()
        told = [list(row) for row in rows]
        if told == state.cursor.get("locations"):
            return
        state.cursor = {**state.cursor, "locations": told}
        with self._mirror.page() as page:
            page.locations(rows)
            page.save(state)

    async def _locations(self) -> list[LocationRow]:
        rows: list[LocationRow] = []
        after: str | None = None
        while True:
            found = (await self._client.run(documents.LOCATIONS, {"after": after}))["locations"]
            rows += [
                LocationRow(mapping.local_id(node["id"]), node["name"], node["isActive"])
                for node in found["nodes"]
            ]
            if not found["pageInfo"]["hasNextPage"]:
                return rows
            after = found["pageInfo"]["endCursor"]

    async def _read_stage(
        self, stage: str, state: SyncState, *, after: str | None, is_first: bool
    ) -> int:
        """Read one kind of object; every page is stored with the place to go on from."""
        if is_first and self._in_bulk(stage, state, after):
            try:
                return await self._read_in_bulk(stage, state, Place.parse(after))
            except BulkFailedError as failure:
                log.warning("shopify.bulk.failed", stage=stage, detail=str(failure), next="pages")
                after, state.counts[stage] = None, 0
                progress.begin(state, stage)
        pages = StagePages(self._mirror, stage, state, self._tell if is_first else None)
        query = None if is_first else stages.since(stage, state)
        await self._read_pages(stage, pages, after=after, query=query)
        if stage == "inventory" and query is not None:
            return pages.news + await self._read_moved_levels(state)
        return pages.news

    async def _read_moved_levels(self, state: SyncState) -> int:
        """A level that changed need not change its item: of many items they are asked for apart."""
        found = await self._reader.read_moved_levels(stages.since("levels", state))
        rows = [mapping.level_row(node["item"]["id"], node) for node in found]
        if not rows:
            return 0
        with self._mirror.page() as page:
            news = page.inventory([], rows)
            state.cursor["marks"]["levels"] = max(row.updated_at for row in rows)
            page.save(state)
        return news

    async def _read_pages(
        self, name: str, pages: StagePages, *, after: str | None = None, query: str | None = None
    ) -> None:
        stage = stages.STAGES[name]
        complete = {
            "products": self._reader.complete_products,
            "checkouts": self._reader.complete_checkouts,
            "collections": self._reader.complete_collections,
            "customers": self._reader.complete_metafields,
            "inventory": self._reader.complete_levels,
            "fulfillment_orders": self._reader.complete_fulfillment_orders,
            "orders": self._reader.complete_orders,
            "returns": self._reader.complete_returns,
        }.get(name)
        await self._reader.read(
            stage.document, stage.connection, pages.store, after=after, complete=complete,
            query=query or stage.whole,
        )  # fmt: skip

    async def _sweep(self, name: str, state: SyncState) -> int:
        """Read a kind whole: what is not met is gone; return how many objects were news."""
        pages = StagePages(self._mirror, name, state, None)
        await self._read_pages(name, pages)
        with self._mirror.page() as page:
            gone = page.keep(name, pages.met)
            state.counts[name] = page.count(name)
            page.save(state)
            if gone:
                page.tell("store.sync.completed", {"kind": "deletion", name: gone})
        return pages.news + gone

    async def _read_again(self, name: str, state: SyncState) -> int:
        """Read a kind whole without taking what is out of sight for gone; how much was news."""
        pages = StagePages(self._mirror, name, state, None)
        await self._read_pages(name, pages)
        return pages.news

    def _in_bulk(self, stage: str, state: SyncState, after: str | None) -> bool:
        """Whether a first sync reads this stage by a bulk operation, or goes on with one."""
        if after is not None:
            return Place.parse(after) is not None
        counted = stages.STAGES[stage].counted
        if stage not in SHAPES:
            return False
        return state.counts.get(f"{counted}_expected", 0) >= self._bulk_from

    async def _read_in_bulk(self, stage: str, state: SyncState, place: Place | None) -> int:
        def prepared(objects: int) -> None:
            progress.begin(state, stage, prepared=objects)
            self._save(state, stage)

        shape = SHAPES[stage]
        operation = await self._bulk.finished(place, prepared) if place else None
        if place is None or operation is None:
            place = await self._bulk.start(shape)
            state.counts[stage] = 0
            state.cursor["first"] = {"stage": stage, "after": str(place)}
            prepared(0)
            operation = await self._bulk.finished(place, prepared)
        if operation is None:
            raise BulkFailedError("It was cancelled")
        progress.begin(state, stage)
        # Objects are read one after the other: what changed while it ran is read again.
        pages = StagePages(self._mirror, stage, state, self._tell, since=operation.created_at)
        complete = self._reader.add_refunds if stage == "orders" else None
        await self._bulk.read(operation, place, shape, pages.store, complete=complete)
        return pages.news

    def _save(self, state: SyncState, stage: str) -> None:
        """Keep how far a first sync has come, though no object came with it."""
        with self._mirror.page() as page:
            page.save(state)
            self._tell(page, stage, state)

    def _tell(self, page: MirrorPage, stage: str, state: SyncState) -> None:
        now = time.monotonic()
        if now - self._told_at >= _TELL_EVERY_SECONDS:
            self._told_at = now
            page.tell("store.sync.progressed", {"stage": stage, "counts": state.counts})

    async def _guarded(self, work: Callable[[], Awaitable[int]]) -> int:
        try:
            result = await work()
        except RoyalError as error:
            refused = isinstance(error, ShopifyUnauthorized)
            unset = isinstance(error, NotConfigured) and not refused
            self._mirror.failed("not_configured" if unset else "disconnected", str(error))
            log.warning("store.sync.failed", error=type(error).__name__, detail=error.detail)
            raise
        self._mirror.connected()
        return result
