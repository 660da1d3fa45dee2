"""What changed in an offer, which offer is the best, and whether a supplier keeps its word."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from statistics import fmean, stdev

from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.suppliers.model import (
    Offer,
    OfferVersion,
    OrderedFrom,
    Promise,
    Reliability,
)

# What an offer is; a new picture is no new offer, and stock is a level that moves within one.
TERMS = (
    "cost", "shipping", "lead_days_low", "lead_days_high", "minimum_order", "pack_size", "sku",
    "barcode", "retail_price", "title",
)  # fmt: skip
_SECONDS_PER_DAY = 86_400
# Standard normal quantile of 0.9: a two-sided interval of 80 %.
_Z80 = 1.2815515655446004


def changed_terms(before: Offer, after: Offer) -> tuple[str, ...]:
    """Names of the terms in which the offers differ."""
    return tuple(name for name in TERMS if getattr(before, name) != getattr(after, name))


def ran_out_or_came_back(before: Offer, after: Offer) -> bool:
    """True when the shelf is empty now and was not, or the other way round."""
    return (before.stock == 0) != (after.stock == 0)


def landed_cost(offer: Offer) -> Money | None:
    """Cost and shipping of one unit; None when the cost is unknown or they differ in currency.

    Unknown shipping counts as none here: callers that must not assume look at ``shipping``.
    """
    if offer.cost is None:
        return None
    if offer.shipping is None:
        return offer.cost
    if offer.shipping.currency != offer.cost.currency:
        return None
    return offer.cost + offer.shipping


def carried_by(offer: Offer, unit_cost: Money) -> Decimal | None:
    """What of the shipping the supplier tells comes on top of a variant's ``unit_cost``.

    Nothing where the cost is the landed one, which has it in it; None where it is not told in the
    same money.
    """
    if offer.shipping is None or offer.shipping.currency != unit_cost.currency:
        return None
    landed = landed_cost(offer)
    if landed is not None and landed.rounded() == unit_cost.rounded():
        return Decimal(0)
    return offer.shipping.amount


def best_by_variant(offers: Iterable[OfferVersion], *, currency: str) -> dict[str, OfferVersion]:
    """For each variant the cheapest offer in ``currency``, one in stock before one that is not.

    Ties go to the shorter lead time, then to the supplier's id, so that the choice is stable.
    """
    grouped: dict[str, list[OfferVersion]] = defaultdict(list)
    for each in offers:
        landed = landed_cost(each.offer)
        if each.variant_id is None or each.withdrawn or landed is None:
            continue
        if landed.currency == currency:
            grouped[each.variant_id].append(each)
    return {variant_id: min(found, key=_rank) for variant_id, found in grouped.items()}


def _rank(version: OfferVersion) -> tuple[bool, object, int, str, str]:
    offer = version.offer
    landed = landed_cost(offer)
    lead = offer.lead_days_high
    return (
        offer.stock == 0,
        landed.amount if landed is not None else math.inf,
        10_000 if lead is None else lead,
        offer.supplier_id,
        offer.supplier_sku,
    )


def ordered_from(
    vendors: Mapping[str, str | None],
    best: Mapping[str, OfferVersion],
    sources: Iterable[OrderedFrom],
) -> dict[str, OrderedFrom]:
    """Whom each variant is ordered from: whose offer is the best, else who is named as its vendor.

    ``vendors`` holds the store's word by variant; capitals do not matter. A variant of which
    neither is known has no entry.
    """
    known = list(sources)
    by_id = {each.supplier_id: each for each in known}
    by_name = {each.name.strip().lower(): each for each in known}
    found: dict[str, OrderedFrom] = {}
    for variant_id, vendor in vendors.items():
        offer = best.get(variant_id)
        source = None if offer is None else by_id.get(offer.offer.supplier_id)
        source = source or by_name.get((vendor or "").strip().lower())
        if source is not None:
            found[variant_id] = source
    return found


def matched(
    offers: Sequence[Offer], variants_by_sku: Mapping[str, Sequence[str]]
) -> list[str | None]:
    """The variant of each offer by the store's SKU, in capitals; None without exactly one.

    A SKU that two variants share says nothing about either.
    """
    found: list[str | None] = []
    for offer in offers:
        candidates = variants_by_sku.get((offer.sku or "").strip().upper(), ())
        found.append(candidates[0] if len(candidates) == 1 else None)
    return found


def reliability(promises: Iterable[Promise], now: datetime) -> Reliability:
    """Promise against fact. The interval is Wilson's score interval (Wilson, 1927) at 80 %."""
    judged = on_time = overdue = 0
    delays: list[float] = []
    leads: list[float] = []
    for each in promises:
        if each.delivered_at is not None:
            leads.append(_days(each.placed_at, each.delivered_at))
        if each.promised_at is None or each.status in {"cancelled", "refused"}:
            continue
        if each.delivered_at is not None:
            judged += 1
            delays.append(_days(each.promised_at, each.delivered_at))
            on_time += each.delivered_at <= each.promised_at
        elif each.status != "delivered" and each.promised_at < now:
            # What arrived at a time nobody knows was neither late nor in time.
            judged += 1
            overdue += 1
    low, high = wilson(on_time, judged) if judged else (None, None)
    return Reliability(
        judged=judged,
        on_time=on_time,
        overdue=overdue,
        share=on_time / judged if judged else None,
        low=low,
        high=high,
        mean_delay_days=fmean(delays) if delays else None,
        mean_lead_days=fmean(leads) if leads else None,
        sd_lead_days=stdev(leads) if len(leads) > 1 else None,
    )


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The 80 % score interval of a share; ``trials`` above zero."""
    share = successes / trials
    square = _Z80 * _Z80 / trials
    centre = (share + square / 2) / (1 + square)
    half = _Z80 * math.sqrt(share * (1 - share) / trials + square / (4 * trials)) / (1 + square)
    # The share lies within, also where rounding says otherwise: at none and at all.
    return max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))


def _days(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / _SECONDS_PER_DAY


def stands_since(versions: Sequence[OfferVersion]) -> datetime | None:
    """Since when an article is offered, or is not, without a break; None where it is unknown.

    ``versions`` are all of one offer, the newest first; new terms are no break.
    """
    found = None
    for each in versions:
        if each.withdrawn != versions[0].withdrawn:
            break
        found = each.since
    return found
