"""The guide's samples, word for word, and where an agent's class is found."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from core.errors import Invalid, NotConfigured
from orchestrator.core import agent_registry, discovery

SAMPLE = """
from orchestrator.core.agent_base import AgentBase


class YourAPIClient:
    def __init__(self, key):
        self.key = key

    async def do_work(self):
        return {"rows": 3}


class YourAgent(AgentBase):
    def __init__(self, name: str):
        super().__init__(name, agent_type="your_type", description="...")

    async def _agent_initialize(self):
        # Setup API clients
        self.api_key = await self.secrets.get_secret('YOUR_API_KEY')
        self.client = YourAPIClient(self.api_key)

    async def _execute_task(self):
        # Main logic
        result = await self.client.do_work()
        return {"status": "success", "data": result}
"""


@pytest.fixture
def in_a_new_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ROYAL_VAR_DIR", str(tmp_path / "var"))
    from core.settings import get_settings

    get_settings.cache_clear()


async def test_the_guides_agent_runs_as_written(
    in_a_new_folder: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YOUR_API_KEY", "k-1234567890")
    space: dict[str, object] = {}
    exec(compile(SAMPLE, "your_agent.py", "exec"), space)
    agent = space["YourAgent"]("Your Agent")  # type: ignore[operator]
    assert await agent.run() == {"status": "success", "data": {"rows": 3}}
    assert agent.api_key == "k-1234567890"
    assert agent.agent_type == "your_type"
    assert "k-1234567890" not in repr(agent.api_key)


async def test_initializing_happens_once(in_a_new_folder: None) -> None:
    from orchestrator.core.agent_base import AgentBase

    class Counting(AgentBase):
        started = 0

        async def _agent_initialize(self) -> None:
            self.started += 1

        async def _execute_task(self) -> int:
            return await self.step("count", lambda: self.started)

    agent = Counting("Counting")
    assert [await agent.run(), await agent.run()] == [1, 1]


async def test_the_guides_registration_runs_as_written() -> None:
    from orchestrator.core.agent_registry import AgentCapability, AgentRegistry

    registry = AgentRegistry()
    await registry.register_agent(
        agent_id="your_agent",
        name="Your Agent",
        agent_type="your_type",
        capabilities=[AgentCapability.DATA_COLLECTION],
    )
    assert registry.registered() == ["your_agent"]
    assert agent_registry.get_agent_registry() is agent_registry.get_agent_registry()


async def test_an_unknown_capability_is_named() -> None:
    registry = agent_registry.AgentRegistry()
    with pytest.raises(Invalid, match="mind_reading"):
        await registry.register_agent(agent_id="a", name="A", capabilities=["mind_reading"])


def test_every_capability_of_the_contract_exists() -> None:
    assert {each.value for each in agent_registry.AgentCapability} == {
        "data_collection", "product_research", "inventory_management", "pricing_optimization",
        "marketing_automation", "order_fulfillment", "customer_support", "analytics", "finance",
        "security", "devops", "ai_orchestration",
    }  # fmt: skip


def test_outside_a_run_there_is_no_store_and_the_error_says_how_to_get_one() -> None:
    from orchestrator.core.agent_base import AgentBase

    with pytest.raises(NotConfigured, match="python -m"):
        _ = AgentBase("Lonely").platform


def test_our_agent_is_found_by_its_file() -> None:
    assert discovery.why_not_runnable("inventory_pricing") is None
    assert discovery.agent_class("inventory_pricing").__name__ == "InventoryPricingAgent"


def test_an_agent_without_a_class_says_where_one_would_be_looked_for() -> None:
    reason = discovery.why_not_runnable("nobody") or ""
    assert "orchestrator/agents/nobody.py" in reason
    assert "royal_equips.agents" in reason
    with pytest.raises(NotConfigured):
        discovery.agent_class("nobody")


@pytest.mark.parametrize("name", ["../evil", "os", "a.b", "", "x y"])
def test_a_strange_id_finds_nothing(name: str) -> None:
    assert discovery.why_not_runnable(name) is not None


def test_an_installed_packages_agent_is_found_by_its_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my_agents.py").write_text(SAMPLE)
    info = tmp_path / "my_agents-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-agents\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[royal_equips.agents]\nyour_agent = my_agents:YourAgent\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert discovery.why_not_runnable("your_agent") is None
    assert discovery.agent_class("your_agent").__name__ == "YourAgent"
    sys.modules.pop("my_agents")
