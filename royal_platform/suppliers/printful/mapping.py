"""Between Printful's documents and ours: articles as rows, orders as they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from decimal import Decimal

from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.suppliers.model import (
    OrderRequest,
    OrderStatus,
    Recipient,
    StatedLine,
    SupplierOrder,
    Tracking,
)
from royal_platform.suppliers.errors import SupplierRejected
from royal_platform.suppliers.feed.rows import Row
from royal_platform.suppliers.printful.schemas import (
    Address,
    CatalogueVariant,
    Costs,
    NewOrder,
    OneCatalogueProduct,
    Order,
    OrderItem,
    Parcel,
    Rate,
    Shipments,
    SyncVariant,
    Unread,
)

# Confirmed, but not yet made; ``onhold`` and ``inreview`` wait for somebody at Printful.
_ACCEPTED = ("pending", "inreview", "onhold", "inprocess")
_STATUSES: Mapping[str, OrderStatus] = {
    **dict.fromkeys(_ACCEPTED, "accepted"), "partial": "partial", "fulfilled": "shipped",
    "archived": "shipped", "canceled": "cancelled", "failed": "stopped",
}  # fmt: skip
DRAFT = "draft"
_DEFAULT_RATE = "STANDARD"
# The column of a row that says what of it could not be read.
UNREAD = "unreadable"
# The article that could not be read; absent where it is not known which.
ARTICLE = "article"


def unread_row(what: Unread, title: str, article: str) -> Row:
    """The row of an article that cannot be offered, for what it says cannot be read."""
    told = {
        "title": title,
        ARTICLE: article,
        UNREAD: f"{what.field or 'its shape'} of {what.id or 'an article'}",
    }
    return {name: value for name, value in told.items() if value}


def row_of(
    variant: SyncVariant, article: OneCatalogueProduct | Unread | None, rates: Sequence[Rate]
) -> Row:
    """One article as a row whose columns are named as our fields; what is unknown is left out.

    An article that is linked with nothing of the catalogue keeps no number: it cannot be ordered.
    """
    if isinstance(article, Unread):
        return unread_row(article, variant.name, str(variant.id))
    stocked = None if article is None else _stocked(variant, article)
    if isinstance(stocked, Unread):
        return unread_row(stocked, variant.name, str(variant.id))
    if not variant.synced or article is None or stocked is None:
        return {"title": variant.name}
    product = article.result.product
    rate = next((each for each in rates if each.id == _DEFAULT_RATE), None)
    gone = product.is_discontinued or not stocked.in_stock
    told: dict[str, object] = {
        "supplier_sku": variant.id, "sku": variant.sku, "title": variant.name,
        "cost": f"{_cost(variant, stocked, article)} {product.currency}",
        "stock": 0 if gone else None, "brand": product.brand, "category": product.type_name,
        "description": product.description, "image_url": _picture(variant) or stocked.image,
    }  # fmt: skip
    if variant.retail_price is not None and variant.currency:
        told["retail_price"] = f"{variant.retail_price} {variant.currency}"
    if rate is not None:
        told |= {
            "shipping": f"{rate.rate} {rate.currency}", "lead_days_low": rate.min_delivery_days,
            "lead_days_high": rate.max_delivery_days,
        }  # fmt: skip
    return {name: str(value) for name, value in told.items() if value not in (None, "")}


def _stocked(
    variant: SyncVariant, article: OneCatalogueProduct
) -> CatalogueVariant | Unread | None:
    wanted = str(variant.variant_id)
    return next((each for each in article.result.variants if str(each.id) == wanted), None)


def _cost(variant: SyncVariant, stocked: CatalogueVariant, article: OneCatalogueProduct) -> Decimal:
    """List price with what each printed place adds; a discount of the account is not in it."""
    added = {
        each.type: each.additional_price or Decimal(0) for each in article.result.product.files
    }
    used = {each.type for each in variant.files}
    return stocked.price + sum((added.get(place or "", Decimal(0)) for place in used), Decimal(0))


def _picture(variant: SyncVariant) -> str | None:
    return next((each.preview_url for each in variant.files if each.type == "preview"), None)


def new_order(order: OrderRequest) -> NewOrder:
    """The order as Printful takes it. Raises ``SupplierRejected`` for what it cannot take."""
    if order.recipient is None:
        raise SupplierRejected(
            "Printful sends to a named address only.",
            remedy="Order for a customer's order; Printful keeps no stock of yours.",
        )
    wrong = [each.supplier_sku for each in order.lines if not each.supplier_sku.isdigit()]
    if wrong:
        raise SupplierRejected(
            f"{wrong[0]!r} is no article of Printful.", remedy="Order what its catalogue lists."
        )
    return NewOrder(
        external_id=order.reference,
        recipient=_address(order.recipient),
        items=[
            OrderItem(sync_variant_id=int(each.supplier_sku), quantity=each.quantity)
            for each in order.lines
        ],
    )


def _address(to: Recipient) -> Address:
    return Address(
        name=to.name, address1=to.address1, address2=to.address2, city=to.city,
        state_code=to.province, country_code=to.country, zip=to.postal_code, phone=to.phone,
        email=to.email,
    )  # fmt: skip


def order_of(order: Order, reference: str, shipments: Shipments | None) -> SupplierOrder:
    """The order as it stands. ``shipments`` None: nothing is known of promise and arrival."""
    if order.status not in _STATUSES:
        raise SupplierRejected(
            f"Printful calls the order {order.status[:60]!r}, which is not known here.",
            remedy="See the order at Printful, and report the word with the version you run.",
        )
    status = _STATUSES[order.status]
    sent = [each for each in order.shipments if each.shipped_at is not None]
    parcels = [] if shipments is None else shipments.data
    promised = [
        each.estimated_delivery.to_date for each in parcels
        if each.estimated_delivery is not None and each.estimated_delivery.to_date is not None
    ]  # fmt: skip
    arrived = [each.delivered_at for each in parcels if each.delivered_at is not None]
    whole = status == "shipped" and bool(parcels) and len(arrived) == len(parcels)
    return SupplierOrder(
        reference=reference,
        supplier_reference=str(order.id),
        status="delivered" if whole else status,
        # A bare day is meant whole.
        promised_at=datetime.combine(max(promised), time(23, 59, 59), UTC) if promised else None,
        shipped_at=datetime.fromtimestamp(min(_sent_at(each) for each in sent), UTC)
        if sent
        else None,
        delivered_at=max(arrived) if whole else None,
        total=None if order.costs is None else _total(order.costs),
        tracking=_tracking(order.shipments),
        lines=_lines(order, sent),
    )


def _lines(order: Order, sent: Sequence[Parcel]) -> tuple[StatedLine, ...] | None:
    """Units that left; None where a parcel does not say what is in it.

    It names nothing that will not come: what cannot be made is mended or cancelled there.
    """
    articles = {each.id: each.sync_variant_id for each in order.items if each.id is not None}
    parcels = [each for each in sent if not each.reshipment]
    told = [item for each in parcels for item in each.items]
    if not parcels or not all(each.items for each in parcels):
        return None
    if any(articles.get(each.item_id or 0) is None for each in told):
        return None
    shipped: Counter[str] = Counter()
    for each in told:
        shipped[str(articles[each.item_id or 0])] += each.quantity
    return tuple(StatedLine(sku, units, 0) for sku, units in shipped.items())


def _sent_at(parcel: Parcel) -> int:
    return parcel.shipped_at or 0


def _total(costs: Costs) -> Money | None:
    if costs.total is None or costs.currency is None:
        return None
    untaxed = costs.total - (costs.tax or Decimal(0)) - (costs.vat or Decimal(0))
    return Money(untaxed, costs.currency)


def _tracking(parcels: Sequence[Parcel]) -> Tracking | None:
    numbered = next((each for each in parcels if each.tracking_number), None)
    if numbered is None:
        return None
    url = numbered.tracking_url or ""
    safe = url[:2000] if url.startswith(("https://", "http://")) else None
    return Tracking(str(numbered.tracking_number), numbered.carrier, safe)
