"""A segment is changed by a decision: bound to its version, once, undone; on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from core.errors import Invalid
from core.events.verify import verify
from orchestrator.core import ledger, proposing, segmenting
from orchestrator.core.books import reading
from orchestrator.core.execution import execute
from orchestrator.core.segment_changes import wish_segment
from royal_platform.commerce.customers.model import Segment
from royal_platform.commerce.decisions.model import Decision
from royal_platform.commerce.pricing.request import Voice, Wording
from royal_platform.persistence.segments import SegmentRows


def in_force(house: Any) -> list[Segment]:
    with reading(house) as books:
        return SegmentRows(books.store_id).all(books.connection)


def wish(house: Any, name: str = "Loyal", rule: str = "orders >= 3") -> Decision:
    return wish_segment(house, name, rule, Wording(Voice.MCP, "vera", f"/set_segment {name}"))


def carry_out(house: Any, decision_id: str) -> str:
    return asyncio.run(execute(house, house.hands, decision_id))


def approve(house: Any, made: Decision) -> str:
    ledger.approve(house, made.id, made.argument_hash, "ada")
    return carry_out(house, made.id)


def undo(house: Any, decision_id: str) -> tuple[str, str]:
    inverse = ledger.revert(house, decision_id, "ada")
    return inverse.id, carry_out(house, inverse.id)


def test_a_new_segment_waits_for_a_person_is_made_once_and_taken_back(house: Any) -> None:
    made = wish(house)
    assert (made.status.value, made.verdict.ruling.value) == ("proposed", "ask")
    assert in_force(house) == []
    assert wish(house).id == made.id, "asked already"
    assert approve(house, made) == "executed"
    assert carry_out(house, made.id) == "executed"
    [segment] = in_force(house)
    assert (segment.name, segment.rule, segment.version) == ("Loyal", "orders >= 3", 1)
    assert len(house.events("segment.created")) == 1
    undone, status = undo(house, made.id)
    assert (status, in_force(house)) == ("executed", [])
    # The undo is undone: the same segment is in force again.
    assert undo(house, undone)[1] == "executed"
    [again] = in_force(house)
    assert (again.id, again.rule) == (segment.id, segment.rule)
    with house.database.read() as connection:
        assert verify(connection, house.store_id).ok


def test_a_change_holds_for_the_version_it_was_decided_on(house: Any) -> None:
    segmenting.create(house, "Loyal", "orders > 5", "ada")
    made = wish(house)
    assert [each.label for each in made.proposal.evidence][1:] == [
        "Customers by the rule in force", "Customers by the new rule",
    ]  # fmt: skip
    assert approve(house, made) == "executed"
    [segment] = in_force(house)
    assert (segment.rule, segment.version, segment.changed_by) == ("orders >= 3", 2, "agent:aira")
    late = wish(house, rule="orders >= 2")
    segmenting.change(house, segment.id, edited=2, name="Loyal", rule="orders >= 9", actor="ada")
    assert approve(house, late) == "conflicted"
    # Somebody wrote another rule since: that is not undone.
    assert undo(house, made.id)[1] == "conflicted"
    assert in_force(house)[0].rule == "orders >= 9"


def test_an_undo_puts_back_the_rule_before(house: Any) -> None:
    segmenting.create(house, "Loyal", "orders > 5", "ada")
    made = wish(house, "LOYAL")
    approve(house, made)
    assert undo(house, made.id)[1] == "executed"
    [segment] = in_force(house)
    assert (segment.name, segment.rule, segment.version) == ("Loyal", "orders > 5", 3)


def test_a_wish_that_cannot_be_is_refused_at_once(house: Any) -> None:
    segmenting.create(house, "Loyal", "orders > 5", "ada")
    for name, rule in (("New", "orders >"), ("Loyal", "orders > 5"), (" ", "orders > 5"),
                       ("x" * 121, "orders > 5")):  # fmt: skip
        with pytest.raises(Invalid):
            wish(house, name, rule)


@pytest.mark.parametrize(
    "changed",
    [
        {"segment": "other"}, {"version": 7}, {"version": "0"}, {"rule": ""}, {"rule": None},
        {"name": None}, {"name": 4}, {"rule": "x" * 2_001},
    ],
)  # fmt: skip
def test_a_malformed_proposal_is_denied(house: Any, changed: dict[str, Any]) -> None:
    made = wish(house).proposal
    wrong = replace(made, arguments={**made.arguments, **changed}, agent_id="marketing_automation")
    [decision_id] = proposing.propose(house, [wrong])
    assert house.status(decision_id) == "rejected"


def test_a_rule_that_cannot_be_read_changes_nothing(house: Any) -> None:
    made = wish(house).proposal
    wrong = replace(
        made, arguments={**made.arguments, "rule": "shoe_size > 4"}, agent_id="marketing_automation"
    )
    [decision_id] = proposing.propose(house, [wrong])
    assert approve(house, house.decision(decision_id)) == "failed"
    assert "Expected a fact" in str(house.decision(decision_id).failure)
    assert in_force(house) == []
