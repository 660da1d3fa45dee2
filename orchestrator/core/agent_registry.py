"""Which agents exist, what they can do, when they run, and how they are doing."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.errors import Invalid
from core.telemetry.logs import get_logger
from orchestrator.core.books import Actor, Books, Ground, actor_name, reading, writing
from orchestrator.core.discovery import why_not_runnable
from orchestrator.core.schedules import check_cron, next_due
from royal_platform.commerce.decisions.model import Autonomy
from royal_platform.persistence.agents import Agent, Schedule
from royal_platform.persistence.clock import wall_now
from royal_platform.persistence.runs import Run

_log = get_logger(__name__)


class AgentCapability(StrEnum):
    """What an agent is able to do; shown to people, and the source of its kinds of decision."""

    DATA_COLLECTION = "data_collection"
    PRODUCT_RESEARCH = "product_research"
    INVENTORY_MANAGEMENT = "inventory_management"
    PRICING_OPTIMIZATION = "pricing_optimization"
    MARKETING_AUTOMATION = "marketing_automation"
    ORDER_FULFILLMENT = "order_fulfillment"
    CUSTOMER_SUPPORT = "customer_support"
    ANALYTICS = "analytics"
    FINANCE = "finance"
    SECURITY = "security"
    DEVOPS = "devops"
    AI_ORCHESTRATION = "ai_orchestration"


# Kinds that execution knows how to carry out, by the capability that proposes them.
_KINDS: Mapping[str, tuple[str, ...]] = {
    AgentCapability.PRODUCT_RESEARCH: (
        "product.import_draft",
        "product.publish",
        "product.delist",
    ),
    AgentCapability.PRICING_OPTIMIZATION: ("price.set", "price.markdown", "price.test"),
    AgentCapability.MARKETING_AUTOMATION: (
        "message.send",
        "mandate.grant",
        "discount.create",
        "segment.update",
    ),
    AgentCapability.ANALYTICS: ("alert.raise", "report.publish"),
    AgentCapability.SECURITY: ("order.flag", "token.revoke", "alert.raise"),
    AgentCapability.INVENTORY_MANAGEMENT: ("inventory.reorder", "inventory.adjust"),
}


@dataclass(frozen=True, slots=True)
class Registration:
    """What an agent is registered with; ``cron`` is its schedule in a fresh store."""

    agent_id: str
    name: str
    agent_type: str
    capabilities: tuple[str, ...]
    description: str = ""
    cron: str | None = None


@dataclass(frozen=True, slots=True)
class AgentView:
    """An agent as doors show it; ``health``: ok, running, waiting, failing, paused or idle."""

    id: str
    name: str
    agent_type: str
    description: str
    capabilities: list[str]
    status: str
    health: str
    runnable: bool
    why_not_runnable: str | None
    schedule: Schedule | None
    autonomy: dict[str, Autonomy]
    waiting_decisions: int
    last_run: Run | None
    registered_at: datetime


class AgentRegistry:
    """The agents of this installation: in memory until storage is attached, then rows."""

    def __init__(self) -> None:
        self._known: dict[str, Registration] = {}
        self._ground: Ground | None = None
        self._lock = threading.Lock()

    async def register_agent(  # noqa: PLR0917 - the guide calls it by these names
        self,
        agent_id: str,
        name: str,
        agent_type: str = "generic",
        capabilities: Sequence[AgentCapability | str] = (),
        description: str = "",
        cron: str | None = None,
    ) -> None:
        """Register an agent, or bring its description up to date. Raises ``Invalid``."""
        self.register(
            Registration(agent_id, name, agent_type, _known(capabilities), description, cron)
        )

    def register(self, registration: Registration) -> None:
        """The same for callers without an event loop."""
        if not registration.agent_id:
            raise Invalid("An agent needs an id.", remedy="Give agent_id, e.g. 'your_agent'.")
        if registration.cron is not None:
            check_cron(registration.cron)
        with self._lock:
            ground = self._ground
            self._known[registration.agent_id] = registration
        if ground is not None:
            _store(ground, [registration])

    def attach(self, ground: Ground) -> None:
        """Storage is up: what was registered before becomes rows, as does what follows.

        Attached to another store, the same agents become rows there.
        """
        with self._lock:
            self._ground = ground
            known = list(self._known.values())
        if known:
            _store(ground, known)

    def detach(self) -> None:
        """Storage is going: keep in memory what is registered from now on."""
        with self._lock:
            self._ground = None

    def registered(self) -> list[str]:
        """The ids of all registered agents."""
        with self._lock:
            ground, known = self._ground, list(self._known)
        if ground is None:
            return known
        with reading(ground) as books:
            return [agent.id for agent in books.agents.all(books.connection)]


_registry = AgentRegistry()


def get_agent_registry() -> AgentRegistry:
    """The registry of this process."""
    return _registry


def list_agents(ground: Ground) -> list[AgentView]:
    """Every agent with its health, its schedule and its last run, in order of registration."""
    with reading(ground) as books:
        return _views(books, books.agents.all(books.connection))


def get_agent(ground: Ground, agent_id: str) -> AgentView:
    """One agent. Raises ``NotFound``."""
    with reading(ground) as books:
        return _views(books, [books.agents.get(books.connection, agent_id)])[0]


def pause(ground: Ground, agent_id: str, actor: Actor) -> AgentView:
    """No run of this agent starts until it is resumed; one that runs goes on."""
    return _set_status(ground, agent_id, "paused", actor)


def resume(ground: Ground, agent_id: str, actor: Actor) -> AgentView:
    """Let the agent run again; times it missed are not made up for."""
    return _set_status(ground, agent_id, "active", actor)


def patch(
    ground: Ground,
    agent_id: str,
    actor: Actor,
    *,
    cron: str | None = None,
    autonomy: Iterable[tuple[str, str]] | None = None,
) -> AgentView:
    """Change the schedule (an empty ``cron`` removes it) and the autonomy by kind."""
    name = actor_name(actor)
    levels = [(kind, Autonomy(level)) for kind, level in autonomy or ()]
    if cron:
        check_cron(cron)
    with writing(ground) as books:
        books.agents.get(books.connection, agent_id)
        if cron is not None:
            due = next_due(cron, books.now, books.store.timezone) if cron else None
            books.agents.schedule(books.connection, agent_id, cron=cron or None, next_due_at=due)
        for kind, level in levels:
            books.policies.set_autonomy(
                books.connection, agent_id=agent_id, kind=kind, level=level, actor=name,
                now=books.now,
            )  # fmt: skip
        facts = {
            "agent_id": agent_id,
            "cron": cron,
            "autonomy": {kind: level.value for kind, level in levels},
        }
        books.tell("agent.configured", agent_id, name, facts)
    return get_agent(ground, agent_id)


def _set_status(ground: Ground, agent_id: str, status: str, actor: Actor) -> AgentView:
    name = actor_name(actor)
    with writing(ground) as books:
        agent = books.agents.get(books.connection, agent_id)
        if books.agents.set_status(books.connection, agent_id, status, by=name):
            event = "agent.paused" if status == "paused" else "agent.resumed"
            books.tell(event, agent_id, name, {"agent_id": agent_id, "name": agent.name})
    return get_agent(ground, agent_id)


def _store(ground: Ground, registrations: Sequence[Registration]) -> None:
    with writing(ground) as books:
        for each in registrations:
            is_new = books.agents.register(
                books.connection, agent_id=each.agent_id, name=each.name,
                agent_type=each.agent_type, description=each.description,
                capabilities=each.capabilities, why_not_runnable=why_not_runnable(each.agent_id),
                now=wall_now(),
            )  # fmt: skip
            if not is_new:
                continue
            if each.cron is not None:
                due = next_due(each.cron, books.now, books.store.timezone)
                books.agents.schedule(
                    books.connection, each.agent_id, cron=each.cron, next_due_at=due
                )
            facts = {"agent_id": each.agent_id, "name": each.name}
            books.tell("agent.registered", each.agent_id, "system", facts)
            _log.info("agent.registered", agent_id=each.agent_id)


def _views(books: Books, agents: Sequence[Agent]) -> list[AgentView]:
    last = books.runs.last_by_agent(books.connection)
    waiting = books.decisions.waiting_by_agent(books.connection)
    schedules = books.agents.schedules(books.connection)
    levels = books.policies.autonomy_levels(books.connection)
    views: list[AgentView] = []
    for agent in agents:
        reason = why_not_runnable(agent.id)
        run, count = last.get(agent.id), waiting.get(agent.id, 0)
        kinds = {kind: Autonomy.PROPOSE for word in agent.capabilities
                 for kind in _KINDS.get(word, ())}  # fmt: skip
        views.append(
            AgentView(
                id=agent.id, name=agent.name, agent_type=agent.agent_type,
                description=agent.description, capabilities=list(agent.capabilities),
                status=agent.status, health=_health(agent, run, count), runnable=reason is None,
                why_not_runnable=reason, schedule=schedules.get(agent.id),
                autonomy={**kinds, **levels.get(agent.id, {})}, waiting_decisions=count,
                last_run=run, registered_at=agent.registered_at,
            )
        )  # fmt: skip
    return views


def _health(agent: Agent, run: Run | None, waiting: int) -> str:
    if agent.status == "paused":
        return "paused"
    if run is not None and run.status in {"queued", "running", "waiting"}:
        return "running"
    if run is not None and run.status == "failed":
        return "failing"
    if waiting:
        return "waiting"
    return "idle" if run is None else "ok"


def _known(capabilities: Sequence[AgentCapability | str]) -> tuple[str, ...]:
    try:
        return tuple(AgentCapability(each).value for each in capabilities)
    except ValueError as error:
        raise Invalid(
            f"There is no such capability: {error}.",
            remedy=f"Use one of {', '.join(AgentCapability)}.",
        ) from error
