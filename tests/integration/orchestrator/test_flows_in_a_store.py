"""A checkout is abandoned in the sandbox: mail in the outbox by the store's clock, or none."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.settings import read_settings
from orchestrator.core import flows, ledger
from orchestrator.core.agent_registry import Registration, get_agent_registry
from orchestrator.core.books import reading, writing
from orchestrator.core.execution import execute, hands_of
from orchestrator.core.running import carry_out
from orchestrator.core.runs import start_run
from royal_platform.bootstrap import Platform, bootstrap
from royal_platform.commerce.decisions.model import Decision
from royal_platform.persistence.decisions import DecisionFilter
from royal_platform.persistence.flows import Flows
from royal_platform.persistence.messages import Messages, StoredMessage
from tests.integration.platform.wire import Sandbox

pytestmark = pytest.mark.timeout(240)
FLOW = "abandoned_checkout"


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with Sandbox(tmp_path, history_days=3) as running:
        yield running


@pytest.fixture
def platform(sandbox: Sandbox, tmp_path: Path, migrated_url: str) -> Iterator[Platform]:
    (tmp_path / "sandbox").mkdir(exist_ok=True)
    credentials = (sandbox.folder / "credentials.json").read_bytes()
    (tmp_path / "sandbox" / "credentials.json").write_bytes(credentials)
    opened = bootstrap(
        read_settings(var_dir=tmp_path, database_url=migrated_url, sandbox_port=sandbox.port)
    )
    catch_up(opened)
    registry = get_agent_registry()
    registry.attach(opened)
    registry.register(Registration("marketing_automation", "Marketing", "marketing_automation", ()))
    yield opened
    registry.detach()
    opened.close()


def catch_up(platform: Platform) -> None:
    asyncio.run(platform.sync().run())
    asyncio.run(platform.refresh_clock())


def run(platform: Platform) -> Any:
    with writing(platform) as books:
        run_id, why_not = start_run(
            books, "marketing_automation", trigger="button", actor="ada", by_worker=False
        )
    assert run_id is not None, why_not
    asyncio.run(carry_out(platform, run_id))
    with reading(platform) as books:
        done = books.runs.get(books.connection, run_id)
    assert done.status == "succeeded", done
    return done


def decided(platform: Platform, kind: str, *statuses: str) -> list[Decision]:
    wanted = DecisionFilter(statuses=statuses, kind=kind)
    with reading(platform) as books:
        return list(books.decisions.page(books.connection, wanted, None, 250).items)


def execute_approved(platform: Platform) -> None:
    for kind in ("mandate.grant", "message.send", "mandate.revoke"):
        for each in decided(platform, kind, "approved"):
            asyncio.run(execute(platform, hands_of(platform), each.id))


def approve_flow(platform: Platform) -> Decision:
    [asked] = [
        each for each in decided(platform, "mandate.grant", "proposed")
        if each.proposal.arguments["flow"] == FLOW
    ]  # fmt: skip
    ledger.approve(platform, asked.id, asked.argument_hash, "ada")
    execute_approved(platform)
    return asked


def outbox(platform: Platform) -> list[StoredMessage]:
    with reading(platform) as books:
        return list(Messages(books.store_id).page(books.connection, limit=250).items)


def step(platform: Platform, sandbox: Sandbox, **time: int) -> None:
    sandbox.control("step", time)
    catch_up(platform)


def test_abandoned_checkouts_are_written_to_by_the_stores_clock_until_they_are_bought(
    platform: Platform, sandbox: Sandbox
) -> None:
    # Nothing is sent before a person approves the flow, not even to those who wait.
    run(platform)
    assert decided(platform, "message.send") == []
    asked = approve_flow(platform)
    assert platform_status(platform, asked.id) == "executed"

    # Three days of hours: what became due was written to, none twice, none in a quiet hour.
    for _ in range(4):
        step(platform, sandbox, hours=18)
        run(platform)
        execute_approved(platform)
    sent = outbox(platform)
    assert sent, "a checkout of somebody who agreed to mail was abandoned within three days"
    assert {each.flow for each in sent} == {FLOW}
    assert len({each.id for each in sent}) == len(sent)
    assert {each.carrier for each in sent} == {"outbox"}
    for message in sent:
        assert message.content is not None
        assert "recover" in message.content.html
        assert "utm_campaign=abandoned_checkout" in message.content.text
        assert "unsubscribe" in message.content.text
        assert message.address is not None
    # Each of them was judged, and none needed a person.
    judged = decided(platform, "message.send", "executed")
    assert len(judged) == len(sent)
    assert {each.decided_by for each in judged} == {"policy"}
    assert all("mandate" in {hit.rule for hit in each.verdict.hits} for each in judged)

    with reading(platform) as books:
        store = Flows(books.store_id)
        counts = store.counts(books.connection)
        written = {each.customer_id for each in sent}
        holdout = [one for one in store.unmeasured(books.connection) if one.arm == "holdout"]
    assert not written & {one.customer_id for one in holdout}
    assert sum(counts.values()) >= len(written)

    # A wait that is over wakes the agent by itself, once.
    with writing(platform) as books:
        waits = [one for one in store.waiting(books.connection) if one.due_at]
        assert waits
        soon = books.now - timedelta(minutes=1)
        store.move(books.connection, waits[0].id, due_at=soon)
    woken = flows.wake_due(platform)
    assert woken is not None
    assert flows.wake_due(platform) is None
    asyncio.run(carry_out(platform, woken))
    execute_approved(platform)
    sent = outbox(platform)

    # A new version asks for itself; whoever is in the old one stays under its mandate.
    [view] = [one for one in flows.views(platform) if one.flow.id == FLOW]
    assert view.mandate is not None
    # One who bought just before it was sent is not written to, and has used it up all the same.
    overtaken = decided(platform, "message.send", "conflicted")
    assert all("checkout_open is False" in (each.failure or "") for each in overtaken)
    assert view.used == len(sent) + len(overtaken)
    flows.save(platform, FLOW, view.text.text.replace("wait: 24h", "wait: 20h"), 1, "ada")
    run(platform)
    assert f"{FLOW}@2" in {
        each.proposal.subject.id for each in decided(platform, "mandate.grant", "proposed")
    }

    # A revoked mandate stops what waits.
    ledger.revert(platform, asked.id, "ada")
    execute_approved(platform)
    sent = outbox(platform)
    step(platform, sandbox, hours=26)
    run(platform)
    execute_approved(platform)
    assert len(outbox(platform)) == len(sent)


def platform_status(platform: Platform, decision_id: str) -> str:
    with reading(platform) as books:
        return books.decisions.get(books.connection, decision_id).status.value
