"""Each agent runs by its schedule, by what happens, by the button and on the command line."""

from __future__ import annotations

import asyncio
import json
import runpy
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from app import create_app
from app.empire import SEVEN
from core.security.tables import access_log
from core.settings import Settings, get_settings, read_settings
from orchestrator.core import guarding, schedules, supplying
from orchestrator.core.agent_registry import get_agent_registry
from orchestrator.core.books import reading, writing
from orchestrator.core.running import carry_out
from orchestrator.core.taking_in import take_in, wake_unread
from orchestrator.core.work import wake_after_first_sync
from royal_platform.bootstrap import Platform, bootstrap
from royal_platform.commerce.support.model import Arrival, Channel
from royal_platform.persistence.runs import Run
from tests.integration.doors.conftest import ADMIN
from tests.integration.platform.wire import Sandbox

AGENTS = (
    "product_research", "inventory_pricing", "order_fulfillment", "marketing_automation",
    "analytics", "customer_support", "security",
)  # fmt: skip
pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("roads"), history_days=35) as running:
        yield running


@pytest.fixture(scope="module")
def settings(
    sandbox: Sandbox, migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    home = tmp_path_factory.mktemp("home")
    (home / "sandbox").mkdir()
    credentials = (sandbox.folder / "credentials.json").read_bytes()
    (home / "sandbox" / "credentials.json").write_bytes(credentials)
    database = home / "royal.db"
    database.write_bytes(migrated_sqlite.read_bytes())
    return read_settings(
        var_dir=home, database_url=f"sqlite:///{database}", sandbox_port=sandbox.port,
        log_level="ERROR", royal_admin_token=ADMIN,
    )  # fmt: skip


@pytest.fixture(scope="module")
def client(platform: Platform, settings: Settings) -> Any:
    """The coordinator; its first answer registers the seven agents with their schedules."""
    registry = get_agent_registry()
    registry.detach()
    for each in SEVEN:
        # Other tests of this process know some of them without a schedule.
        registry.register(each)
    made = create_app(settings).test_client()
    assert made.get("/v1/agents", headers=HEADERS).status_code == 200
    return made


@pytest.fixture(scope="module")
def platform(settings: Settings) -> Iterator[Platform]:
    opened = bootstrap(settings)
    asyncio.run(opened.sync().run())
    asyncio.run(opened.refresh_clock())
    yield opened
    get_agent_registry().detach()
    opened.close()


HEADERS = {"Authorization": f"Bearer {ADMIN}"}


def finished(platform: Platform, agent_id: str) -> Run:
    """The agent's run that waits, carried out as a worker does."""
    with reading(platform) as books:
        (waiting,) = books.runs.active(books.connection, agent_id)
    asyncio.run(carry_out(platform, waiting.id))
    with reading(platform) as books:
        done = books.runs.get(books.connection, waiting.id)
    assert done.status == "succeeded", done.error
    return done


def _suppliers_change(platform: Platform) -> None:
    with writing(platform) as books:
        books.tell(supplying.OFFERS_CHANGED, "sup_1", "worker", {"variants": 1})
    supplying.wake_moved(platform)


def _someone_writes(platform: Platform) -> None:
    with writing(platform) as books:
        assert take_in(books, LETTER, None) is not None
    wake_unread(platform)


def _many_are_refused(platform: Platform) -> None:
    assert guarding.wake_alarmed(platform) == []
    at = datetime.now(UTC)
    with platform.database.write() as transaction:
        transaction.connection.execute(insert(access_log).values(
            hour=at.replace(minute=0, second=0, microsecond=0), door="coordinator", inlet="v1",
            outcome="unknown", caller="", place="203.0.113.0/24", count=20, first_at=at,
            last_at=at,
        ))  # fmt: skip
    assert len(guarding.wake_alarmed(platform)) == 1
    # It is at work; and this hour it has looked.
    assert guarding.wake_alarmed(platform) == []


LETTER = Arrival(
    key="k1", channel=Channel.CHAT, author="Ann", address="ann@home.test",
    subject="Where is it?", text="Where is my order?", quoted="", html=None,
    internet_id="message:k1", answers=(), is_automatic=False,
)  # fmt: skip


# What happens, as the worker's chores come upon it, and all who wake on it.
HAPPENS: dict[str, tuple[Callable[[Platform], None], set[str]]] = {
    "supplier.offers.changed": (
        _suppliers_change, {"product_research", "inventory_pricing", "order_fulfillment"},
    ),
    "store.sync.first": (wake_after_first_sync, {
        "inventory_pricing", "order_fulfillment", "marketing_automation", "analytics", "security",
    }),
    "support.message.received": (_someone_writes, {"customer_support"}),
    "access.refused": (_many_are_refused, {"security"}),
}  # fmt: skip


@pytest.mark.parametrize("topic", HAPPENS)
def test_what_happens_starts_all_who_wake_on_it(
    platform: Platform, client: Any, topic: str
) -> None:
    happen, woken = HAPPENS[topic]
    happen(platform)
    with reading(platform) as books:
        assert {each.agent_id for each in books.runs.active(books.connection)} == woken
    for agent_id in sorted(woken):
        assert finished(platform, agent_id).trigger == topic


@pytest.mark.parametrize("agent_id", AGENTS)
def test_its_schedule_starts_it(platform: Platform, client: Any, agent_id: str) -> None:
    with writing(platform) as books:
        schedule = books.agents.schedules(books.connection)[agent_id]
        books.agents.schedule(
            books.connection, agent_id, cron=schedule.cron,
            next_due_at=books.now - timedelta(minutes=1),
        )  # fmt: skip
    (run_id,) = schedules.fire_due(platform)
    done = finished(platform, agent_id)
    assert (done.id, done.trigger) == (run_id, "schedule")
    with reading(platform) as books:
        assert books.agents.schedules(books.connection)[agent_id].next_due_at > books.now


@pytest.mark.parametrize("agent_id", AGENTS)
def test_the_button_starts_it(platform: Platform, client: Any, agent_id: str) -> None:
    answer = client.post(f"/v1/agents/{agent_id}/run", headers=HEADERS, json={})
    assert answer.status_code == 202, answer.text
    done = finished(platform, agent_id)
    assert done.id == answer.get_json()["id"]
    assert done.trigger == "person"


@pytest.mark.parametrize("agent_id", AGENTS)
def test_the_command_line_runs_it(
    platform: Platform, settings: Settings, client: Any, agent_id: str,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    for name in ("var_dir", "database_url", "sandbox_port", "log_level"):
        variable = "ROYAL_VAR_DIR" if name == "var_dir" else name.upper()
        monkeypatch.setenv(variable, str(getattr(settings, name)))
    # As a process of its own would: it may have been imported here before.
    monkeypatch.delitem(sys.modules, f"orchestrator.agents.{agent_id}", raising=False)
    monkeypatch.setattr(sys, "argv", [agent_id, "--dry-run", "--json"])
    get_settings.cache_clear()
    with pytest.raises(SystemExit) as ended:
        runpy.run_module(f"orchestrator.agents.{agent_id}", run_name="__main__")
    get_settings.cache_clear()
    told = json.loads(capsys.readouterr().out)
    assert ended.value.code == 0, told
    with reading(platform) as books:
        done = books.runs.get(books.connection, told["run_id"])
    assert (done.agent_id, done.trigger, done.status) == (agent_id, "command line", "succeeded")
