"""What one unit costs to sell, part by part, and the lowest price that leaves the margin floor.

The method weighing a price and the gate judging it both compute with ``UnitCosts``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Literal

from royal_platform.commerce.decisions.model import CostToServe, GateState, Policy

UnknownPart = Literal[
    "shipping_cost_per_order", "return_cost_per_unit", "returns", "restocking", "parcels"
]
# Under this name stands what holds for a variant that was not learned by itself.
OF_STORE = ""
_ZERO, _HUNDRED = Decimal(0), Decimal(100)
_PLACES = Decimal("0.0001")
_REMEDIES: Mapping[UnknownPart, str] = {
    "shipping_cost_per_order": "what shipping an order costs (enter shipping_cost_per_order in the "
    "policy)",
    "return_cost_per_unit": "what handling a return costs (enter return_cost_per_unit in the "
    "policy)",
    "returns": "how much comes back (inventory_pricing learns it when it runs)",
    "restocking": "whether returned goods went back into stock (no refund that was read tells it)",
    "parcels": "how many units travel together (no order that was read tells its shipping)",
}


@dataclass(frozen=True, slots=True)
class UnitCosts:
    """All that leaves a price paid for one unit, in the store's currency; rates are fractions.

    ``tax_rate`` is the tax included in the price, ``fee_rate`` and ``fee_fixed`` the payment's.
    Of the units sold ``return_rate`` come back; their price is paid back. ``serving`` is what a
    unit sold costs on average in returned goods that cannot be sold again, in handling returns, and
    in shipping that buyers do not pay.
    """

    unit_cost: Decimal
    tax_rate: Decimal = _ZERO
    fee_rate: Decimal = _ZERO
    fee_fixed: Decimal = _ZERO
    return_rate: Decimal = _ZERO
    serving: Decimal = _ZERO

    def kept(self, price: Decimal) -> Decimal:
        """Of a unit sold at ``price``: what is not paid back, without tax."""
        return (1 - self.return_rate) * price / (1 + self.tax_rate)

    def margin(self, price: Decimal) -> Decimal:
        """What a unit sold at ``price`` leaves after cost, payment fees, returns and shipping."""
        goods = (1 - self.return_rate) * self.unit_cost
        return self.kept(price) - goods - self.fee_rate * price - self.fee_fixed - self.serving

    def keeps(self, price: Decimal, floor_percent: Decimal) -> bool:
        """Whether the margin is at least so many percent of what is kept."""
        # Multiplied out: a quotient rounded to 28 digits could pass just below the floor.
        return self.margin(price) * _HUNDRED >= floor_percent * self.kept(price)

    def lowest_price(self, floor_percent: Decimal) -> Decimal | None:
        """The price at which exactly the floor remains; None where no price leaves it."""
        share = (1 - self.return_rate) * (1 - floor_percent / _HUNDRED) / (1 + self.tax_rate)
        if share <= self.fee_rate:
            return None
        goods = (1 - self.return_rate) * self.unit_cost
        return (goods + self.fee_fixed + self.serving) / (share - self.fee_rate)


def unit_costs(unit_cost: Decimal, served: CostToServe, policy: Policy) -> UnitCosts:
    """The parts of a variant's price. What ``unknown_parts`` names counts as nothing."""
    return UnitCosts(
        unit_cost=unit_cost,
        tax_rate=served.tax_rate,
        fee_rate=policy.payment_fee_percent / _HUNDRED,
        fee_fixed=policy.payment_fee_fixed,
        return_rate=served.return_rate or _ZERO,
        # Rounded up, so that a method that weighs prices in floats computes with the same number.
        serving=(
            lost_goods(unit_cost, served)
            + (handled_returns(served, policy) or _ZERO)
            + (borne_shipping(served, policy) or _ZERO)
        ).quantize(_PLACES, rounding=ROUND_CEILING),
    )


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the price of one unit sold, in the store's currency; None where nobody told it.

    ``sources`` name where it is from: ``orders``, ``catalog``, ``supplier`` or limits of the
    policy.
    """

    name: str
    amount: Decimal | None
    sources: tuple[str, ...]


def parts_of(
    price: Decimal, unit_cost: Decimal, served: CostToServe, policy: Policy
) -> tuple[Part, ...]:
    """Where a price goes, tax first; the known parts and ``remains`` add up to it."""
    costs, unknown = unit_costs(unit_cost, served, policy), unknown_parts(served, policy)
    net = price / (1 + costs.tax_rate)
    returned = costs.return_rate
    return (
        Part("tax", price - net, ("orders",)),
        Part("paid_back", None if "returns" in unknown else returned * net, ("orders",)),
        Part("goods", (1 - returned) * unit_cost, ("catalog",)),
        Part("payment_fees", costs.fee_rate * price + costs.fee_fixed,
             ("payment_fee_percent", "payment_fee_fixed")),
        Part("lost_goods", None if {"returns", "restocking"} & set(unknown)
             else lost_goods(unit_cost, served), ("orders",)),
        Part("handled_returns", None if "returns" in unknown else handled_returns(served, policy),
             ("orders", "return_cost_per_unit")),
        Part("shipping", borne_shipping(served, policy),
             ("orders", "shipping_cost_per_order" if served.carried is None else "supplier")),
        Part("remains", costs.margin(price), ()),
    )  # fmt: skip


def lost_goods(unit_cost: Decimal, served: CostToServe) -> Decimal:
    """Cost, for each unit sold, of goods that came back and cannot be sold again."""
    return (served.return_rate or _ZERO) * (served.lost_share or _ZERO) * unit_cost


def handled_returns(served: CostToServe, policy: Policy) -> Decimal | None:
    """Cost of handling returns for each unit sold; None where a return's cost is not known."""
    if not served.return_rate:
        return _ZERO
    if policy.return_cost_per_unit is None:
        return None
    return served.return_rate * policy.return_cost_per_unit


