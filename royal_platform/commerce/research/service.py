"""From offers of what is not sold yet to a shortlist a person can check, and what came of picks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median

from royal_platform.commerce.catalog.model import StoreTerms, Variant
from royal_platform.commerce.decisions.listings import ARCHIVE, is_web_address
from royal_platform.commerce.decisions.model import (
    CostToServe,
    Evidence,
    Inverse,
    Policy,
    Proposal,
    Risk,
    RiskFactor,
    Subject,
)
from royal_platform.commerce.orders.model import VariantDay
from royal_platform.commerce.research import rules
from royal_platform.commerce.research.model import (
    Candidate,
    Category,
    Factor,
    HitRate,
    Shortlist,
    Trend,
    Twin,
)
from royal_platform.commerce.research.trends import pooled
from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.suppliers.model import OfferVersion, Reliability
from royal_platform.commerce.suppliers.rules import landed_cost, wilson

AGENT_ID = "product_research"
OWN_SALES = "own sales"
WINDOW = timedelta(days=28)
_VALID_DAYS = 7
_WORTH_PROPOSING = 0.5


@dataclass(frozen=True, slots=True)
class Desk:
    """What all candidates of one pass share.

    ``served`` is what selling a unit of the store costs, ``decided`` the handles a person has ruled
    on, ``trends`` what imported series tell by kind of goods in small letters, and by series.
    """

    store: StoreTerms
    policy: Policy
    served: CostToServe
    names: Mapping[str, str]
    reliability: Mapping[str, Reliability]
    categories: Mapping[str, Category]
    decided: frozenset[str]
    now: datetime
    run_id: str | None
    trends: Mapping[str, Mapping[str, Trend]] = field(default_factory=dict)


def categories_of(
    variants: Sequence[Variant], days: Iterable[VariantDay], today: date
) -> dict[str, Category]:
    """The shop's own product types, by name in lower case, from 56 days of sales."""
    kind = {each.id: (each.product_type or "").strip().lower() for each in variants}
    name = {(each.product_type or "").strip().lower(): each.product_type or "" for each in variants}
    units: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for day in days:
        found = units[kind.get(day.variant_id, "")]
        if day.day > today - WINDOW:
            found[0] += day.units
            found[2] += day.returned_units
        elif day.day > today - 2 * WINDOW:
            found[1] += day.units
    grouped: dict[str, list[Variant]] = defaultdict(list)
    for variant in variants:
        grouped[kind[variant.id]].append(variant)
    return {
        key: Category(name[key], len(members), *_sold(units[key]), _markup(members))
        for key, members in grouped.items()
        if key
    }


def shortlist(
    offers: Sequence[OfferVersion], twins: Mapping[tuple[str, str], Twin], desk: Desk, *,
    limit: int = 10, shown: int = 40,
) -> Shortlist:  # fmt: skip
    """Weigh what the shop does not sell; propose at most ``limit`` drafts of the best.

    Of several offers for one article the cheapest landed one stands for it. ``shown`` candidates
    are kept with why and why not.
    """
    usual = _usual(desk.categories)
    chosen = _one_per_article(offers, desk.store.currency)
    weighed = [_weigh(each, twins, desk, usual) for each in chosen]
    weighed.sort(key=lambda each: (each.why_not is not None, -each.score, each.handle))
    best = [each for each in weighed if each.why_not is None][:limit]
    return Shortlist(
        tuple(weighed[:shown]), tuple(_proposal(each, desk) for each in best), len(chosen)
    )


def hit_rate(sold_since: Iterable[tuple[datetime, int]], now: datetime, picks: int) -> HitRate:
    """Of picks that buyers saw for 28 days, the share that sold at all, with its 80 % interval."""
    judged = [units for since, units in sold_since if now - since >= WINDOW]
    hits = sum(units > 0 for units in judged)
    if not judged:
        return HitRate(picks, 0, 0, None, None, None)
    low, high = wilson(hits, len(judged))
    return HitRate(picks, len(judged), hits, hits / len(judged), low, high)


def _sold(counts: Sequence[int]) -> tuple[int, int, int]:
    now, before, returned = counts
    return now, before, returned


