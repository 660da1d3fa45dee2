"""The shop itself, the app's installation, subscriptions and `node`."""

# ruff: noqa: A002, A006, ARG005 - resolvers take what GraphQL hands them
# ruff: noqa: S608 - names in SQL are constants of this package, values are bound

import hashlib
import json
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from store_sandbox.admin.connections import Listing, Page, count, page
from store_sandbox.admin.context import Context, Info, Shop
from store_sandbox.admin.failures import fail
from store_sandbox.admin.nodes import Node, batch_of
from store_sandbox.admin.reads import (
    bulk,
    catalog,
    checkouts,
    collections,
    customers,
    discounts,
    fulfilments,
    inventory,
    orders,
    payments,
    returns,
    segments,
)
from store_sandbox.admin.reads.columns import (
    Resolver,
    constant,
    identity,
    metafields,
    moment,
    plain,
    typed,
)
from store_sandbox.admin.search import Field
from store_sandbox.admin.versions import UNSTABLE, VERSIONS, title
from store_sandbox.admin.wire import gid, gid_kind, parse_gid, when
from store_sandbox.scopes import DESCRIPTIONS

SUBSCRIPTIONS = Listing(
    "WebhookSubscription",
    "SELECT webhook_subscriptions.* FROM webhook_subscriptions",
    "webhook_subscriptions.id",
    {
        "id": Field("id", "webhook_subscriptions.id {}"),
        "created_at": Field("time", "created_at {}"),
        "updated_at": Field("time", "updated_at {}"),
        "uri": Field("text", "uri {}"),
    },
    {"ID": "webhook_subscriptions.id", "CREATED_AT": "webhook_subscriptions.created_at"},
)
SHOP_ID = 1
# What this world's merchant promises: kind, title, body.
POLICIES = (
    (
        "REFUND_POLICY",
        "Refund policy",
        (
            "<p>You can return articles within 30 days of delivery, unused and in their box.</p>"
            "<p>Returns cost you 4.95 EUR; returns of faulty or wrong articles are free.</p>"
            "<p>We refund within 14 days of receiving the return, to the means you paid with.</p>"
            "<p>For another size or colour, return the article and place a new order.</p>"
        ),
    ),
    (
        "SHIPPING_POLICY",
        "Shipping policy",
        (
            "<p>Orders leave our warehouse on working days.</p>"
            "<p>An order can be changed or cancelled until it leaves the warehouse.</p>"
        ),
    ),
    (
        "TERMS_OF_SERVICE",
        "Terms of service",
        (
            "<p>Discount codes count once for each customer and cannot be combined.</p>"
            "<p>An invoice comes with every order by mail.</p>"
        ),
    ),
)


