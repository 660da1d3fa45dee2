"""Orders that are risky or held, and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aira.tools.finding import order_of
from aira.tools.listing import part_of
from aira.tools.model import (
    Answer,
    Asked,
    Column,
    Json,
    Paged,
    Tool,
    as_of,
    listed,
    page_of,
    plain,
    safe,
    table,
)
from aira.tools.orders import OrderIn
from royal_platform.commerce.decisions.model import Decision
from royal_platform.commerce.security.order_risk import level_of
from royal_platform.commerce.shared.model import Money
from royal_platform.persistence import stores
from royal_platform.persistence.order_cases import BEHIND, Case, OpenOrder, OrderCases

_ORDERS = (
    Column("name", "Order", "text", "orders", "id"), Column("processed_at", "Placed", "time"),
    Column("total", "Total", "money"), Column("risk_percent", "Risk", "percent"),
    Column("level", "Level", "status"), Column("held", "Held"), Column("snags", "Trouble"),
)  # fmt: skip
_FACTORS = (
    Column("name", "Factor"), Column("adds_percent", "Adds", "percent"),
    Column("reason", "Why"),
)  # fmt: skip
_DONE = frozenset({"executed", "measured"})


class RisksIn(Paged):
    """Open orders that want a look, the riskiest first."""


def risks(asked: Asked, given: RisksIn) -> Answer:
    """Open orders that are held, risky or in trouble."""
    with asked.platform.database.read() as connection:
        store = stores.get(connection, asked.store_id)
        now = store.store_clock().now()
        cases = OrderCases(store.id)
        opened = cases.open(connection, now)
        decided = cases.decided(connection, now - BEHIND)
    every = [_open(each, decided.get(each.order_id, ())) for each in opened]
    found = [each for each in every if each["held"] or each["snags"] or each["level"] == "high"]
    found.sort(key=lambda each: (-float(each["risk_percent"]), each["processed_at"]))
    rows, following = part_of(found, given.cursor, given.limit)
    return Answer(
        result={"total": len(found), "open": len(every), "data": list(rows)},
        text=listed(
            _ORDERS, list(rows), len(found),
            f"None of {len(every)} open orders is held, risky or in trouble.",
        ),
        source=store.source, as_of=as_of(store), view=table(_ORDERS), next_cursor=following,
        label="Orders that want a look", query="GET /v1/fulfilment", link="/orders",
    )  # fmt: skip


def risk(asked: Asked, given: OrderIn) -> Answer:
    """How risky an order is, by which factors, whether it is held, and who decided that."""
    with asked.platform.database.read() as connection:
        store = stores.get(connection, asked.store_id)
        full = order_of(connection, store, given.order)
        cases = OrderCases(store.id)
        case = cases.get(connection, full.order.id)
        decided = cases.decided(connection, full.order.processed_at).get(full.order.id, [])
    factors = [] if case is None else [_factor(each) for each in case.factors]
    steps = [
        {"decision_id": each.id, "kind": each.proposal.kind, "status": each.status.value,
         "why": each.proposal.rationale}
        for each in decided
    ]  # fmt: skip
    judged = _judged(case)
    told = [
        f"**{full.order.name}**: {_said(judged, held(decided))}",
        listed(_FACTORS, factors, len(factors), "No factor is known."),
        *(f"`{each['decision_id']}` {each['kind']} ({each['status']}): {safe(each['why'])}"
          for each in steps),
    ]  # fmt: skip
    return Answer(
        result={"order": full.order.name, "order_id": full.order.id, **judged,
                "held": held(decided), "data": factors, "decisions": steps},
        text="\n\n".join(told), source=store.source, as_of=as_of(store), view=table(_FACTORS),
        label=f"Risk of {full.order.name}", query=f"GET /v1/fulfilment/{full.order.id}",
        link=page_of("orders", full.order.id),
    )  # fmt: skip


def held(decided: Iterable[Decision]) -> bool:
    """Whether the newest executed hold was not released since; the oldest decision is first."""
    kinds = [
        each.proposal.kind for each in decided
        if each.status.value in _DONE and each.proposal.kind in {"order.hold", "order.release"}
    ]  # fmt: skip
    return bool(kinds) and kinds[-1] == "order.hold"


def _judged(case: Case | None) -> Json:
    if case is None or case.score is None:
        return {"risk_percent": None, "level": None, "outcome": None}
    return {
        "risk_percent": _percent(case.score), "level": level_of(case.score),
        "outcome": case.outcome,
    }  # fmt: skip


def _said(judged: Json, is_held: bool) -> str:
    risk_of = (
        "not judged yet." if judged["level"] is None
        else f"risk {judged['risk_percent']} % ({judged['level']})."
    )  # fmt: skip
    return f"{risk_of} {'It is held.' if is_held else 'It is not held.'}"


def _open(order: OpenOrder, decided: Iterable[Decision]) -> Json:
    score = order.case.score or 0.0
    return {
        "name": order.name, "id": order.order_id, "processed_at": plain(order.processed_at),
        "total": plain(Money(order.total, order.currency)), "risk_percent": _percent(score),
        "level": level_of(score), "held": held(decided),
        "snags": [str(each["trouble"]) for each in order.case.snags],
    }  # fmt: skip


def _factor(told: Json) -> Json:
    return {
        "name": told["name"], "adds_percent": _percent(told["contribution"]),
        "reason": told["reason"],
    }  # fmt: skip


def _percent(score: float) -> str:
    return f"{score * 100:.1f}"


TOOLS: tuple[Tool[Any], ...] = (
    Tool(
        "risks", "Orders that want a look",
        "Open orders that are held, risky (fraud) or in trouble on their way, the riskiest first.",
        "store:read", RisksIn, risks,
    ),
    Tool(
        "risk", "Risk of an order",
        "How risky an order is, by which factors, whether and why it is held.",
        "store:read", OrderIn, risk, completes={"order": "orders"},
    ),
)  # fmt: skip
