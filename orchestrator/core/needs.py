"""Which access to the store the enabled agents need, and what of it is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from orchestrator.core.books import Ground, reading
from orchestrator.core.discovery import scopes_of, why_not_runnable
from royal_platform.persistence import store_connections
from royal_platform.persistence.store_connections import PAUSER
from royal_platform.shopify.scopes import MIRROR, covers, least


@dataclass(frozen=True, slots=True)
class Need:
    """What one part needs of the store; ``agent_id`` None is the local copy itself."""

    agent_id: str | None
    name: str
    scopes: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Access:
    """Granted scopes (None while nothing is known of them), needs, and what to ask for."""

    granted: tuple[str, ...] | None
    needs: tuple[Need, ...]
    asked: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Every scope that something needs and the grant does not cover."""
        return tuple(sorted({scope for need in self.needs for scope in need.missing}))


def access(ground: Ground) -> Access:
    """The store's scopes against what the enabled agents need; a person's pause disables one."""
    with reading(ground) as books:
        told = (books.store.sync_cursor.get("shop") or {}).get("scopes")
        connection = store_connections.get(books.connection, books.store_id)
        enabled = [
            agent
            for agent in books.agents.all(books.connection)
            if (agent.status != "paused" or agent.paused_by == PAUSER)
            and why_not_runnable(agent.id) is None
        ]
    granted = told or (connection.scopes if connection is not None else ()) or None
    needs = [_need(None, "", MIRROR, granted)]
    needs += [_need(agent.id, agent.name, scopes_of(agent.id), granted) for agent in enabled]
    asked = least(scope for need in needs for scope in need.scopes)
    return Access(None if granted is None else tuple(granted), tuple(needs), asked)


def _need(
    agent_id: str | None, name: str, scopes: Iterable[str], granted: Iterable[str] | None
) -> Need:
    wanted = tuple(sorted(scopes))
    have = None if granted is None else set(granted)
    missing = () if have is None else tuple(s for s in wanted if not covers(have, s))
    return Need(agent_id, name, wanted, missing)
