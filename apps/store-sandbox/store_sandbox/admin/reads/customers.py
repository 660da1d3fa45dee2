"""Customers and their orders."""

# ruff: noqa: A006, ARG005 - resolvers take what GraphQL hands them

from typing import Any

from store_sandbox.admin.connections import Listing, Page, count, page
from store_sandbox.admin.context import Context, Info
from store_sandbox.admin.nodes import Node, by_id, children
from store_sandbox.admin.reads.columns import (
    Resolver,
    address,
    constant,
    flag,
    identity,
    metafields,
    moment,
    money_v2,
    plain,
    tags,
    typed,
)
from store_sandbox.admin.reads.inventory import load_location
from store_sandbox.admin.reads.orders import ORDERS
from store_sandbox.admin.search import Field
from store_sandbox.admin.wire import parse_gid, when

# Consent to text messages comes by the wire alone: this store has no checkout that asks for it.
_COLLECTED_FROM = "OTHER"

CUSTOMERS = Listing(
    "Customer",
    "SELECT customers.* FROM customers",
    "customers.id",
    {
        "": Field(
            "words",
            "(COALESCE(first_name, '') || ' ' || COALESCE(last_name, '') || ' '"
            " || COALESCE(email, '')) {}",
        ),
        "id": Field("id", "customers.id {}"),
        "email": Field("text", "email {}"),
        "phone": Field("text", "phone {}"),
        "first_name": Field("text", "first_name {}"),
        "last_name": Field("text", "last_name {}"),
        "tag": Field("tag", "tags {}"),
        "tag_not": Field("tag", "NOT tags {}"),
        "state": Field("text", "state {}"),
        "country": Field("text", "json_extract(address, '$.country') {}"),
        "customer_date": Field("time", "customers.created_at {}"),
        "updated_at": Field("time", "customers.updated_at {}"),
        "orders_count": Field("number", "orders_count {}"),
        "total_spent": Field("money", "amount_spent {}"),
        "accepts_marketing": Field(
            "choice",
            "true=email_consent IS 'SUBSCRIBED'|false=email_consent IS NOT 'SUBSCRIBED'",
        ),
    },
    {
        "ID": "customers.id",
        "NAME": "(COALESCE(last_name, '') || ' ' || COALESCE(first_name, ''))",
        "CREATED_AT": "customers.created_at",
        "UPDATED_AT": "customers.updated_at",
        "LOCATION": "COALESCE(json_extract(address, '$.country'), '')",
    },
)
load_customer = by_id(
    "Customer",
    "SELECT * FROM customers WHERE id IN (SELECT value FROM json_each(?))",
    "customer_id",
)
load_last_order = by_id(
    "Order", "SELECT * FROM orders WHERE id IN (SELECT value FROM json_each(?))", "last_order_id"
)

load_consents = children(
    "Consent",
    "SELECT * FROM consents WHERE customer_id IN (SELECT value FROM json_each(?))",
    "customer_id",
)


def find_customer(context: Context, number: int | None) -> Node | None:
    """The customer with this id."""
    return context.one("Customer", "SELECT * FROM customers WHERE id = ?", number)


def _name(node: Node, _info: Info) -> str:
    row = node.row
    name = " ".join(part for part in (row["first_name"], row["last_name"]) if part)
    return name or row["email"] or row["phone"] or ""


def _how(node: Node, info: Info, channel: str) -> dict[str, Any]:
    """How somebody agreed; a single opt-in at no place is what a form in the shop leaves."""
    found: list[Node] = node.related("consents", "id", info.context, load_consents) or []
    told = next((each for each in found if each.row["channel"] == channel), None)
    place = told and told.related("location", "location_id", info.context, load_location)
    level = told and told.row["opt_in_level"]
    return {"marketingOptInLevel": level or "SINGLE_OPT_IN", "sourceLocation": place}


def _mail_consent(node: Node, info: Info) -> dict[str, Any] | None:
    row = node.row
    if row["email"] is None:
        return None
    return {
        "consentUpdatedAt": when(row["email_consent_at"]),
        "marketingState": row["email_consent"],
        **_how(node, info, "email"),
    }


