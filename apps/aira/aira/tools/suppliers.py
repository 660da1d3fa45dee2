"""Suppliers: how each keeps its word, and what they ask for which article."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import urlencode

from pydantic import Field

from aira.tools.listing import part_of
from aira.tools.model import Answer, Asked, Column, Json, Paged, Tool, listed, plain, table
from core.errors import NotFound
from royal_platform.commerce.suppliers.model import OfferVersion, Reliability
from royal_platform.commerce.suppliers.rules import landed_cost
from royal_platform.persistence import stores
from royal_platform.persistence.offers import Offers
from royal_platform.persistence.stores import Store
from royal_platform.persistence.suppliers import Supplier, Suppliers

_SUPPLIERS = (
    Column("name", "Supplier", "text", "suppliers", "id"), Column("kind", "Kind"),
    Column("state", "State", "status"),
    Column("offers", "Offers", "number"), Column("read_at", "Last read", "time"),
    Column("on_time", "In time"), Column("mean_lead_days", "Lead time, days", "number"),
)  # fmt: skip
_OFFERS = (
    Column("title", "Article"), Column("supplier", "Supplier"), Column("cost", "Cost", "money"),
    Column("landed", "With shipping", "money"), Column("lead_days", "Days"),
    Column("stock", "Their stock", "number"), Column("minimum_order", "Minimum", "number"),
    Column("sold_here", "Sold here", "status"),
)  # fmt: skip


class SuppliersIn(Paged):
    """Which suppliers."""

    text: str | None = Field(None, description="Words in the name")


class OffersIn(Paged):
    """Which offers."""

    text: str | None = Field(None, description="Words in the article's name or number")
    supplier: str | None = Field(None, description="Name or id of a supplier", max_length=120)
    matched: Literal["all", "yes", "no"] = Field(
        "all", description="yes = the store sells it; no = it does not"
    )


def suppliers(asked: Asked, given: SuppliersIn) -> Answer:
    """Suppliers with promise against fact."""
    with asked.platform.database.read() as connection:
        store = stores.get(connection, asked.store_id)
        every = Suppliers(store.id).all(connection)
    words = (given.text or "").casefold()
    found = [each for each in every if words in each.name.casefold()]
    shown, following = part_of(found, given.cursor, given.limit)
    kept = asked.platform.offers.reliability()
    rows = [_supplier(each, kept.get(each.id)) for each in shown]
    return Answer(
        result={"total": len(found), "data": rows},
        text=listed(_SUPPLIERS, rows, len(found), "No supplier is called that."),
        source=_source(store, shown), as_of=store.store_clock().now(), view=table(_SUPPLIERS),
        next_cursor=following, label="Suppliers", query="GET /v1/suppliers", link="/suppliers",
    )  # fmt: skip


def offers(asked: Asked, given: OffersIn) -> Answer:
    """A page of the offers in force, by title."""
    with asked.platform.database.read() as connection:
        store = stores.get(connection, asked.store_id)
        supplier = _named(Suppliers(store.id).all(connection), given.supplier)
        page = Offers(store.id).page(
            connection, supplier_id=None if supplier is None else supplier.id, words=given.text,
            is_matched=None if given.matched == "all" else given.matched == "yes",
            cursor=given.cursor, limit=given.limit,
        )  # fmt: skip
    names = asked.platform.offers.names()
    rows = [_offer(each, names) for each in page.items]
    said = {"q": given.text, "supplier_id": supplier and supplier.id, "matched": given.matched}
    query = urlencode({name: value for name, value in said.items() if value})
    return Answer(
        result={"total": page.total, "data": rows},
        text=listed(_OFFERS, rows, page.total, "No offer is like that."), source=store.source,
        as_of=store.store_clock().now(), view=table(_OFFERS), next_cursor=page.next_cursor,
        label="Offers", query=f"GET /v1/offers?{query}", link="/suppliers",
    )  # fmt: skip


def _source(store: Store, shown: Any) -> str:
    """The sandbox's suppliers are invented, whichever store is connected."""
    return "sandbox" if any(each.origin == "sandbox" for each in shown) else store.source


def _named(every: list[Supplier], words: str | None) -> Supplier | None:
    if not words:
        return None
    wanted = words.strip().casefold()
    for each in every:
        if wanted in (each.id.casefold(), each.name.casefold()):
            return each
    raise NotFound(f"There is no supplier {words!r}.", remedy="`/suppliers` lists them.")


def _supplier(each: Supplier, kept: Reliability | None) -> Json:
    judged = 0 if kept is None else kept.judged
    on_time = "not yet known"
    if kept is not None and kept.share is not None and kept.low is not None:
        high = kept.high or kept.share
        on_time = f"{kept.share:.0%} of {judged} ({kept.low:.0%} to {high:.0%}, 80 %)"
    lead = None if kept is None else kept.mean_lead_days
    return {
        "id": each.id, "name": each.name, "kind": each.kind, "origin": each.origin,
        "active": each.active, "state": each.state, "detail": each.detail,
        "offers": each.offer_count, "faults": each.fault_count, "read_at": plain(each.read_at),
        "judged": judged, "on_time": on_time,
        "mean_lead_days": None if lead is None else round(lead, 1),
    }  # fmt: skip


def _offer(version: OfferVersion, names: dict[str, str]) -> Json:
    offer = version.offer
    days = [each for each in (offer.lead_days_low, offer.lead_days_high) if each is not None]
    return {
        "title": offer.title, "supplier": names.get(offer.supplier_id, offer.supplier_id),
        "supplier_sku": offer.supplier_sku, "cost": plain(offer.cost),
        "landed": plain(landed_cost(offer)),
        "lead_days": " to ".join(map(str, dict.fromkeys(days))) or None, "stock": offer.stock,
        "minimum_order": offer.minimum_order, "pack_size": offer.pack_size,
        "variant_id": version.variant_id,
        "sold_here": "no" if version.variant_id is None else "yes",
        "since": plain(version.since),
    }  # fmt: skip


TOOLS: tuple[Tool[Any], ...] = (
    Tool(
        "suppliers", "Suppliers",
        "Suppliers with their state, offers, lead time, and the share of orders delivered in time.",
        "store:read", SuppliersIn, suppliers, rest="text",
    ),
    Tool(
        "offers", "Suppliers' offers",
        "What suppliers ask for which article: cost, with shipping, days, stock, smallest order.",
        "store:read", OffersIn, offers, rest="text",
        usage='/offers [WORDS] [supplier="NAME"] [matched=yes|no]',
    ),
)  # fmt: skip
