"""What selling a unit costs besides its goods, learned from a store's own orders.

Every rate of a variant is pulled towards that of what is around it, as far as its own sales are few
(a beta-binomial or gamma-Poisson mean with a prior worth so many units): a variant's returns to its
product's, those to its product type's; the rest to the store's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from royal_platform.commerce.decisions.costs import OF_STORE
from royal_platform.commerce.decisions.model import CostToServe, CountryTax
from royal_platform.commerce.forecasting.model import Panel
from royal_platform.commerce.pricing.rules import return_rates

_PRIOR_UNITS = 50.0
_PRIOR_RETURNS = 20.0
_PLACES = Decimal("0.000001")
# The most important countries are kept for display; all of them are in the rate.
_COUNTRIES_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Sent:
    """Units of a variant sold to a country ("" unknown).

    Of ``told`` units the shipping is known: they filled ``parcels`` (an order of four units is a
    quarter of a parcel for each), for which buyers paid ``paid``, with the tax in it where prices
    include tax.
    """

    variant_id: str
    country: str
    units: int
    told: int
    parcels: float
    paid: float


@dataclass(frozen=True, slots=True)
class CameBack:
    """Units of a variant paid back; of ``told`` it is known what became of them, ``lost`` of these
    did not go back into stock.
    """

    variant_id: str
    told: int
    lost: int


@dataclass(frozen=True, slots=True)
class Taxed:
    """What the orders of a country cost their buyers, and the tax in it."""

    country: str
    tax: Decimal
    paid: Decimal


@dataclass(frozen=True, slots=True)
class TaxedGoods:
    """What order lines of a variant that tell their tax cost buyers of a country, and that tax."""

    variant_id: str
    country: str
    tax: Decimal
    paid: Decimal


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What the orders of a time say; ``included`` where prices include tax."""

    sent: tuple[Sent, ...] = ()
    came_back: tuple[CameBack, ...] = ()
    taxed: tuple[Taxed, ...] = ()
    goods: tuple[TaxedGoods, ...] = ()
    included: bool = False


@dataclass(slots=True)
class _Sums:
    units: int = 0
    told: int = 0
    parcels: float = 0.0
    paid: float = 0.0
    returns_told: int = 0
    lost: int = 0


def learn(
    panel: Panel, facts: OrderFacts, tax_rate: Decimal, carried: Mapping[str, Decimal] | None = None
) -> dict[str, CostToServe]:
    """What selling a unit costs, for every variant of the panel and for the store under "".

    ``tax_rate`` is the store's, for where no order tells the tax of a country; ``carried`` what
    suppliers take for bringing a unit of these variants to its buyer.
    """
    rates, goods = _tax_rates(facts, tax_rate), _goods_rates(panel, facts)
    sums, countries = _summed(facts, rates)
    whole = sums[OF_STORE]
    mix = _shares(countries[OF_STORE])
    returned, sold = panel.returned.sum(axis=1), panel.units.sum(axis=1)
    own = [None if sold.sum() <= 0 else float(rate) for rate in return_rates(panel)]
    found = {
        variant_id: _cost(
            sums[variant_id], whole, _mixed(countries[variant_id], mix), rates,
            goods=goods[_product(panel, row)], return_rate=own[row],
            of=(int(sold[row]), int(returned[row])),
        )
        for row, variant_id in enumerate(panel.variant_ids)
    }  # fmt: skip
    for variant_id in found.keys() & (carried or {}).keys():
        found[variant_id] = replace(found[variant_id], carried=(carried or {})[variant_id])
    total = float(returned.sum() / sold.sum()) if sold.sum() > 0 else None
    found[OF_STORE] = _cost(
        whole, whole, mix, rates, goods={},
        return_rate=None if total is None else min(total, 0.95),
        of=(int(sold.sum()), int(returned.sum())),
    )  # fmt: skip
    return found


def _tax_rates(facts: OrderFacts, otherwise: Decimal) -> Mapping[str, Decimal]:
    """Tax as a fraction of what is paid without it, by country; ``otherwise`` for all others."""
    rates: defaultdict[str, Decimal] = defaultdict(lambda: otherwise)
    if facts.included:
        for each in facts.taxed:
            if Decimal(0) <= each.tax < each.paid:
                rates[each.country] = (each.tax / (each.paid - each.tax)).quantize(_PLACES)
    return rates


