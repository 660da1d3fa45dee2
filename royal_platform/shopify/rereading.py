"""Reads again once a day, in bulk, what may change without a word.

A webhook can be lost, and Shopify does not promise that whoever a metafield belongs to gets a new
``updatedAt`` with it, nor an item with its levels. A bulk operation costs no API budget and runs
while the sync goes on: every pass looks at it once, and what it brought is compared.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.telemetry.logs import get_logger
from royal_platform.shopify import mapping
from royal_platform.shopify.answers import BulkOperationBulkOperation
from royal_platform.shopify.bulk import SHAPES, BulkFailedError, BulkReader, Place, Shape
from royal_platform.shopify.pages import Node
from royal_platform.shopify.ports import MirrorPage, MirrorStore, SyncState
from royal_platform.shopify.stages import StagePages

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Metafields:
    """Metafields of one kind of object; the pages of ``stage`` hold them as well."""

    shape: Shape
    stage: str
    owners: Callable[[list[Node]], Mapping[str, list[Node]]]

    def store(self, page: MirrorPage, nodes: list[Node]) -> int:
        """Store what is news of owners that are stored as they came; of how many."""
        return sum(
            page.metafields(
                owner,
                [mapping.owner_row(node) for node in held],
                [row for node in held for row in mapping.metafield_rows(owner, node)],
            )
            for owner, held in self.owners(nodes).items()
        )


def _of_products(nodes: list[Node]) -> Mapping[str, list[Node]]:
    variants = [variant for node in nodes for variant in node["variants"]["nodes"]]
    return {"product": nodes, "variant": variants}


# Those of other owners come with them, since all of those are read again.
METAFIELDS = {
    "product_metafields": Metafields(
        Shape(
            "product_metafields_bulk",
            {"ProductVariant": "variants", "Metafield": "metafields"},
            {"Metafield": "metafields"},
        ),
        "products",
        _of_products,
    ),
    "order_metafields": Metafields(
        Shape("order_metafields_bulk", {"Metafield": "metafields"}),
        "orders",
        lambda nodes: {"order": nodes},
    ),
}


class Rereading:
    """What is still to be read of one store; its place is kept in the sync's memory.

    ``by_pages`` reads a stage whole without a bulk operation, when none is to be had.
    """

    def __init__(
        self,
        bulk: BulkReader,
        mirror: MirrorStore,
        by_pages: Callable[[str, SyncState], Awaitable[int]],
    ) -> None:
        self._bulk = bulk
        self._mirror = mirror
        self._by_pages = by_pages

    def plan(self, state: SyncState, names: Iterable[str]) -> None:
        """Read these (``METAFIELDS`` or stages) once more; what was not reached comes first."""
        before = _of(state)
        left = list(dict.fromkeys([*before["left"], *names]))
        state.cursor["again"] = {"left": left, "after": before["after"]}

    async def go_on(self, state: SyncState, *, wait: bool) -> int:
        """Read what is ready, or with ``wait`` all that is left; how much of it was news."""
        news = 0
        while left := _of(state)["left"]:
            try:
                found = await self._read(left[0], state, wait=wait)
            except BulkFailedError as failure:
                log.warning("shopify.bulk.failed", stage=left[0], detail=str(failure), next="pages")
                found = await self._by_pages(_stage(left[0]), state)
                _keep(state, None)
            if found is None:
                break
            news += found
        return news

    async def _read(self, name: str, state: SyncState, *, wait: bool) -> int | None:
        """How much was news; None while the store is busy with it."""
        shape = METAFIELDS[name].shape if name in METAFIELDS else SHAPES[name]
        place = Place.parse(_of(state)["after"])
        if place is None:
            place = await self._bulk.start(shape)
            _keep(state, str(place))
            with self._mirror.page() as page:
                page.save(state)
        if not wait and await self._bulk.is_running(place):
            return None
        operation = await self._bulk.finished(place, lambda _objects: None)
        if operation is None:
            raise BulkFailedError("It was cancelled")
        news = 0
        store = self._store(name, state, operation)

        def counted(nodes: list[Any], following: str | None) -> None:
            nonlocal news
            _keep(state, following)
            news += store(nodes)

        await self._bulk.read(operation, place, shape, counted)
        return news

    def _store(
        self, name: str, state: SyncState, operation: BulkOperationBulkOperation
    ) -> Callable[[list[Any]], int]:
        """Stores a batch together with the place to go on from; how much of it was news."""

        def metafields(nodes: list[Any]) -> int:
            with self._mirror.page() as page:
                news = METAFIELDS[name].store(page, nodes)
                page.save(state)
            return news

        def objects(nodes: list[Any]) -> int:
            # What changed while the file was made is read again, levels apart from their items.
            if name == "inventory":
                state.cursor["marks"]["levels"] = mapping.utc_text(operation.created_at.isoformat())
            pages = StagePages(self._mirror, name, state, None, since=operation.created_at)
            pages.store(nodes, None)
            return pages.news

        return metafields if name in METAFIELDS else objects


def _stage(name: str) -> str:
    return METAFIELDS[name].stage if name in METAFIELDS else name


def _of(state: SyncState) -> dict[str, Any]:
    found: dict[str, Any] = state.cursor.get("again") or {"left": [], "after": None}
    return found


def _keep(state: SyncState, after: str | None) -> None:
    """Where to go on with the first that is left; without a place it is done."""
    left = _of(state)["left"]
    state.cursor["again"] = {"left": left if after else left[1:], "after": after}
