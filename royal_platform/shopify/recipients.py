"""``RecipientReader`` on Shopify: the address and the consent are asked for when mail is sent."""

from __future__ import annotations

import re

from royal_platform.commerce.messages.model import Checkout, Consent, Recipient
from royal_platform.shopify import documents
from royal_platform.shopify.client import ShopifyClient
from royal_platform.shopify.mapping import gid, local_id

# Nothing that means something to the search but itself.
_SEARCHABLE = re.compile(r"[A-Za-z0-9._%+@-]{3,250}")
_CONSENT = {
    "SUBSCRIBED": Consent.SUBSCRIBED,
    "NOT_SUBSCRIBED": Consent.NOT_SUBSCRIBED,
    "UNSUBSCRIBED": Consent.UNSUBSCRIBED,
    "PENDING": Consent.PENDING,
}


class ShopifyRecipients:
    """Customers and checkouts as the live store has them; nothing of it is kept."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client

    async def recipient(self, customer_id: str) -> Recipient | None:
        """The person now; None when the store knows no such customer (any more)."""
        answer = await self._client.run(documents.RECIPIENT, {"id": gid("Customer", customer_id)})
        found = answer.customer
        if found is None:
            return None
        mail = found.default_email_address
        state = Consent.UNKNOWN if mail is None else _CONSENT.get(mail.marketing_state)
        return Recipient(
            customer_id=local_id(found.id),
            name=found.first_name,
            address=None if mail is None else mail.email_address,
            consent=state or Consent.UNKNOWN,
            language=found.locale,
            country=None
            if found.default_address is None
            else found.default_address.country_code_v2,
        )

    async def customer_of(self, address: str) -> str | None:
        """The customer with exactly this mail address; None when the store knows none.

        The search may match more loosely than asked for: what it finds is compared.
        """
        if not _SEARCHABLE.fullmatch(address):
            return None
        answer = await self._client.run(
            documents.CUSTOMER_BY_ADDRESS, {"query": f'email:"{address}"'}
        )
        for found in answer.customers.nodes:
            mail = found.default_email_address
            if mail is not None and mail.email_address.lower() == address.lower():
                return local_id(found.id)
        return None

    async def checkout(self, checkout_id: str) -> Checkout | None:
        """An abandoned checkout now; None when the store has it no longer."""
        answer = await self._client.run(
            documents.CHECKOUT, {"id": gid("AbandonedCheckout", checkout_id)}
        )
        found = answer.node
        if found is None or found.id is None or found.abandoned_checkout_url is None:
            return None
        return Checkout(
            local_id(found.id), found.abandoned_checkout_url, found.completed_at is not None
        )
