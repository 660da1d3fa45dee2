"""What somebody wishes for becomes a decision: by the same road, through the same gate."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from core.errors import Conflict, Invalid
from orchestrator.core.books import Books, Ground, reading, writing
from orchestrator.core.proposing import propose_in
from royal_platform.commerce.decisions.model import Decision, Evidence
from royal_platform.commerce.pricing.request import PriceRequest, Wording, price_proposal
from royal_platform.commerce.shared.model import Money
from royal_platform.persistence.products import ProductItem, Products, VariantItem


def wish_price(
    ground: Ground, variant_id: str, wanted: Decimal, asked: Wording, *, reason: str = ""
) -> Decision:
    """Propose ``wanted`` (store currency) for the variant; return the decision as judged.

    Wishing again for what waits already, on the same price and cost, returns the decision that
    waits. Raises ``NotFound``; ``Invalid`` for the price it has, or a fraction of the smallest
    coin; ``Conflict`` when the variant is priced in other money than the store's.
    """
    with writing(ground) as books:
        product, variant = _variant(books, variant_id)
        _check(books, variant, wanted)
        request = PriceRequest(
            product_id=product.id,
            variant_id=variant.id,
            title=variant.title or product.title,
            price_now=variant.price,
            unit_cost=variant.unit_cost,
            wanted=wanted,
            asked=asked,
            reason=reason,
            evidence=_evidence(books, product, variant),
        )
        proposal = price_proposal(request, books.policy, now=books.now)
        for waiting in books.decisions.open_on(books.connection, proposal.kind, variant.id):
            if waiting.argument_hash == proposal.argument_hash:
                return waiting
        decision_id = propose_in(books, proposal, asked.who)
    with reading(ground) as books:
        return books.decisions.get(books.connection, decision_id)


def _variant(books: Books, variant_id: str) -> tuple[ProductItem, VariantItem]:
    repository = Products(books.store_id)
    product_id = repository.product_of(books.connection, variant_id)
    product = repository.get(books.connection, product_id, today=books.clock.local_day(books.now))
    return product, next(each for each in product.variants if each.id == variant_id)


def _check(books: Books, variant: VariantItem, wanted: Decimal) -> None:
    currency = books.store.currency
    if variant.price.currency != currency:
        raise Conflict(
            f"{variant.title} is priced in {variant.price.currency}, not in {currency}.",
            remedy="Change that price in the store's admin.",
        )
    if wanted == variant.price.amount:
        raise Invalid(
            f"{variant.title} costs {variant.price} already.", remedy="Name another price."
        )
    if wanted <= 0 or Money(wanted, currency).rounded().amount != wanted:
        raise Invalid(
            f"{wanted} is not an amount that {currency} is paid in.",
            remedy="Name a price above zero with as many digits as the currency has.",
        )


def _evidence(books: Books, product: ProductItem, variant: VariantItem) -> tuple[Evidence, ...]:
    currency, source = books.store.currency, books.store.source
    read_at = books.store.last_sync_at or books.store.created_at
    lookup = f"productVariant(id: {variant.id})"

    def fact(label: str, value: Any, unit: str, query: str) -> Evidence:
        return Evidence(label, value, unit, source, query, read_at)

    cost = variant.unit_cost
    margin, cover = variant.margin_percent, variant.days_of_cover
    return (
        fact("Price now", format(variant.price.amount, "f"), currency, f"{lookup} price"),
        fact(
            "Unit cost", None if cost is None else format(cost.amount, "f"), currency,
            f"{lookup} inventoryItem.unitCost",
        ),
        fact(
            "Margin now, before tax and fees", None if margin is None else str(margin), "percent",
            f"GET /v1/products/{product.id}",
        ),
        fact("Units sold, last 28 days", variant.sold_28d, "units",
             f"daily_variant_sales variant_id={variant.id}"),
        fact("Units available", variant.available, "units", f"GET /v1/products/{product.id}"),
        fact("Days of cover", None if cover is None else str(cover), "days",
             f"GET /v1/products/{product.id}"),
    )  # fmt: skip
