"""The connected store: how far it is read, what is stopped, what waits; and reading it again."""

from __future__ import annotations

from typing import Any

from aira.tools import cards
from aira.tools.model import Answer, Arguments, Asked, Tool, as_of, plain
from orchestrator.core import control
from orchestrator.core.books import reading
from royal_platform.persistence.decisions import DecisionFilter
from royal_platform.persistence.holdings import held


class NoArguments(Arguments):
    """Nothing to say."""


def status(asked: Asked, _: NoArguments) -> Answer:
    """Read the store's row, the stops and what waits."""
    with reading(asked.platform) as books:
        store, now = books.store, books.now
        counts = held(books.connection, books.store_id)
        stops = books.policies.stops(books.connection)
        active = books.runs.active(books.connection)
        waiting = books.decisions.page(
            books.connection, DecisionFilter(statuses=("proposed",)), None, 1
        ).total
    result = {
        "name": store.name, "domain": store.domain, "source": store.source,
        "currency": store.currency, "timezone": store.timezone, "business_time": now.isoformat(),
        "connection": {"state": store.connection_state, "detail": store.connection_detail},
        "sync": {
            "phase": store.sync_phase, "counts": counts, "error": store.sync_error,
            "last_success_at": plain(store.last_sync_at),
        },
        "stops": [
            {"scope": each.scope, "by": each.by, "reason": each.reason, "at": plain(each.at)}
            for each in stops
        ],
        "runs_active": [each.id for each in active],
        "decisions_waiting": waiting,
    }  # fmt: skip
    stopped = ", ".join(each.scope for each in stops)
    rows = ", ".join(
        f"{number} {name.replace('_', ' ')}" for name, number in counts.items() if number
    )
    lines = [
        f"**{store.name}** ({store.source}, {store.domain}), {store.currency}, {store.timezone}.",
        f"Business time {now:%Y-%m-%d %H:%M} UTC.",
        f"Connection: {store.connection_state}. {store.connection_detail}",
        f"Read: {store.sync_phase}" + (f", {rows}" if rows else "")
        + (f". Last failure: {store.sync_error}" if store.sync_error else "."),
        f"**Stopped: {stopped}.** Lift it with `/lift {stops[0].scope}`." if stops
        else "Nothing is stopped.",
        f"{waiting} decisions wait for a person. {len(active)} runs are active.",
    ]  # fmt: skip
    return Answer(
        result=result, text="\n\n".join(lines), source=store.source, as_of=as_of(store),
        view={"type": "facts"}, label="The store", query="GET /v1/connections", link="/connections",
    )  # fmt: skip


def sync(asked: Asked, _: NoArguments) -> Answer:
    """Ask the worker to read the store again."""
    store = control.request_sync(asked.platform, asked.caller)
    return Answer(
        result={"requested": True, "sync_phase": store.sync_phase},
        text="The store will be read again by the worker.",
        source="royal", as_of=as_of(store), label="Synchronisation", link="/connections",
    )  # fmt: skip


def ask_sync(asked: Asked, _: NoArguments) -> Answer:
    """The card to confirm it."""
    return cards.to_confirm(
        asked, action="store.sync", title="Read the store again", permission="agents:run",
        changes=[], confirm=("POST", "/v1/connections/store/sync", {}), command="/sync",
        link="/connections",
    )  # fmt: skip


TOOLS: tuple[Tool[Any], ...] = (
    Tool(
        "status", "The store",
        "The connected store: how far its data is read, business time, what is stopped, how many "
        "decisions wait.",
        "store:read", NoArguments, status, aliases=("store", "store_status"),
    ),
    Tool(
        "sync", "Read the store again",
        "Asks the worker to read the store's data again.",
        "agents:run", NoArguments, sync, writes=True, asks=ask_sync, sees="store:read",
    ),
)  # fmt: skip
