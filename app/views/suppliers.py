"""Suppliers on the wire."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, cast

from app.schemas.suppliers import (
    AnswerIn,
    FaultOut,
    OfferHistory,
    OfferOut,
    OfferPage,
    OfferQuery,
    PreviewOut,
    ReliabilityOut,
    SupplierChange,
    SupplierDetail,
    SupplierIn,
    SupplierList,
    SupplierOrderOut,
    SupplierOrderPage,
    SupplierOrderQuery,
    SupplierOut,
)
from app.views import shared, supplier_mail
from core.errors import NotFound
from core.export.table import as_csv
from orchestrator.core import supplier_answers, supplying
from royal_platform.commerce.decisions.fulfilment import MAIL_FLOW
from royal_platform.commerce.suppliers.answers import Answer, can_say
from royal_platform.commerce.suppliers.model import OfferVersion, Reliability, Tracking
from royal_platform.commerce.suppliers.replies import Reply
from royal_platform.commerce.suppliers.rules import landed_cost, reliability
from royal_platform.persistence.messages import Messages, StoredMessage
from royal_platform.persistence.offers import Offers, promises
from royal_platform.persistence.purchases import Purchases
from royal_platform.persistence.supplier_orders import BookedOrder, SupplierOrders
from royal_platform.persistence.supplier_replies import replies_on
from royal_platform.persistence.suppliers import Supplier, Suppliers
from royal_platform.suppliers.feed.columns import ColumnMap, guess, reading
from royal_platform.suppliers.feed.rows import headers_of
from royal_platform.suppliers.schemas import FeedSettings, SupplierSettings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from core.security.principals import Principal
    from royal_platform.bootstrap import Platform

_EXPORTED = 50_000
_SECONDS_PER_DAY = 86_400
_HEADERS = (
    "supplier", "supplier_sku", "title", "cost", "shipping", "currency", "lead_days_low",
    "lead_days_high", "stock", "minimum_order", "pack_size", "variant_id", "since", "unread",
)  # fmt: skip


def listing(platform: Platform) -> SupplierList:
    """Every supplier."""
    with platform.database.read() as connection:
        found = Suppliers(platform.store_id).all(connection)
        kept = _reliability(platform, connection)
    return SupplierList(data=[SupplierOut(**_summary(each, kept)) for each in found])


def show(platform: Platform, supplier_id: str) -> SupplierDetail:
    """One supplier with what was entered and how its feed reads."""
    with platform.database.read() as connection:
        found = Suppliers(platform.store_id).get(connection, supplier_id)
        kept = _reliability(platform, connection)
    return SupplierDetail(
        **_summary(found, kept),
        version=found.version,
        changed_by=found.changed_by,
        settings=SupplierSettings.model_validate(found.settings),
        columns=headers_of(found.sample),
        sample=found.sample[:5],
        faults=[FaultOut(**each) for each in found.faults],
    )


def preview(platform: Platform, supplier_id: str, feed: FeedSettings) -> PreviewOut:
    """What the last read rows would be with this column map."""
    with platform.database.read() as connection:
        found = Suppliers(platform.store_id).get(connection, supplier_id)
        store = shared.store(platform, connection)
    guessed = guess(headers_of(found.sample))
    columns = ColumnMap(
        dict(feed.columns) or guessed, feed.currency or store.currency, feed.decimal_comma
    )
    read = reading(found.sample, columns, found.id)
    now = store.store_clock().now()
    names = {found.id: found.name}
    return PreviewOut(
        offers=[_offer(OfferVersion(o, 0, now, None, None), names) for o in read.offers],
        faults=[FaultOut(**supplying.told(each)) for each in read.faults],
        guessed={str(field): column for field, column in guessed.items()},
    )


def enter(platform: Platform, actor: Principal, body: SupplierIn) -> SupplierDetail:
    """Enter a supplier."""
    supplier_id = supplying.enter(
        platform, name=body.name, kind=body.kind, settings=body.settings, actor=actor
    )
    return show(platform, supplier_id)


def change(
    platform: Platform, actor: Principal, supplier_id: str, body: SupplierChange
) -> SupplierDetail:
    """Replace what was entered."""
    supplying.change(
        platform, supplier_id, version=body.version, name=body.name, settings=body.settings,
        active=body.active, actor=actor,
    )  # fmt: skip
    return show(platform, supplier_id)


def hasten(platform: Platform, actor: Principal, supplier_id: str) -> SupplierDetail:
    """Read it at once."""
    supplying.hasten(platform, supplier_id, actor)
    return show(platform, supplier_id)


def offers(platform: Platform, query: OfferQuery) -> OfferPage:
    """A page of offers in force, by title."""
    with platform.database.read() as connection:
        page = Offers(platform.store_id).page(
            connection, supplier_id=query.supplier_id, words=query.q,
            is_matched=None if query.matched == "all" else query.matched == "yes",
            cursor=query.cursor, limit=query.limit,
        )  # fmt: skip
    names = platform.offers.names()
    return OfferPage(
        data=[_offer(each, names) for each in page.items],
        next_cursor=page.next_cursor,
        total=page.total,
    )


def history(platform: Platform, supplier_id: str, supplier_sku: str) -> OfferHistory:
    """Every version of one offer."""
    names = platform.offers.names()
    found = platform.offers.history(supplier_id, supplier_sku)
    return OfferHistory(data=[_offer(each, names) for each in found])


def export(platform: Platform) -> str:
    """Every offer in force as a table that no spreadsheet runs."""
    names = platform.offers.names()

    def row(version: OfferVersion) -> tuple[object, ...]:
        offer = version.offer
        cost, shipping = offer.cost, offer.shipping
        money = cost or shipping
        return (
            names.get(offer.supplier_id), offer.supplier_sku, offer.title,
            cost and cost.amount, shipping and shipping.amount, money and money.currency,
            offer.lead_days_low, offer.lead_days_high, offer.stock, offer.minimum_order,
            offer.pack_size, version.variant_id, version.since.isoformat(), version.unread,
        )  # fmt: skip

    return as_csv(_HEADERS, (row(each) for each in platform.offers.offers()[:_EXPORTED]))


def orders(platform: Platform, query: SupplierOrderQuery) -> SupplierOrderPage:
    """A page of orders placed with suppliers, newest first."""
    names = platform.offers.names()
    with platform.database.read() as connection:
        page = SupplierOrders(platform.store_id).page(
            connection, supplier_id=query.supplier_id, cursor=query.cursor, limit=query.limit
        )
        written = _written(platform, connection, [each.id for each in page.items])
    return SupplierOrderPage(
        data=[_order(each, names, written) for each in page.items],
        next_cursor=page.next_cursor,
        total=page.total,
    )


def answer(
    platform: Platform, actor: Principal, reference: str, body: AnswerIn
) -> SupplierOrderOut:
    """Enter what a supplier's mail says of an order."""
    number = body.tracking_number
    said = Answer(
        body.said, body.supplier_reference, body.promised_at,
        None if number is None else Tracking(number, body.carrier), body.message_id,
    )  # fmt: skip
    supplier_answers.enter_answer(platform, reference, said, seen=body.seen, actor=actor)
    with platform.database.read() as connection:
        booked = SupplierOrders(platform.store_id).get(connection, reference)
        written = _written(platform, connection, [reference])
    if booked is None:
        raise NotFound(f"There is no order {reference!r}.", remedy="See the suppliers' orders.")
    return _order(booked, platform.offers.names(), written)


