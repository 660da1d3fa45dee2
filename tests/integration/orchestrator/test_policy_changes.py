"""The policy is changed by a decision: bound, explained, undone, by who may; on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from core.errors import Conflict, Forbidden, Invalid
from core.events.verify import verify
from core.security.principals import Principal, principal
from orchestrator.core import control, ledger
from orchestrator.core.books import reading, writing
from orchestrator.core.policy_changes import replace_policy, wish_limit
from royal_platform.commerce.decisions.model import Autonomy, Decision, Policy
from royal_platform.commerce.pricing.request import Voice, Wording
from royal_platform.persistence.commands import unrelayed
from royal_platform.persistence.policies import StoredPolicy

ADA = principal("ada", "admin", None, "session")
BEN = principal("ben", "admin", None, "session")
OTTO = principal("otto", "operator", None, "session")


def in_force(house: Any) -> StoredPolicy:
    with reading(house) as books:
        return books.policies.current(books.connection)


def wish(house: Any, name: str, value: str, who: str = "vera") -> Decision:
    return wish_limit(house, name, value, Wording(Voice.MCP, who, f"/limit {name} {value}"))


def approve(house: Any, decision: Decision, by: Principal = ADA) -> Decision:
    return ledger.approve(house, decision.id, decision.argument_hash, by)


def test_a_wish_waits_for_an_admin_and_is_in_force_with_the_approval(house: Any) -> None:
    made = wish(house, "margin_floor_percent", "22.5")
    assert (made.status.value, made.verdict.ruling.value) == ("proposed", "ask")
    assert in_force(house).version == 0
    with pytest.raises(Conflict, match="other arguments"):
        ledger.approve(house, made.id, "0" * 64, ADA)
    done = approve(house, made)
    assert (done.status.value, done.decided_by) == ("executed", "ada")
    stored = in_force(house)
    assert (stored.version, stored.changed_by) == (1, "ada")
    assert stored.policy == replace(Policy(), margin_floor_percent=Decimal("22.5"))
    [told] = house.events("policy.changed")
    assert told.payload["decision_id"] == made.id
    assert told.payload["changed"] == ["margin_floor_percent"]
    with house.database.read() as connection:
        assert not unrelayed(connection), "no worker is waited for"
        assert verify(connection, house.store_id).ok


def test_an_undo_puts_back_exactly_what_was_and_only_while_ours_stands(house: Any) -> None:
    limits = {"unit_cost_max": None, "risk_auto_max": 0.25, "price_ending": ".95"}
    first = replace_policy(house, 0, replace(Policy(), **limits), ADA, "A trial")  # type: ignore[arg-type]
    assert first is not None
    assert "Because: A trial." in first.proposal.rationale
    undo = ledger.revert(house, first.id, BEN)
    assert undo.status.value == "executed"
    assert house.status(first.id) == "reverted"
    assert (in_force(house).version, in_force(house).policy) == (2, Policy())
    second = approve(house, wish(house, "cooldown_days", "3"))
    third = approve(house, wish(house, "cooldown_days", "5"))
    failed = ledger.revert(house, second.id, ADA)
    assert failed.status.value == "conflicted"
    assert "cooldown_days is 5, not 3" in str(failed.failure)
    assert house.status(second.id) == "executed", "it was replaced, not undone"
    ledger.revert(house, third.id, ADA)
    assert in_force(house).policy.cooldown_days == 3


def test_two_tabs_with_the_same_limit_make_one_change(house: Any) -> None:
    mine, theirs = wish(house, "cooldown_days", "3"), wish(house, "actions_per_day", "9")
    again = wish(house, "cooldown_days", "3")
    assert again.id == mine.id, "the same wish waits already"
    assert approve(house, theirs).status.value == "executed"
    assert approve(house, mine).status.value == "executed", "another limit stands in nobody's way"
    late = wish(house, "cooldown_days", "4")
    saved = replace(in_force(house).policy, cooldown_days=6, actions_per_run=6)
    replace_policy(house, 2, saved, BEN)
    clash = approve(house, late)
    assert clash.status.value == "conflicted"
    assert "cooldown_days is 6, not 3" in str(clash.failure)
    with pytest.raises(Conflict, match="version 3 is in force, 2 was edited"):
        replace_policy(house, 2, Policy(), ADA)
    assert replace_policy(house, 3, in_force(house).policy, ADA) is None, "nothing to decide"
    older, newer = wish(house, "cooldown_days", "3"), wish(house, "cooldown_days", "4")
    assert (house.status(older.id), house.status(newer.id)) == ("superseded", "proposed")


def test_who_may_decide_on_prices_may_not_for_that_change_the_policy(house: Any) -> None:
    made = wish(house, "margin_floor_percent", "0")
    for refused in (
        lambda: approve(house, made, OTTO),
        lambda: replace_policy(house, 0, replace(Policy(), cooldown_days=0), OTTO),
    ):
        with pytest.raises(Forbidden, match="policy:write"):
            refused()
    [outcome] = ledger.batch(house, "approve", [(made.id, made.argument_hash)], OTTO)
    assert outcome.error is not None
    assert "policy:write" in outcome.error
    assert approve(house, made).status.value == "executed"
    with pytest.raises(Forbidden, match="policy:write"):
        ledger.revert(house, made.id, OTTO)
    assert in_force(house).version == 1
    assert ledger.reject(house, wish(house, "cooldown_days", "9").id, OTTO).status == "rejected"


def test_one_person_cannot_weaken_the_rule_of_two_persons_nor_undo_its_strengthening(
    house: Any,
) -> None:
    saved = replace_policy(house, 0, replace(Policy(), two_persons_above=None), ADA)
    assert saved is not None
    assert saved.status.value == "proposed"
    assert in_force(house).policy.two_persons_above == Decimal(10_000)
    with pytest.raises(Conflict, match="second person"):
        approve(house, saved)
    assert approve(house, saved, BEN).status.value == "executed"
    assert in_force(house).policy.two_persons_above is None
    tight = approve(house, wish(house, "two_persons_above", "500"))
    undo = ledger.revert(house, tight.id, ADA)
    assert undo.status.value == "proposed"
    assert house.status(tight.id) == "reverting"
    assert in_force(house).policy.two_persons_above == Decimal(500)
    ledger.reject(house, undo.id, BEN)
    assert house.status(tight.id) == "executed", "in force as before"
    second = ledger.revert(house, tight.id, ADA)
    assert approve(house, second, BEN).status.value == "executed"
    assert in_force(house).policy.two_persons_above is None


def test_no_autonomy_and_no_policy_lets_a_wish_pass_by_itself(house: Any) -> None:
    open_to_all = Policy(
        risk_auto_max=1.0, risk_deny_min=1.0, two_persons_above=None, cooldown_days=0,
    )  # fmt: skip
    with writing(house) as books:
        books.policies.replace(
            books.connection, edited=0, policy=open_to_all, actor="ada", now=books.now
        )
        for agent in ("aira", "person"):
            books.policies.set_autonomy(
                books.connection, agent_id=agent, kind="policy.change", level=Autonomy.AUTO,
                actor="ada", now=books.now,
            )  # fmt: skip
    assert wish(house, "margin_floor_percent", "0").status.value == "proposed"
    assert in_force(house).version == 1


def test_a_policy_that_denies_everything_can_still_be_changed(house: Any) -> None:
    shut = replace(Policy(), risk_auto_max=0.0, risk_deny_min=0.0, actions_per_day=0)
    replace_policy(house, 0, shut, ADA)
    assert replace_policy(house, 1, Policy(), ADA) is not None
    assert in_force(house).policy == Policy()


def test_while_the_store_is_stopped_its_policy_can_be_tightened(house: Any) -> None:
    control.stop(house, "store", "ada", "It prices oddly")
    done = replace_policy(house, 0, replace(Policy(), price_step_max_percent=Decimal(2)), ADA)
    assert done is not None
    assert done.status.value == "executed"
    control.stop(house, "agent:aira", "ada", "No more wishes")
    waits = wish(house, "cooldown_days", "3")
    with pytest.raises(Conflict, match="kill switch"):
        approve(house, waits)


def test_what_no_limit_can_be_is_told_and_not_kept(house: Any) -> None:
    for name, value in (("cooldown_days", "-1"), ("nothing", "1"), ("cooldown_days", "7")):
        with pytest.raises(Invalid):
            wish(house, name, value)
    for wrong in ({"margin_floor_percent": Decimal(-5)}, {"price_band_low_percent": Decimal(140)}):
        with pytest.raises(Invalid):
            replace_policy(house, 0, replace(Policy(), **wrong), ADA)  # type: ignore[arg-type]
    assert house.events("decision.proposed") == []


def test_ten_who_save_at_once_make_one_version(house: Any) -> None:
    def save(days: int) -> str:
        try:
            replace_policy(house, 0, replace(Policy(), cooldown_days=20 + days), ADA)
        except Conflict:
            return "conflict"
        return "saved"

    with ThreadPoolExecutor(10) as many:
        outcomes = list(many.map(save, range(10)))
    assert sorted(outcomes) == ["conflict"] * 9 + ["saved"]
    assert in_force(house).version == 1
    assert len(house.events("policy.changed")) == 1
