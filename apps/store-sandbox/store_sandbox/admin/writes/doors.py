"""Mutations as resolvers: one transaction each, idempotent where Shopify says so."""

import hashlib
import json
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeAlias

from graphql import StringValueNode, VariableNode

from store_sandbox.admin.context import Context, Info
from store_sandbox.admin.failures import fail, user_error
from store_sandbox.admin.reads.bulk import find_operation
from store_sandbox.admin.reads.catalog import find_product, find_variant
from store_sandbox.admin.reads.collections import find_collection
from store_sandbox.admin.reads.customers import find_customer
from store_sandbox.admin.reads.discounts import find_discount
from store_sandbox.admin.reads.fulfilments import find_fulfilment, find_hold, find_waiting
from store_sandbox.admin.reads.inventory import find_item
from store_sandbox.admin.reads.orders import find_order, find_refund
from store_sandbox.admin.reads.returns import find_return
from store_sandbox.admin.reads.segments import find_segment
from store_sandbox.admin.reads.shop import (
    find_metafield,
    find_node,
    find_subscription,
    shop,
    the_app,
)
from store_sandbox.admin.writes import (
    app,
    bulk,
    cancelling,
    catalog,
    collections,
    consent,
    customers,
    discounts,
    drafts,
    fulfilments,
    holds,
    inventory,
    metafields,
    orders,
    product_set,
    refunds,
    returns,
    risk,
    segments,
    subscriptions,
    tags,
)
from store_sandbox.admin.writes.outcome import Payload, Refused, Work, Write

KEY_LIFE_SECONDS = 86_400
_CONCURRENT = "IDEMPOTENCY_CONCURRENT_REQUEST"
_IN_FLIGHT = "This request is currently in progress, please try again."
IDEMPOTENT = frozenset({"inventorySetQuantities", "inventoryAdjustQuantities", "refundCreate"})
MUTATIONS: dict[str, Work] = {
    "productVariantsBulkUpdate": catalog.bulk_update,
    "productUpdate": catalog.update,
    "productDelete": catalog.delete,
    "inventorySetQuantities": inventory.set_quantities,
    "inventoryAdjustQuantities": inventory.adjust_quantities,
    "inventoryItemUpdate": inventory.update_item,
    "tagsAdd": tags.add,
    "tagsRemove": tags.remove,
    "orderCreate": orders.create,
    "orderUpdate": orders.update,
    "refundCreate": refunds.create,
    "returnCreate": returns.create,
    "returnCancel": returns.cancel,
    "returnClose": returns.close,
    "returnReopen": returns.reopen,
    "segmentCreate": segments.create,
    "segmentUpdate": segments.update,
    "segmentDelete": segments.delete,
    "customerUpdate": customers.update,
    "discountCodeBasicCreate": discounts.create,
    "discountCodeBasicUpdate": discounts.update,
    "discountCodeActivate": discounts.activate,
    "discountCodeDeactivate": discounts.deactivate,
    "discountCodeDelete": discounts.delete,
    "productCreate": drafts.create,
    "productSet": product_set.set_product,
    "collectionCreate": collections.create,
    "collectionAddProducts": collections.add_products,
    "collectionRemoveProducts": collections.remove_products,
    "collectionDelete": collections.delete,
    "customerEmailMarketingConsentUpdate": consent.email,
    "customerSmsMarketingConsentUpdate": consent.sms,
    "metafieldsSet": metafields.set_many,
    "metafieldsDelete": metafields.delete_many,
    "orderRiskAssessmentCreate": risk.assess,
    "orderCancel": cancelling.cancel,
    "orderClose": cancelling.close,
    "orderOpen": cancelling.open_again,
    "fulfillmentCreate": fulfilments.create,
    "fulfillmentTrackingInfoUpdate": fulfilments.track,
    "fulfillmentCancel": fulfilments.cancel,
    "fulfillmentOrderHold": holds.hold,
    "fulfillmentOrderReleaseHold": holds.release,
    "appUninstall": app.leave,
    "appRevokeAccessScopes": app.give_back,
    "bulkOperationRunQuery": bulk.run_query,
    "bulkOperationCancel": bulk.cancel,
    "webhookSubscriptionCreate": subscriptions.create,
    "webhookSubscriptionUpdate": subscriptions.update,
    "webhookSubscriptionDelete": subscriptions.delete,
}