def borne_shipping(served: CostToServe, policy: Policy) -> Decimal | None:
    """What shipping a unit costs beyond what buyers pay for it; None where that is not known.

    Where a supplier brings it to its buyer it is what he takes, and not the policy's cost on top.
    Shipping that earns something makes no price cheaper: then it is 0.
    """
    paid = served.shipping_paid or _ZERO
    if served.carried is not None:
        return max(served.carried - paid, _ZERO)
    if policy.shipping_cost_per_order == 0:
        return _ZERO
    if policy.shipping_cost_per_order is None or served.parcels is None:
        return None
    return max(served.parcels * policy.shipping_cost_per_order - paid, _ZERO)


def unknown_parts(served: CostToServe | None, policy: Policy) -> tuple[UnknownPart, ...]:
    """Which parts of the costs nobody told, as the names of what is missing.

    ``shipping_cost_per_order`` and ``return_cost_per_unit`` are limits of the policy to enter;
    ``returns``, ``restocking`` and ``parcels`` are learned from the store's orders.
    """
    served = served or CostToServe()
    found: list[UnknownPart] = []
    if served.return_rate is None:
        found.append("returns")
    elif served.return_rate > 0:
        if served.lost_share is None:
            found.append("restocking")
        if policy.return_cost_per_unit is None:
            found.append("return_cost_per_unit")
    if served.carried is not None:
        return tuple(found)
    if policy.shipping_cost_per_order is None:
        found.append("shipping_cost_per_order")
    elif served.parcels is None and policy.shipping_cost_per_order > 0:
        found.append("parcels")
    return tuple(found)


def missing(parts: Collection[UnknownPart]) -> str:
    """What of the costs is not known, and what is to be done about it, in words."""
    return "; ".join(_REMEDIES[each] for each in parts)


def served_of(served: Mapping[str, CostToServe], variant_id: str) -> CostToServe | None:
    """What was learned of the variant, else of the store; None before anything was."""
    return served.get(variant_id) or served.get(OF_STORE)


def costs_in(
    state: GateState, policy: Policy, variant_id: str, unit_cost: Decimal
) -> tuple[UnitCosts, tuple[UnknownPart, ...]]:
    """The costs that the gate judges a variant's price with, and which parts nobody told."""
    served = served_of(state.served, variant_id)
    known = served or CostToServe(tax_rate=state.tax_rate)
    return unit_costs(unit_cost, known, policy), unknown_parts(served, policy)
