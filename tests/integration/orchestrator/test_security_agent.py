"""The security agent on both databases: what it finds is kept, told, suppressed and acted on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, null, update

from core.errors import Conflict, Invalid, NotFound
from core.events.log import read_after
from core.security import tokens
from core.security.tables import access_log
from orchestrator.core import guarding, ledger
from orchestrator.core.actions import Hands
from orchestrator.core.agent_registry import Registration, get_agent_registry
from orchestrator.core.books import reading, writing
from orchestrator.core.execution import execute, hands_of
from orchestrator.core.running import carry_out
from orchestrator.core.runs import start_run
from royal_platform.bootstrap import Platform
from royal_platform.commerce.decisions.model import Decision
from royal_platform.commerce.decisions.notices import Severity
from royal_platform.commerce.security.model import Fact, Finding, Scan, State
from royal_platform.commerce.security.proposals import Desk, alert, proposals
from royal_platform.commerce.security.words import Phrase
from royal_platform.persistence.decisions import DecisionFilter
from royal_platform.persistence.security import Findings, StoredFinding
from royal_platform.persistence.tables.security import security_findings
from tests.fakes.live_store import LiveStore

HOME, AWAY = "198.51.100.0/24", "203.0.113.0/24"


@pytest.fixture
def store(shop: Platform) -> Iterator[Platform]:
    registry = get_agent_registry()
    registry.attach(shop)
    registry.register(Registration("security", "Security", "security", ("security",)))
    yield shop
    registry.detach()


def run(store: Platform, **given: Any) -> Any:
    with writing(store) as books:
        run_id, why_not = start_run(
            books, "security", trigger="button", actor="ada", by_worker=False, **given
        )
    assert run_id is not None, why_not
    asyncio.run(carry_out(store, run_id))
    with reading(store) as books:
        done = books.runs.get(books.connection, run_id)
    assert done.status == "succeeded", done.error
    return done


def came(store: Platform, ago: timedelta, place: str, caller: str, **given: Any) -> None:
    at = datetime.now(UTC) - ago
    row = {
        "hour": at.replace(minute=0, second=0, microsecond=0), "door": "coordinator",
        "inlet": "v1", "outcome": "let_in", "caller": caller, "place": place, "count": 1,
        "first_at": at, "last_at": at,
    }  # fmt: skip
    with store.database.write() as transaction:
        transaction.connection.execute(insert(access_log).values({**row, **given}))


def found(store: Platform, state: State | None = None) -> dict[str, StoredFinding]:
    with reading(store) as books:
        page = Findings(books.store_id).page(books.connection, books.now, state=state, limit=100)
    return {each.finding.check: each for each in page.items}


def told(store: Platform) -> list[str]:
    with store.database.read() as connection:
        events = read_after(connection, store.store_id, 0, 10_000, type="security.")
    return [each.type.removeprefix("security.") for each in events]


def taken_over(store: Platform) -> str:
    """An operator's token, refused from a strange network again and again, then let in there."""
    with store.database.write() as transaction:
        issued = tokens.create(
            transaction.connection, "till", "operator",
            now=datetime.now(UTC) - timedelta(days=30),
        )  # fmt: skip
    caller = f"token:{issued.id}"
    came(store, timedelta(days=9), HOME, caller)
    came(store, timedelta(minutes=3), AWAY, "", outcome="unknown", count=300)
    came(store, timedelta(minutes=1), AWAY, caller)
    return issued.id


def decided(store: Platform, kind: str) -> list[Decision]:
    with reading(store) as books:
        wanted = DecisionFilter(kind=kind)
        return list(books.decisions.page(books.connection, wanted, None, 50).items)


