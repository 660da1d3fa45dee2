"""Shopify nodes in the shape that the documents ask for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def at(hours: float) -> str:
    return (START + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def bag(amount: Decimal | str | int) -> dict[str, Any]:
    return {"shopMoney": {"amount": str(amount), "currencyCode": "EUR"}}


def ended(nodes: list[Any]) -> dict[str, Any]:
    return {"nodes": nodes, "pageInfo": {"hasNextPage": False, "endCursor": None}}


def line(
    number: int,
    *,
    variant: int | None,
    quantity: int = 1,
    price: Decimal | str = "10.00",
    discount: Decimal | str = "0",
    taxes: Sequence[tuple[str, float | None, Decimal | str]] = (),
) -> dict[str, Any]:
    gross = Decimal(price) * quantity
    return {
        "id": f"gid://shopify/LineItem/{number}",
        "title": f"Thing {number}",
        "variantTitle": None,
        "sku": f"SKU-{variant}",
        "quantity": quantity,
        "variant": None if variant is None else {"id": f"gid://shopify/ProductVariant/{variant}"},
        "product": None,
        "originalUnitPriceSet": bag(price),
        "originalTotalSet": bag(gross),
        "discountedTotalSet": bag(gross - Decimal(discount)),
        "taxLines": [
            {"title": title, "rate": rate, "priceSet": bag(amount)} for title, rate, amount in taxes
        ],
    }


def refund(
    number: int,
    *,
    created: str,
    lines: Sequence[tuple[int, int, Decimal | str]] = (),
    adjustments: Sequence[Decimal | str] = (),
) -> dict[str, Any]:
    total = sum(Decimal(amount) for _, _, amount in lines) - sum(map(Decimal, adjustments))
    return {
        "id": f"gid://shopify/Refund/{number}",
        "createdAt": created,
        "processedAt": created,
        "totalRefundedSet": bag(total),
        "refundLineItems": ended(
            [
                {
                    "quantity": quantity,
                    "restockType": "RETURN",
                    "lineItem": {"id": f"gid://shopify/LineItem/{owner}"},
                    "subtotalSet": bag(amount),
                }
                for owner, quantity, amount in lines
            ]
        ),
        "orderAdjustments": ended(
            [{"reason": "REFUND_DISCREPANCY", "amountSet": bag(amount)} for amount in adjustments]
        ),
    }


def order(
    number: int,
    lines: list[dict[str, Any]],
    *,
    processed: str = at(0),
    updated: str | None = None,
    refunds: Sequence[dict[str, Any]] = (),
    order_discount: Decimal | str = "0",
    test: bool = False,
) -> dict[str, Any]:
    sold = sum(Decimal(entry["discountedTotalSet"]["shopMoney"]["amount"]) for entry in lines)
    subtotal = sold - Decimal(order_discount)
    return {
        "id": f"gid://shopify/Order/{number}",
        "name": f"#{number}",
        "createdAt": processed,
        "processedAt": processed,
        "updatedAt": updated or processed,
        "metafields": ended([]),
        "cancelledAt": None,
        "test": test,
        "displayFinancialStatus": "PAID",
        "displayFulfillmentStatus": "FULFILLED",
        "tags": [],
        "discountCodes": [],
        "customer": {"id": "gid://shopify/Customer/7", "displayName": "Rosa Reiter"},
        "shippingAddress": {"countryCodeV2": "DE"},
        "subtotalPriceSet": bag(subtotal),
        "totalTaxSet": bag(0),
        "totalShippingPriceSet": bag(0),
        "sourceName": "web",
        "totalPriceSet": bag(subtotal),
        "lineItems": ended(lines),
        "refunds": refunds,
    }


def product(
    number: int,
    variants: list[dict[str, Any]],
    *,
    title: str = "Bridle",
    updated: str = at(0),
) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/Product/{number}",
        "title": title,
        "handle": f"thing-{number}",
        "status": "ACTIVE",
        "vendor": "Royal",
        "productType": "Bridles",
        "tags": ["leather"],
        "createdAt": at(-1000),
        "updatedAt": updated,
        "metafields": ended([]),
        "variants": ended(variants),
    }


def variant(
    number: int,
    *,
    price: str = "10.00",
    cost: str | None = "4.00",
    updated: str = at(0),
    title: str = "Default Title",
) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/ProductVariant/{number}",
        "title": title,
        "sku": f"SKU-{number}",
        "barcode": None,
        "position": 1,
        "price": price,
        "compareAtPrice": None,
        "createdAt": at(-1000),
        "updatedAt": updated,
        "metafields": ended([]),
        "inventoryItem": {
            "id": f"gid://shopify/InventoryItem/{number + 1000}",
            "tracked": True,
            "unitCost": None if cost is None else {"amount": cost, "currencyCode": "EUR"},
        },
    }
