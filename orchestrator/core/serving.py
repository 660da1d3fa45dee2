"""Orders served: routed over shelf and suppliers, and what is covered by what was ordered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from orchestrator.core.books import reading
from orchestrator.core.mail_desk import why_not_by_mail
from royal_platform.commerce.decisions.model import Decision, Status
from royal_platform.commerce.decisions.support import REFUND
from royal_platform.commerce.decisions.workdays import days_off, weekdays
from royal_platform.commerce.fulfilment.calendar import Workdays
from royal_platform.commerce.fulfilment.model import OWN, Left, Option, Route, Wanted
from royal_platform.commerce.fulfilment.partials import missing, served
from royal_platform.commerce.fulfilment.routing import expected_cost, route
from royal_platform.commerce.fulfilment.sources import Shelf, own_options, supplier_options
from royal_platform.commerce.fulfilment.substitutes import Article, substitutes
from royal_platform.messaging.carriers import why_closed
from royal_platform.persistence.order_cases import OpenOrder
from royal_platform.persistence.supplier_orders import BookedOrder

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform

PLACE = "supplier_order.place"
GONE = frozenset({"refused", "cancelled"})
LEFT_OR_GONE = GONE | {"shipped", "delivered"}
# A decision in one of these stands: it is under way, done, or a person said no.
STANDS = frozenset({
    Status.PROPOSED, Status.APPROVED, Status.EXECUTING, Status.EXECUTED, Status.MEASURED,
    Status.REVERTING, Status.REJECTED,
})  # fmt: skip
_DONE = frozenset({Status.EXECUTED, Status.MEASURED})
_PAID_BACK = STANDS - {Status.REJECTED}
# Asked for again: nobody answered, or the world was not ready.
AGAIN = frozenset({Status.EXPIRED, Status.CONFLICTED, Status.FAILED, Status.SUPERSEDED})


@dataclass(frozen=True, slots=True)
class Market:
    """What orders can be served from, read once for a run."""

    shelves: Mapping[str, Shelf]
    articles: Mapping[str, Article]
    offers: Sequence[Any]
    reliability: Mapping[str, Any]
    names: Mapping[str, str]
    workdays: Workdays
    calendars: Mapping[str, Workdays]
    currency: str
    own_name: str
    # Where those suppliers take orders that take them by mail.
    mailboxes: Mapping[str, str]
    # What is offered by suppliers that orders would be mailed to and cannot be now, and why.
    closed: Sequence[Any]
    reasons: Mapping[str, str]


def market(platform: Platform) -> Market:
    """Shelf, offers and records as of now."""
    store = platform.store()
    workdays = _workdays(platform, ZoneInfo(store.timezone))
    levels: dict[str, tuple[int, bool]] = {}
    for each in platform.stock.levels():
        units, short = levels.get(each.variant_id, (0, False))
        lacking = each.available is not None and each.available < 0
        levels[each.variant_id] = (units + max(0, each.on_hand or 0), short or lacking)
    shelves: dict[str, Shelf] = {}
    articles: dict[str, Article] = {}
    for variant in platform.catalog.variants():
        units, short = levels.get(variant.id, (0, False))
        cost = None if variant.unit_cost is None else variant.unit_cost.amount
        shelves[variant.id] = Shelf(
            variant.id, units if variant.tracked else None, short and variant.tracked, cost
        )
        articles[variant.id] = Article(
            variant.id, variant.product_id, variant.title, variant.product_type or "",
            variant.price.amount, units if variant.tracked else None,
        )  # fmt: skip
    # Whoever is only ordered from by hand sends nothing to a customer for us.
    sources = platform.offers.sources()
    mailboxes = {
        each.supplier_id: each.serves_by_mail for each in sources if each.serves_by_mail is not None
    }
    reasons = _not_by_mail(platform, mailboxes)
    desks = {each.supplier_id for each in sources if each.by_wire} | mailboxes.keys()
    offers = [each for each in platform.offers.offers() if each.offer.supplier_id in desks]
    return Market(
        shelves, articles, [each for each in offers if each.offer.supplier_id not in reasons],
        platform.offers.reliability(), platform.offers.names(), workdays,
        _calendars(platform, workdays), store.currency, store.name or store.domain, mailboxes,
        [each for each in offers if each.offer.supplier_id in reasons], reasons,
    )  # fmt: skip


def _not_by_mail(platform: Platform, mailboxes: Mapping[str, str]) -> dict[str, str]:
    """Why nothing can be mailed to these suppliers now; those it can be mailed to have no entry."""
    closed = why_closed(platform.settings)
    if closed is not None:
        return dict.fromkeys(mailboxes, f"Orders go to it by mail. {closed}")
    with reading(platform) as books:
        found = {
            supplier_id: why_not_by_mail(books, address)
            for supplier_id, address in mailboxes.items()
        }
    return {supplier_id: why for supplier_id, why in found.items() if why is not None}


def _workdays(platform: Platform, zone: ZoneInfo) -> Workdays:
    """When the merchant works, as the policy says."""
    with reading(platform) as books:
        policy = books.policy
    closed = policy.closed_days
    return Workdays(
        zone, policy.order_cutoff_hour, weekdays(policy.working_days),
        frozenset() if closed is None else days_off(closed),
        policy.own_handling_days, policy.own_transit_days,
    )  # fmt: skip


def _calendars(platform: Platform, home: Workdays) -> dict[str, Workdays]:
    """When suppliers with hours of their own work, in the store's zone; our days off are ours."""
    return {
        supplier_id: replace(
            home, closed=frozenset(),
            cutoff_hour=home.cutoff_hour if hours.cutoff_hour is None else hours.cutoff_hour,
            weekdays=weekdays(hours.working_days) if hours.working_days else home.weekdays,
        )
        for supplier_id, hours in platform.offers.hours().items()
    }  # fmt: skip