def document(platform: Platform, purchase_order_id: str) -> bytes:
    """A purchase order as a PDF. Raises ``NotFound``."""
    # What draws it brings fonts and pictures: read when the first is asked for, not at each start.
    from royal_platform.suppliers.manual.document import purchase_order

    with platform.database.read() as connection:
        booked = Purchases(platform.store_id).booked(connection, purchase_order_id)
        store = shared.store(platform, connection)
    return purchase_order(
        booked.order, title=booked.title, buyer=store.name or store.domain,
        placed_at=booked.created_at,
    )  # fmt: skip


def _reliability(platform: Platform, connection: Connection) -> dict[str, Reliability]:
    now = shared.store(platform, connection).store_clock().now()
    kept = promises(connection, platform.store_id)
    return {supplier_id: reliability(found, now) for supplier_id, found in kept.items()}


def _summary(found: Supplier, kept: dict[str, Reliability]) -> dict[str, Any]:
    known = asdict(kept.get(found.id) or reliability((), found.created_at))
    del known["sd_lead_days"]
    return {
        "id": found.id, "name": found.name, "kind": found.kind,
        "origin": cast("Any", found.origin), "active": found.active,
        "state": cast("Any", found.state), "detail": found.detail,
        "offer_count": found.offer_count, "fault_count": found.fault_count,
        "read_at": found.read_at, "next_due_at": found.next_due_at,
        "takes_orders": found.takes_orders,
        "address": found.address, "mails_orders": found.mails_to is not None,
        "serves_by_mail": found.active and found.serves_by_mail is not None,
        "reliability": ReliabilityOut(**known),
    }  # fmt: skip


