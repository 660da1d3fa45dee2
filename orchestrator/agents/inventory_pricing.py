"""Inventory and pricing: reads sales and stock, forecasts demand, proposes prices and reorders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from orchestrator.core.agent_base import AgentBase
from orchestrator.core.command import main
from royal_platform.commerce.catalog.model import Collection, DiscountRun, StoreTerms, Variant
from royal_platform.commerce.decisions.costs import OF_STORE, missing, unknown_parts
from royal_platform.commerce.decisions.model import CostToServe, Policy
from royal_platform.commerce.forecasting import service as forecasting
from royal_platform.commerce.forecasting.model import Forecast, Panel
from royal_platform.commerce.inventory import service as inventory
from royal_platform.commerce.inventory.model import ReorderOutcome, StockRisk, SupplyTerms
from royal_platform.commerce.inventory.risk import stock_at_risk
from royal_platform.commerce.inventory.terms import offered_terms, terms_by_variant
from royal_platform.commerce.inventory.weighing import Weighed, weigh_stock
from royal_platform.commerce.orders.model import VariantDay
from royal_platform.commerce.pricing import service as pricing
from royal_platform.commerce.pricing.model import PricingOutcome
from royal_platform.commerce.suppliers.model import OfferVersion, OrderedFrom
from royal_platform.commerce.suppliers.rules import best_by_variant, carried_by, ordered_from

# A year of weeks, and the year before to compare seasons with.
HISTORY = timedelta(weeks=104)
TAX_WINDOW = timedelta(days=90)
COSTS_WINDOW = timedelta(days=365)
# What a person could remedy or must know, as "<number of variants> <this>".
UNSEEN_PRICES = {
    "unknown_cost": "without a cost per item in the store's admin: no margin, so no price proposal",
    "thin_history": "with too few sales to say how buyers answer to the price",
    "no_price": "without a price",
    "currency_mismatch": "whose price or cost is in another currency than the store's",
}
UNSEEN_STOCK = {
    "untracked": "whose quantity the store does not track: no reorder can be proposed",
    "no_level": "for which no location reports a quantity",
    "currency_mismatch": "whose price is in another currency than the store's",
    "no_forecast": "whose forecast is not a number",
}
LEFT_ALONE = {
    "not_worthwhile": "no better price found with enough certainty",
    "no_room": "no other price inside the policy's limits",
    "cooldown": "changed lately, waiting out the cool-down",
    "rejected_lately": "turned down by a person lately",
    "risk": "too risky under the policy",
    "crossed_out": "shown as reduced: another price beside the crossed-out one would mislead",
    "clearing": "to be cleared, with no counted stock or no day left",
    "budget": "for which what is left of the budget does more good elsewhere",
    "in_test": "in a price test",
    "limit": "kept for a later run, others are worth more",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """The business time a run is about; fixed in its first step, so a resumed run keeps it."""

    now: datetime
    today: date


class InventoryPricingAgent(AgentBase):
    """Thin: the methods are those of ``commerce`` forecasting, pricing and inventory."""

    wakes_on: ClassVar[tuple[str, ...]] = ("store.sync.first", "supplier.offers.changed")
    # Beyond 60 days of orders it forecasts from two months only.
    scopes: ClassVar[tuple[str, ...]] = ("write_products", "write_inventory", "read_all_orders")

    def __init__(self, name: str) -> None:
        super().__init__(
            name,
            agent_type="inventory_pricing",
            description="Forecasts demand and proposes prices and reorders.",
        )
        self._moment: Moment | None = None

    async def _execute_task(self) -> dict[str, Any]:
        begun = await self.step("read the store", self._read)
        self._moment = Moment(
            datetime.fromisoformat(begun["as_of"]), date.fromisoformat(begun["today"])
        )
        if not begun["history_from"]:
            return self._nothing_to_learn_from()
        demand = await self.step("forecast demand", self._forecast)
        prices = await self.step("weigh prices", self._weigh_prices)
        reorders = await self.step("weigh reorders", self._weigh_reorders)
        found = self._prices
        decisions = self.propose([*found.proposals, *found.tests, *self._reorders.proposals])
        self._tell(begun, demand)
        return {
            "status": "success",
            "data": {
                "as_of": begun["as_of"],
                "read": begun,
                "demand": demand,
                "prices": prices,
                "reorders": reorders,
                "decisions": len(decisions),
            },
        }

    # -- the steps

    def _read(self) -> dict[str, Any]:
        clock = self.clock
        now = clock.now()
        self._moment = Moment(now, clock.local_day(now))
        history_from = self.platform.sales.history_from()
        return {
            "as_of": now.isoformat(),
            "today": self._moment.today.isoformat(),
            "variants": len(self._variants),
            "history_from": history_from.isoformat() if history_from else None,
        }

    def _forecast(self) -> dict[str, Any]:
        panel, forecast = self._panel, self._demand
        self.platform.forecasts.save(self.run_id, self._at.now, forecast)
        return {
            "variants": len(panel.variant_ids),
            "weeks": len(panel.weeks),
            "next_week": {
                "units": round(float(forecast.total_expected[0]), 1),
                "low": round(float(forecast.total_low[0]), 1),
                "high": round(float(forecast.total_high[0]), 1),
            },
            "methods": dict(Counter(forecast.method).most_common()),
            "seasonal": bool(forecast.seasonal),
        }

    def _weigh_prices(self) -> dict[str, Any]:
        outcome = self._prices
        self.platform.price_studies.save(self.run_id, self._at.now, outcome.studies)
        self.platform.costs_to_serve.save(self.run_id, self._at.now, outcome.served)
        return {
            "proposed": len(outcome.proposals),
            "tests": len(outcome.tests),
            "left_alone": dict(Counter(each.reason for each in outcome.blocked).most_common()),
            "expected_gain_28_days": str(
                sum((p.money_at_stake.amount for p in outcome.proposals if p.money_at_stake), 0)
            ),
            "currency": self._terms.currency,
        }

    def _weigh_reorders(self) -> dict[str, Any]:
        outcome, risks = self._reorders, self._risks
        self.platform.stock_risks.save(self.run_id, self._at.now, risks)
        return {
            "proposed": len(outcome.proposals),
            "enough": outcome.enough,
            "too_late_to_order": sum(risk.late for risk in risks),
            "dead_stock": sum(risk.dead for risk in risks),
            "not_judged": dict(Counter(each.reason for each in outcome.unseen).most_common()),
        }

    # -- what the steps share; computed once, and again after a crash

    @property
    def _at(self) -> Moment:
        if self._moment is None:
            raise RuntimeError("the run has not read the store yet")
        return self._moment

    @cached_property
    def _variants(self) -> tuple[Variant, ...]:
        return tuple(self.platform.catalog.variants())

    @cached_property
    def _available(self) -> dict[str, int | None]:
        return dict(self.platform.stock.available())

    @cached_property
    def _sales(self) -> tuple[VariantDay, ...]:
        return tuple(self.platform.sales.variant_days(self._at.today - HISTORY, self._at.today))

    @cached_property
    def _panel(self) -> Panel:
        since = self._at.today - HISTORY
        return forecasting.build_panel(
            self._variants,
            self._sales,
            self._at.today,
            snapshots=self.platform.stock.snapshots(since),
            available_now=self._available,
            collections=self._collections,
        )

    @cached_property
    def _demand(self) -> Forecast:
        return forecasting.forecast_demand(self._panel)

    @cached_property
    def _policy(self) -> Policy:
        return self.platform.policies.policy()

    @cached_property
    def _terms(self) -> StoreTerms:
        store = self.platform.store()
        return StoreTerms(
            store.currency,
            self.platform.sales.included_tax_rate(self._at.today - TAX_WINDOW),
            store.source,
        )

    @cached_property
    def _best_offers(self) -> dict[str, OfferVersion]:
        return best_by_variant(self.platform.offers.offers(), currency=self._terms.currency)

    @cached_property
    def _terms_of_offers(self) -> dict[str, SupplyTerms]:
        offers = self.platform.offers
        return offered_terms(self._best_offers, offers.reliability(), offers.names(), self._policy)

    @cached_property
    def _sources(self) -> dict[str, OrderedFrom]:
        vendors = {variant.id: variant.vendor for variant in self._variants}
        return ordered_from(vendors, self._best_offers, self.platform.offers.sources())

    @cached_property
    def _prices(self) -> PricingOutcome:
        return pricing.propose_prices(
            self._variants,
            self._panel,
            self._demand,
            self._policy,
            store=self._terms,
            now=self._at.now,
            history=self.platform.price_history.histories(self._at.now),
            available_now=self._available,
            run_id=self.run_id,
            today=self._at.today,
            trials=self.platform.price_tests.trials(self._at.now),
            orders=self.platform.costs_to_serve.facts(
                self._at.today - COSTS_WINDOW, self._at.today - TAX_WINDOW
            ),
            collections=self._collections,
            discounts=self._discounts,
            competitors=self.platform.competitor_prices.by_variant(),
            carried=self._carried,
        )

    @cached_property
    def _carried(self) -> dict[str, Decimal]:
        """What suppliers take for bringing units that the store counts no stock of to buyers."""
        found = {
            variant.id: carried_by(self._best_offers[variant.id].offer, variant.unit_cost)
            for variant in self._variants
            if variant.id in self._best_offers
            and variant.unit_cost is not None
            and not variant.tracked
        }
        return {variant_id: amount for variant_id, amount in found.items() if amount is not None}

    @cached_property
    def _collections(self) -> Sequence[Collection]:
        return self.platform.catalog.collections()

    @cached_property
    def _discounts(self) -> Sequence[DiscountRun] | None:
        return self.platform.catalog.discount_runs()

    @cached_property
    def _weighed(self) -> Weighed:
        supply = self.platform.supply
        return weigh_stock(
            self._variants,
            self._demand,
            self.platform.stock.levels(),
            self._policy,
            store=self._terms,
            now=self._at.now,
            today=self._at.today,
            on_order=self.platform.purchases.on_order(),
            terms=terms_by_variant(
                self._variants,
                self._policy,
                offered=self._terms_of_offers,
                of_vendors=supply.entered("vendor"),
                of_variants=supply.entered("variant"),
                deliveries=supply.deliveries(),
            ),
        )

    @cached_property
    def _risks(self) -> tuple[StockRisk, ...]:
        return stock_at_risk(self._weighed, self._panel)

    @cached_property
    def _reorders(self) -> ReorderOutcome:
        return inventory.reorders(
            self._weighed,
            rejected_at=self.platform.price_history.rejected_reorders(),
            run_id=self.run_id,
            budget=self.platform.purchases.money_left(self._at.today, self._policy),
            sources=self._sources,
        )

    # -- the account it gives

    def _tell(self, begun: dict[str, Any], demand: dict[str, Any]) -> None:
        prices, reorders = self._prices, self._reorders
        self.report(
            looked_at=[
                (
                    f"{_count(begun['variants'], 'variant')} and their sales since "
                    f"{begun['history_from']}, {_count(demand['weeks'], 'complete week')}"
                ),
                f"Prices: {_tally(len(prices.proposals), (b.reason for b in prices.blocked))}",
                (
                    f"Stock: {_tally(len(reorders.proposals), (u.reason for u in reorders.unseen))}"
                    f"; {reorders.enough} with enough for their lead time"
                ),
                (
                    f"Cover: {sum(risk.late for risk in self._risks)} too late to reorder in "
                    f"time; {sum(risk.dead for risk in self._risks)} in stock and unsold for "
                    "13 weeks"
                ),
            ],
            could_not_see=[
                *_grouped(((each.title, each.reason) for each in prices.blocked), UNSEEN_PRICES),
                *_grouped(((each.title, each.reason) for each in reorders.unseen), UNSEEN_STOCK),
                *_unknown_costs(prices.served, self._policy),
                *_unreadable(forecasting.unreadable_days(self._sales)),
                *_foreign(sum(each.foreign for each in self._sales)),
                *_untold_discounts(self._discounts),
                *_always_hidden(self._panel),
            ],
            headline=(
                f"{_count(len(prices.proposals), 'price change')} and "
                f"{_count(len(reorders.proposals), 'reorder')} proposed."
            ),
        )

    def _nothing_to_learn_from(self) -> dict[str, Any]:
        self.report(
            could_not_see=["The store has no visible order yet."],
            headline="Nothing proposed: there are no sales to learn from.",
        )
        return {"status": "success", "data": {"decisions": 0}}


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _tally(proposed: int, reasons: Iterable[str]) -> str:
    """How many were proposed, and how many were left alone for which reason of ours."""
    counted = Counter(reason for reason in reasons if reason in LEFT_ALONE)
    parts = [f"{number} {LEFT_ALONE[reason]}" for reason, number in counted.most_common()]
    return "; ".join([f"{proposed} proposed", *parts])


def _grouped(found: Iterable[tuple[str, str]], told: Mapping[str, str]) -> list[str]:
    """One line for each reason in ``told``, naming up to three variants."""
    titles: dict[str, list[str]] = {}
    for title, reason in found:
        titles.setdefault(reason, []).append(title)
    return [
        f"{_count(len(titles[reason]), 'variant')} {words} ({_named(titles[reason])})."
        for reason, words in told.items()
        if reason in titles
    ]


def _named(titles: list[str]) -> str:
    more = len(titles) - 3
    return ", ".join(titles[:3]) + (f" and {more} more" if more > 0 else "")


def _unknown_costs(served: Mapping[str, CostToServe], policy: Policy) -> list[str]:
    unknown = unknown_parts(served.get(OF_STORE), policy)
    return [f"Costs of selling: {missing(unknown)}."] if unknown else []


def _unreadable(days: int) -> list[str]:
    if not days:
        return []
    return [
        f"{_count(days, 'day')} with impossible amounts (below zero, no number): taken as none."
    ]


def _foreign(days: int) -> list[str]:
    if not days:
        return []
    return [
        f"Prices of {_count(days, 'variant day')} in a currency the store has left: units count."
    ]


def _untold_discounts(runs: Sequence[DiscountRun] | None) -> list[str]:
    if runs is not None:
        return []
    return [
        "The store's discounts (read_discounts): promoted weeks were inferred from what was paid."
    ]


def _always_hidden(panel: Panel) -> list[str]:
    """What the Admin API never tells, said every time so that nobody takes it for known."""
    if panel.seen_stockouts >= 1:
        return []
    return [
        "The store does not tell the stock of past days: past stock-outs were inferred from sales."
    ]


if __name__ == "__main__":
    main("inventory_pricing")