def _markup(members: Sequence[Variant]) -> Decimal | None:
    ratios = [
        each.price.amount / each.unit_cost.amount
        for each in members
        if each.unit_cost is not None
        and each.unit_cost.amount > 0
        and each.unit_cost.currency == each.price.currency
    ]
    return median(ratios) if ratios else None


def _usual(categories: Mapping[str, Category]) -> float | None:
    each = [found.units / found.variants for found in categories.values() if found.variants]
    return median(each) if each else None


def _one_per_article(offers: Sequence[OfferVersion], currency: str) -> list[OfferVersion]:
    best: dict[str, OfferVersion] = {}
    for each in offers:
        landed = landed_cost(each.offer)
        if each.variant_id is not None or landed is None or landed.currency != currency:
            continue
        key = each.offer.barcode or each.offer.title.strip().lower()
        known = best.get(key)
        if known is None or _order(each) < _order(known):
            best[key] = each
    return sorted(best.values(), key=lambda each: (each.offer.supplier_id, each.offer.supplier_sku))


def _order(version: OfferVersion) -> tuple[bool, Decimal, str]:
    landed = landed_cost(version.offer)
    amount = Decimal(0) if landed is None else landed.amount
    return version.offer.stock == 0, amount, version.offer.supplier_id


def _price(version: OfferVersion, category: Category | None, currency: str) -> Money | None:
    offer = version.offer
    if offer.retail_price is not None and offer.retail_price.currency == currency:
        return offer.retail_price.rounded()
    landed = landed_cost(offer)
    if landed is None or category is None or category.markup is None:
        return None
    return (landed * category.markup).rounded()


def _weigh(
    version: OfferVersion, twins: Mapping[tuple[str, str], Twin], desk: Desk, usual: float | None
) -> Candidate:
    offer = version.offer
    category = desk.categories.get((offer.category or "").strip().lower())
    price = _price(version, category, desk.store.currency)
    returned = category.returned / category.units if category and category.units else 0.0
    margin = None if price is None else rules.margin_of(
        offer, price.amount, desk.served, desk.policy, returned=returned
    )  # fmt: skip
    own = rules.trend_of(category)
    imported = desk.trends.get((offer.category or "").strip().lower(), {})
    trend = pooled([own, *imported.values()]) if imported else own
    factors = (
        rules.margin_factor(margin, _margin_detail(version, price, margin, returned)),
        rules.trend_factor(
            trend, offer.lead_days_high, {OWN_SALES: own, **imported} if imported else None
        ),
        rules.viability_factor(category, usual),
        rules.reliability_factor(desk.reliability.get(offer.supplier_id)),
        rules.shipping_factor(offer),
    )
    score, quality = rules.total(factors)
    handle = rules.handle_of(offer.title, offer.supplier_sku)
    twin = twins.get((offer.supplier_id, offer.supplier_sku))
    return Candidate(
        offer=version,
        supplier=desk.names.get(offer.supplier_id, offer.supplier_id),
        handle=handle,
        price=price,
        margin=margin,
        trend=trend,
        twin=twin,
        factors=factors,
        score=score,
        quality=quality,
        badge=rules.badge_of(quality),
        why=_why(factors),
        why_not=_known_already(handle, twin, desk) or _unsound(version, price, margin, score, desk),
    )


def _margin_detail(
    version: OfferVersion, price: Money | None, margin: float | None, returned: float
) -> str:
    landed = landed_cost(version.offer)
    if price is None or margin is None:
        return "Without a recommended price or known costs of this kind no price can be said."
    return f"{price} against {landed} landed leaves {margin:.0%}; {returned:.0%} come back"


def _why(factors: Sequence[Factor]) -> str:
    known = [each for each in factors if each.score is not None]
    best = sorted(known, key=lambda each: -each.weight * (each.score or 0.0))[:2]
    return "; ".join(f"{each.name} {each.score:.2f} ({each.detail})" for each in best)


def _known_already(handle: str, twin: Twin | None, desk: Desk) -> str | None:
    """Why it is no news; None when it is."""
    if handle in desk.decided:
        return "It was decided on already."
    if twin is not None:
        return f"Nearly the same as {twin.title!r} ({twin.similarity:.2f} by {twin.how})."
    return None


