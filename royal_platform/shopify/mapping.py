"""From Shopify's nodes to mirrored rows: the sync's hot path, so plain functions and tuples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

import orjson

from royal_platform.shopify import answers
from royal_platform.shopify.rows import (
    AdjustmentRow,
    CheckoutLineRow,
    CheckoutRow,
    CollectionRow,
    CustomerRow,
    DiscountRow,
    FulfillmentOrderLineRow,
    FulfillmentOrderRow,
    LevelRow,
    LineRow,
    MembershipRow,
    MetafieldRow,
    OrderPageRows,
    OrderRow,
    OwnerRow,
    ProductRow,
    RefundLineRow,
    RefundRow,
    ReturnLineRow,
    ReturnRow,
    SegmentRow,
    TransactionRow,
    VariantRow,
)

ProductNode = answers.ProductsPageProductsNodes
VariantNode = answers.ProductsPageProductsNodesVariantsNodes
ItemNode = answers.InventoryPageInventoryItemsNodes
LevelNode = answers.InventoryPageInventoryItemsNodesInventoryLevelsNodes | answers.MovedLevel
CollectionNode = answers.CollectionsPageCollectionsNodes
CustomerNode = answers.CustomersPageCustomersNodes
DiscountNode = answers.DiscountsPageDiscountNodesNodes
ReturnsNode = answers.ReturnsPageOrdersNodes
CheckoutNode = answers.CheckoutsPageAbandonedCheckoutsNodes
TransactionsNode = answers.TransactionsPageOrdersNodes
SegmentNode = answers.SegmentsPageSegmentsNodes
FulfillmentOrderNode = answers.FulfillmentOrdersPageFulfillmentOrdersNodes
OrderNode = answers.OrdersPageOrdersNodes


class _Amount(TypedDict):
    amount: str


class _Bag(TypedDict):
    """An amount in the shop's currency, whichever field it is of."""

    shopMoney: _Amount


class _Identified(TypedDict):
    id: str


def local_id(gid: str) -> str:
    """The numeric tail of a global id: ``gid://shopify/Order/12?x=y`` -> ``12``."""
    return gid[gid.rfind("/") + 1 :].partition("?")[0]


def gid(kind: str, identifier: str) -> str:
    """The global id of ``identifier``, which may be one already."""
    return identifier if identifier.startswith("gid://") else f"gid://shopify/{kind}/{identifier}"