def uncovered(
    order: OpenOrder, decided: Iterable[Decision], booked: Mapping[str, BookedOrder]
) -> tuple[list[Wanted], frozenset[str]]:
    """What of an order nothing serves yet, and the suppliers that let it down.

    Lines routed to the own shelf are served by that; what a person turned down is the person's.
    What is paid back is served by nothing, and needs nothing.
    """
    decided = list(decided)
    left = Counter({one.line_id: one.quantity for one in order.wanted})
    left.subtract(paying_back(order, decided))
    given_up = settled(decided, _PAID_BACK)
    for part in (order.case.route or {}).get("parts", ()):
        if part["source"] == OWN:
            left[part["line_id"]] -= part["quantity"]
    failed: set[str] = set()
    for one in decided:
        if one.proposal.kind != PLACE:
            continue
        arguments = one.proposal.arguments
        there = booked.get(str(arguments["reference"]))
        if there is None and one.status not in STANDS:
            continue
        if there is not None and missing(arguments["lines"], there.order):
            failed.add(str(arguments["supplier_id"]))
        for line_id, units in covered(arguments["lines"], there).items():
            ordered = _ordered_of(arguments["lines"], line_id)
            kept = ordered - given_up.get((str(arguments["reference"]), line_id), 0)
            left[line_id] -= min(units, kept)
    waiting = [
        replace(one, quantity=left[one.line_id])
        for one in order.wanted
        if left[one.line_id] > 0
    ]  # fmt: skip
    return waiting, frozenset(failed)


def covered(lines: Sequence[Mapping[str, Any]], there: BookedOrder | None) -> dict[str, int]:
    """Units by order line that an order at a supplier serves; all of it until it is placed."""
    if there is not None:
        return served(lines, there.order)
    return {line["line_id"]: int(line["quantity"]) for line in lines}


def paying_back(order: OpenOrder, decided: Iterable[Decision]) -> dict[str, int]:
    """Units by order line whose money goes back, and which our copy does not show so yet."""
    asked, done = Counter[str](), Counter[str]()
    for one in decided:
        if one.proposal.kind != REFUND or one.status not in _PAID_BACK:
            continue
        count = done if one.status in _DONE else asked
        for line in one.proposal.arguments.get("lines", ()):
            count[line["line_id"]] += int(line["quantity"])
    done.subtract(order.refunded)
    return dict(asked + done)


def settled(decided: Iterable[Decision], statuses: Container[Status]) -> dict[tuple[str, str], int]:
    """Units by (supplier order, order line) that refunds in one of ``statuses`` are of."""
    found: Counter[tuple[str, str]] = Counter()
    for one in decided:
        if one.proposal.kind == REFUND and one.status in statuses:
            for line in one.proposal.arguments.get("lines", ()):
                found[line["reference"], line["line_id"]] += int(line["quantity"])
    return dict(found)


def lost_of(
    reference: str, placed: Decision, there: BookedOrder, decided: Iterable[Decision]
) -> dict[str, int]:
    """Units by order line of a lost parcel that are neither sent again nor paid back."""
    decided = list(decided)
    left = Counter(served(placed.proposal.arguments["lines"], there.order))
    for one in decided:
        if is_again(one, reference):
            for line in one.proposal.arguments["lines"]:
                left[line["line_id"]] -= int(line["quantity"])
    for (of, line_id), units in settled(decided, STANDS).items():
        if of == reference:
            left[line_id] -= units
    return dict(+left)


def is_again(decision: Decision, reference: str) -> bool:
    """Whether it sends once more what a lost parcel was to bring, or was turned down for that."""
    return (
        decision.proposal.kind == PLACE
        and f"({reference})" in decision.proposal.rationale
        and decision.status not in AGAIN
    )


def _ordered_of(lines: Iterable[Mapping[str, Any]], line_id: str) -> int:
    return sum(int(line["quantity"]) for line in lines if line["line_id"] == line_id)