def test_a_taken_token_is_found_proposed_for_revocation_and_revoked_once(store: Platform) -> None:
    token_id = taken_over(store)
    run(store)
    checks = found(store, State.OPEN)
    assert {"access.takeover", "access.new_place", "access.brute_force"} <= set(checks)
    assert checks["access.takeover"].finding.severity is Severity.CRITICAL
    # The same token is asked about once, by the newest of the findings.
    waiting = [each for each in decided(store, "token.revoke") if each.status.value == "proposed"]
    (asked,) = waiting
    assert asked.verdict.ruling.value == "ask"
    ledger.approve(store, asked.id, asked.argument_hash, "ada")
    live = LiveStore()
    hands = Hands(live, live, live, live)
    for _ in range(2):
        assert asyncio.run(execute(store, hands, asked.id)) == "executed"
    with store.database.read() as connection:
        (token,) = [each for each in tokens.list_all(connection) if each.id == token_id]
    assert token.revoked_at is not None
    assert decided(store, "token.revoke")[0].status.value in {"executed", "superseded"}


def test_what_is_found_and_told_keeps_its_keys_and_older_rows_their_english(
    store: Platform,
) -> None:
    taken_over(store)
    run(store)
    one = found(store)["access.takeover"].finding
    assert Phrase(**one.words["title"]).text == one.title
    assert {each.label for each in one.facts if not each.words} == set()
    about = {each.proposal.subject.id: each for each in decided(store, "alert.raise")}
    assert about[one.id].proposal.arguments["said"] == one.words
    with store.database.read() as connection:
        proposed = read_after(
            connection, store.store_id, 0, 99, type="decision.proposed", subject=about[one.id].id
        )
    assert [each.payload["said"] for each in proposed] == [one.words["title"]]
    with store.database.write() as transaction:
        transaction.connection.execute(update(security_findings).values(words=null()))
    older = found(store)["access.takeover"].finding
    assert (older.title, older.words) == (one.title, {})
    run(store)
    assert found(store)["access.takeover"].finding.words == one.words


def test_many_who_are_turned_away_wake_the_agent_once_an_hour(store: Platform) -> None:
    came(store, timedelta(seconds=1), AWAY, "", outcome="unknown", count=19)
    assert guarding.wake_alarmed(store) == []
    came(store, timedelta(0), AWAY, "", inlet="login", outcome="unknown", count=20)
    (run_id,) = guarding.wake_alarmed(store)
    with reading(store) as books:
        woken = books.runs.get(books.connection, run_id)
    assert (woken.agent_id, woken.trigger, woken.status) == ("security", "access.refused", "queued")
    asyncio.run(carry_out(store, run_id))
    assert "access.brute_force" in found(store)
    # In the hour after it may look again; in this one it has.
    assert guarding.wake_alarmed(store) in ([], [f"run_security_refused_{hour_after(run_id)}"])


def test_a_token_in_a_new_place_wakes_the_agent_which_asks_to_revoke_it(store: Platform) -> None:
    with store.database.write() as transaction:
        issued = tokens.create(
            transaction.connection, "till", "operator",
            now=datetime.now(UTC) - timedelta(days=30),
        )  # fmt: skip
    came(store, timedelta(days=9), HOME, f"token:{issued.id}")
    assert guarding.wake_alarmed(store) == []
    came(store, timedelta(seconds=1), AWAY, f"token:{issued.id}")
    (run_id,) = guarding.wake_alarmed(store)
    # It is at work; and then it has looked.
    assert guarding.wake_alarmed(store) == []
    asyncio.run(carry_out(store, run_id))
    with reading(store) as books:
        done = books.runs.get(books.connection, run_id)
    assert (done.trigger, done.status) == ("access.alarmed", "succeeded")
    (asked,) = decided(store, "token.revoke")
    assert asked.proposal.subject.id == issued.id
    assert guarding.wake_alarmed(store) == []


