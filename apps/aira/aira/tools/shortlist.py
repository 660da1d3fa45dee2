"""What product research would sell: its last shortlist with the evidence, and how picks fared."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import Field

from aira.tools.listing import part_of
from aira.tools.model import Answer, Asked, Column, Json, Paged, Tool, listed, plain, safe, table
from royal_platform.commerce.research.service import AGENT_ID
from royal_platform.commerce.shared.model import Money
from royal_platform.persistence import stores
from royal_platform.persistence.runs import Run, Runs

_COLUMNS = (
    Column("title", "Article"), Column("supplier", "Supplier"),
    Column("price", "Price", "money"), Column("cost", "Cost", "money"),
    Column("margin", "Margin, share", "number"), Column("phase", "Trend"),
    Column("score", "Score 0-1", "number"), Column("badge", "Data"),
    Column("why", "Why"), Column("decision_status", "Decision", "status", "approvals",
                                 "decision_id"),
)  # fmt: skip
_LOOKED_BACK = 20


class ResearchIn(Paged):
    """Which of the shortlist."""

    text: str | None = Field(None, description="Words in the article's or the supplier's name")


def research(asked: Asked, given: ResearchIn) -> Answer:
    """The newest shortlist, the best first, each with why."""
    run = _newest(asked)
    store = asked.store()
    if run is None:
        return Answer(
            result={"run_id": None, "total": 0, "data": []}, source="royal",
            as_of=store.store_clock().now(), label="Research", link="/research",
            query="GET /v1/research",
            text=f"Product research has not run yet: `/run {AGENT_ID}`.",
        )  # fmt: skip
    data: Json = (run.result or {})["data"]
    decided = asked.platform.picks.decisions()
    rows = [_row(each, decided) for each in data["candidates"] if _is_meant(each, given.text)]
    shown, following = part_of(rows, given.cursor, given.limit)
    return Answer(
        result={"run_id": run.id, "considered": data["considered"], "total": len(rows),
                "hit_rate": data["hit_rate"], "data": list(shown)},
        text=f"{data['considered']} articles were weighed. {_fared(data['hit_rate'])}\n\n"
        + listed(_COLUMNS, list(shown), len(rows), "No article is like that."),
        source=store.source, as_of=run.finished_at or run.requested_at, view=table(_COLUMNS),
        next_cursor=following, label="Research", query="GET /v1/research", link="/research",
    )  # fmt: skip


def _newest(asked: Asked) -> Run | None:
    with asked.platform.database.read() as connection:
        store = stores.get(connection, asked.store_id)
        page = Runs(store.id).page(
            connection, agent_id=AGENT_ID, statuses=("succeeded",), limit=_LOOKED_BACK
        )
    return next((each for each in page.items if not each.dry_run), None)


def _is_meant(found: Json, text: str | None) -> bool:
    words = (text or "").casefold().split()
    told = f"{found['title']} {found['supplier']}".casefold()
    return all(word in told for word in words)


def _row(found: Json, decided: dict[str, tuple[str, str]]) -> Json:
    decision_id, status = decided.get(found["handle"], (None, None))
    money = {
        name: None if found[name] is None
        else plain(Money(Decimal(found[name]), found["currency"]))
        for name in ("price", "cost")
    }  # fmt: skip
    kept = ("handle", "title", "supplier", "category", "lead_days", "margin", "phase", "score",
            "quality", "badge", "why", "why_not", "twin", "factors")  # fmt: skip
    return {
        **{name: found[name] for name in kept}, **money, "decision_id": decision_id,
        "decision_status": status,
    }  # fmt: skip


def _fared(rate: Json) -> str:
    if not rate["judged"]:
        return f"Of {rate['picks']} picks none was on sale for 28 days yet: how good, is not known."
    share = f"{rate['hits']} of {rate['judged']} picks that were on sale for 28 days sold"
    return f"{safe(share)} ({rate['low']:.0%} to {rate['high']:.0%}, 80 %)."


TOOLS: tuple[Tool[Any], ...] = (
    Tool(
        "research", "What is worth selling",
        "The last shortlist of product research, the best first: price, cost, margin, trend, the "
        "score with its five factors, why or why not, its decision, and how past picks fared.",
        "store:read", ResearchIn, research, rest="text", aliases=("shortlist",),
    ),
)  # fmt: skip
