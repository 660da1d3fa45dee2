"""What importing, publishing and delisting a product do to the store."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from orchestrator.core.action import Facts
from royal_platform.commerce.catalog.model import LiveProduct, ProductDraft
from royal_platform.commerce.catalog.ports import ProductReader, ProductWriter
from royal_platform.commerce.decisions.listings import ARCHIVE, DELIST, PUBLISH, STATUS_OF
from royal_platform.commerce.decisions.model import Decision, Inverse, Proposal
from royal_platform.commerce.decisions.rules import mismatches
from royal_platform.commerce.shared.model import Money

# The change that undoes each, and in words what it does.
_BACK = {
    PUBLISH: (DELIST, "Hides it again."),
    DELIST: (PUBLISH, "Shows it again."),
    ARCHIVE: (DELIST, "Makes it a hidden draft again."),
}


class ImportAction:
    """``product.import_draft``: a product made hidden, found again by its handle."""

    def __init__(self, reader: ProductReader, writer: ProductWriter) -> None:
        self._reader, self._writer = reader, writer

    async def read(self, decision: Decision) -> Facts | None:
        """What is under the handle; nothing there is a fact too, not a vanished subject."""
        return _facts(await self._reader.product(str(decision.proposal.arguments["handle"])))

    def broken(
        self, decision: Decision, live: Facts, before: Facts | None = None
    ) -> tuple[str, ...]:
        """The handle was taken meanwhile; once begun, what is there is our own beginning."""
        return () if before is not None else mismatches(decision.proposal.precondition, live)

    def target(self, decision: Decision, before: Facts) -> Facts:  # noqa: ARG002
        """A hidden product with the decided SKU and price."""
        arguments = decision.proposal.arguments
        return {"status": "DRAFT", "sku": arguments["sku"], "price": arguments["price"]}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:  # noqa: ARG002
        """Make it, once: what a crash left is found by its handle."""
        await self._writer.create_draft(draft_of(decision.proposal), key)

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """The draft is put away, as long as nobody has shown or changed it since."""
        handle = decision.proposal.arguments["handle"]
        return Inverse(ARCHIVE, {"handle": handle}, "Archives the draft in the store.")


class StatusAction:
    """``product.publish``, ``.delist`` and ``.archive``: whether buyers see a product."""

    def __init__(self, reader: ProductReader, writer: ProductWriter) -> None:
        self._reader, self._writer = reader, writer

    async def read(self, decision: Decision) -> Facts | None:
        """The product now; None when it is gone."""
        found = await self._reader.product(str(decision.proposal.arguments["handle"]))
        return None if found is None else _facts(found)

    def broken(
        self, decision: Decision, live: Facts, before: Facts | None = None
    ) -> tuple[str, ...]:
        """Facts that are no longer what the decision rests on."""
        return () if before is not None else mismatches(decision.proposal.precondition, live)

    def target(self, decision: Decision, before: Facts) -> Facts:  # noqa: ARG002
        """Seen, hidden, or put away."""
        return {"status": STATUS_OF[decision.proposal.kind]}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:
        """Set the status."""
        await self._writer.set_status(
            str(before["product_id"]), STATUS_OF[decision.proposal.kind], key
        )

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """What it was before: a draft is what is archived."""
        proposal = decision.proposal
        other, word = _BACK[proposal.kind]
        return Inverse(other, dict(proposal.arguments), word)


def draft_of(proposal: Proposal) -> ProductDraft:
    """The product a decision describes."""
    given = proposal.arguments
    cost, currency = given.get("unit_cost"), str(given["currency"])
    return ProductDraft(
        handle=str(given["handle"]),
        title=str(given["title"]),
        vendor=str(given.get("vendor") or ""),
        product_type=str(given.get("product_type") or ""),
        description=str(given.get("description") or ""),
        sku=str(given["sku"]),
        price=Money(Decimal(given["price"]), currency),
        unit_cost=None if cost is None else Money(Decimal(cost), currency),
        tags=("royal-research",),
        image_url=given.get("image_url"),
    )


def _facts(found: LiveProduct | None) -> Facts:
    if found is None:
        return {"product_id": None, "status": None, "sku": None, "price": None}
    return {
        "product_id": found.id, "status": found.status, "sku": found.sku,
        "price": format(found.price, "f"),
    }  # fmt: skip
