"""Stock, purchase orders with their receipts, and suppliers' terms on the wire."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

from app.schemas.inventory import (
    PurchaseMailIn,
    PurchaseOrderOut,
    PurchaseOrderPage,
    ReceiptIn,
    ReceiptOut,
    StockCounts,
    StockRiskOut,
    StockRiskPage,
    StockRiskQuery,
    SupplyTermsIn,
    SupplyTermsOut,
    SupplyTermsQuery,
    TermsOut,
)
from app.schemas.store import InventoryOut, InventoryPage, SearchQuery
from app.views import shared, supplier_mail
from core.errors import Invalid
from orchestrator.core import purchase_mailing, receiving
from orchestrator.core.books import reading, writing
from royal_platform.commerce.decisions.purchase_mail import FLOW
from royal_platform.commerce.inventory.model import EnteredTerms
from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.suppliers.replies import Reply
from royal_platform.persistence.inventory import Inventory
from royal_platform.persistence.messages import Messages, StoredMessage
from royal_platform.persistence.purchases import BookedPurchase, Purchases
from royal_platform.persistence.receipts import Receipt, Receipts
from royal_platform.persistence.stock_risks import SOON_DAYS, StockRisks, StoredRisk
from royal_platform.persistence.supplier_replies import replies_to
from royal_platform.persistence.supply import SupplyBook, TermsRow

if TYPE_CHECKING:
    from datetime import datetime

    from core.security.principals import Principal
    from royal_platform.bootstrap import Platform


def levels(platform: Platform, query: SearchQuery) -> InventoryPage:
    """A page of stock levels by variant and location."""
    with platform.database.read() as connection:
        store = shared.store(platform, connection)
        page = Inventory(store.id).page(
            connection, text=query.q, cursor=query.cursor, limit=query.limit
        )
    return InventoryPage(
        data=[InventoryOut.model_validate(item) for item in page.items],
        next_cursor=page.next_cursor,
        total=page.total,
        provenance=shared.provenance(store),
    )


def at_risk(platform: Platform, query: StockRiskQuery) -> StockRiskPage:
    """A page of stock at risk, as the newest run of the agent saw it."""
    with reading(platform) as books:
        risks = StockRisks(books.store_id)
        soon = books.clock.local_day(books.now) + timedelta(days=SOON_DAYS)
        page = risks.page(
            books.connection, show=query.show, soon=soon, text=query.q, cursor=query.cursor,
            limit=query.limit,
        )  # fmt: skip
        counts = risks.counts(books.connection, soon)
    return StockRiskPage(
        data=[_risk(each) for each in page.items],
        counts=StockCounts.model_validate(counts),
        run_id=counts.run_id,
        as_of=counts.as_of,
        next_cursor=page.next_cursor,
        total=page.total,
        provenance=shared.provenance(books.store),
    )


def purchase_orders(platform: Platform, query: SearchQuery) -> PurchaseOrderPage:
    """A page of purchase orders, newest first, with what came in."""
    with reading(platform) as books:
        page = Purchases(books.store_id).page(books.connection, query.cursor, query.limit)
        order_ids = [booked.order.id for booked in page.items]
        came = Receipts(books.store_id).of_orders(books.connection, order_ids)
        mails = Messages(books.store_id).of_steps(books.connection, FLOW, order_ids)
        said = replies_to(books.connection, books.store_id, order_ids)
    return PurchaseOrderPage(
        data=[
            _purchase(
                booked,
                came[booked.order.id],
                mails.get(booked.order.id, []),
                said.get(booked.order.id, []),
                books.now,
            )
            for booked in page.items
        ],
        next_cursor=page.next_cursor,
        total=page.total,
    )


def receive(
    platform: Platform, actor: Principal, order_id: str, body: ReceiptIn
) -> PurchaseOrderOut:
    """Book a delivery."""
    entry = receiving.Entry(body.quantity, body.key, body.final, body.received_at)
    receiving.receive(platform, order_id, entry, actor)
    return _one_order(platform, order_id)


def mail(
    platform: Platform, actor: Principal, order_id: str, body: PurchaseMailIn
) -> PurchaseOrderOut:
    """Decide to send the order by mail."""
    purchase_mailing.send_by_mail(platform, order_id, to=body.to, key=body.key, actor=actor)
    return _one_order(platform, order_id)


def close(platform: Platform, actor: Principal, order_id: str) -> PurchaseOrderOut:
    """Nothing more of the order will come."""
    receiving.close_short(platform, order_id, actor)
    return _one_order(platform, order_id)


def terms(platform: Platform, query: SupplyTermsQuery) -> SupplyTermsOut:
    """What was entered for a vendor and for a variant."""
    with platform.database.read() as connection:
        book = SupplyBook(platform.store_id)
        vendor = book.entered(connection, "vendor", query.vendor) if query.vendor else {}
        variant = book.entered(connection, "variant", query.variant_id) if query.variant_id else {}
    return SupplyTermsOut(
        vendor=_terms(vendor.get(query.vendor or "")),
        variant=_terms(variant.get(query.variant_id or "")),
    )


def enter_terms(platform: Platform, actor: Principal, body: SupplyTermsIn) -> SupplyTermsOut:
    """Replace what was entered for a vendor or a variant."""
    given = body.terms.model_dump()
    if given["weekdays"] is not None and not any(given["weekdays"]):
        raise Invalid("The supplier works on no day at all.", remedy="Choose at least one weekday.")
    with writing(platform) as books:
        cost = given["order_cost"]
        given["order_cost"] = None if cost is None else Money(cost, books.store.currency)
        for name in ("weekdays", "holidays"):
            given[name] = None if given[name] is None else tuple(given[name])
        entered = EnteredTerms(**given)
        SupplyBook(books.store_id).enter(
            books.connection, body.scope, body.subject, entered, actor=actor.name, now=books.now
        )
        books.tell(
            "supply_terms.changed", body.subject, actor,
            {"scope": body.scope, "entered": sorted(k for k, v in given.items() if v is not None)},
        )  # fmt: skip
    wanted = {"vendor" if body.scope == "vendor" else "variant_id": body.subject}
    return terms(platform, SupplyTermsQuery(**wanted))


def _risk(stored: StoredRisk) -> StockRiskOut:
    return StockRiskOut.model_validate(
        {**stored.figures, "sku": stored.sku, "product_id": stored.product_id}
    )


def _one_order(platform: Platform, order_id: str) -> PurchaseOrderOut:
    with reading(platform) as books:
        booked = Purchases(books.store_id).booked(books.connection, order_id)
        came = Receipts(books.store_id).of_orders(books.connection, [order_id])
        mails = Messages(books.store_id).of_steps(books.connection, FLOW, [order_id])
        said = replies_to(books.connection, books.store_id, [order_id])
    return _purchase(
        booked, came[order_id], mails.get(order_id, []), said.get(order_id, []), books.now
    )


def _purchase(
    booked: BookedPurchase,
    came: list[Receipt],
    mails: list[StoredMessage],
    said: list[Reply],
    now: datetime,
) -> PurchaseOrderOut:
    order = booked.order
    expected = order.expected_at
    return PurchaseOrderOut(
        id=order.id,
        supplier_id=order.supplier_id,
        decision_id=order.decision_id,
        variant_id=order.variant_id,
        sku=order.sku,
        title=booked.title,
        quantity=order.quantity,
        received=order.received,
        unit_cost=shared.money(order.unit_cost),
        status=order.status,
        overdue=order.outstanding > 0 and expected is not None and expected < now,
        expected_at=expected,
        created_at=booked.created_at,
        receipts=[_receipt(receipt) for receipt in came],
        mails=[supplier_mail.mail(each) for each in mails],
        replies=[supplier_mail.reply(each) for each in said],
    )


def _receipt(receipt: Receipt) -> ReceiptOut:
    return ReceiptOut(
        id=receipt.id,
        decision_id=receipt.decision_id,
        quantity=receipt.quantity,
        final=receipt.final,
        received_at=receipt.received_at,
        entered_by=receipt.entered_by,
        status=receipt.status,
        failure=receipt.failure,
    )


def _terms(row: TermsRow | None) -> TermsOut | None:
    if row is None:
        return None
    return TermsOut.model_validate(
        {**asdict(row.terms), "changed_by": row.changed_by, "changed_at": row.changed_at}
    )
