"""Which terms hold for a variant: what was entered, what deliveries taught, what is assumed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from royal_platform.commerce.catalog.model import Variant
from royal_platform.commerce.decisions.model import Policy
from royal_platform.commerce.inventory.lead_times import learned
from royal_platform.commerce.inventory.model import (
    Delivery,
    EnteredTerms,
    SupplierCalendar,
    SupplyTerms,
)
from royal_platform.commerce.suppliers.model import OfferVersion, Reliability

NOTHING_ENTERED = EnteredTerms()
_ENOUGH_DELIVERIES = 5
_TENTH = Decimal("0.1")


def assumed(policy: Policy) -> SupplyTerms:
    """The policy's lead time and nothing else."""
    return SupplyTerms(
        Decimal(policy.lead_time_days), Decimal(policy.lead_time_sd_days), source="policy"
    )


def terms_by_variant(
    variants: Sequence[Variant],
    policy: Policy,
    *,
    of_vendors: Mapping[str, EnteredTerms],
    of_variants: Mapping[str, EnteredTerms],
    offered: Mapping[str, SupplyTerms] | None = None,
    deliveries: Sequence[Delivery] = (),
) -> dict[str, SupplyTerms]:
    """Terms of every variant: its own, then its supplier's, then an offer's, then the policy's.

    The lead time then learns from all deliveries of the same supplier, of the same variant where
    the store names no supplier.
    """
    supplier = {variant.id: variant.vendor or f"variant {variant.id}" for variant in variants}
    seen: dict[str, list[float]] = defaultdict(list)
    for delivery in deliveries:
        if delivery.variant_id in supplier:
            seen[supplier[delivery.variant_id]].append(delivery.days)
    start = assumed(policy)
    found: dict[str, SupplyTerms] = {}
    for variant in variants:
        terms = (offered or {}).get(variant.id, start)
        for said in (of_vendors.get(variant.vendor or ""), of_variants.get(variant.id)):
            terms = _with(terms, said or NOTHING_ENTERED)
        found[variant.id] = learned(terms, seen[supplier[variant.id]])
    return found


def offered_terms(
    offers: Mapping[str, OfferVersion],
    reliability: Mapping[str, Reliability],
    names: Mapping[str, str],
    policy: Policy,
) -> dict[str, SupplyTerms]:
    """Supply terms by variant from its best offer; a variant whose lead time is unknown has none.

    What was delivered tells the lead time once there are five deliveries; until then the longest
    promise is the mean, because a promise is rarely beaten, and half its range the spread.
    """
    found: dict[str, SupplyTerms] = {}
    for variant_id, version in offers.items():
        offer = version.offer
        if offer.lead_days_high is None:
            continue
        name = names.get(offer.supplier_id, offer.supplier_id)
        mean, sd = Decimal(offer.lead_days_high), _promised_spread(version, policy)
        source = f"offer of {name}"
        known = reliability.get(offer.supplier_id)
        if known is not None and known.judged >= _ENOUGH_DELIVERIES and known.mean_lead_days:
            mean = _decimal(known.mean_lead_days)
            sd = sd if known.sd_lead_days is None else _decimal(known.sd_lead_days)
            source = f"deliveries of {name}"
        found[variant_id] = SupplyTerms(
            lead_time_days=mean,
            lead_time_sd_days=sd,
            minimum_order=offer.minimum_order or 1,
            pack_size=offer.pack_size or 1,
            source=source,
            unit_cost=offer.cost,
        )
    return found


def _promised_spread(version: OfferVersion, policy: Policy) -> Decimal:
    low, high = version.offer.lead_days_low, version.offer.lead_days_high
    if low is None or high is None or low == high:
        return assumed(policy).lead_time_sd_days
    return Decimal(high - low) / 2


def _decimal(value: float) -> Decimal:
    return Decimal(f"{value:.3f}").quantize(_TENTH)


def _with(terms: SupplyTerms, said: EnteredTerms) -> SupplyTerms:
    calendar = SupplierCalendar(
        said.weekdays if said.weekdays is not None else terms.calendar.weekdays,
        said.holidays if said.holidays is not None else terms.calendar.holidays,
    )
    plain = {
        name: getattr(said, name)
        for name in (
            "lead_time_days", "lead_time_sd_days", "minimum_order", "pack_size", "review_days",
            "order_cost", "holding_percent",
        )
        if getattr(said, name) is not None
    }  # fmt: skip
    source = "entered" if said.lead_time_days is not None else terms.source
    return replace(terms, calendar=calendar, source=source, **plain)
