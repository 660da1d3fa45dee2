"""Orders of one person under five names: found in the sandbox, told with reasons, and marked."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.settings import read_settings
from orchestrator.core import ledger
from orchestrator.core.agent_registry import Registration, get_agent_registry
from orchestrator.core.books import reading, writing
from orchestrator.core.execution import execute, hands_of
from orchestrator.core.running import carry_out
from orchestrator.core.runs import start_run
from royal_platform.bootstrap import Platform, bootstrap
from royal_platform.commerce.security.model import State
from royal_platform.persistence.decisions import DecisionFilter
from royal_platform.persistence.security import Findings, StoredFinding
from tests.integration.platform.wire import Sandbox

pytestmark = pytest.mark.timeout(120)
CHECKS = {"orders.velocity", "orders.ring", "orders.unlike"}
NETWORK = "203.0.113.77"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("ring"), history_days=2) as running:
        yield running


@pytest.fixture
def store(sandbox: Sandbox, tmp_path: Path, migrated_url: str) -> Iterator[Platform]:
    (tmp_path / "sandbox").mkdir(exist_ok=True)
    credentials = (sandbox.folder / "credentials.json").read_bytes()
    (tmp_path / "sandbox" / "credentials.json").write_bytes(credentials)
    opened = bootstrap(
        read_settings(
            var_dir=tmp_path, database_url=migrated_url, sandbox_port=sandbox.port,
            given_secret_key="k" * 40,
        )
    )  # fmt: skip
    registry = get_agent_registry()
    registry.attach(opened)
    registry.register(Registration("security", "Security", "security", ()))
    yield opened
    registry.detach()
    opened.close()


def catch_up(store: Platform) -> None:
    asyncio.run(store.sync().run())
    asyncio.run(store.refresh_clock())


def run(store: Platform) -> Any:
    with writing(store) as books:
        run_id, why_not = start_run(
            books, "security", trigger="button", actor="ada", by_worker=False
        )
    assert run_id is not None, why_not
    asyncio.run(carry_out(store, run_id))
    with reading(store) as books:
        done = books.runs.get(books.connection, run_id)
    assert done.status == "succeeded", done
    return done


def plant(sandbox: Sandbox, street: str) -> list[str]:
    """Five customers, one street and one network; the ids of their orders."""
    home = {"lastName": "Visser", "address1": street, "zip": "1011 AB", "city": "Amsterdam",
            "countryCode": "NL"}  # fmt: skip
    with sqlite3.connect(sandbox.folder / "store.db") as db:
        (sku,) = db.execute("SELECT sku FROM variants WHERE sku <> '' LIMIT 1").fetchone()
    orders = []
    for name in ("Ann", "Bea", "Cor", "Dik", "Els"):
        wish = {
            "lines": [{"sku": sku, "quantity": 1}], "unfulfilled": True, "client_ip": NETWORK,
            "email": f"{name.lower()}@{street.replace(' ', '-').lower()}.example",
            "ship_to": {**home, "firstName": name},
        }  # fmt: skip
        told = sandbox.control("orders", {"create": wish})
        orders.append(str(told["order"]).rpartition("/")[2])
    return orders


def rings(store: Platform) -> list[StoredFinding]:
    with reading(store) as books:
        page = Findings(books.store_id).page(
            books.connection, books.now, state=State.OPEN, limit=100
        )
    return [each for each in page.items if each.finding.check == "orders.ring"]


def test_a_ring_is_found_with_its_reasons_and_its_newest_order_marked(
    store: Platform, sandbox: Sandbox, request: pytest.FixtureRequest
) -> None:
    catch_up(store)
    run(store)
    looked = {each.check: each for each in store.security.scans() if each.check in CHECKS}
    assert {check: scan.ok for check, scan in looked.items()} == dict.fromkeys(CHECKS, True)
    assert looked["orders.ring"].looked_at > 0
    # In an ordinary shop strangers meet on phone networks all the time; on some days of the world
    # a ring of its own is under way, and that one is rightly told.
    true = of_the_worlds_rings(sandbox)
    strangers = [each for each in rings(store) if true.isdisjoint(each.finding.about["ring"])]
    labels = {fact.label for each in strangers for fact in each.finding.facts}
    assert "the same network address" not in labels
    planted = plant(sandbox, f"Kade {len(request.node.name)}")
    catch_up(store)
    run(store)
    (ring,) = [each for each in rings(store) if planted[0] in each.finding.about["ring"]]
    assert set(planted) <= set(ring.finding.about["ring"])
    facts = {fact.label: fact.value for fact in ring.finding.facts}
    assert "the same street address" in facts
    assert "shares its" in facts["how they are linked"]
    # Reasons name orders; who bought, where and from which network is in none of them.
    kept = repr(ring)
    assert [word for word in (NETWORK, "Kade", "Visser", "example") if word in kept] == []
    assert marked(store, sandbox, str(ring.finding.about["order_id"]))


def of_the_worlds_rings(sandbox: Sandbox) -> set[str]:
    """The orders that the world's own fraud rings made: its hidden truth."""
    with sqlite3.connect(sandbox.folder / "store.db") as db:
        hidden = db.execute("SELECT value FROM world_secrets WHERE kind = 'ring'").fetchall()
    return {str(json.loads(value)["order_id"]) for (value,) in hidden}


def marked(store: Platform, sandbox: Sandbox, order_id: str) -> bool:
    """Approve the mark that is proposed for this order; whether the store has it then."""
    with reading(store) as books:
        page = books.decisions.page(books.connection, DecisionFilter(kind="order.flag"), None, 250)
    (decision,) = [each for each in page.items if each.proposal.subject.id == order_id
                   and each.status.value == "proposed"]  # fmt: skip
    assert decision.verdict.ruling.value == "ask"
    ledger.approve(store, decision.id, decision.argument_hash, "ada")
    assert asyncio.run(execute(store, hands_of(store), decision.id)) == "executed"
    with sqlite3.connect(sandbox.folder / "store.db") as db:
        (tags,) = db.execute("SELECT tags FROM orders WHERE id = ?", (order_id,)).fetchone()
    return "royal-suspicious" in tags