def test_a_takeover_and_a_new_privilege_wake_the_agent(store: Platform) -> None:
    with store.database.write() as transaction:
        tokens.create(transaction.connection, "new", "admin", now=datetime.now(UTC))
    (run_id,) = guarding.wake_alarmed(store)
    asyncio.run(carry_out(store, run_id))
    assert "access.privilege" in found(store)
    assert guarding.wake_alarmed(store) == []
    taken_over(store)
    # Those who were refused and came in are one reason to look, not two.
    (run_id,) = guarding.wake_alarmed(store)
    asyncio.run(carry_out(store, run_id))
    assert "access.takeover" in found(store)
    assert guarding.wake_alarmed(store) == []


def hour_after(run_id: str) -> str:
    at = datetime.strptime(run_id.rpartition("_")[2], "%Y%m%d%H").replace(tzinfo=UTC)
    return f"{at + timedelta(hours=1):%Y%m%d%H}"


def test_findings_open_once_resolve_when_gone_and_open_again(store: Platform) -> None:
    taken_over(store)
    run(store)
    opened = told(store)
    assert opened.count("finding.opened") == len(found(store))
    run(store)
    assert told(store) == opened
    assert found(store)["access.takeover"].times_seen == 2
    gone = [Scan("access.takeover", True, "nobody came", 0)]
    assert guarding.keep(store, gone, "run_x") == {"opened": 0, "reopened": 0, "resolved": 1}
    assert found(store, State.RESOLVED)["access.takeover"].resolved_at is not None
    run(store)
    assert told(store)[-2:] == ["finding.resolved", "finding.reopened"]


def test_a_check_that_could_not_look_resolves_nothing(store: Platform) -> None:
    taken_over(store)
    run(store)
    blind = [Scan("access.takeover", False, "the log was away")]
    assert guarding.keep(store, blind, "run_x")["resolved"] == 0
    assert "access.takeover" in found(store, State.OPEN)
    scan = {each.check: each for each in store.security.scans()}["access.takeover"]
    assert (scan.ok, scan.detail) == (False, "the log was away")


def test_a_suppression_has_a_reason_a_person_and_an_end(store: Platform) -> None:
    taken_over(store)
    run(store)
    finding = found(store)["access.brute_force"]
    given = {"whole_check": False, "reason": "our own test", "days": 7, "actor": "ada"}
    with pytest.raises(Invalid):
        guarding.suppress(store, finding.id, **{**given, "days": 91})
    with pytest.raises(Invalid):
        guarding.suppress(store, finding.id, **{**given, "reason": "  "})
    with pytest.raises(NotFound):
        guarding.suppress(store, "fnd_nobody", **given)
    made = guarding.suppress(store, finding.id, **given)
    assert "access.brute_force" not in found(store, State.OPEN)
    held = found(store, State.SUPPRESSED)["access.brute_force"].suppression
    assert held is not None
    assert (held.person, held.reason, held.expires_at - held.created_at) == (
        "ada", "our own test", timedelta(days=7),
    )  # fmt: skip
    with pytest.raises(Conflict):
        guarding.suppress(store, finding.id, **given)
    with reading(store) as books:
        later = books.now + timedelta(days=7)
        page = Findings(books.store_id).page(books.connection, later, state=State.OPEN)
        assert "access.brute_force" in {each.finding.check for each in page.items}
    guarding.end_suppression(store, made.id, "ben")
    assert "access.brute_force" in found(store, State.OPEN)
    with pytest.raises(NotFound):
        guarding.end_suppression(store, made.id, "ben")
    assert told(store)[-2:] == ["suppressed", "suppression.ended"]


def test_what_is_suppressed_is_not_proposed_about(store: Platform) -> None:
    taken_over(store)
    run(store)
    for check in ("access.takeover", "access.new_place"):
        guarding.suppress(
            store, found(store)[check].id, whole_check=True, reason="known", days=1, actor="ada"
        )
    before = len(decided(store, "token.revoke"))
    run(store)
    assert len(decided(store, "token.revoke")) == before


