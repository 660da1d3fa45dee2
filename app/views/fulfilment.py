"""Orders on their way, on the wire."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.schemas.decisions import RiskFactorOut
from app.schemas.fulfilment import (
    FulfilmentOut,
    MomentOut,
    OpenOrderOut,
    OrderRiskOut,
    OrderWayOut,
    PromiseRecordOut,
    PromisesKeptOut,
    RiskBinOut,
    RouteOptionOut,
    RouteOut,
    ScoreRecordOut,
    SnagLineOut,
    SnagOut,
    SubstituteOut,
    UnservedOut,
)
from app.views import shared
from orchestrator.core import judging
from royal_platform.commerce.decisions.model import Decision
from royal_platform.commerce.decisions.support import REFUND
from royal_platform.commerce.fulfilment.model import OWN
from royal_platform.commerce.fulfilment.promises import promises_kept
from royal_platform.commerce.security.order_risk import level_of
from royal_platform.persistence.order_cases import BEHIND, Case, OpenOrder, OrderCases
from royal_platform.persistence.orders import OrderFull, Orders
from royal_platform.persistence.supplier_orders import BookedOrder, SupplierOrders

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform

_MOST = 100
_DONE = frozenset({"executed", "measured"})
_OPEN = frozenset({"proposed", "approved", "executing"})
# Which decision is a remedy's.
_REMEDIES = {
    "cancel_and_reroute": "supplier_order.cancel", "send_again": "supplier_order.place",
    "reroute_rest": "supplier_order.place", "refund_rest": REFUND, "refund_lost": REFUND,
}  # fmt: skip


def overview(platform: Platform) -> FulfilmentOut:
    """Open orders that want a look, and the records."""
    with platform.database.read() as connection:
        store = shared.store(platform, connection)
        now = store.store_clock().now()
        cases = OrderCases(store.id)
        opened = cases.open(connection, now)
        decided = cases.decided(connection, now - BEHIND)
        every = cases.since(connection, now - BEHIND)
        kept = promises_kept(cases.promised(connection, now - BEHIND), now)
    found = [_open(order, decided.get(order.order_id, ())) for order in opened]
    wanted = [one for one in found if one.held or one.snags or one.level == "high"]
    wanted.sort(key=lambda one: (-one.score, one.processed_at))
    learned = max((case.learned for case in every), default=(0, 0))
    return FulfilmentOut(
        open=len(opened),
        learned_bad=learned[0],
        learned_good=learned[1],
        orders=wanted[:_MOST],
        record=_record(every),
        promises=_promises(platform),
        kept=PromisesKeptOut(days=BEHIND.days, **asdict(kept)),
        provenance=shared.provenance(store),
    )


def one(platform: Platform, order_id: str) -> OrderWayOut:
    """One order's way. Raises ``NotFound``."""
    with platform.database.read() as connection:
        store = shared.store(platform, connection)
        full = Orders(store.id).get(connection, order_id)
        cases = OrderCases(store.id)
        case = cases.get(connection, order_id)
        decided = cases.decided(connection, full.order.processed_at).get(order_id, [])
        booked = SupplierOrders(store.id).for_orders(connection, [order_id]).get(order_id, [])
    return OrderWayOut(
        order_id=order_id,
        risk=None if case is None else _risk(case),
        route=None if case is None else _route(case, full.order.total.currency),
        snags=[] if case is None else [_snag(each, decided, booked) for each in case.snags],
        timeline=sorted(_timeline(full, decided, booked), key=lambda entry: entry.at),
        provenance=shared.provenance(store),
    )


def _open(order: OpenOrder, decided: Iterable[Decision]) -> OpenOrderOut:
    score = order.case.score or 0.0
    return OpenOrderOut(
        order_id=order.order_id,
        name=order.name,
        processed_at=order.processed_at,
        total=shared.amount(order.total, order.currency),
        score=score,
        level=level_of(score),
        held=_held(decided),
        promised_at=order.case.promised_at,
        snags=[str(each["trouble"]) for each in order.case.snags],
    )


def _held(decided: Iterable[Decision]) -> bool:
    held = False
    for each in decided:
        if each.status.value in _DONE and each.proposal.kind in {"order.hold", "order.release"}:
            held = each.proposal.kind == "order.hold"
    return held


def _record(cases: Sequence[Case]) -> ScoreRecordOut:
    found = judging.record(cases)
    return ScoreRecordOut(
        orders=found.orders, bad=found.bad, flagged=found.flagged, caught=found.caught,
        threshold=found.threshold, precision=found.precision, recall=found.recall,
        brier=found.brier,
        bins=[
            RiskBinOut(low=each.low, high=each.high, orders=each.orders,
                       mean_score=each.mean_score, bad=each.bad)
            for each in found.bins
        ],
    )  # fmt: skip