def _resolver(name: str, work: Work) -> Callable[..., Payload]:
    def resolve(_root: Any, info: Info, **args: Any) -> Payload:
        context: Context = info.context
        _check_sizes(args)
        key = _key(info)
        if key is None and name in IDEMPOTENT:
            raise fail(
                "The @idempotent directive is required for this mutation but was not provided.",
                "BAD_REQUEST",
            )
        if name not in IDEMPOTENT:
            return _written(info, name, work, args, key)
        with context.flights.taking(context.client_id, key or "") as free:
            if not free:
                return {"userErrors": [user_error(None, _IN_FLIGHT, _CONCURRENT)]}
            return _written(info, name, work, args, key)

    return resolve


def _written(info: Info, name: str, work: Work, args: dict[str, Any], key: str | None) -> Payload:
    """Run the work in one transaction; a refusal rolls it back and is the answer."""
    context: Context = info.context
    timezone, unapproved = context.shop.timezone, context.unapproved
    context.release()
    try:
        with context.state.write() as tx:
            write = Write(
                tx,
                name,
                context.client_id,
                context.request_id,
                key,
                timezone,
                context.loopback_http,
                context.version,
                context.scopes,
                info.schema,
                unapproved,
            )
            payload = _once(write, work, args) if name in IDEMPOTENT else work(write, args)
            if context.pause_seconds:
                time.sleep(context.pause_seconds)
            return payload
    except Refused as refused:
        return {"userErrors": refused.errors}


def _check_sizes(value: Any) -> None:
    if isinstance(value, list):
        if len(value) > 250:
            raise fail(
                f"The input array size of {len(value)} is greater than the maximum allowed of 250.",
                "MAX_INPUT_SIZE_EXCEEDED",
            )
        for item in value:
            _check_sizes(item)
    elif isinstance(value, dict):
        for item in value.values():
            _check_sizes(item)


def _key(info: Info) -> str | None:
    """The key of `@idempotent` on this field, literal or variable."""
    for directive in info.field_nodes[0].directives or ():
        if directive.name.value != "idempotent":
            continue
        value = next(argument.value for argument in directive.arguments or ())
        key = None
        if isinstance(value, StringValueNode):
            key = value.value
        elif isinstance(value, VariableNode):
            key = info.variable_values.coerced.get(value.name.value)
        if key is None or not key.strip():
            raise fail("The idempotency key cannot be empty.", "BAD_REQUEST")
        return str(key)
    return None


def _once(write: Write, work: Work, args: dict[str, Any]) -> Payload:
    """Run the work unless this key already ran it; the answer is kept in the same commit."""
    db = write.tx.connection
    db.execute(
        "DELETE FROM idempotency_keys WHERE created_wall < ?", (write.tx.wall - KEY_LIFE_SECONDS,)
    )
    text = json.dumps(args, sort_keys=True, default=_plain)
    digest = hashlib.sha256(text.encode()).hexdigest()
    known = db.execute(
        "SELECT * FROM idempotency_keys WHERE client_id = ? AND key = ?",
        (write.client_id, write.idempotency_key),
    ).fetchone()
    if known is not None:
        if known["mutation"] != write.mutation or known["arguments_hash"] != digest:
            message = "The same idempotency key cannot be used with different operation parameters."
            code = "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"
            return {"userErrors": [user_error(None, message, code)]}
        answer: Payload = json.loads(known["response"])
        return answer
    payload = work(write, args)
    db.execute(
        "INSERT INTO idempotency_keys VALUES (?, ?, ?, ?, ?, ?)",
        (
            write.client_id,
            write.idempotency_key,
            write.mutation,
            digest,
            json.dumps(payload),
            write.tx.wall,
        ),
    )
    return payload


