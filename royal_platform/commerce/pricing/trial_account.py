"""A price test as proposals that a person can check: the test itself and each week's price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from royal_platform.commerce.catalog.model import Variant
from royal_platform.commerce.decisions.model import (
    Evidence,
    Inverse,
    Prediction,
    Proposal,
    Risk,
    RiskFactor,
    Subject,
)
from royal_platform.commerce.decisions.price_tests import END, TEST
from royal_platform.commerce.pricing.account import AGENT_ID, Desk, money_of
from royal_platform.commerce.pricing.model import Demand, PriceStudy, PriceWindow
from royal_platform.commerce.pricing.rules import truncated
from royal_platform.commerce.pricing.trial import (
    TURN_WEEKS,
    USED_WEEKS,
    WEEK_DAYS,
    TrialPlan,
    TrialQuestion,
    assignment,
    plan,
)

# Why a variant's price was left alone, where knowing more could change that.
UNSURE = frozenset({"not_worthwhile"})
# Weighed for a test are those whose uncertain contribution is largest; the others wait.
_MOST_WEIGHED = 60
_VALID_DAYS = 7
_TENTH, _NINTH = 4, 36
_RISK = 0.10
_FOUR_DIGITS = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class TrialCase:
    """One variant that may be tested: what the pricing pass knew of it, and its window."""

    study: PriceStudy
    limits: PriceWindow
    reach: PriceWindow
    variant: Variant


def tests(
    desk: Desk, cases: Sequence[TrialCase], *, running: int, seed: str
) -> tuple[Proposal, ...]:
    """Tests worth their cost, the most valuable first, as many as the policy leaves room for."""
    room = desk.policy.price_tests_max - running
    if room <= 0 or desk.policy.cooldown_days > TURN_WEEKS * WEEK_DAYS:
        return ()
    unsure = [each for each in cases if each.study.reason in UNSURE]
    unsure.sort(key=lambda each: -_at_stake(each.study))
    found = []
    for case in unsure[:_MOST_WEIGHED]:
        study, economics = case.study, case.study.economics
        if economics is None:
            continue
        question = TrialQuestion(
            study.price, Demand(study.expected, study.expected_sd),
            (study.elasticity_mean, study.elasticity_sd), economics, case.limits, case.reach,
        )  # fmt: skip
        best = plan(question, desk.policy)
        if best is not None:
            found.append((best, case))
    found.sort(key=lambda pair: (pair[0].cost - pair[0].worth, pair[1].study.variant_id))
    return tuple(_proposal(desk, case, best, seed) for best, case in found[:room])


def week_proposal(
    *, test_of: str, product_id: str, variant_id: str, title: str, currency: str,
    wanted: Decimal, price: Decimal, cost: Decimal | None, week: int | None, weeks: int,
    now: datetime,
) -> Proposal:  # fmt: skip
    """The price of one week of a test; ``week`` None puts back the price before the test."""
    ids = {"product_id": product_id, "variant_id": variant_id, "currency": currency}
    arguments: dict[str, Any] = {**ids, "price": format(wanted, "f"), "test_of": test_of}
    if week is not None:
        arguments["test_week"] = week
    why = (
        "The price test is over: puts back the price before it."
        if week is None
        else f"Week {week + 1} of {weeks} of a price test: the draw gave it this price."
    )
    return Proposal(
        agent_id=AGENT_ID,
        kind="price.set",
        subject=Subject("variant", variant_id, title),
        arguments=arguments,
        precondition={
            "price": format(price, "f"),
            "unit_cost": None if cost is None else format(cost, "f"),
        },
        evidence=(Evidence("Price test", test_of, "", "royal", f"decision:{test_of}", now),),
        rationale=why,
        prediction=None,
        risk=Risk(_RISK, (RiskFactor("test", _RISK, "a step inside an approved test"),)),
        cost=None,
        money_at_stake=None,
        inverse=Inverse(
            "price.set", {**ids, "price": format(price, "f")}, f"Sets the price back to {price}."
        ),
        # A week's price that is not set within its first day is of no use any more.
        expires_at=now + timedelta(days=1 if week is not None else _VALID_DAYS),
    )


def _at_stake(study: PriceStudy) -> float:
    if study.economics is None:
        return 0.0
    brings = float(study.economics.contribution(float(study.price)))
    return abs(brings) * study.expected * study.elasticity_sd


def _proposal(desk: Desk, case: TrialCase, best: TrialPlan, seed: str) -> Proposal:
    study, currency = case.study, desk.store.currency
    prices = [format(each, "f") for each in best.prices]
    drawn = assignment(f"{seed}:{study.variant_id}", len(prices), best.blocks)
    cost = case.variant.unit_cost
    betas = truncated(study.elasticity_mean, study.elasticity_sd)
    point, low, high = (
        Decimal(str(float(each))).quantize(_FOUR_DIGITS)
        for each in (betas.mean(), betas[_TENTH], betas[_NINTH])
    )
    return Proposal(
        agent_id=AGENT_ID,
        kind=TEST,
        subject=Subject("variant", study.variant_id, case.variant.title),
        arguments={
            "product_id": case.variant.product_id, "variant_id": study.variant_id,
            "currency": currency, "prices": prices, "weeks": [prices[arm] for arm in drawn],
            "seed": f"{seed}:{study.variant_id}",
        },
        precondition={
            "test": None, "price": prices[0],
            "unit_cost": None if cost is None else format(cost.amount, "f"),
        },
        evidence=_evidence(desk, study, best),
        rationale=_why(best, study, currency),
        prediction=Prediction(
            metric="elasticity", unit="percent per percent", point=point, low=low, high=high,
            horizon_days=best.weeks * WEEK_DAYS,
        ),
        risk=Risk(_RISK, (RiskFactor("test", _RISK, "prices near today's, put back at the end"),)),
        cost=None,
        money_at_stake=money_of(max(best.at_risk, best.cost), currency),
        inverse=Inverse(
            END, {"variant_id": study.variant_id}, "Ends the test at once and puts the price back."
        ),
        expires_at=desk.now + timedelta(days=_VALID_DAYS),
        run_id=desk.run_id,
    )  # fmt: skip


def _why(best: TrialPlan, study: PriceStudy, currency: str) -> str:
    told = " / ".join(format(each, "f") for each in best.prices)
    spread = 1.2816 * study.elasticity_sd
    return (
        f"Let {told} {currency} take turns of {TURN_WEEKS} weeks for {best.weeks} weeks, the order "
        "drawn by lot. The last week of each turn is counted: in the one before it some still "
        "answer to the earlier price. "
        f"How buyers answer to the price is known to about {-study.elasticity_mean:.1f} ± "
        f"{spread:.1f} only (80 %). Knowing it better is expected to bring "
        f"{money_of(best.worth, currency)} in the {USED_WEEKS} weeks after; the test is expected "
        f"to forgo {money_of(best.cost, currency)}, and in one case of ten loses more than "
        f"{money_of(best.at_risk, currency)} against today's price. At the end today's price is "
        "put back; it can be ended at any time."
    )


def _evidence(desk: Desk, study: PriceStudy, best: TrialPlan) -> tuple[Evidence, ...]:
    currency = desk.store.currency
    facts: Mapping[str, tuple[object, str]] = {
        "Elasticity, standard deviation now": (round(study.elasticity_sd, 2), "elasticity"),
        "Expected error of the test's own reading": (round(best.reading_sd, 2), "elasticity"),
        "Worth of knowing more": (str(money_of(best.worth, currency).amount), currency),
        "Contribution forgone in its weeks": (str(money_of(best.cost, currency).amount), currency),
        "Units expected in 28 days": (round(study.expected, 1), "units"),
    }
    query = f"value of information over {USED_WEEKS} weeks, {best.blocks} blocks"
    return tuple(
        Evidence(label, value, unit, "model", query, desk.now)
        for label, (value, unit) in facts.items()
    )
