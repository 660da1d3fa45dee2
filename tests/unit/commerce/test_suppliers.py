"""Which offer is the best, what changed in one, and whether a supplier keeps its word."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.decisions.model import Policy
from royal_platform.commerce.inventory.terms import offered_terms
from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.suppliers import rules
from royal_platform.commerce.suppliers.model import (
    Offer,
    OfferVersion,
    OrderedFrom,
    Promise,
    Reliability,
)

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def euro(amount: str) -> Money:
    return Money(D(amount), "EUR")


def version(supplier: str = "a", variant: str | None = "v1", **terms) -> OfferVersion:
    values = {"cost": euro("10"), "stock": 5, "lead_days_high": 5, "lead_days_low": 3, **terms}
    return OfferVersion(Offer(supplier, "X", "Pad", **values), 1, NOW, None, variant)


def best(*offers: OfferVersion) -> str | None:
    found = rules.best_by_variant(offers, currency="EUR").get("v1")
    return None if found is None else found.offer.supplier_id


def test_the_cheapest_landed_offer_wins_and_an_empty_shelf_comes_last():
    cheap = version("a", cost=euro("9"), shipping=euro("5"))
    near = version("b", cost=euro("11"), shipping=euro("1"))
    empty = version("c", cost=euro("1"), stock=0)
    assert best(cheap, near, empty) == "b"
    assert best(empty) == "c"


def test_what_cannot_be_compared_is_no_best_offer():
    assert best(version(cost=None)) is None
    assert best(version(cost=Money(D(5), "USD"))) is None
    assert best(version(cost=euro("5"), shipping=Money(D(1), "USD"))) is None
    assert best(replace(version(), withdrawn=True)) is None


def test_goods_are_ordered_from_the_best_offer_else_from_their_vendor_by_name():
    north, south = OrderedFrom("n", "Northern Tack", by_mail=True), OrderedFrom("s", "South")
    vendors = {"v1": "south", "v2": " NORTHERN tack ", "v3": "Nobody", "v4": None, "v5": "South"}
    best = {"v1": version("n"), "v5": version("off", "v5")}
    found = rules.ordered_from(vendors, best, [north, south])
    # v5's best offer is of a supplier that is switched off by now.
    assert found == {"v1": north, "v2": north, "v5": south}


def test_the_choice_does_not_depend_on_the_order_of_offers():
    offers = [version(name) for name in "cab"]
    assert {best(*offers), best(*reversed(offers))} == {"a"}


def test_an_unknown_stock_is_not_taken_for_an_empty_shelf():
    assert best(version("a", stock=None, cost=euro("9")), version("b", stock=3)) == "a"


def test_a_new_picture_is_no_new_offer_but_a_new_cost_is():
    offer = version().offer
    assert rules.changed_terms(offer, replace(offer, image_url="https://x.test/2.jpg")) == ()
    assert rules.changed_terms(offer, replace(offer, cost=euro("11"), stock=4)) == ("cost",)
    assert rules.ran_out_or_came_back(offer, replace(offer, stock=0))
    assert not rules.ran_out_or_came_back(offer, replace(offer, stock=4))


def test_a_sku_that_two_variants_share_matches_neither():
    offers = [
        Offer("a", "1", "x", sku=" pad-1 "),
        Offer("a", "2", "y", sku="P2"),
        Offer("a", "3", "z"),
    ]
    assert rules.matched(offers, {"PAD-1": ["v1"], "P2": ["v2", "v3"]}) == ["v1", None, None]


def promise(days: float | None, late: float | None, status: str = "delivered") -> Promise:
    due = None if days is None else NOW + timedelta(days=days)
    got = None if late is None or due is None else due + timedelta(days=late)
    return Promise(NOW, due, got, status)


def test_late_overdue_and_unpromised_orders_are_told_apart():
    kept = [
        promise(5, -1), promise(5, 2), promise(3, None, "shipped"), promise(30, None, "accepted"),
        promise(None, None, "accepted"), promise(5, 1, "cancelled"),
    ]  # fmt: skip
    found = rules.reliability(kept, NOW + timedelta(days=10))
    assert (found.judged, found.on_time, found.overdue) == (3, 1, 1)
    assert found.mean_delay_days == pytest.approx(0.5)


def test_without_an_order_nothing_is_claimed():
    found = rules.reliability([], NOW)
    assert found == Reliability(0, 0, 0, None, None, None, None, None, None)


@given(st.integers(0, 200), st.integers(1, 200))
def test_the_interval_holds_its_share(successes, trials):
    successes = min(successes, trials)
    low, high = rules.wilson(successes, trials)
    assert 0 <= low <= successes / trials + 1e-9
    assert successes / trials - 1e-9 <= high <= 1


def terms(known: Reliability | None, **offer) -> object:
    found = offered_terms(
        {"v1": version(**offer)}, {"a": known} if known else {}, {"a": "Acme"}, Policy()
    )
    return found.get("v1")


def test_a_promise_is_believed_at_its_longest_until_deliveries_tell_better():
    promised = terms(None, minimum_order=6, pack_size=3)
    assert (promised.lead_time_days, promised.lead_time_sd_days) == (D(5), D(1))
    assert (promised.minimum_order, promised.pack_size) == (6, 3)
    assert promised.unit_cost == euro("10")
    assert promised.source == "offer of Acme"
    seen = terms(Reliability(5, 2, 0, 0.4, 0.2, 0.6, 2.0, 7.24, 1.5))
    assert seen.lead_time_days == D("7.2")
    assert seen.source == "deliveries of Acme"


def test_an_offer_without_a_lead_time_leaves_the_policys():
    assert terms(None, lead_days_high=None, lead_days_low=None) is None


def test_what_arrived_at_an_unknown_time_is_not_held_against_the_supplier():
    arrived = Promise(NOW, NOW + timedelta(days=2), None, "delivered")
    found = rules.reliability([arrived], NOW + timedelta(days=10))
    assert (found.judged, found.overdue, found.share) == (0, 0, None)


@given(st.lists(st.booleans(), max_size=8))
def test_an_article_stands_since_it_last_came_or_went(story: list[bool]) -> None:
    versions = [
        replace(version(), version=n, since=NOW + timedelta(days=n), withdrawn=gone)
        for n, gone in enumerate(story)
    ]
    found = rules.stands_since(versions[::-1])
    turns = [n for n, gone in enumerate(story) if n == 0 or gone != story[n - 1]]
    assert found == (NOW + timedelta(days=turns[-1]) if story else None)