def _unsound(
    version: OfferVersion, price: Money | None, margin: float | None, score: float, desk: Desk
) -> str | None:
    """The first thing that speaks against it; None when nothing does."""
    if version.offer.stock == 0:
        return "The supplier has none."
    if price is None or margin is None:
        return "Its margin is unknown."
    if margin * 100 < float(desk.policy.margin_floor_percent):
        return f"Its margin of {margin:.0%} is below the floor."
    if score < _WORTH_PROPOSING:
        return f"Its score of {score:.2f} is below {_WORTH_PROPOSING}."
    return None


def _proposal(found: Candidate, desk: Desk) -> Proposal:
    offer, price = found.offer.offer, found.price
    if price is None:
        raise ValueError("a candidate without a price is not proposed")
    # Goods and shipping apart: what the supplier takes for shipping replaces the policy's cost.
    unit_cost = None if landed_cost(offer) is None or offer.cost is None else offer.cost.rounded()
    shipping = {} if unit_cost is None or offer.shipping is None else {
        "shipping": format(offer.shipping.rounded().amount, "f")
    }  # fmt: skip
    return Proposal(
        agent_id=AGENT_ID,
        kind="product.import_draft",
        subject=Subject("product", found.handle, offer.title),
        arguments={
            "handle": found.handle, "title": offer.title, "vendor": offer.brand or "",
            "product_type": offer.category or "", "description": offer.description or "",
            "sku": offer.sku or offer.supplier_sku, "supplier_id": offer.supplier_id,
            "supplier_sku": offer.supplier_sku, "price": format(price.amount, "f"),
            "unit_cost": None if unit_cost is None else format(unit_cost.amount, "f"),
            "currency": desk.store.currency, **shipping,
            **({"image_url": offer.image_url} if is_web_address(offer.image_url) else {}),
        },
        precondition={"product_id": None},
        evidence=tuple(
            Evidence(
                f"{each.name} (weight {each.weight:.2f})",
                None if each.score is None else round(each.score, 3), "score 0-1",
                found.supplier, each.detail, desk.now,
            )
            for each in found.factors
        ),
        rationale=f"Score {found.score:.2f}, data {found.badge}. {found.why}.",
        prediction=None,
        risk=_risk(found),
        cost=None,
        money_at_stake=None,
        inverse=Inverse(ARCHIVE, {"handle": found.handle}, "Archives the draft in the store."),
        expires_at=desk.now + timedelta(days=_VALID_DAYS),
        run_id=desk.run_id,
        provenance="supplier feed",
    )  # fmt: skip


def _risk(found: Candidate) -> Risk:
    """A hidden draft risks little; what is unknown about it is most of that."""
    unknown = round(0.3 * (1 - found.quality), 4)
    weak = round(0.2 * (1 - found.score), 4)
    return Risk(
        round(unknown + weak, 4),
        (
            RiskFactor("unknown factors", unknown, f"{1 - found.quality:.0%} of the weight"),
            RiskFactor("weak score", weak, f"score {found.score:.2f}"),
        ),
    )


def listing_proposal(kind: str, subject: Subject, status: str, why: str, desk: Desk) -> Proposal:
    """Show a draft to buyers, or hide what the supplier no longer offers; ``id`` is the handle."""
    handle = subject.id
    return Proposal(
        agent_id=AGENT_ID,
        kind=kind,
        subject=subject,
        arguments={"handle": handle},
        precondition={"status": status},
        evidence=(Evidence("Status", status, "", desk.store.source, f"handle={handle}", desk.now),),
        rationale=why,
        prediction=None,
        risk=Risk(0.1, (RiskFactor("seen by buyers", 0.1, "it can be undone"),)),
        cost=None,
        money_at_stake=None,
        inverse=Inverse(
            "product.delist" if kind == "product.publish" else "product.publish",
            {"handle": handle}, "Shows or hides it again.",
        ),
        expires_at=desk.now + timedelta(days=_VALID_DAYS),
        run_id=desk.run_id,
    )  # fmt: skip
