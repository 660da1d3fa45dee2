"""What every agent builds on: secrets, the platform's readers, steps, proposals, a report."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar, cast

from core.errors import NotConfigured

if TYPE_CHECKING:
    from core.secrets.secret_provider import UnifiedSecretResolver
    from orchestrator.core.proposing import Judged
    from royal_platform.bootstrap import Platform
    from royal_platform.commerce.decisions.model import Proposal
    from royal_platform.commerce.shared.ports import Clock

Result = TypeVar("Result")


class Steps(Protocol):
    """How a run's steps are carried out and recorded."""

    async def run(self, name: str, call: Callable[[], Awaitable[Any]], given: Any) -> Any:
        """Run ``call`` as the next step."""
        ...

    def note(self, name: str, given: Any, result: Any) -> None:
        """Record a step that happened in one stroke."""
        ...


@dataclass(slots=True)
class Report:
    """What a run tells afterwards. ``previews`` are what a dry run would have proposed."""

    headline: str | None = None
    looked_at: list[str] = field(default_factory=list)
    could_not_see: list[str] = field(default_factory=list)
    decision_ids: list[str] = field(default_factory=list)
    previews: list[Judged] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RunContext:
    """What a run gives its agent: where it works, under which id, and whether it only tries."""

    platform: Platform
    run_id: str
    steps: Steps
    dry_run: bool = False


class AgentBase:
    """An agent: override ``_agent_initialize`` (once) and ``_execute_task`` (the work).

    ``wakes_on`` names events that start a run besides the schedule and the button, e.g.
    ``store.sync.first``. ``scopes`` names the access to the store that its decisions need.
    """

    wakes_on: ClassVar[tuple[str, ...]] = ()
    # Shopify access scopes beyond what the local copy needs; asked for while it is enabled.
    scopes: ClassVar[tuple[str, ...]] = ()

    def __init__(self, name: str, agent_type: str = "generic", description: str = "") -> None:
        self.name = name
        self.agent_type = agent_type
        self.description = description
        self.findings = Report()
        self._context: RunContext | None = None
        self._secrets: UnifiedSecretResolver | None = None
        self._initialized = False

    def bind(self, context: RunContext) -> None:
        """Give the agent its run; the worker does this before ``run``."""
        self._context = context

    async def run(self) -> Any:
        """Initialize once, do the work, return what ``_execute_task`` returned."""
        if not self._initialized:
            await self._agent_initialize()
            self._initialized = True
        return await self._execute_task()

    async def _agent_initialize(self) -> None:
        """One-time setup; runs again when a crashed run is resumed in another process."""

    async def _execute_task(self) -> Any:
        """The agent's work; what it returns is the run's result."""
        return None

    @property
    def secrets(self) -> UnifiedSecretResolver:
        """The one way to credentials: ``await self.secrets.get_secret('NAME')``."""
        if self._secrets is None:
            from core.secrets.secret_provider import UnifiedSecretResolver

            # One for each run: a resolver belongs to one event loop.
            bound = self._context
            settings = None if bound is None else bound.platform.settings
            self._secrets = UnifiedSecretResolver(settings)
        return self._secrets

    @property
    def platform(self) -> Platform:
        """The store's readers. Raises ``NotConfigured`` outside a run."""
        return self._bound.platform

    @property
    def store_id(self) -> str:
        """The store this run is about."""
        return self._bound.platform.store_id

    @property
    def run_id(self) -> str:
        """This run's id."""
        return self._bound.run_id

    @property
    def dry_run(self) -> bool:
        """True when proposals are judged and shown but not stored."""
        return self._bound.dry_run

    @property
    def clock(self) -> Clock:
        """Business time of the store."""
        return self._bound.platform.clock()

    async def step(
        self, name: str, fn: Callable[..., Awaitable[Result] | Result], *args: Any, **kwargs: Any
    ) -> Result:
        """Run ``fn(*args)`` as a durable step: after a crash its result is read, not made again.

        The result must be JSON, decimals and times included. Outside a run it is a plain call.
        """

        async def call() -> Any:
            value = fn(*args, **kwargs)
            return await value if inspect.isawaitable(value) else value

        if self._context is None:
            return cast("Result", await call())
        given = {"args": list(args), **kwargs} if args or kwargs else None
        return cast("Result", await self._context.steps.run(name, call, given))

    def propose(self, proposals: Sequence[Proposal]) -> list[str]:
        """Hand decisions to the gate; returns their ids. Once per run, subject and kind.

        In a dry run nothing is stored: the verdicts are in ``findings.previews``.
        """
        from dataclasses import replace

        from orchestrator.core import ledger

        bound = self._bound
        given = [replace(proposal, run_id=bound.run_id) for proposal in proposals]
        if bound.dry_run:
            self.findings.previews += ledger.preview(bound.platform, given)
            return []
        ids = ledger.propose(bound.platform, given)
        self.findings.decision_ids += ids
        bound.steps.note("propose", {"proposals": len(given)}, {"decisions": len(ids)})
        return ids

    def report(
        self,
        *,
        looked_at: Iterable[str] = (),
        could_not_see: Iterable[str] = (),
        headline: str | None = None,
    ) -> None:
        """Add to what this run tells: what it looked at, what it could not see, and the gist."""
        self.findings.looked_at += looked_at
        self.findings.could_not_see += could_not_see
        if headline is not None:
            self.findings.headline = headline

    @property
    def _bound(self) -> RunContext:
        if self._context is None:
            raise NotConfigured(
                f"The agent {self.name!r} is not in a run, so it has no store to look at.",
                remedy="Start it with `royal agents run`, or python -m orchestrator.agents.<name>.",
            )
        return self._context
