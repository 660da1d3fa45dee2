"""Order fulfilment: scores orders for risk, routes them, and follows the parcels to the door."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from orchestrator.core import judging, serving
from orchestrator.core.agent_base import AgentBase
from orchestrator.core.books import reading, writing
from orchestrator.core.command import main
from orchestrator.core.refunding import made_good_by
from royal_platform.commerce.decisions.making_good import lines_of
from royal_platform.commerce.decisions.model import Decision, Proposal, RiskFactor, Status
from royal_platform.commerce.decisions.support import REFUND
from royal_platform.commerce.fulfilment import service
from royal_platform.commerce.fulfilment.model import OWN, Part, Route, Snag, Trouble
from royal_platform.commerce.fulfilment.partials import has_left, missing, served
from royal_platform.commerce.fulfilment.refunds import Lacking, lacking, owed
from royal_platform.commerce.fulfilment.snags import snags
from royal_platform.commerce.security.order_risk import CANCEL_FROM, HOLD_FROM
from royal_platform.commerce.shared.model import Money
from royal_platform.persistence.messages import Messages
from royal_platform.persistence.order_cases import BEHIND, OpenOrder, OrderCases
from royal_platform.persistence.paid_lines import paid_lines
from royal_platform.persistence.supplier_orders import BookedOrder, SupplierOrders
from royal_platform.persistence.support_facts import order_money

# A held order whose risk fell below this goes on: half of what holds one, so that none swings.
_RELEASE_BELOW = HOLD_FROM / 2
_DONE = frozenset({Status.EXECUTED, Status.MEASURED})
_WAITS = frozenset({Status.PROPOSED, Status.APPROVED, Status.EXECUTING})
# What is to be done about goods, once they come from nowhere.
_FROM_NOWHERE = {"reroute_rest": "refund_rest", "send_again": "refund_lost"}
_NOWHERE = frozenset(_FROM_NOWHERE.values())
_ASKED = _WAITS | {Status.REJECTED}
_UNDONE = frozenset({Status.REJECTED, Status.REVERTED, Status.REVERTING})


class OrderFulfillmentAgent(AgentBase):
    """Thin: the methods are those of ``commerce`` security, fulfilment and suppliers."""

    wakes_on: ClassVar[tuple[str, ...]] = (
        "store.sync.first", "order.changed", "supplier.order.stated", "supplier.offers.changed",
    )  # fmt: skip
    scopes: ClassVar[tuple[str, ...]] = (
        "read_orders", "write_orders", "read_customers",
        "write_merchant_managed_fulfillment_orders",
    )  # fmt: skip

    def __init__(self, name: str) -> None:
        super().__init__(
            name,
            agent_type="order_fulfillment",
            description="Scores orders for risk, routes them to suppliers and follows the parcels.",
        )
        self._now: datetime | None = None
        self._troubles: dict[str, list[Snag]] = {}

    async def _execute_task(self) -> dict[str, Any]:
        begun = await self.step("begin", lambda: {"as_of": self.clock.now().isoformat()})
        self._now = datetime.fromisoformat(begun["as_of"])
        changed: list[str] = await self.step("read what changed", self._read)
        scored: dict[str, int] = await self.step("score", self._score, changed)
        on_risk = self._on_risk()
        routes = await self.step("route", self._route)
        proposals = [*on_risk, *self._places(routes), *self._parcels(), *self._notices()]
        proposals += self._remedies()
        decisions = self.propose(proposals)
        noted = await self.step("note what goes wrong", self._note_snags)
        self._tell(changed, scored, routes, noted)
        return {
            "status": "success",
            "data": {
                "as_of": begun["as_of"], "read": len(changed), **scored,
                "open": len(self._open), "routed": len(routes), "snags": noted,
                "decisions": len(decisions),
            },
        }  # fmt: skip

    # -- the steps

    async def _read(self) -> list[str]:
        return await judging.read_changed(self.platform)

    def _score(self, changed: Sequence[str]) -> dict[str, int]:
        return judging.score(self.platform, changed)

    def _on_risk(self) -> list[Proposal]:
        """Hold what is risky, let go what no longer is, cancel what surely is fraud."""
        found: list[Proposal] = []
        for order in self._open:
            score = order.case.score or 0.0
            hold = self._last(order.order_id, "order.hold")
            about, factors = self._about(order), _factors(order)
            if self._is_held(order.order_id):
                if score < _RELEASE_BELOW and self._may_ask(order.order_id, "order.release"):
                    found.append(service.release_proposal(about, score, factors))
                elif score >= CANCEL_FROM and self._may_ask(order.order_id, "order.cancel"):
                    found.append(service.cancel_proposal(about, score, factors))
            elif score >= HOLD_FROM and (hold is None or hold.status in serving.AGAIN):
                found.append(service.hold_proposal(about, score, factors))
        return found

    def _route(self) -> list[str]:
        """Route what may go on and is not served yet; which orders got a new route."""
        done: list[str] = []
        for order in self._open:
            if not self._may_go_on(order):
                continue
            decided = self._decided.get(order.order_id, [])
            wanted, without = serving.uncovered(order, decided, self._booked_of(order.order_id))
            if not wanted:
                if self._is_paid_back(order) and not self.dry_run:
                    self._forget_unserved(order)
                continue
            found = serving.routed(order, wanted, self._market, self._at, without=without)
            row = serving.route_row(found, wanted, self._market, self._at, order.case.route)
            self._routes[order.order_id] = found
            if not self.dry_run:
                with writing(self.platform) as books:
                    promised = order.case.promised_at or serving.promised_at(
                        order, found, self._market
                    )
                    OrderCases(books.store_id).serve(
                        books.connection, order.order_id, row, promised
                    )
            done.append(order.order_id)
        return done

    def _is_paid_back(self, order: OpenOrder) -> bool:
        """What nobody can send is no trouble any more once its money went back."""
        done = self._own_refunds(order.order_id, _DONE)
        return bool(done) and not self._refund_waits(order.order_id) and not self._nobody(order)

    def _forget_unserved(self, order: OpenOrder) -> None:
        route = order.case.route or {}
        if route.get("unserved"):
            with writing(self.platform) as books:
                OrderCases(books.store_id).serve(
                    books.connection, order.order_id, {**route, "unserved": []},
                    order.case.promised_at,
                )  # fmt: skip

    def _places(self, routed: Sequence[str]) -> list[Proposal]:
        """Orders at suppliers for what was just routed to them."""
        found: list[Proposal] = []
        for order in self._open:
            if order.order_id not in routed:
                continue
            route = self._routes.get(order.order_id) or self._route_again(order)
            for supplier_id in route.sources:
                if supplier_id == OWN:
                    continue
                parts = [part for part in route.parts if part.option.source == supplier_id]
                found.append(self._place(order, parts, route, why=self._rest_of(order)))
        return found

    def _parcels(self) -> list[Proposal]:
        """Parcels that suppliers have handed over, to be booked in the store."""
        found: list[Proposal] = []
        for order in self._open:
            for reference, booked in self._booked_of(order.order_id).items():
                stated = booked.order
                placed = self._placed(order.order_id, reference)
                if stated.tracking is None or placed is None:
                    continue
                ordered = placed.proposal.arguments["lines"]
                if not has_left(ordered, stated) or not self._may_ask_on(
                    order.order_id, "fulfillment.create", reference
                ):
                    continue
                lines = [
                    {"line_id": line_id, "quantity": units}
                    for line_id, units in served(ordered, stated).items() if units > 0
                ]  # fmt: skip
                notify = order.customer_id is None
                found.append(
                    service.ship_proposal(self._about(order), stated, lines, notify=notify)
                )
        return found

    def _notices(self) -> list[Proposal]:
        """Customers whose parcel is booked and who were not told."""
        booked = {
            order_id: [
                one for one in decided
                if one.proposal.kind == "fulfillment.create" and one.status in _DONE
            ]
            for order_id, decided in self._decided.items()
        }  # fmt: skip
        paid_back = {order_id for order_id in self._decided if self._own_refunds(order_id, _DONE)}
        wanted = [each for each, parcels in booked.items() if parcels or each in paid_back]
        found: list[Proposal] = []
        for order in self._named(wanted):
            found += self._refund_notices(order)
            for parcel in booked.get(order.order_id, ()):
                arguments = parcel.proposal.arguments
                if order.customer_id is None or arguments.get("notify_customer"):
                    continue
                notice = service.notice_proposal(self._about(order), order.customer_id, arguments)
                if self._unsaid(notice):
                    found.append(notice)
        return found

    def _remedies(self) -> list[Proposal]:
        """What goes wrong, and what can be decided about it."""
        found: list[Proposal] = []
        with reading(self.platform) as books:
            cancelled = OrderCases(books.store_id).cancelled(books.connection, self._in_doubt)
        for order in self._named(self._in_doubt):
            if order.order_id in cancelled:
                found += self._take_back(order)
                continue
            nowhere: list[Snag] = []
            for reference, booked in self._booked_of(order.order_id).items():
                for each in snags(booked.order, booked.placed_at, self._at):
                    snag = self._judged(order, each, reference)
                    self._troubles.setdefault(order.order_id, []).append(snag)
                    found += self._remedy(order, booked, snag, reference)
                    if snag.remedy in _NOWHERE:
                        nowhere.append(snag)
            found += self._refund(order, nowhere)
        for order in self._open:
            self._troubles.setdefault(order.order_id, []).extend(self._own_snags(order))
        return found

    def _note_snags(self) -> int:
        noted = {
            order_id: [_snag_row(each) for each in troubles]
            for order_id, troubles in self._troubles.items() if troubles
        }  # fmt: skip
        if self.dry_run:
            return len(noted)
        with writing(self.platform) as books:
            cases = OrderCases(books.store_id)
            before = cases.with_snags(books.connection)
            for order_id in before.keys() | noted.keys():
                if before.get(order_id, []) != noted.get(order_id, []):
                    cases.snag(books.connection, order_id, noted.get(order_id, []))
        return len(noted)

    # -- what the steps share

    def _remedy(
        self, order: OpenOrder, booked: BookedOrder, snag: Snag, reference: str
    ) -> list[Proposal]:
        about = self._about(order)
        if snag.remedy == "cancel_and_reroute":
            if self._may_ask_on(order.order_id, "supplier_order.cancel", reference):
                return [
                    service.cancel_at_supplier_proposal(
                        about, booked.order, booked.supplier_id, snag.reason
                    )
                ]
        elif snag.remedy == "tell_customer" and order.customer_id is not None:
            tracking = booked.order.tracking
            parcel = {"reference": reference, "tracking": tracking.number if tracking else ""}
            notice = service.notice_proposal(about, order.customer_id, parcel, late=True)
            return [notice] if self._unsaid(notice) else []
        elif snag.remedy == "send_again":
            return self._send_again(order, booked, snag)
        return []

    def _judged(self, order: OpenOrder, snag: Snag, reference: str) -> Snag:
        """What stays away is sent from elsewhere; where nobody has it, it is paid back."""
        if snag.remedy not in _FROM_NOWHERE or self._placed(order.order_id, reference) is None:
            return snag
        decided = self._decided.get(order.order_id, [])
        asked, done = (
            {of for of, _ in serving.settled(decided, statuses)} for statuses in (_ASKED, _DONE)
        )
        if reference in asked or self._is_nowhere(order, snag, reference):
            return replace(snag, remedy=_FROM_NOWHERE[snag.remedy])
        return replace(snag, remedy="paid_back") if reference in done else snag

    def _is_nowhere(self, order: OpenOrder, snag: Snag, reference: str) -> bool:
        if snag.remedy == "reroute_rest":
            return any(each.reference == reference for each in self._lacking(order))
        return bool(self._lost(order, reference)) and not self._sendable(order, reference).parts

    def _lacking(self, order: OpenOrder) -> list[Lacking]:
        """What will not come of orders at suppliers, and comes from nowhere else."""
        gone = {
            reference: self._missing(order, reference)
            for reference, booked in self._booked_of(order.order_id).items()
            if booked.order.status not in serving.GONE | {"delivered"}
        }
        decided = self._decided.get(order.order_id, [])
        return lacking(gone, serving.settled(decided, serving.STANDS), self._nobody(order))

    def _missing(self, order: OpenOrder, reference: str) -> dict[str, int]:
        placed = self._placed(order.order_id, reference)
        if placed is None:
            return {}
        stated = self._booked_of(order.order_id)[reference].order
        return missing(placed.proposal.arguments["lines"], stated)

    def _nobody(self, order: OpenOrder) -> dict[str, int]:
        """Units by order line that wait and that nobody can send."""
        decided, booked = self._decided.get(order.order_id, []), self._booked_of(order.order_id)
        waiting, _ = serving.uncovered(order, decided, booked)
        units = {one.line_id: one.quantity for one in waiting}
        return {
            line["line_id"]: min(line["quantity"], units[line["line_id"]])
            for line in (order.case.route or {}).get("unserved", ()) if line["line_id"] in units
        }  # fmt: skip

    def _lost(self, order: OpenOrder, reference: str) -> dict[str, int]:
        """Units by order line of a lost parcel that nothing makes good yet."""
        placed = self._placed(order.order_id, reference)
        booked = self._booked_of(order.order_id).get(reference)
        if placed is None or booked is None:
            return {}
        decided = self._decided.get(order.order_id, [])
        return serving.lost_of(reference, placed, booked, decided)

    def _sendable(self, order: OpenOrder, reference: str) -> Route:
        """How what is lost would come once more."""
        lost = self._lost(order, reference)
        wanted = [
            replace(one, quantity=min(one.quantity, lost[one.line_id]))
            for one in order.wanted if lost.get(one.line_id)
        ]  # fmt: skip
        return serving.routed(order, wanted, self._market, self._at, shelf=False)

    def _refund(self, order: OpenOrder, nowhere: Sequence[Snag]) -> list[Proposal]:
        """Money back for what comes from nowhere, where nothing else about it waits or stands."""
        if not nowhere or self._refund_waits(order.order_id) or self._is_held(order.order_id):
            return []
        lost = [
            Lacking(str(each.reference), line_id, units)
            for each in nowhere if each.remedy == _FROM_NOWHERE["send_again"]
            for line_id, units in self._lost(order, str(each.reference)).items()
        ]  # fmt: skip
        with reading(self.platform) as books:
            made_good = {
                line for _, told in made_good_by(books, order.order_id) for line in lines_of(told)
            }
            money = order_money(books.connection, books.store_id, order.order_id)
            lines = paid_lines(books.connection, books.store_id, order.order_id)
            home = books.store.currency
        found = [
            each for each in (*self._lacking(order), *lost) if each.line_id not in made_good
        ]  # fmt: skip
        if not found or money is None or lines is None or money.currency != home:
            return []
        back = owed(lines, found, Money(money.left, money.currency))
        if back is None:
            return []
        why = " ".join(dict.fromkeys(each.reason for each in nowhere))
        proposal = service.refund_proposal(
            self._about(order), money, found, back,
            titles={each.line_id: each.title for each in lines}, why=why, waits=not lost,
        )  # fmt: skip
        return [proposal]

    def _refund_notices(self, order: OpenOrder) -> list[Proposal]:
        """Customers whose money went back and who were not told."""
        if order.customer_id is None:
            return []
        notices = [
            service.refund_notice_proposal(self._about(order), order.customer_id, one)
            for one in self._own_refunds(order.order_id, _DONE)
        ]
        return [each for each in notices if self._unsaid(each)]

    def _own_refunds(self, order_id: str, statuses: Container[Status]) -> list[Decision]:
        """This agent's refunds of goods of the order."""
        return [
            one for one in self._decided.get(order_id, [])
            if one.proposal.kind == REFUND and one.proposal.arguments.get("lines")
            and one.status in statuses
        ]  # fmt: skip

    def _refund_waits(self, order_id: str) -> bool:
        """Whoever asked for it: what waits for an answer is not replaced by another."""
        return any(
            one.proposal.kind == REFUND and one.status in _WAITS
            for one in self._decided.get(order_id, [])
        )

    def _take_back(self, order: OpenOrder) -> list[Proposal]:
        """What suppliers are to send for an order that its customer no longer wants."""
        return [
            service.take_back_proposal(self._about(order), booked.order, booked.supplier_id)
            for reference, booked in self._booked_of(order.order_id).items()
            if booked.order.status not in serving.LEFT_OR_GONE | {"cancel_asked"}
            and self._may_ask_on(order.order_id, "supplier_order.cancel", reference)
        ]

    def _send_again(self, order: OpenOrder, booked: BookedOrder, snag: Snag) -> list[Proposal]:
        """Once for each lost parcel, from wherever it comes best now."""
        decided = self._decided.get(order.order_id, [])
        if any(serving.is_again(one, booked.id) for one in decided):
            return []
        route = self._sendable(order, booked.id)
        if not route.parts:
            return []
        parts = [part for part in route.parts if part.option.source == route.sources[0]]
        again = f"{snag.reason} ({booked.id})"
        return [self._place(order, parts, route, again=again)]

    def _own_snags(self, order: OpenOrder) -> list[Snag]:
        route, promised = order.case.route or {}, order.case.promised_at
        found = [
            Snag(Trouble.UNSERVED, order.processed_at,
                 f"Nobody can send {line['quantity']} x {line['title']}.", "substitute")
            for line in (() if self._is_paid_back(order) else route.get("unserved", ()))
        ]  # fmt: skip
        own = any(part["source"] == OWN for part in route.get("parts", ()))
        if own and promised is not None and self._at > promised:
            reason = f"Promised for {promised:%Y-%m-%d}, and it has not left the own shelf."
            found.append(Snag(Trouble.LATE, promised, reason, "pack_today"))
        return found

    def _rest_of(self, order: OpenOrder) -> str | None:
        """Which suppliers' orders leave something to be ordered elsewhere; None: none does."""
        partial = [
            reference for reference, booked in self._booked_of(order.order_id).items()
            if booked.order.status not in serving.GONE
            and any(line.gone for line in booked.order.lines or ())
        ]  # fmt: skip
        return f"Not all of {', '.join(partial)} will come." if partial else None

    def _place(
        self, order: OpenOrder, parts: Sequence[Part], route: Route, *,
        why: str | None = None, again: str | None = None,
    ) -> Proposal:  # fmt: skip
        decided, booked = self._decided.get(order.order_id, []), self._booked_of(order.order_id)
        supplier_id = parts[0].option.source
        reference = serving.references(order.order_id, decided, booked).get(supplier_id)
        if reference is None or again is not None:
            taken = self._taken.setdefault(order.order_id, {
                str(one.proposal.arguments["reference"]) for one in decided
                if one.proposal.kind == serving.PLACE
            })  # fmt: skip
            reference = serving.next_reference(order.order_id, taken)
            taken.add(reference)
        titles = {one.line_id: one.title for one in order.wanted}
        reasons = [f"{each.option.source_name}: {each.reason}" for each in route.left]
        return service.place_proposal(
            self._about(order), reference, parts, titles, reasons, why=why, again=again,
            mail_to=self._market.mailboxes.get(supplier_id),
        )  # fmt: skip

    def _may_go_on(self, order: OpenOrder) -> bool:
        """Not held, and not so risky that a person should look first and has not."""
        if self._is_held(order.order_id):
            return False
        hold = self._last(order.order_id, "order.hold")
        if hold is not None and hold.status in _WAITS:
            return False
        looked = hold is not None and (hold.status in _UNDONE or hold.status in _DONE)
        return looked or (order.case.score or 0.0) < HOLD_FROM

    def _is_held(self, order_id: str) -> bool:
        hold, release = self._last(order_id, "order.hold"), self._last(order_id, "order.release")
        if hold is None or hold.status not in _DONE:
            return False
        return (
            release is None or release.status not in _DONE or (release.created_at < hold.created_at)
        )

    def _last(self, order_id: str, kind: str) -> Decision | None:
        found = [one for one in self._decided.get(order_id, []) if one.proposal.kind == kind]
        return found[-1] if found else None

    def _may_ask(self, order_id: str, kind: str) -> bool:
        last = self._last(order_id, kind)
        return last is None or last.status in serving.AGAIN

    def _may_ask_on(self, order_id: str, kind: str, subject_id: str) -> bool:
        found = [
            one for one in self._decided.get(order_id, [])
            if one.proposal.kind == kind and one.proposal.subject.id == subject_id
        ]  # fmt: skip
        return not found or found[-1].status in serving.AGAIN

    def _placed(self, order_id: str, reference: str) -> Decision | None:
        """The decision that placed an order at a supplier."""
        found = [
            one for one in self._decided.get(order_id, [])
            if one.proposal.kind == serving.PLACE and one.proposal.subject.id == reference
        ]  # fmt: skip
        return found[-1] if found else None

    def _unsaid(self, notice: Proposal) -> bool:
        with reading(self.platform) as books:
            if Messages(books.store_id).find(books.connection, notice.subject.id) is not None:
                return False
            last = books.decisions.latest_on(books.connection, notice.kind, notice.subject.id)
        return last is None or last.status in serving.AGAIN

    def _about(self, order: OpenOrder) -> service.About:
        value = Money(order.total, order.currency)
        return service.About(order.order_id, order.name, value, self.platform.source, self._at)

    def _route_again(self, order: OpenOrder) -> Route:
        """After a crash: what the step had found, found again."""
        decided = self._decided.get(order.order_id, [])
        wanted, without = serving.uncovered(order, decided, self._booked_of(order.order_id))
        return serving.routed(order, wanted, self._market, self._at, without=without)

    @property
    def _at(self) -> datetime:
        if self._now is None:
            raise RuntimeError("the run has not begun yet")
        return self._now

    @cached_property
    def _open(self) -> list[OpenOrder]:
        with reading(self.platform) as books:
            return OrderCases(books.store_id).open(books.connection, self._at)

    @cached_property
    def _decided(self) -> dict[str, list[Decision]]:
        with reading(self.platform) as books:
            return OrderCases(books.store_id).decided(books.connection, self._at - BEHIND)

    @cached_property
    def _in_doubt(self) -> list[str]:
        with reading(self.platform) as books:
            return SupplierOrders(books.store_id).in_doubt(books.connection)

    @cached_property
    def _booked(self) -> dict[str, dict[str, BookedOrder]]:
        ids = {*self._decided, *self._in_doubt}
        with reading(self.platform) as books:
            found = SupplierOrders(books.store_id).for_orders(books.connection, sorted(ids))
        return {order_id: {each.id: each for each in rows} for order_id, rows in found.items()}

    @cached_property
    def _market(self) -> serving.Market:
        return serving.market(self.platform)

    @cached_property
    def _routes(self) -> dict[str, Route]:
        return {}

    @cached_property
    def _taken(self) -> dict[str, set[str]]:
        return {}

    def _booked_of(self, order_id: str) -> Mapping[str, BookedOrder]:
        return self._booked.get(order_id, {})

    def _named(self, order_ids: Sequence[str]) -> list[OpenOrder]:
        with reading(self.platform) as books:
            return OrderCases(books.store_id).named(books.connection, list(order_ids))

    def _tell(
        self, changed: Sequence[str], scored: Mapping[str, int], routed: Sequence[str], snagged: int
    ) -> None:
        risky = sum((order.case.score or 0.0) >= HOLD_FROM for order in self._open)
        learned = f"{scored['learned_bad']} bad and {scored['learned_good']} good outcomes"
        self.report(
            looked_at=[
                f"{len(changed)} orders that were new or had changed, {len(self._open)} open",
                f"A score that learned from {learned}",
            ],
            could_not_see=self._unseen(changed),
            headline=f"{risky} of {len(self._open)} open orders at risk, {len(routed)} routed, "
            f"{snagged} with a snag.",
        )  # fmt: skip

    def _unseen(self, changed: Sequence[str]) -> list[str]:
        found = ["The card's address and security checks: the payment provider's, not asked for."]
        if len(changed) >= judging.PER_RUN:
            found.append("Older orders: they are read in the next runs.")
        return found


def _factors(order: OpenOrder) -> list[RiskFactor]:
    return [RiskFactor(**each) for each in order.case.factors]


def _snag_row(snag: Snag) -> dict[str, Any]:
    return {
        "trouble": snag.trouble.value, "since": snag.since.isoformat(), "reason": snag.reason,
        "remedy": snag.remedy, "reference": snag.reference,
    }  # fmt: skip


if __name__ == "__main__":
    main("order_fulfillment")