def shop(_root: Any, info: Info) -> dict[str, Any]:
    """The `Shop` object."""
    settings = info.context.shop
    zone = datetime.fromtimestamp(info.context.now, UTC).astimezone(ZoneInfo(settings.timezone))
    offset = zone.utcoffset()
    minutes = 0 if offset is None else int(offset.total_seconds() // 60)
    mail = f"owner@{settings.domain}"
    address = {"id": gid("ShopAddress", SHOP_ID), "country": None}
    return {
        "id": gid("Shop", SHOP_ID),
        "name": settings.name,
        "email": mail,
        "contactEmail": mail,
        "myshopifyDomain": settings.domain,
        "primaryDomain": {
            "id": gid("Domain", SHOP_ID),
            "host": settings.domain,
            "url": f"https://{settings.domain}",
            "sslEnabled": True,
        },
        "url": f"https://{settings.domain}",
        "currencyCode": settings.currency,
        "ianaTimezone": settings.timezone,
        "timezoneAbbreviation": zone.tzname() or "UTC",
        "timezoneOffset": zone.strftime("%z"),
        "timezoneOffsetMinutes": minutes,
        "taxesIncluded": settings.taxes_included,
        "taxShipping": False,
        "plan": {
            "displayName": "Sandbox",
            "publicDisplayName": "Sandbox",
            "shopifyPlus": False,
            "partnerDevelopment": True,
        },
        "createdAt": when(settings.created_at),
        "updatedAt": when(settings.created_at),
        "unitSystem": "METRIC_SYSTEM",
        "weightUnit": "KILOGRAMS",
        "billingAddress": address,
        "shopAddress": address,
        "description": None,
        "enabledPresentmentCurrencies": [settings.currency],
        "shopOwnerName": settings.name,
        "setupRequired": False,
        "checkoutApiSupported": False,
        "shopPolicies": [_policy(settings, *each) for each in enumerate(POLICIES, start=1)],
    }


def _policy(settings: Shop, number: int, told: tuple[str, str, str]) -> dict[str, Any]:
    kind, title, body = told
    at = when(settings.created_at)
    return {
        "id": gid("ShopPolicy", number),
        "type": kind,
        "title": title,
        "body": body,
        "url": f"https://{settings.domain}/policies/{kind.lower().replace('_', '-')}",
        "createdAt": at,
        "updatedAt": at,
    }


def api_version(name: str) -> dict[str, Any]:
    """An `ApiVersion` object."""
    return {"handle": name, "displayName": title(name), "supported": name != UNSTABLE}


def _installation(_root: Any, info: Info) -> dict[str, Any]:
    context: Context = info.context
    return {
        "id": gid("AppInstallation", 1),
        "accessScopes": access_scopes(context.scopes),
        "launchUrl": f"https://{context.shop.domain}/admin/apps/royal",
        "uninstallUrl": None,
        "app": the_app(context),
    }


def the_app(context: Context) -> dict[str, Any]:
    """The caller as an `App` object."""
    every = access_scopes(DESCRIPTIONS)
    return {
        "id": gid("App", 1),
        "title": "Royal Equips Orchestrator",
        "handle": "royal-equips-orchestrator",
        "apiKey": context.client_id,
        "embedded": False,
        "developerName": None,
        "availableAccessScopes": every,
        "requestedAccessScopes": every,
    }


def access_scopes(handles: Iterable[str]) -> list[dict[str, str]]:
    """`AccessScope` objects."""
    return [{"handle": one, "description": DESCRIPTIONS[one]} for one in sorted(handles)]


def rest_shop(db: sqlite3.Connection) -> dict[str, Any]:
    """The REST `shop` resource."""
    settings = Shop.load(db)
    mail = f"owner@{settings.domain}"
    at = when(settings.created_at)
    return {
        "id": SHOP_ID,
        "name": settings.name,
        "email": mail,
        "customer_email": mail,
        "domain": settings.domain,
        "myshopify_domain": settings.domain,
        "shop_owner": settings.name,
        "currency": settings.currency,
        "money_format": f"{{{{amount}}}} {settings.currency}",
        "iana_timezone": settings.timezone,
        "timezone": settings.timezone,
        "taxes_included": settings.taxes_included,
        "tax_shipping": False,
        "weight_unit": "kg",
        "primary_locale": "en",
        "country_code": None,
        "plan_name": "partner_test",
        "plan_display_name": "Sandbox",
        "setup_required": False,
        "password_enabled": False,
        "created_at": at,
        "updated_at": at,
    }


def find_subscription(context: Context, number: int | None) -> Node | None:
    """The caller's webhook subscription with this id."""
    found = context.one(
        "WebhookSubscription", "SELECT * FROM webhook_subscriptions WHERE id = ?", number
    )
    return None if found is None or found.row["client_id"] != context.client_id else found


def _subscriptions(_root: Any, info: Info, **args: Any) -> Page:
    where, params = "client_id = ?", [info.context.client_id]
    address = args.get("uri") or args.get("callbackUrl")
    if address:
        where, params = f"{where} AND uri = ?", [*params, address]
    if args.get("topics"):
        where = f"{where} AND topic IN (SELECT value FROM json_each(?))"
        params.append(json.dumps(args["topics"]))
    return page(info, SUBSCRIPTIONS, args, where, params)


def find_metafield(context: Context, number: int | None) -> Node | None:
    """The metafield with this id."""
    return context.one("Metafield", "SELECT * FROM metafields WHERE id = ?", number)


FINDERS = {
    "Metafield": find_metafield,
    **collections.NODES,
    **discounts.NODES,
    **catalog.NODES,
    **inventory.NODES,
    **orders.NODES,
    **customers.NODES,
    **checkouts.NODES,
    **bulk.NODES,
    **fulfilments.NODES,
    **payments.NODES,
    **returns.NODES,
    **segments.NODES,
    "WebhookSubscription": find_subscription,
}


def find_node(context: Context, text: str) -> Any:
    """Whatever a global id names; Shopify's error for what is no global id at all."""
    kind = gid_kind(text)
    if kind is None:
        raise fail(f"Invalid global id '{text}'", "argumentLiteralsIncompatible")
    if kind == "InventoryLevel":
        return inventory.level_by_gid(context, text)
    finder = FINDERS.get(kind)
    return None if finder is None else finder(context, parse_gid(text, kind))


def _job(_root: Any, info: Info, id: str) -> dict[str, Any] | None:
    name = id.removeprefix("gid://shopify/Job/")
    row = info.context.db.execute("SELECT id FROM jobs WHERE id = ?", (name,)).fetchone()
    return None if row is None else {"id": f"gid://shopify/Job/{row['id']}", "done": True}


def _of_the_shop(resolver: Resolver) -> Resolver:
    """The shop is no row: what hangs on it hangs on its id."""

    def resolve(_shop: Any, info: Info, **args: Any) -> Any:
        (node,) = batch_of("Shop", [{"id": SHOP_ID}])
        return resolver(node, info, **args)

    return resolve


RESOLVERS: dict[str, Resolver] = {
    **typed(
        "Shop",
        {name: _of_the_shop(resolver) for name, resolver in metafields("SHOP").items()},
    ),
    **typed(
        "WebhookSubscription",
        {
            **identity("WebhookSubscription"),
            "topic": plain("topic"),
            "uri": plain("uri"),
            "format": constant("JSON"),
            "includeFields": lambda node, info: json.loads(node.row["include_fields"]),
            "metafieldNamespaces": constant([]),
            "name": constant(None),
            "filter": constant(None),
            "apiVersion": lambda node, info: api_version(info.context.version),
            "createdAt": moment("created_at"),
            "updatedAt": moment("updated_at"),
        },
    ),
    **typed(
        "Metafield",
        {
            **identity("Metafield"),
            "namespace": plain("namespace"),
            "key": plain("key"),
            "type": plain("type"),
            "value": plain("value"),
            "jsonValue": lambda node, info: _json_value(node),
            "ownerType": plain("owner"),
            "compareDigest": lambda node, info: hashlib.sha256(
                node.row["value"].encode()
            ).hexdigest(),
            "createdAt": moment("created_at"),
            "updatedAt": moment("updated_at"),
        },
    ),
    "QueryRoot.shop": shop,
    "QueryRoot.currentAppInstallation": _installation,
    "QueryRoot.publicApiVersions": lambda root, info: [
        api_version(name) for name in (*VERSIONS, UNSTABLE)
    ],
    "QueryRoot.webhookSubscriptions": _subscriptions,
    "QueryRoot.webhookSubscriptionsCount": lambda root, info, **args: count(
        info, SUBSCRIPTIONS, args, "client_id = ?", (info.context.client_id,)
    ),
    "QueryRoot.webhookSubscription": lambda root, info, id: find_subscription(
        info.context, parse_gid(id, "WebhookSubscription")
    ),
    "QueryRoot.job": _job,
    "QueryRoot.node": lambda root, info, id: find_node(info.context, id),
    "QueryRoot.nodes": lambda root, info, ids: [find_node(info.context, text) for text in ids],
}


def _json_value(node: Node) -> Any:
    try:
        return json.loads(node.row["value"])
    except ValueError:
        return node.row["value"]