def _sms_consent(node: Node, info: Info) -> dict[str, Any] | None:
    row = node.row
    if row["phone"] is None:
        return None
    return {
        "consentUpdatedAt": when(row["sms_consent_at"]),
        "marketingState": row["sms_consent"],
        "consentCollectedFrom": _COLLECTED_FROM,
        **_how(node, info, "sms"),
    }


def _email(node: Node, info: Info) -> dict[str, Any] | None:
    row = node.row
    if row["email"] is None:
        return None
    link = f"https://{info.context.shop.domain}/account"
    return {
        "emailAddress": row["email"],
        "marketingState": row["email_consent"],
        "marketingUpdatedAt": when(row["email_consent_at"]),
        "validFormat": "@" in row["email"],
        "marketingUnsubscribeUrl": f"{link}/unsubscribe/{row['id']}",
        "openTrackingLevel": "UNKNOWN",
        "openTrackingUrl": f"{link}/tracking/{row['id']}",
        **_how(node, info, "email"),
    }


def _phone(node: Node, info: Info) -> dict[str, Any] | None:
    row = node.row
    if row["phone"] is None:
        return None
    return {
        "phoneNumber": row["phone"],
        "marketingState": row["sms_consent"],
        "marketingUpdatedAt": when(row["sms_consent_at"]),
        "marketingCollectedFrom": _COLLECTED_FROM,
        **_how(node, info, "sms"),
    }


def _age(node: Node, info: Info) -> str:
    days = max(0, (info.context.now - int(node.row["created_at"])) // 86_400)
    if days < 60:
        return f"{days} days"
    months = days // 30
    return f"about {months} months" if months < 24 else f"over {days // 365} years"


def _orders(node: Node, info: Info, **args: Any) -> Page:
    return page(
        info,
        ORDERS,
        args,
        "orders.customer_id = ? AND orders.created_at >= ?",
        (node.row["id"], info.context.oldest_order),
    )


RESOLVERS: dict[str, Resolver] = {
    **typed(
        "Customer",
        {
            **identity("Customer"),
            **metafields("CUSTOMER"),
            "firstName": plain("first_name"),
            "lastName": plain("last_name"),
            "displayName": _name,
            "email": plain("email"),
            "phone": plain("phone"),
            "note": plain("note"),
            "tags": tags,
            "state": plain("state"),
            "verifiedEmail": flag("verified_email"),
            "validEmailAddress": lambda node, info: "@" in (node.row["email"] or ""),
            "taxExempt": flag("tax_exempt"),
            "locale": plain("locale"),
            "numberOfOrders": lambda node, info: str(node.row["orders_count"]),
            "amountSpent": lambda node, info: money_v2(node.row["amount_spent"], info),
            "lifetimeDuration": _age,
            "defaultEmailAddress": _email,
            "defaultPhoneNumber": _phone,
            "emailMarketingConsent": _mail_consent,
            "smsMarketingConsent": _sms_consent,
            "defaultAddress": lambda node, info: address(node.row["address"], node.row["id"]),
            "lastOrder": lambda node, info: node.related(
                "last", "last_order_id", info.context, load_last_order
            ),
            "orders": _orders,
            "createdAt": moment("created_at"),
            "updatedAt": moment("updated_at"),
            "canDelete": lambda node, info: node.row["orders_count"] == 0,
            "dataSaleOptOut": constant(False),
            "productSubscriberStatus": constant("NEVER_SUBSCRIBED"),
        },
    ),
    "Order.customer": lambda node, info: node.related(
        "customer", "customer_id", info.context, load_customer
    ),
    "QueryRoot.customers": lambda root, info, **args: page(info, CUSTOMERS, args),
    "QueryRoot.customersCount": lambda root, info, **args: count(info, CUSTOMERS, args),
    "QueryRoot.customer": lambda root, info, id: find_customer(
        info.context, parse_gid(id, "Customer")
    ),
}
NODES = {"Customer": find_customer}