def _product(panel: Panel, row: int) -> int:
    return row if panel.product is None else int(panel.product[row])


def _goods_rates(panel: Panel, facts: OrderFacts) -> Mapping[int, Mapping[str, Decimal]]:
    """By product: the tax of its own lines as a fraction of what is paid without it, by country."""
    rows = {variant_id: row for row, variant_id in enumerate(panel.variant_ids)}
    sums: defaultdict[tuple[int, str], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 2)
    for each in facts.goods if facts.included else ():
        if each.variant_id in rows and Decimal(0) <= each.tax < each.paid:
            of = sums[_product(panel, rows[each.variant_id]), each.country]
            of[0] += each.tax
            of[1] += each.paid
    rates: defaultdict[int, dict[str, Decimal]] = defaultdict(dict)
    for (product, country), (tax, paid) in sums.items():
        rates[product][country] = (tax / (paid - tax)).quantize(_PLACES)
    return rates


def _summed(
    facts: OrderFacts, rates: Mapping[str, Decimal]
) -> tuple[defaultdict[str, _Sums], defaultdict[str, dict[str, int]]]:
    """By variant and for the store: its sums, and its units by country."""
    sums: defaultdict[str, _Sums] = defaultdict(_Sums)
    countries: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for each in facts.sent:
        before_tax = each.paid / (1 + float(rates[each.country]))
        for name in (each.variant_id, OF_STORE):
            of, to = sums[name], countries[name]
            of.units += each.units
            of.told += each.told
            of.parcels += each.parcels
            of.paid += before_tax
            to[each.country] = to.get(each.country, 0) + each.units
    for back in facts.came_back:
        for name in (back.variant_id, OF_STORE):
            sums[name].returns_told += back.told
            sums[name].lost += back.lost
    return sums, countries


def _shares(units: Mapping[str, int]) -> dict[str, float]:
    total = sum(units.values())
    return {country: count / total for country, count in units.items()} if total > 0 else {}


def _mixed(units: Mapping[str, int], mix: Mapping[str, float]) -> dict[str, float]:
    """The variant's shares by country, its own sales and so many of the store's together."""
    total = sum(units.values()) + _PRIOR_UNITS
    return {
        country: (units.get(country, 0) + _PRIOR_UNITS * share) / total
        for country, share in mix.items()
    }


def _cost(
    own: _Sums, store: _Sums, mix: Mapping[str, float], rates: Mapping[str, Decimal], *,
    goods: Mapping[str, Decimal], return_rate: float | None, of: tuple[int, int],
) -> CostToServe:  # fmt: skip
    told = store.told > 0
    return CostToServe(
        tax_rate=_tax_over(
            mix, {country: goods.get(country, rates[country]) for country in (*mix, OF_STORE)}
        ),
        return_rate=None if return_rate is None else _decimal(return_rate),
        lost_share=None
        if store.returns_told <= 0
        else _pooled(own.lost, own.returns_told, store.lost / store.returns_told, _PRIOR_RETURNS),
        parcels=_pooled(own.parcels, own.told, store.parcels / store.told) if told else None,
        shipping_paid=_pooled(own.paid, own.told, store.paid / store.told) if told else None,
        units=of[0],
        returned=of[1],
        countries=tuple(
            CountryTax(
                country, _decimal(share), goods.get(country, rates[country]), country in goods
            )
            for country, share in sorted(mix.items(), key=lambda each: (-each[1], each[0]))
            if share > 0
        )[:_COUNTRIES_SHOWN],
    )


def _tax_over(mix: Mapping[str, float], rates: Mapping[str, Decimal]) -> Decimal:
    """The rate that leaves of one price what the countries' rates leave of it on average."""
    left = sum(share / (1 + float(rates[country])) for country, share in mix.items())
    return _decimal(1 / left - 1) if left > 0 else rates[OF_STORE]


def _pooled(part: float, of: float, usual: float, prior: float = _PRIOR_UNITS) -> Decimal:
    return _decimal((part + prior * usual) / (of + prior))


def _decimal(value: float) -> Decimal:
    return Decimal(f"{value:.6f}")
