"""The shortlist on the wire."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.schemas.research import ArticleOut, HitRateOut, ResearchOut
from app.views import shared
from royal_platform.commerce.research.service import AGENT_ID
from royal_platform.persistence.runs import Runs

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform

_NOTHING = HitRateOut(picks=0, judged=0, hits=0, share=None, low=None, high=None)
_LOOKED_BACK = 20


def show(platform: Platform) -> ResearchOut:
    """What the newest run that ended well found, with what was decided since."""
    with platform.database.read() as connection:
        page = Runs(platform.store_id).page(
            connection, agent_id=AGENT_ID, statuses=("succeeded",), limit=_LOOKED_BACK
        )
    run = next((each for each in page.items if not each.dry_run), None)
    if run is None:
        return ResearchOut(
            run_id=None, as_of=None, considered=0, twins_by=None, candidates=[], hit_rate=_NOTHING
        )
    data: dict[str, Any] = (run.result or {})["data"]
    decided = platform.picks.decisions()
    return ResearchOut(
        run_id=run.id,
        as_of=data["as_of"],
        considered=data["considered"],
        twins_by=data["twins_by"],
        candidates=[_candidate(each, decided) for each in data["candidates"]],
        hit_rate=HitRateOut(**data["hit_rate"]),
    )


def _candidate(found: dict[str, Any], decided: dict[str, tuple[str, str]]) -> ArticleOut:
    decision_id, status = decided.get(found["handle"], (None, None))
    plain = {name: value for name, value in found.items() if name != "currency"}
    money = {
        name: None
        if found[name] is None
        else shared.amount(Decimal(found[name]), found["currency"])
        for name in ("price", "cost")
    }
    return ArticleOut(**{**plain, **money}, decision_id=decision_id, decision_status=status)