def routed(
    order: OpenOrder,
    wanted: Sequence[Wanted],
    places: Market,
    now: datetime,
    *,
    without: frozenset[str] = frozenset(),
    shelf: bool = True,
) -> Route:
    """The best route of these lines."""
    options: list[Option] = []
    if shelf:
        found = own_options(
            wanted, places.shelves, placed_at=order.processed_at, workdays=places.workdays,
            name=places.own_name,
        )  # fmt: skip
        options += _not_taken(found, order)
    options += _at_suppliers(wanted, places.offers, places, now, without)
    best = route(wanted, options, now=now)
    closed = _at_suppliers(wanted, places.closed, places, now, without)
    unreached = tuple(Left(each, places.reasons[each.source]) for each in closed)
    return replace(best, left=(*best.left, *unreached))


def _not_taken(options: Iterable[Option], order: OpenOrder) -> list[Option]:
    """Own options less what of the shelf serves this order already."""
    taken: Counter[str] = Counter()
    for part in (order.case.route or {}).get("parts", ()):
        if part["source"] == OWN:
            taken[part["article"]] += part["quantity"]
    left = [
        each if each.capacity is None
        else replace(each, capacity=each.capacity - taken[each.article])
        for each in options
    ]  # fmt: skip
    return [each for each in left if each.capacity is None or each.capacity > 0]


def promised_at(order: OpenOrder, found: Route, places: Market) -> datetime | None:
    """What its customer may expect since ordering, whenever it was routed; None: from nowhere.

    By cut-off, working days and lead time from the moment of the order.
    """
    told = {
        (each.source, each.line_id, each.article): each.arrives_by
        for each in _at_suppliers(
            order.wanted, places.offers, places, order.processed_at, frozenset()
        )
    }
    moments = [
        told.get((part.option.source, part.option.line_id, part.option.article),
                 part.option.arrives_by)
        for part in found.parts
    ]  # fmt: skip
    return max(moments, default=None)


def _at_suppliers(
    wanted: Sequence[Wanted], offers: Sequence[Any], places: Market, now: datetime,
    without: frozenset[str],
) -> list[Option]:  # fmt: skip
    return supplier_options(
        wanted, offers, places.reliability, places.names, now=now,
        currency=places.currency, workdays=places.workdays, calendars=places.calendars,
        without=without,
    )  # fmt: skip


def route_row(found: Route, wanted: Sequence[Wanted], places: Market, now: datetime,
              earlier: Mapping[str, Any] | None) -> dict[str, Any]:  # fmt: skip
    """A route as it is kept; what an earlier one settled stays in it."""
    lines = {one.line_id: one for one in wanted}
    # What the own shelf serves of a line goes on; a supplier's part is counted by what it says.
    settled = [
        part for part in (earlier or {}).get("parts", ())
        if part["line_id"] not in lines or part["source"] == OWN
    ]  # fmt: skip
    parts = [
        {**_option_row(part.option), "quantity": part.quantity,
         "expected_cost": format(part.expected_cost.quantize(Decimal("0.01")), "f")}
        for part in found.parts
    ]  # fmt: skip
    return {
        "routed_at": now.isoformat(),
        "parts": [*settled, *parts],
        "left": [
            {**_option_row(each.option), "reason": each.reason,
             "expected_cost": format(
                 expected_cost(each.option, lines[each.option.line_id], now)
                 .quantize(Decimal("0.01")), "f")}
            for each in found.left
        ],
        "unserved": [
            {"line_id": one.line_id, "title": one.title, "quantity": one.quantity,
             "substitutes": _instead(one, places)}
            for one in found.unserved
        ],
    }  # fmt: skip


def references(order_id: str, decided: Iterable[Decision], booked: Mapping[str, BookedOrder]
               ) -> dict[str, str]:  # fmt: skip
    """By supplier, the reference of an order that was asked for and not placed: it is used again.

    Whatever became of the first try, the supplier knows the order by it: so it is placed once.
    """
    found: dict[str, str] = {}
    for one in decided:
        arguments = one.proposal.arguments
        if one.proposal.kind != PLACE or str(arguments["order_id"]) != order_id:
            continue
        if one.status in AGAIN and str(arguments["reference"]) not in booked:
            found[str(arguments["supplier_id"])] = str(arguments["reference"])
    return found


def next_reference(order_id: str, taken: Iterable[str]) -> str:
    """A reference for one more order at a supplier; our orders' own numbers make it unique."""
    return f"RE-{order_id}-{len(set(taken)) + 1}"


def _option_row(option: Option) -> dict[str, Any]:
    return {
        "source": option.source, "source_name": option.source_name, "line_id": option.line_id,
        "article": option.article, "unit_cost": format(option.unit_cost, "f"),
        "shipping": None if option.shipping is None else format(option.shipping, "f"),
        "arrives_by": option.arrives_by.isoformat(), "capacity": option.capacity,
        "minimum": option.minimum, "on_time": option.on_time,
    }  # fmt: skip


def _instead(one: Wanted, places: Market) -> list[dict[str, Any]]:
    missing = places.articles.get(one.variant_id or "")
    if missing is None:
        return []
    found = substitutes(missing, one.quantity, places.articles.values())
    return [
        {"variant_id": each.variant_id, "title": each.title, "price": format(each.price, "f"),
         "available": each.available}
        for each in found
    ]  # fmt: skip