def test_a_dry_run_keeps_nothing(store: Platform) -> None:
    taken_over(store)
    done = run(store, dry_run=True)
    assert done.result["would_propose"]
    assert (found(store), told(store), decided(store, "token.revoke")) == ({}, [], [])


def test_a_secret_in_the_log_is_found_and_not_repeated(store: Platform) -> None:
    secret = "shpat_" + "0af3" * 8
    with writing(store) as books:
        books.tell("note.made", "x", "ada", {"text": f"use {secret}"})
    run(store)
    leak = found(store)["secrets.leak"]
    assert leak.finding.severity is Severity.CRITICAL
    assert secret not in repr(leak)


def carry(store: Platform, decision: Decision) -> str:
    ledger.approve(store, decision.id, decision.argument_hash, "ada")
    return asyncio.run(execute(store, hands_of(store), decision.id))


def alerts(store: Platform, check: str) -> list[Decision]:
    with reading(store) as books:
        wanted = DecisionFilter(kind="alert.raise", subject_id=found(store)[check].id)
        return list(books.decisions.page(books.connection, wanted, None, 50).items)


def alert_events(store: Platform) -> list[tuple[str, Any]]:
    with store.database.read() as connection:
        events = read_after(connection, store.store_id, 0, 10_000, type="alert.")
    return [(each.type, each.payload.get("severity")) for each in events]


def test_people_are_told_of_a_grave_finding_once_and_it_can_be_taken_back(store: Platform) -> None:
    taken_over(store)
    run(store)
    (asked,) = alerts(store, "access.takeover")
    assert (asked.status.value, asked.verdict.ruling.value) == ("proposed", "ask")
    assert asked.proposal.arguments["severity"] == "critical"
    assert carry(store, asked) == "executed"
    assert asyncio.run(execute(store, hands_of(store), asked.id)) == "executed"
    assert alert_events(store) == [("alert.raised", "critical")]
    raised = found(store)["access.takeover"].alert
    assert raised is not None
    assert (raised.severity, raised.decision_id) == (Severity.CRITICAL, asked.id)
    # Seen again, gone, and back: nobody is told a second time.
    run(store)
    guarding.keep(store, [Scan("access.takeover", True, "nobody came", 0)], "run_x")
    # What it is about may have moved on: the alert can be taken back all the same.
    undo = ledger.revert(store, asked.id, "ada")
    assert asyncio.run(execute(store, hands_of(store), undo.id)) == "executed"
    run(store)
    assert len(alerts(store, "access.takeover")) == 1
    assert found(store)["access.takeover"].alert is None
    assert alert_events(store) == [("alert.raised", "critical"), ("alert.withdrawn", None)]


def test_a_finding_that_rises_is_told_again_and_one_that_is_not_grave_never(
    store: Platform,
) -> None:
    seen: list[str] = []
    for severity in (Severity.MEDIUM, Severity.HIGH, Severity.LOW, Severity.HIGH,
                     Severity.CRITICAL, Severity.CRITICAL):  # fmt: skip
        finding = Finding("access.takeover", "tok_1", severity, "Taken over", "Revoke it.")
        guarding.keep(store, [Scan("access.takeover", True, "", 1, (finding,))], "run_x")
        desk = Desk("sandbox", store.clock().now())
        told = [alert(each, shown, desk) for each, shown in guarding.untold(store, [finding])]
        for decision_id in ledger.propose(store, told):
            with reading(store) as books:
                decision = books.decisions.get(books.connection, decision_id)
            assert carry(store, decision) == "executed"
            seen.append(decision.proposal.arguments["severity"])
    assert seen == ["high", "critical"]
    assert alert_events(store) == [("alert.raised", "high"), ("alert.raised", "critical")]