def _promises(platform: Platform) -> list[PromiseRecordOut]:
    names = platform.offers.names()
    return [
        PromiseRecordOut(
            supplier_id=supplier_id, name=names.get(supplier_id, supplier_id),
            judged=found.judged, on_time=found.on_time, share=found.share, low=found.low,
            high=found.high,
        )
        for supplier_id, found in sorted(platform.offers.reliability().items())
    ]  # fmt: skip


def _risk(case: Case) -> OrderRiskOut | None:
    if case.score is None or case.base is None:
        return None
    outcome: Any = case.outcome
    return OrderRiskOut(
        score=case.score, base=case.base, level=level_of(case.score),
        factors=[RiskFactorOut(**each) for each in case.factors],
        learned_bad=case.learned[0], learned_good=case.learned[1], outcome=outcome,
        outcome_why=case.outcome_why,
    )  # fmt: skip


def _route(case: Case, currency: str) -> RouteOut | None:
    route = case.route
    if route is None:
        return None
    return RouteOut(
        routed_at=datetime.fromisoformat(route["routed_at"]),
        promised_at=case.promised_at,
        currency=currency,
        parts=[_option(each) for each in route["parts"]],
        left=[_option(each) for each in route["left"]],
        unserved=[
            UnservedOut(
                line_id=each["line_id"], title=each["title"], quantity=each["quantity"],
                substitutes=[SubstituteOut(**{**one, "price": Decimal(one["price"])})
                             for one in each["substitutes"]],
            )
            for each in route["unserved"]
        ],
    )  # fmt: skip


def _option(row: Mapping[str, Any]) -> RouteOptionOut:
    shipping = row["shipping"]
    return RouteOptionOut(
        source=row["source"], source_name=row["source_name"], own=row["source"] == OWN,
        line_id=row["line_id"], article=row["article"], unit_cost=Decimal(row["unit_cost"]),
        shipping=None if shipping is None else Decimal(shipping),
        expected_cost=Decimal(row["expected_cost"]),
        arrives_by=datetime.fromisoformat(row["arrives_by"]), capacity=row["capacity"],
        on_time=row["on_time"], quantity=row.get("quantity"), reason=row.get("reason"),
    )  # fmt: skip


def _snag(
    row: Mapping[str, Any], decided: Iterable[Decision], booked: Iterable[BookedOrder]
) -> SnagOut:
    kind = _REMEDIES.get(row["remedy"])
    proposed = [
        each.id for each in decided if each.proposal.kind == kind and each.status.value in _OPEN
    ]
    return SnagOut(
        trouble=row["trouble"], since=datetime.fromisoformat(row["since"]), reason=row["reason"],
        remedy=row["remedy"], reference=row["reference"],
        decision_id=proposed[-1] if proposed else None,
        lines=_what_came(next((each for each in booked if each.id == row["reference"]), None))
        if row["trouble"] == "partial"
        else [],
    )  # fmt: skip


def _what_came(booked: BookedOrder | None) -> list[SnagLineOut]:
    """What became of each article of the order, as far as its supplier says."""
    if booked is None:
        return []
    ordered: Counter[str] = Counter()
    titles: dict[str, str] = {}
    for line in booked.lines:
        ordered[line.supplier_sku] += line.quantity
        titles[line.supplier_sku] = line.title or line.supplier_sku
    return [
        SnagLineOut(
            title=titles[each.supplier_sku], ordered=ordered[each.supplier_sku],
            shipped=each.shipped, gone=each.gone,
        )
        for each in booked.order.lines or () if each.supplier_sku in titles
    ]  # fmt: skip


def _timeline(
    full: OrderFull, decided: Iterable[Decision], booked: Iterable[BookedOrder]
) -> Iterator[MomentOut]:
    order = full.order
    yield _moment(order.processed_at, "paid", order.name)
    if order.cancelled_at is not None:
        yield _moment(order.cancelled_at, "cancelled", order.name)
    for refund in full.refunds:
        yield _moment(refund.created_at, "refunded", str(refund.total))
    for each in decided:
        proposal = each.proposal
        yield _moment(
            each.executed_at or each.decided_at or each.created_at, proposal.kind,
            proposal.subject.title, each,
        )  # fmt: skip
    for parcel in booked:
        stated = parcel.order
        for what in ("shipped", "delivered"):
            at = stated.shipped_at if what == "shipped" else stated.delivered_at
            if at is not None:
                number = "" if stated.tracking is None else stated.tracking.number
                yield _moment(at, f"supplier.{what}", " ".join((parcel.id, number)).strip())


def _moment(at: datetime, what: str, detail: str, decision: Decision | None = None) -> MomentOut:
    return MomentOut(
        at=at, what=what, detail=detail,
        decision_id=None if decision is None else decision.id,
        status=None if decision is None else decision.status.value,
    )  # fmt: skip
