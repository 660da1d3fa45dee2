"""The marketing agent proposes a segment for an audience of a store; on both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, insert, select

from orchestrator.core import ledger, segmenting
from orchestrator.core.books import reading
from orchestrator.core.execution import execute, hands_of
from royal_platform.bootstrap import Platform
from royal_platform.commerce.customers.model import Segment
from royal_platform.commerce.decisions.model import Decision
from royal_platform.commerce.marketing.audiences import VALUED
from royal_platform.persistence.segments import SegmentRows
from royal_platform.persistence.tables.customers import customer_values
from royal_platform.persistence.tables.orders import customers
from tests.integration.orchestrator.conftest import stand_at
from tests.integration.orchestrator.test_flows_in_a_store import decided, platform, run, sandbox

__all__ = ["platform", "sandbox"]
pytestmark = pytest.mark.timeout(240)
AT_RISK = VALUED[0]


def value(platform: Platform) -> int:
    """Say of every second customer that much is spent and little to be expected; how many."""
    with platform.database.write() as transaction:
        connection = transaction.connection
        ids = connection.execute(select(customers.c.id).order_by(customers.c.id)).scalars().all()
        connection.execute(delete(customer_values))
        connection.execute(insert(customer_values), [
            {
                "store_id": platform.store_id, "customer_id": each, "recency_score": 1,
                "frequency_score": 3, "monetary_score": 5, "alive": Decimal("0.2"),
                "churn_risk": Decimal("0.9" if number % 2 else "0.1"),
                "expected_orders": Decimal(1), "expected_orders_low": Decimal(0),
                "expected_orders_high": Decimal(2), "currency": "EUR",
            }
            for number, each in enumerate(ids)
        ])  # fmt: skip
    return len(ids) // 2


def asked(platform: Platform) -> list[Decision]:
    return decided(platform, "segment.update", "proposed")


def in_force(platform: Platform) -> list[Segment]:
    with reading(platform) as books:
        return SegmentRows(books.store_id).all(books.connection)


def later(platform: Platform, **time: int) -> None:
    with reading(platform) as books:
        now = books.now
    stand_at(platform, now + timedelta(**time))


def test_a_segment_is_proposed_once_and_again_only_after_its_rest(platform: Platform) -> None:
    run(platform)
    assert asked(platform) == [], "nobody is valued: no audience has a member"
    members = value(platform)
    assert members > 0
    run(platform)
    [made] = asked(platform)
    told = made.proposal
    assert told.subject.id == AT_RISK.segment_id
    assert (told.arguments["name"], told.arguments["rule"]) == (AT_RISK.name, AT_RISK.rule)
    [now] = told.evidence
    assert (now.value, now.unit) == (members, "customers")
    assert told.rationale.startswith(f"{members} customers are in it now.")
    run(platform)
    assert [each.id for each in asked(platform)] == [made.id], "it waits already"

    ledger.reject(platform, made.id, "ada", "we have our own")
    later(platform, days=29)
    run(platform)
    assert asked(platform) == []
    later(platform, days=2)
    run(platform)
    [again] = asked(platform)
    ledger.approve(platform, again.id, again.argument_hash, "ada")
    assert asyncio.run(execute(platform, hands_of(platform), again.id)) == "executed"
    [segment] = in_force(platform)
    assert (segment.id, segment.rule) == (AT_RISK.segment_id, AT_RISK.rule)
    later(platform, days=31)
    run(platform)
    assert asked(platform) == [], "it says the same"

    segmenting.change(
        platform, segment.id, edited=1, name=segment.name, rule="orders > 1", actor="ada"
    )
    run(platform)
    [back] = asked(platform)
    assert back.proposal.precondition["rule"] == "orders > 1"
    assert (back.proposal.arguments["rule"], back.proposal.arguments["version"]) == (
        AT_RISK.rule, 2,
    )  # fmt: skip
    assert "says another rule by now" in back.proposal.rationale


def test_a_segment_that_was_taken_out_of_force_is_put_back_as_its_next_version(
    platform: Platform,
) -> None:
    value(platform)
    made = segmenting.create(
        platform, AT_RISK.name, AT_RISK.rule, "ada", segment_id=AT_RISK.segment_id
    )
    run(platform)
    assert asked(platform) == []
    segmenting.remove(platform, made.id, edited=made.version, actor="ada")
    run(platform)
    [back] = asked(platform)
    ledger.approve(platform, back.id, back.argument_hash, "ada")
    assert asyncio.run(execute(platform, hands_of(platform), back.id)) == "executed"
    assert [each.id for each in in_force(platform)] == [AT_RISK.segment_id]