def _offer(version: OfferVersion, names: dict[str, str]) -> OfferOut:
    offer = version.offer
    return OfferOut(
        supplier_id=offer.supplier_id,
        supplier_name=names.get(offer.supplier_id, offer.supplier_id),
        supplier_sku=offer.supplier_sku,
        title=offer.title,
        variant_id=version.variant_id,
        cost=shared.money(offer.cost),
        shipping=shared.money(offer.shipping),
        landed=shared.money(landed_cost(offer)),
        retail_price=shared.money(offer.retail_price),
        lead_days_low=offer.lead_days_low,
        lead_days_high=offer.lead_days_high,
        stock=offer.stock,
        minimum_order=offer.minimum_order,
        pack_size=offer.pack_size,
        brand=offer.brand,
        category=offer.category,
        image_url=offer.image_url,
        version=version.version,
        since=version.since,
        unread=version.unread,
    )


@dataclass(frozen=True, slots=True)
class _Written:
    """Mail with suppliers, by our reference."""

    mails: dict[str, list[StoredMessage]]
    replies: dict[str, list[Reply]]


def _written(platform: Platform, connection: Connection, references: list[str]) -> _Written:
    return _Written(
        Messages(platform.store_id).of_steps(connection, MAIL_FLOW, references),
        replies_on(connection, platform.store_id, references),
    )


def _order(booked: BookedOrder, names: dict[str, str], written: _Written) -> SupplierOrderOut:
    mails = written.mails.get(booked.id, [])
    stated = booked.order
    delay: float | None = None
    if stated.promised_at is not None and stated.delivered_at is not None:
        late = stated.delivered_at - stated.promised_at
        delay = round(late.total_seconds() / _SECONDS_PER_DAY, 1)
    tracking = stated.tracking
    return SupplierOrderOut(
        id=booked.id,
        supplier_id=booked.supplier_id,
        supplier_name=names.get(booked.supplier_id, booked.supplier_id),
        decision_id=booked.decision_id,
        order_id=booked.order_id,
        status=stated.status,
        units=sum(line.quantity for line in booked.lines),
        total=shared.money(stated.total),
        placed_at=booked.placed_at,
        promised_at=stated.promised_at,
        delivered_at=stated.delivered_at,
        delay_days=delay,
        tracking_number=None if tracking is None else tracking.number,
        tracking_url=None if tracking is None else tracking.url,
        carrier=None if tracking is None else tracking.carrier,
        mails=[supplier_mail.mail(each) for each in mails],
        replies=[supplier_mail.reply(each) for each in written.replies.get(booked.id, [])],
        can_say=list(can_say(stated.status)) if mails else [],
    )
