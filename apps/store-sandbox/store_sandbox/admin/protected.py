"""Protected customer data: what an app sees only after Shopify approved it.

Level one is anything about a customer (`customer`), level two are `name`, `email`, `phone` and
`address`. This store's app has all of them until a test takes some away at the control door.
"""

from collections.abc import Callable
from typing import Any

from store_sandbox.admin.context import Info
from store_sandbox.admin.failures import fail

KINDS = ("customer", "name", "email", "phone", "address")
OBJECTS = frozenset({"AbandonedCheckout", "Customer", "FulfillmentOrder", "Order"})
FIELDS = {
    "Customer.displayName": "name",
    "Customer.email": "email",
    "Customer.firstName": "name",
    "Customer.lastName": "name",
    "Customer.phone": "phone",
    "CustomerEmailAddress.emailAddress": "email",
    "CustomerPhoneNumber.phoneNumber": "phone",
    "MailingAddress.address1": "address",
    "MailingAddress.address2": "address",
    "MailingAddress.firstName": "name",
    "MailingAddress.formatted": "address",
    "MailingAddress.lastName": "name",
    "MailingAddress.name": "name",
    "MailingAddress.phone": "phone",
    "MailingAddress.zip": "address",
    "Order.email": "email",
    "Order.phone": "phone",
}
# webhook topics that carry a customer
TOPICS = ("ORDERS_", "CUSTOMERS_", "CHECKOUTS_", "REFUNDS_", "FULFILLMENTS_")
NO_TOPIC = (
    "This app is not approved to subscribe to webhook topics containing protected customer data."
    " See https://shopify.dev/docs/apps/launch/protected-customer-data for more details."
)
_SEE = "See https://shopify.dev/docs/apps/launch/protected-customer-data for more details."


def protected_object(resolver: Callable[..., Any], kind: str) -> Callable[..., Any]:
    """A resolver that answers objects of a protected kind to approved apps only."""

    def resolve(source: Any, info: Info, **args: Any) -> Any:
        if "customer" in info.context.unapproved:
            text = f"This app is not approved to access the {kind} object. {_SEE}"
            raise fail(text, "ACCESS_DENIED", documentation=_SEE.split()[1])
        return resolver(source, info, **args)

    return resolve


def protected_field(resolver: Callable[..., Any], name: str, needs: str) -> Callable[..., Any]:
    """A resolver of a field that only apps approved for it may use."""

    def resolve(source: Any, info: Info, **args: Any) -> Any:
        if needs in info.context.unapproved:
            text = f"This app is not approved to use the {name} field. {_SEE}"
            raise fail(text, "ACCESS_DENIED", documentation=_SEE.split()[1])
        return resolver(source, info, **args)

    return resolve