def test_a_suppressed_finding_alarms_nobody_not_even_by_an_approval_that_waited(
    store: Platform,
) -> None:
    taken_over(store)
    run(store)
    (asked,) = alerts(store, "access.takeover")
    given = {"whole_check": False, "reason": "known", "days": 1, "actor": "ada"}
    made = guarding.suppress(store, found(store)["access.takeover"].id, **given)
    assert carry(store, asked) == "conflicted"
    run(store)
    assert len(alerts(store, "access.takeover")) == 1
    assert alert_events(store) == []
    # Once it no longer waits people are asked again: nobody was told.
    guarding.end_suppression(store, made.id, "ben")
    run(store)
    assert len(alerts(store, "access.takeover")) == 2


def test_an_alert_about_anything_else_or_without_a_remedy_is_turned_down(store: Platform) -> None:
    finding = Finding("access.takeover", "tok_1", Severity.HIGH, "Taken over", "Revoke it.")
    proposal = alert(finding, None, Desk("sandbox", store.clock().now()))
    forged = [
        replace(proposal, subject=replace(proposal.subject, type="order")),
        replace(proposal, arguments={**proposal.arguments, "remedy": ""}),
        replace(proposal, arguments={**proposal.arguments, "severity": "fatal"}),
    ]
    for number, each in enumerate(forged):
        numbered = replace(each, subject=replace(each.subject, id=f"fnd_{number}"))
        (decision_id,) = ledger.propose(store, [numbered])
        with reading(store) as books:
            decision = books.decisions.get(books.connection, decision_id)
        assert {hit.rule for hit in decision.verdict.hits} == {"arguments.invalid"}


def flag(store: Platform, order: str) -> str:
    finding = Finding(
        "orders.ring", order, Severity.HIGH, "Four orders hang together", "Look.",
        (Fact("mail", "#1", "orders"),), {"order_id": order, "order": f"#{order}"},
    )  # fmt: skip
    desk = Desk("sandbox", store.clock().now())
    (proposal,) = proposals(finding, desk)
    return ledger.propose(store, [proposal])[0]


def approve(store: Platform, decision_id: str) -> None:
    with reading(store) as books:
        decision = books.decisions.get(books.connection, decision_id)
    ledger.approve(store, decision_id, decision.argument_hash, "ada")


def test_an_order_is_marked_and_the_mark_is_taken_off_again(store: Platform) -> None:
    live = LiveStore()
    live.order_tags["Order/7"] = ["gift"]
    hands = Hands(live, live, live, live, tag_reader=live, tag_writer=live)
    decision = flag(store, "7")
    approve(store, decision)
    assert asyncio.run(execute(store, hands, decision)) == "executed"
    assert live.order_tags["Order/7"] == ["gift", "royal-suspicious"]
    back = ledger.revert(store, decision, "ada").id
    assert asyncio.run(execute(store, hands, back)) == "executed"
    assert live.order_tags["Order/7"] == ["gift"]


def test_an_order_that_is_gone_or_marked_already_is_a_conflict(store: Platform) -> None:
    live = LiveStore()
    live.order_tags["Order/8"] = ["royal-suspicious"]
    hands = Hands(live, live, live, live, tag_reader=live, tag_writer=live)
    for order in ("8", "9"):
        decision = flag(store, order)
        approve(store, decision)
        assert asyncio.run(execute(store, hands, decision)) == "conflicted"
    assert live.order_tags == {"Order/8": ["royal-suspicious"]}


def test_no_text_of_a_finding_becomes_a_tag(store: Platform) -> None:
    finding = Finding("orders.ring", "7", Severity.HIGH, "t", "r", (), {"order_id": "7"})
    (proposal,) = proposals(finding, Desk("sandbox", store.clock().now()))
    forged = replace(proposal, arguments={"tag": "vip, free-shipping"})
    (decision_id,) = ledger.propose(store, [forged])
    with reading(store) as books:
        decision = books.decisions.get(books.connection, decision_id)
    assert decision.status.value == "rejected"
    assert {hit.rule for hit in decision.verdict.hits} == {"arguments.invalid"}