# A shop has few amounts and many of each.
@lru_cache(maxsize=65_536)
def scaled(amount: str | None) -> int:
    """``"12.5"`` -> 125000: ten-thousandths, half-even beyond four decimals; None is 0."""
    if amount is None:
        return 0
    whole, _, fraction = amount.partition(".")
    if len(fraction) <= 4 and fraction.isdigit() | (not fraction) and whole.lstrip("-").isdigit():
        return int(whole + (fraction + "0000")[:4])
    return int(Decimal(amount).scaleb(4).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def scaled_or_none(amount: str | None) -> int | None:
    """As ``scaled``, but an amount that is not there stays unknown."""
    return None if amount is None else scaled(amount)


def utc_text(moment: str) -> str:
    """ISO 8601 with any offset -> UTC text of fixed width, which sorts as time."""
    if len(moment) == 20 and moment[19] == "Z":
        return moment[:19] + ".000000Z"
    return datetime.fromisoformat(moment).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def utc_or_none(moment: str | None) -> str | None:
    """As ``utc_text``; None stays None."""
    return None if moment is None else utc_text(moment)


class Days:
    """Store-local days of UTC texts; offsets are looked up once per hour, as they change so."""

    def __init__(self, timezone: str) -> None:
        zone = ZoneInfo(timezone)

        @lru_cache(maxsize=100_000)
        def offset(hour: str) -> timedelta:
            at = datetime.fromisoformat(hour + ":00:00+00:00")
            return at.astimezone(zone).utcoffset() or timedelta(0)

        self._offset = offset

    def day(self, moment: str) -> str:
        """The calendar day of ``moment`` (as ``utc_text`` gives it)."""
        at = datetime.fromisoformat(moment[:19]) + self._offset(moment[:13])
        return at.date().isoformat()


def variant_row(
    node: VariantNode, product_id: str, product_title: str, currency: str
) -> VariantRow:
    """One variant; the title is the product's plus the options that set it apart."""
    item = node["inventoryItem"]
    cost = item["unitCost"]
    title = node["title"]
    own = title == "Default Title"
    return VariantRow(
        id=local_id(node["id"]),
        product_id=product_id,
        title=product_title if own else f"{product_title} – {title}",
        sku=node["sku"] or None,
        barcode=node["barcode"] or None,
        position=node["position"],
        price=scaled(node["price"]),
        compare_at=scaled_or_none(node["compareAtPrice"]),
        currency=currency,
        unit_cost=None if cost is None else scaled(cost["amount"]),
        inventory_item_id=local_id(item["id"]),
        tracked=item["tracked"],
        created_at=utc_or_none(node["createdAt"]),
        updated_at=utc_text(node["updatedAt"]),
    )


def product_rows(
    node: ProductNode, variants: Iterable[VariantNode], currency: str
) -> tuple[ProductRow, list[VariantRow]]:
    """A product with all its variants."""
    product_id, title = local_id(node["id"]), node["title"]
    rows = [variant_row(variant, product_id, title, currency) for variant in variants]
    words: list[str | None] = [title, node["handle"], node["vendor"], node["productType"]]
    words += [row.sku for row in rows]
    product = ProductRow(
        id=product_id,
        title=title,
        handle=node["handle"],
        status=node["status"].lower(),
        vendor=node["vendor"] or None,
        product_type=node["productType"] or None,
        tags=orjson.dumps(node["tags"]).decode(),
        search=" ".join(word for word in words if word).lower(),
        created_at=utc_or_none(node["createdAt"]),
        updated_at=utc_text(node["updatedAt"]),
    )
    # A variant may be older than a change of its product: the newer of both is its version.
    return product, [
        row._replace(updated_at=max(row.updated_at, product.updated_at)) for row in rows
    ]


def owner_row(node: Mapping[str, Any]) -> OwnerRow:
    """Which state of an owner its metafields were read with."""
    return OwnerRow(local_id(node["id"]), utc_text(node["updatedAt"]))


def metafield_rows(owner: str, node: Mapping[str, Any]) -> list[MetafieldRow]:
    """The metafields of a node, which is an ``owner``: product, variant, customer, ..."""
    ident = local_id(node["id"])
    return [
        MetafieldRow(owner, ident, each["namespace"], each["key"], each["type"], each["value"])
        for each in node["metafields"]["nodes"]
    ]


def discount_row(node: DiscountNode) -> DiscountRow:
    """A discount of any type: an automatic one has no codes, an app's no summary."""
    found = node["discount"]
    codes = [each["code"] for each in found["codes"]["nodes"]] if "codes" in found else []
    count = found.get("codesCount")
    return DiscountRow(
        id=local_id(node["id"]),
        method="code" if "codes" in found else "automatic",
        title=found["title"],
        status=found["status"].lower(),
        summary=found.get("summary"),
        codes=orjson.dumps(codes).decode(),
        code_count=len(codes) if count is None else count["count"],
        starts_at=utc_text(found["startsAt"]),
        ends_at=utc_or_none(found["endsAt"]),
        updated_at=utc_text(found["updatedAt"]),
    )


def fulfillment_order_row(node: FulfillmentOrderNode) -> FulfillmentOrderRow:
    """A fulfilment order without its lines."""
    return FulfillmentOrderRow(
        id=local_id(node["id"]),
        order_id=local_id(node["orderId"]),
        status=node["status"].lower(),
        location_id=_tail(node["assignedLocation"]["location"]),
        fulfill_by=utc_or_none(node["fulfillBy"]),
        updated_at=utc_text(node["updatedAt"]),
    )


def fulfillment_order_lines(node: FulfillmentOrderNode) -> list[FulfillmentOrderLineRow]:
    """What of a fulfilment order is still to be shipped; its connection must be complete."""
    ident = local_id(node["id"])
    return [
        FulfillmentOrderLineRow(
            ident, local_id(each["id"]), local_id(each["lineItem"]["id"]), each["remainingQuantity"]
        )
        for each in node["lineItems"]["nodes"]
    ]


def segment_row(node: SegmentNode) -> SegmentRow:
    """A group of customers as the store defines it: its query, not its members."""
    return SegmentRow(
        id=local_id(node["id"]),
        name=node["name"],
        query=node["query"],
        created_at=utc_text(node["creationDate"]),
        updated_at=utc_text(node["lastEditDate"]),
    )


def return_rows(node: ReturnsNode) -> tuple[list[ReturnRow], list[ReturnLineRow]]:
    """An order's returns and their lines; both connections must be complete.

    A return tells no time of its last change: its order's stands for it.
    """
    rows, lines = [], []
    for each in node["returns"]["nodes"]:
        ident = local_id(each["id"])
        own = [_return_line(ident, line) for line in each["returnLineItems"]["nodes"]]
        lines += own
        rows.append(
            ReturnRow(
                id=ident,
                order_id=local_id(node["id"]),
                name=each["name"],
                status=each["status"].lower(),
                units=sum(line.quantity for line in own),
                created_at=utc_text(each["createdAt"]),
                closed_at=utc_or_none(each["closedAt"]),
                updated_at=utc_text(node["updatedAt"]),
            )
        )
    return rows, lines


def _return_line(return_id: str, node: answers.ReturnLineRow) -> ReturnLineRow:
    # Goods that no parcel of the store is known for have no line of the order.
    parcel, reason = node.get("fulfillmentLineItem"), node["returnReasonDefinition"]
    return ReturnLineRow(
        return_id=return_id,
        id=local_id(node["id"]),
        line_id=None if parcel is None else local_id(parcel["lineItem"]["id"]),
        quantity=node["quantity"],
        refunded=node["refundedQuantity"],
        reason=None if reason is None else reason["handle"],
    )


def checkout_rows(node: CheckoutNode) -> tuple[CheckoutRow, list[CheckoutLineRow]]:
    """A checkout nobody finished (yet) and its lines, whose connection must be complete."""
    ident, money = local_id(node["id"]), node["totalPriceSet"]["shopMoney"]
    row = CheckoutRow(
        id=ident,
        customer_id=_tail(node["customer"]),
        currency=money["currencyCode"],
        subtotal=_shop(node["subtotalPriceSet"]),
        discount=_shop(node["totalDiscountSet"]),
        total=scaled(money["amount"]),
        created_at=utc_text(node["createdAt"]),
        completed_at=utc_or_none(node["completedAt"]),
        updated_at=utc_text(node["updatedAt"]),
    )
    lines = [
        CheckoutLineRow(
            checkout_id=ident,
            id=local_id(line["id"]),
            product_id=_tail(line["product"]),
            variant_id=_tail(line["variant"]),
            title=line["title"] or "",
            quantity=line["quantity"],
            total=scaled(line["discountedTotalPriceSet"]["shopMoney"]["amount"]),
        )
        for line in node["lineItems"]["nodes"]
    ]
    return row, lines


def transaction_rows(node: TransactionsNode) -> list[TransactionRow]:
    """What was paid and given back for an order, whose last change stands for theirs."""
    order_id, updated = local_id(node["id"]), utc_text(node["updatedAt"])
    return [
        TransactionRow(
            id=local_id(each["id"]),
            order_id=order_id,
            parent_id=_tail(each["parentTransaction"]),
            kind=each["kind"].lower(),
            status=each["status"].lower(),
            gateway=each["gateway"],
            amount=scaled(each["amountSet"]["shopMoney"]["amount"]),
            currency=each["amountSet"]["shopMoney"]["currencyCode"],
            test=each["test"],
            created_at=utc_text(each["createdAt"]),
            processed_at=utc_or_none(each["processedAt"]),
            updated_at=updated,
        )
        for each in node["transactions"]
    ]


def cost_of(node: ItemNode) -> int | None:
    """An item's cost in ten-thousandths; None is unknown."""
    cost = node["unitCost"]
    return None if cost is None else scaled(cost["amount"])


def level_row(item_id: str, node: LevelNode) -> LevelRow:
    """Stock of one item at one location."""
    found = {entry["name"]: entry["quantity"] for entry in node["quantities"]}
    return LevelRow(
        inventory_item_id=local_id(item_id),
        location_id=local_id(node["location"]["id"]),
        available=found.get("available"),
        on_hand=found.get("on_hand"),
        committed=found.get("committed"),
        incoming=found.get("incoming"),
        updated_at=utc_text(node["updatedAt"]),
    )


def collection_row(node: CollectionNode) -> CollectionRow:
    """A collection without its members."""
    return CollectionRow(
        local_id(node["id"]), node["title"], node["handle"], utc_text(node["updatedAt"])
    )


def membership_rows(node: CollectionNode) -> list[MembershipRow]:
    """Which products are in a collection; its connection must be complete."""
    ident = local_id(node["id"])
    return [MembershipRow(ident, local_id(each["id"])) for each in node["products"]["nodes"]]


def customer_row(node: CustomerNode) -> CustomerRow:
    """A customer. Shopify shows the address of a nameless one as the name: that is left out."""
    name = personal_name(node["displayName"])
    spent, mail, phone = (
        node["amountSpent"],
        node["defaultEmailAddress"],
        node["defaultPhoneNumber"],
    )
    return CustomerRow(
        id=local_id(node["id"]),
        name=name,
        country=_country(node["defaultAddress"]),
        orders=int(node["numberOfOrders"]),
        spent=scaled(spent["amount"]),
        currency=spent["currencyCode"],
        created_at=utc_or_none(node["createdAt"]),
        updated_at=utc_text(node["updatedAt"]),
        search=(name or "").lower(),
        email_consent=None if mail is None else mail["marketingState"].lower(),
        email_consent_level=None if mail is None else _lower(mail["marketingOptInLevel"]),
        email_consent_at=None if mail is None else utc_or_none(mail["marketingUpdatedAt"]),
        email_consent_location=None if mail is None else _tail(mail["sourceLocation"]),
        sms_consent=None if phone is None else phone["marketingState"].lower(),
        sms_consent_level=None if phone is None else _lower(phone["marketingOptInLevel"]),
        sms_consent_at=None if phone is None else utc_or_none(phone["marketingUpdatedAt"]),
        sms_consent_location=None if phone is None else _tail(phone["sourceLocation"]),
        sms_consent_source=None if phone is None else _lower(phone["marketingCollectedFrom"]),
    )


# Goods that a refund did not put back into stock: lost, or left with the customer.
_KEPT_AWAY = "NO_RESTOCK"
_NO_TAX: _Bag = {"shopMoney": {"amount": "0"}}


def personal_name(name: str | None) -> str | None:
    """The name, unless it is an e-mail address or a phone number standing in for one."""
    if not name or "@" in name or name.lstrip("+").replace(" ", "").isdigit():
        return None
    return name


def add_order(page: OrderPageRows, node: OrderNode, days: Days) -> None:
    """Append an order and all its children to ``page``; its connections must be complete."""
    money = node["totalPriceSet"]["shopMoney"]
    currency, order_id = money["currencyCode"], local_id(node["id"])
    refunded: dict[str, int] = {}
    variants = {line["id"]: _tail(line["variant"]) for line in node["lineItems"]["nodes"]}
    back = 0
    for refund in node["refunds"]:
        back += _add_refund(
            page, refund, days, order_id=order_id, currency=currency, variants=variants,
            refunded=refunded,
        )  # fmt: skip
    told = tells_line_taxes(node)
    lines = [
        _line(line, order_id, currency, refunded.get(line["id"], 0), taxed=told)
        for line in node["lineItems"]["nodes"]
    ]
    page.lines += lines
    sold = sum(line.total for line in lines)
    discount = _order_discount(node, sold, len(lines))
    customer = node["customer"]
    name = None if customer is None else personal_name(customer["displayName"])
    processed = utc_text(node["processedAt"])
    page.orders.append(
        OrderRow(
            id=order_id,
            name=node["name"],
            processed_at=processed,
            day=days.day(processed),
            created_at=utc_text(node["createdAt"]),
            updated_at=utc_text(node["updatedAt"]),
            cancelled_at=utc_or_none(node["cancelledAt"]),
            test=node["test"],
            source=node["sourceName"] or None,
            financial_status=_lower(node["displayFinancialStatus"]),
            fulfillment_status=_lower(node["displayFulfillmentStatus"]),
            customer_id=_tail(customer),
            customer_name=name,
            country=_country(node["shippingAddress"]),
            tags=orjson.dumps(node["tags"]).decode(),
            discount_codes=orjson.dumps(node["discountCodes"]).decode(),
            currency=currency,
            total=scaled(money["amount"]),
            tax=scaled((node["totalTaxSet"] or _NO_TAX)["shopMoney"]["amount"]),
            shipping=scaled(node["totalShippingPriceSet"]["shopMoney"]["amount"]),
            discount=discount,
            net=sold - discount + back,
            units=sum(line.quantity for line in lines),
            search=f"{node['name']} {name or ''}".strip().lower(),
        )
    )


def _order_discount(node: OrderNode, sold: int, lines: int) -> int:
    """Discounts on the whole order, which Shopify's line totals leave out.

    The subtotal is after every discount. A difference of up to a cent per line is rounding.
    """
    subtotal = node["subtotalPriceSet"]
    if subtotal is None:
        return 0
    missing = sold - scaled(subtotal["shopMoney"]["amount"])
    return missing if missing > 100 * max(lines, 1) else 0


def tells_line_taxes(node: OrderNode) -> bool:
    """Whether the lines tell the order's tax.

    Some apps write the tax to the order alone; then lines without tax say nothing. Lines with more
    tax than their order, beyond a cent of rounding each, say nothing either.
    """
    of_order = scaled((node["totalTaxSet"] or _NO_TAX)["shopMoney"]["amount"])
    taxes = [_shop(tax["priceSet"]) for line in node["lineItems"]["nodes"]
             for tax in line["taxLines"]]  # fmt: skip
    return sum(taxes) <= of_order + 100 * len(taxes) and (bool(taxes) or of_order == 0)


def _line(
    node: answers.LineRow, order_id: str, currency: str, refunded: int, *, taxed: bool
) -> LineRow:
    extra = node["variantTitle"]
    taxes = [[tax["title"], tax["rate"], tax["priceSet"]["shopMoney"]["amount"]]
             for tax in node["taxLines"]]  # fmt: skip
    unit_price, quantity = _shop(node["originalUnitPriceSet"]), node["quantity"]
    return LineRow(
        order_id=order_id,
        id=local_id(node["id"]),
        variant_id=_tail(node["variant"]),
        product_id=_tail(node["product"]),
        sku=node["sku"] or None,
        title=node["title"]
        if not extra or extra == "Default Title"
        else f"{node['title']} – {extra}",
        quantity=quantity,
        refunded_quantity=refunded,
        unit_price=unit_price,
        gross=unit_price * quantity,
        total=_shop(node["discountedTotalSet"]),
        tax=sum(_shop(tax["priceSet"]) for tax in node["taxLines"]) if taxed else None,
        tax_lines=orjson.dumps(taxes).decode() if taxed else None,
        currency=currency,
    )


def _add_refund(
    page: OrderPageRows,
    refund: answers.RefundRow,
    days: Days,
    *,
    order_id: str,
    currency: str,
    variants: Mapping[str, str | None],
    refunded: dict[str, int],
) -> int:
    """Append one refund; return what it adds to net sales (negative)."""
    refund_id = local_id(refund["id"])
    at = utc_text(refund["createdAt"] or refund["processedAt"])
    page.refunds.append(
        RefundRow(
            order_id, refund_id, at, days.day(at), _shop(refund["totalRefundedSet"]), currency
        )
    )
    change = 0
    for ordinal, entry in enumerate(refund["refundLineItems"]["nodes"]):
        line, subtotal = entry["lineItem"]["id"], _shop(entry["subtotalSet"])
        refunded[line] = refunded.get(line, 0) + entry["quantity"]
        change -= subtotal
        page.refund_lines.append(
            RefundLineRow(
                order_id, refund_id, ordinal, local_id(line), variants.get(line),
                entry["quantity"], entry["restockType"] != _KEPT_AWAY, subtotal, currency,
            )
        )  # fmt: skip
    for ordinal, adjustment in enumerate(refund["orderAdjustments"]["nodes"]):
        amount = _shop(adjustment["amountSet"])
        change += amount
        page.adjustments.append(
            AdjustmentRow(
                order_id, refund_id, ordinal, amount, _lower(adjustment["reason"]), currency, at
            )
        )
    return change


def _shop(bag: _Bag) -> int:
    return scaled(bag["shopMoney"]["amount"])


class _Address(TypedDict):
    countryCodeV2: str | None


def _country(address: _Address | None) -> str | None:
    return None if address is None else address["countryCodeV2"]


def _tail(node: _Identified | None) -> str | None:
    return None if node is None else local_id(node["id"])


def _lower(value: str | None) -> str | None:
    return None if value is None else value.lower()
