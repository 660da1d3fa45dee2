"""Analytics: closes each day, says what stands out and why, foretells, and reports every week."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, ClassVar

from orchestrator.core import insights
from orchestrator.core.agent_base import AgentBase
from orchestrator.core.books import reading
from orchestrator.core.command import main
from royal_platform.commerce.analytics import foretelling, report
from royal_platform.commerce.analytics.findings import watch_document
from royal_platform.commerce.analytics.proposals import alert_proposal, report_proposal
from royal_platform.commerce.analytics.watching import watch
from royal_platform.commerce.decisions.model import Proposal
from royal_platform.persistence.insights import Insights


class AnalyticsAgent(AgentBase):
    """Thin: the methods are those of ``commerce.analytics``."""

    wakes_on: ClassVar[tuple[str, ...]] = ("store.sync.first",)
    scopes: ClassVar[tuple[str, ...]] = ("read_orders", "read_products")

    def __init__(self, name: str) -> None:
        super().__init__(
            name,
            agent_type="analytics",
            description="Says what moved the shop's figures, foretells them, reports every week.",
        )

    async def _execute_task(self) -> dict[str, Any]:
        begun: dict[str, Any] = await self.step("read the warehouse", self._read)
        if not begun["ready"]:
            return self._nothing_loaded()
        watched: list[dict[str, Any]] = []
        for day in begun["days"]:
            found: dict[str, Any] = await self.step(f"look at {day}", self._look, day)
            watched.append(found)
        settled: int = await self.step("compare forecasts", self._settle, begun["today"])
        foretold: list[dict[str, str]] = await self.step("foretell", self._foretell, begun["today"])
        composed: dict[str, Any] | None = await self.step(
            "compose the week", self._compose, begun["today"]
        )
        proposals = self._proposals(watched, composed)
        decisions = self.propose(proposals)
        self._tell(begun, watched, proposals)
        return {
            "status": "success",
            "data": {
                "as_of": begun["as_of"], "days": begun["days"], "settled": settled,
                "foretold": len(foretold), "report": composed and composed["id"],
                "anomalies": [each["id"] for day in watched for each in day["anomalies"]],
                "decisions": len(decisions),
            },
        }  # fmt: skip

    # -- the steps

    async def _read(self) -> dict[str, Any]:
        """Which days are over and not looked at; the warehouse holds them, or is loaded now."""
        clock = self.clock
        today = clock.local_day(clock.now())
        begins = self.platform.clock().day_start(today)
        is_ready = await asyncio.to_thread(insights.ready, self.platform, begins)
        with reading(self.platform) as books:
            days = insights.unwatched(books) if is_ready else []
        return {
            "ready": is_ready, "as_of": clock.now().isoformat(), "today": today.isoformat(),
            "days": [day.isoformat() for day in days],
        }  # fmt: skip

    async def _look(self, day: str) -> dict[str, Any]:
        currency = self.platform.store().currency
        seen = await asyncio.to_thread(
            watch, self.platform.warehouse, date.fromisoformat(day), currency
        )
        found = watch_document(seen, currency)
        if not self.dry_run:
            insights.keep_watch(self.platform, found)
        return found

    async def _settle(self, today: str) -> int:
        """Put what came beside what was foretold of days that are over and loaded."""
        if self.dry_run:
            return 0
        store, count = self.platform.store(), 0
        until = date.fromisoformat(today) - timedelta(days=1)
        for metric, days in insights.unsettled(self.platform, until).items():
            found = await asyncio.to_thread(
                foretelling.actuals, self.platform.warehouse, metric, days, store.currency
            )
            insights.settle(self.platform, metric, found)
            count += len(found)
        return count

    async def _foretell(self, today: str) -> list[dict[str, str]]:
        """Once a day."""
        with reading(self.platform) as books:
            if Insights(books.store_id).foretold_on(books.connection, date.fromisoformat(today)):
                return []
        rows = await asyncio.to_thread(
            foretelling.kept_rows, self.platform.warehouse, date.fromisoformat(today),
            self.platform.store().currency,
        )  # fmt: skip
        if not self.dry_run:
            insights.keep_forecasts(self.platform, rows)
        return rows

    async def _compose(self, today: str) -> dict[str, Any] | None:
        """The last complete week's report, once."""
        this_day = date.fromisoformat(today)
        monday = this_day - timedelta(days=this_day.weekday() + 7)
        with reading(self.platform) as books:
            store = Insights(books.store_id)
            if store.report(books.connection, report.report_id(monday)) is not None:
                return None
            found = store.anomalies_since(books.connection, monday)
        told = [each.document for each in found if each.day < monday + timedelta(days=7)]
        document = await asyncio.to_thread(
            report.weekly, self.platform.warehouse, monday, self._desk(this_day), told
        )
        if document["figures"] and not self.dry_run:
            insights.compose(self.platform, document)
        return document

    # -- what the steps share

    def _desk(self, today: date) -> report.Desk:
        store = self.platform.store()
        return report.Desk(
            store.name or store.domain, store.source, store.currency, store.timezone, today,
            self.clock.now(),
        )  # fmt: skip

    def _proposals(
        self, watched: Sequence[dict[str, Any]], composed: dict[str, Any] | None
    ) -> list[Proposal]:
        """What was found now or is kept, and nobody decided about."""
        now, source = self.clock.now(), self.platform.source
        with reading(self.platform) as books:
            found = {each.id: each.document for each in insights.untold(books)}
            reports = {each.id: (each.document, each.digest) for each in
                       insights.unpublished(books)}  # fmt: skip
        if self.dry_run:
            found |= {each["id"]: each for day in watched for each in day["anomalies"]}
            if composed is not None:
                reports[composed["id"]] = composed, insights.digest_of(composed)
        return [
            *(alert_proposal(each, source=source, now=now) for each in found.values()),
            *(
                report_proposal(key, document, digest, source=source, now=now)
                for key, (document, digest) in reports.items()
            ),
        ]

    def _tell(
        self, begun: dict[str, Any], watched: Sequence[dict[str, Any]], made: Sequence[Proposal]
    ) -> None:
        unjudged = sorted({name for day in watched for name in day["unjudged"]})
        alerts = sum(each.kind == "alert.raise" for each in made)
        reports = len(made) - alerts
        days = ", ".join(begun["days"]) or "no new day"
        judged = sum(day["judged"] for day in watched)
        self.report(
            looked_at=[f"{days}: {judged} figures compared with what their past lets expect"],
            could_not_see=[
                f"Not judged, for too short or too sparse a past or a first holiday: {name}."
                for name in unjudged
            ],
            headline=f"{alerts} alerts and {reports} reports proposed."
            if made
            else "Nothing stands out."
            if watched
            else "The day is not over: nothing new to look at.",
        )

    def _nothing_loaded(self) -> dict[str, Any]:
        self.report(
            could_not_see=["The warehouse does not hold the day that is over yet."],
            headline="Nothing done: the warehouse is being loaded.",
        )
        return {"status": "success", "data": {"decisions": 0}}


if __name__ == "__main__":
    main("analytics")
