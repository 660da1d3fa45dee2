"""Customers on the wire."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from app.schemas.common import MoneyOut
from app.schemas.customers import (
    CustomerDetail,
    CustomerQuery,
    ExplanationOut,
    FactKind,
    FindingOut,
    KnownFact,
)
from app.schemas.store import ConsentOut, CustomerExpected, CustomerOut, CustomerPage
from app.views import segments, shared
from royal_platform.commerce.customers.conditions import Finding
from royal_platform.commerce.customers.facts import VOCABULARY, Facts, Value
from royal_platform.commerce.customers.model import Segment
from royal_platform.commerce.customers.segments import Rule, RuleError, parse
from royal_platform.persistence.audience import CustomerFacts
from royal_platform.persistence.orders import ConsentItem, CustomerItem, Orders
from royal_platform.persistence.segments import SegmentRows
from royal_platform.persistence.valuations import CustomerValue, Valuations

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from royal_platform.bootstrap import Platform

_MOST_SHOWN = 20


def listing(platform: Platform, query: CustomerQuery) -> CustomerPage:
    """A page of customers, most spent first. Raises ``Invalid`` for a rule that cannot be read."""
    with platform.database.read() as connection:
        store = shared.store(platform, connection)
        page = Orders(store.id).customers(
            connection, text=query.q, rule=_rule(connection, store.id, query),
            cursor=query.cursor, limit=query.limit,
        )  # fmt: skip
        expected = Valuations(store.id).of(connection, [item.id for item in page.items])
    return CustomerPage(
        data=[_customer(item, expected.get(item.id)) for item in page.items],
        next_cursor=page.next_cursor,
        total=page.total,
        provenance=shared.provenance(store),
    )


def one(platform: Platform, customer_id: str, rule: str | None) -> CustomerDetail:
    """One customer with every segment explained, and ``rule`` if one is given."""
    with platform.database.read() as connection:
        store = shared.store(platform, connection)
        item = Orders(store.id).customer(connection, customer_id)
        (facts,) = CustomerFacts.of(connection, store.id).read(connection, [customer_id])
        saved = SegmentRows(store.id).all(connection)
        expected = Valuations(store.id).of(connection, [customer_id]).get(customer_id)
    explanations = [_explained(facts, segment.rule, segment) for segment in saved]
    if rule is not None:
        explanations.insert(0, _explained(facts, rule))
    return CustomerDetail(
        **_customer(item, expected).model_dump(),
        today=facts.today,
        facts=[
            KnownFact(name=name, kind=_kind(name), value=_text(facts.values.get(name)))
            for name in VOCABULARY
        ],
        explanations=explanations,
        provenance=shared.provenance(store),
    )


def _rule(connection: Connection, store_id: str, query: CustomerQuery) -> Rule | None:
    from orchestrator.core.segmenting import read_rule

    if query.segment_id is not None:
        return read_rule(SegmentRows(store_id).get(connection, query.segment_id).rule)
    return None if query.rule is None else read_rule(query.rule)


def _explained(facts: Facts, rule: str, segment: Segment | None = None) -> ExplanationOut:
    outcome: bool | None = None
    findings: list[FindingOut] = []
    fault = None
    try:
        finding = parse(rule).explain(facts)
        outcome, findings = finding.outcome, list(_flat(finding, 0))
    except RuleError as error:
        fault = segments.fault(error)
    return ExplanationOut(
        segment_id=None if segment is None else segment.id,
        name=None if segment is None else segment.name,
        rule=rule,
        outcome=outcome,
        findings=findings,
        fault=fault,
    )


def _flat(finding: Finding, depth: int) -> Iterator[FindingOut]:
    yield FindingOut(
        depth=depth,
        text=finding.text,
        outcome=finding.outcome,
        fact=finding.fact,
        kind=None if finding.fact is None else _kind(finding.fact),
        actual=_text(finding.actual),
    )
    for part in finding.parts:
        yield from _flat(part, depth + 1)


def _kind(fact: str) -> FactKind:
    return VOCABULARY[fact].kind.value


def _text(value: Value | None) -> str | None:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        shown = sorted(value)
        more = ["…"] if len(shown) > _MOST_SHOWN else []
        return ", ".join(shown[:_MOST_SHOWN] + more)
    return None if value is None else str(value)


def _customer(item: CustomerItem, expected: CustomerValue | None) -> CustomerOut:
    return CustomerOut(
        id=item.id,
        name=item.name,
        country=item.country,
        orders=item.orders,
        spent=shared.amount(item.spent.amount, item.spent.currency),
        first_order_at=item.first_order_at,
        last_order_at=item.last_order_at,
        expected=None if expected is None else _expected(expected),
        email_consent=_consent(item.email_consent),
        sms_consent=_consent(item.sms_consent),
    )


def _consent(found: ConsentItem | None) -> ConsentOut | None:
    return None if found is None else ConsentOut(**asdict(found))


def _expected(found: CustomerValue) -> CustomerExpected:
    def money(amount: Decimal | None) -> MoneyOut | None:
        return None if amount is None else shared.amount(amount, found.currency)

    return CustomerExpected(
        alive_percent=None if found.alive is None else found.alive * 100,
        churn_risk_percent=found.churn_risk * 100,
        next_order=found.next_order,
        orders=found.expected_orders,
        orders_low=found.expected_orders_low,
        orders_high=found.expected_orders_high,
        value=money(found.expected_value),
        value_low=money(found.expected_value_low),
        value_high=money(found.expected_value_high),
        recency_score=found.recency_score,
        frequency_score=found.frequency_score,
        monetary_score=found.monetary_score,
    )
