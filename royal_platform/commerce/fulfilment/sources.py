"""What could serve an order: the own shelf, and the suppliers' offers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from royal_platform.commerce.fulfilment.calendar import Workdays
from royal_platform.commerce.fulfilment.model import OWN, Option, Wanted
from royal_platform.commerce.suppliers.model import OfferVersion, Reliability

# What a supplier without a stated lead time is taken to need.
_UNKNOWN_LEAD_DAYS = 21


@dataclass(frozen=True, slots=True)
class Shelf:
    """Our own stock of a variant: ``on_hand`` units are there (None: it is not counted), of which
    ``short`` are promised beyond what is there. ``unit_cost`` None means unknown.
    """

    variant_id: str
    on_hand: int | None
    short: bool
    unit_cost: Decimal | None


def own_options(
    wanted: Sequence[Wanted],
    shelves: Mapping[str, Shelf],
    *,
    placed_at: datetime,
    workdays: Workdays,
    name: str,
) -> list[Option]:
    """The own shelf, where goods are on it."""
    found: list[Option] = []
    for one in wanted:
        shelf = shelves.get(one.variant_id or "")
        if shelf is None or shelf.short:
            continue
        found.append(
            Option(
                source=OWN, source_name=name, line_id=one.line_id, article=shelf.variant_id,
                unit_cost=shelf.unit_cost or Decimal(0), shipping=None,
                arrives_by=workdays.own_promise(placed_at), capacity=shelf.on_hand, on_time=None,
            )
        )  # fmt: skip
    return found


def supplier_options(
    wanted: Sequence[Wanted],
    offers: Iterable[OfferVersion],
    reliability: Mapping[str, Reliability],
    names: Mapping[str, str],
    *,
    now: datetime,
    currency: str,
    workdays: Workdays,
    calendars: Mapping[str, Workdays],
    without: frozenset[str] = frozenset(),
) -> list[Option]:
    """The suppliers' offers for these lines in the store's currency; ``without`` are left out.

    ``now`` is when they are told; ``calendars`` are of the suppliers that have their own.
    """
    by_variant: dict[str, list[OfferVersion]] = {}
    for each in offers:
        if each.variant_id is not None and not each.withdrawn:
            by_variant.setdefault(each.variant_id, []).append(each)
    found: list[Option] = []
    for one in wanted:
        for version in by_variant.get(one.variant_id or "", ()):
            offer = version.offer
            if offer.cost is None or offer.cost.currency != currency:
                continue
            if offer.supplier_id in without:
                continue
            if offer.shipping is not None and offer.shipping.currency != currency:
                continue
            own = calendars.get(offer.supplier_id)
            lead = offer.lead_days_high or offer.lead_days_low or _UNKNOWN_LEAD_DAYS
            record = reliability.get(offer.supplier_id)
            found.append(
                Option(
                    source=offer.supplier_id,
                    source_name=names.get(offer.supplier_id, offer.supplier_id),
                    line_id=one.line_id, article=offer.supplier_sku,
                    unit_cost=offer.cost.amount,
                    shipping=None if offer.shipping is None else offer.shipping.amount,
                    arrives_by=workdays.supplier_promise(now, lead, own), capacity=offer.stock,
                    minimum=offer.minimum_order or 1,
                    on_time=None if record is None else record.low,
                )
            )  # fmt: skip
    return found
