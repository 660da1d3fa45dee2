"""How the world's orders, lines and addresses look as rows of the store."""

from typing import Any

from store_sandbox.state.taxes import CENT, tax_in
from store_sandbox.world.facts import OrderPlaced, Person
from store_sandbox.world.shelves import Shelves
from store_sandbox.world.shop import Shop

FIRST_NUMBER = 1001
COUNTRIES = {"NL": "Netherlands", "BE": "Belgium", "DE": "Germany"}


def address(person: Person) -> dict[str, Any]:
    """An address as the state keeps it."""
    return {
        "firstName": person.first_name,
        "lastName": person.last_name,
        "address1": person.street,
        "address2": None,
        "city": person.city,
        "zip": person.postal_code,
        "province": None,
        "provinceCode": None,
        "country": COUNTRIES[person.country],
        "countryCodeV2": person.country,
        "phone": None,
    }


def order_row(fact: OrderPlaced, customer: dict[str, Any], stamp: int) -> dict[str, Any]:
    """A paid, unshipped order without its number."""
    at = int(fact.at.timestamp())
    subtotal = sum(line.total for line in fact.lines) * CENT
    total = subtotal + fact.shipping * CENT
    return {
        "number": 0,
        "customer_id": customer["id"],
        "email": fact.person.email,
        "created_at": at,
        "processed_at": at,
        "updated_at": stamp,
        "cancelled_at": None,
        "cancel_reason": None,
        "closed_at": None,
        "financial_status": "PAID",
        "fulfillment_status": "UNFULFILLED",
        "subtotal": subtotal,
        "discounts": sum(line.discount for line in fact.lines) * CENT,
        "shipping": fact.shipping * CENT,
        "tax": tax_in(total),
        "total": total,
        "refunded": 0,
        "discount_codes": f'["{fact.code}"]' if fact.code else "[]",
        "shipping_title": "PostNL",
        "shipping_address": customer["address"],
        "billing_address": customer["address"],
        "client_ip": fact.person.client_ip,
        "risk_level": fact.risk,
    }


def line_rows(
    fact: OrderPlaced, shop: Shop, shelves: Shelves, order_id: int
) -> list[dict[str, Any]]:
    """The lines of an order without their ids."""
    rows = []
    for line in fact.lines:
        product = shop.products[int(shop.product_of[line.variant])]
        values = [value for _, value in shop.items[line.variant].options]
        rows.append(
            {
                "id": 0,
                "order_id": order_id,
                "variant_id": shelves.variant_ids[line.variant],
                "product_id": shelves.product_ids[line.variant],
                "title": shelves.titles[line.variant],
                "variant_title": " / ".join(values) or None,
                "sku": shelves.skus[line.variant],
                "vendor": product.vendor,
                "quantity": line.quantity,
                "current_quantity": line.quantity,
                "unfulfilled_quantity": line.quantity,
                "unit_price": line.unit_price * CENT,
                "discount": line.discount * CENT,
                "tax": tax_in(line.total * CENT),
            }
        )
    return rows