def _plain(value: Any) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)


_Find: TypeAlias = Callable[[Context, Any], Any]


def _found(key: str, find: _Find) -> Callable[..., Any]:
    def resolve(payload: Payload, info: Info) -> Any:
        wanted = payload.get(key)
        if isinstance(wanted, list):
            return [find(info.context, one) for one in wanted]
        return None if wanted is None else find(info.context, wanted)

    return resolve


_FINDERS: dict[str, _Find] = {
    "product": find_product,
    "productVariants": find_variant,
    "inventoryItem": find_item,
    "order": find_order,
    "refund": find_refund,
    "return": find_return,
    "segment": find_segment,
    "customer": find_customer,
    "webhookSubscription": find_subscription,
    "bulkOperation": find_operation,
    "fulfillment": find_fulfilment,
    "fulfillmentHold": find_hold,
    "fulfillmentOrder": find_waiting,
    "remainingFulfillmentOrder": find_waiting,
    "collection": find_collection,
    "codeDiscountNode": find_discount,
    "metafields": find_metafield,
    "node": find_node,
}
_PAYLOADS = {
    "ProductVariantsBulkUpdatePayload": ("product", "productVariants"),
    "ProductUpdatePayload": ("product",),
    "InventoryItemUpdatePayload": ("inventoryItem",),
    "TagsAddPayload": ("node",),
    "TagsRemovePayload": ("node",),
    "OrderCreatePayload": ("order",),
    "OrderUpdatePayload": ("order",),
    "RefundCreatePayload": ("order", "refund"),
    "ReturnCreatePayload": ("return",),
    "ReturnCancelPayload": ("return",),
    "ReturnClosePayload": ("return",),
    "ReturnReopenPayload": ("return",),
    "SegmentCreatePayload": ("segment",),
    "SegmentUpdatePayload": ("segment",),
    "CustomerUpdatePayload": ("customer",),
    "WebhookSubscriptionCreatePayload": ("webhookSubscription",),
    "DiscountCodeBasicCreatePayload": ("codeDiscountNode",),
    "DiscountCodeBasicUpdatePayload": ("codeDiscountNode",),
    "DiscountCodeActivatePayload": ("codeDiscountNode",),
    "DiscountCodeDeactivatePayload": ("codeDiscountNode",),
    "ProductCreatePayload": ("product",),
    "ProductSetPayload": ("product",),
    "CollectionCreatePayload": ("collection",),
    "CollectionAddProductsPayload": ("collection",),
    "CustomerEmailMarketingConsentUpdatePayload": ("customer",),
    "CustomerSmsMarketingConsentUpdatePayload": ("customer",),
    "MetafieldsSetPayload": ("metafields",),
    "OrderClosePayload": ("order",),
    "OrderOpenPayload": ("order",),
    "FulfillmentCreatePayload": ("fulfillment",),
    "FulfillmentTrackingInfoUpdatePayload": ("fulfillment",),
    "FulfillmentCancelPayload": ("fulfillment",),
    "FulfillmentOrderHoldPayload": (
        "fulfillmentHold",
        "fulfillmentOrder",
        "remainingFulfillmentOrder",
    ),
    "FulfillmentOrderReleaseHoldPayload": ("fulfillmentOrder",),
    "BulkOperationRunQueryPayload": ("bulkOperation",),
    "BulkOperationCancelPayload": ("bulkOperation",),
    "WebhookSubscriptionUpdatePayload": ("webhookSubscription",),
}
RESOLVERS: dict[str, Callable[..., Any]] = {
    **{f"Mutation.{name}": _resolver(name, work) for name, work in MUTATIONS.items()},
    **{
        f"{kind}.{name}": _found(name, _FINDERS[name])
        for kind, names in _PAYLOADS.items()
        for name in names
    },
    "ProductDeletePayload.shop": shop,
    "ProductCreatePayload.shop": shop,
    "CollectionDeletePayload.shop": shop,
    "AppUninstallPayload.app": lambda payload, info: (
        the_app(info.context) if payload.get("app") else None
    ),
}
