"""Which code a flow's step offers: what is at stake, and where the code stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from orchestrator.core.books import Books
from orchestrator.core.gate import included_tax
from royal_platform.commerce.decisions.costs import served_of
from royal_platform.commerce.decisions.discounts import DISCOUNT
from royal_platform.commerce.decisions.model import CostToServe, Proposal, Status
from royal_platform.commerce.marketing.model import Enrolment, Flow, Step
from royal_platform.commerce.marketing.offers import (
    Good,
    Stakes,
    code_of,
    depth,
    discount_proposal,
)
from royal_platform.persistence.costs_to_serve import served_in
from royal_platform.persistence.tables.catalog import variants
from royal_platform.persistence.tables.customers import customer_values
from royal_platform.persistence.tables.orders import order_lines

_MOST_GOODS = 20
_OPEN = {Status.PROPOSED, Status.APPROVED, Status.EXECUTING}
_MADE = {Status.EXECUTED, Status.MEASURED}


@dataclass(frozen=True, slots=True)
class Terms:
    """What a message says of its code; without a code the message goes out as it is."""

    code: str = ""
    percent: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """``wish`` is to be proposed first, ``waits`` is being decided; else ``terms`` hold."""

    terms: Terms
    wish: Proposal | None = None
    waits: bool = False


def standing(
    books: Books, flow: Flow, one: Enrolment, step: Step, *, mandate_id: str, source: str
) -> Standing:
    """Where the step's code stands for this customer."""
    if step.offer is None:
        return Standing(Terms())
    code = code_of(books.store_id, flow.id, one.id, step.id)
    known = books.decisions.latest_on(books.connection, DISCOUNT, code)
    if known is not None and known.status in _OPEN:
        return Standing(Terms(), waits=True)
    if known is not None:
        # Refused, expired or undone: a person's no, or a rule's, is not asked about again.
        made = known.status in _MADE
        return Standing(_terms(known.proposal, books.now) if made else Terms())
    stakes = _stakes(books, one)
    percent = depth(step.offer, stakes, _served(books, stakes), books.policy)
    if percent is None:
        return Standing(Terms())
    wish = discount_proposal(
        flow, one, step, stakes, percent=percent, code=code, days=step.offer.days,
        mandate_id=mandate_id, source=source, currency=books.store.currency, now=books.now,
    )  # fmt: skip
    return Standing(Terms(), wish=wish)


def _served(books: Books, stakes: Stakes) -> dict[str, CostToServe]:
    """What selling each of the goods costs; before anything was learned the tax is known."""
    ids = [good.variant_id for good in stakes.goods]
    otherwise = CostToServe(tax_rate=included_tax(books))
    found = served_in(books.connection, books.store_id, ids)
    return {each: served_of(found, each) or otherwise for each in ids}


def _terms(made: Proposal, now: datetime) -> Terms:
    told = made.arguments
    ends = datetime.fromisoformat(str(told["ends_at"]))
    if ends <= now:
        return Terms()
    return Terms(str(told["code"]), str(told["percent"]), f"{ends:%Y-%m-%d}")


def _stakes(books: Books, one: Enrolment) -> Stakes:
    goods = _goods(books, one)
    basket = Stakes(goods, Decimal(0), "").basket
    expected, source = _expected(books, one.customer_id)
    # A basket that was left is at risk itself; one that was bought is not.
    is_left = "variants" in one.context
    told = f"basket that was left, {source}" if is_left else source
    return Stakes(goods, expected + (basket if is_left else 0), told)


def _goods(books: Books, one: Enrolment) -> tuple[Good, ...]:
    quantities = _quantities(books, one)
    query = select(variants.c.id, variants.c.price, variants.c.unit_cost).where(
        variants.c.store_id == books.store_id, variants.c.deleted_at.is_(None),
        variants.c.id.in_(list(quantities)), variants.c.currency == books.store.currency,
    )  # fmt: skip
    rows = books.connection.execute(query.order_by(variants.c.id).limit(_MOST_GOODS))
    return tuple(Good(row.id, row.price, row.unit_cost, quantities[row.id]) for row in rows)


def _quantities(books: Books, one: Enrolment) -> dict[str, int]:
    left = one.context.get("variants")
    if left is not None:
        return {str(variant): 1 for variant in left}
    query = select(order_lines.c.variant_id, order_lines.c.quantity).where(
        order_lines.c.store_id == books.store_id, order_lines.c.order_id == one.signal_id,
        order_lines.c.variant_id.is_not(None),
    )  # fmt: skip
    return {row.variant_id: row.quantity for row in books.connection.execute(query)}


def _expected(books: Books, customer_id: str) -> tuple[Decimal, str]:
    """What is expected of the customer in a year, by the chance that she does not come back."""
    value = customer_values.c
    query = select(value.expected_value, value.churn_risk).where(
        value.store_id == books.store_id, value.customer_id == customer_id,
        value.currency == books.store.currency,
    )  # fmt: skip
    row = books.connection.execute(query).one_or_none()
    if row is None or row.expected_value is None:
        return Decimal(0), "nothing is expected of her yet"
    return (
        (row.expected_value * row.churn_risk).quantize(Decimal("0.01")),
        f"expected in a year {row.expected_value:.2f}, risk of leaving {row.churn_risk:.2f}",
    )
