"""Order lines and their taxes."""

# ruff: noqa: ARG005 - resolvers take what GraphQL hands them

from store_sandbox.admin.context import Info
from store_sandbox.admin.nodes import Node, batch_of, children
from store_sandbox.admin.reads.catalog import load_product, load_variant
from store_sandbox.admin.reads.columns import (
    Resolver,
    bag,
    column_bag,
    constant,
    flag,
    money,
    money_bag,
    plain,
    typed,
)
from store_sandbox.admin.wire import gid
from store_sandbox.state.taxes import usual_tax


def _discounted(node: Node, _info: Info) -> int:
    return int(node.row["unit_price"] * node.row["quantity"] - node.row["discount"])


def _unit_discounted(node: Node, info: Info) -> int:
    quantity = node.row["quantity"]
    return round(_discounted(node, info) / quantity) if quantity else int(node.row["unit_price"])


def _line_name(node: Node, _info: Info) -> str:
    variant = node.row["variant_title"]
    title: str = node.row["title"]
    return f"{title} - {variant}" if variant and variant != "Default Title" else title


_load_taxes = children(
    "TaxLine",
    "SELECT * FROM line_taxes WHERE line_id IN (SELECT value FROM json_each(?))"
    " ORDER BY line_id, position",
    "line_id",
)


def _taxes(node: Node, info: Info, first: int | None = None) -> list[Node]:
    told: list[Node] = node.related("taxes", "id", info.context, _load_taxes) or batch_of(
        "TaxLine", usual_tax(node.row)
    )
    return told if first is None else told[:first]


_TAX: dict[str, Resolver] = {
    "title": plain("title"),
    "price": money("amount"),
    "priceSet": column_bag("amount"),
    "rate": lambda node, info: node.row["rate"] / 10_000,
    "ratePercentage": lambda node, info: node.row["rate"] / 100,
    "source": constant("Shopify"),
    "channelLiable": constant(False),
}
_LINE: dict[str, Resolver] = {
    "id": lambda node, info: gid("LineItem", node.row["id"]),
    "name": _line_name,
    "title": plain("title"),
    "variantTitle": plain("variant_title"),
    "sku": plain("sku"),
    "vendor": plain("vendor"),
    "quantity": plain("quantity"),
    "currentQuantity": plain("current_quantity"),
    "refundableQuantity": plain("current_quantity"),
    "nonFulfillableQuantity": lambda node, info: (
        node.row["quantity"] - node.row["current_quantity"]
    ),
    "unfulfilledQuantity": plain("unfulfilled_quantity"),
    "originalUnitPriceSet": column_bag("unit_price"),
    "originalTotalSet": bag(lambda node, info: node.row["unit_price"] * node.row["quantity"]),
    "discountedUnitPriceSet": bag(_unit_discounted),
    "discountedTotalSet": lambda node, info, **args: money_bag(_discounted(node, info), info),
    "totalDiscountSet": column_bag("discount"),
    "unfulfilledOriginalTotalSet": bag(
        lambda node, info: node.row["unit_price"] * node.row["unfulfilled_quantity"]
    ),
    "taxable": flag("taxable"),
    "taxLines": _taxes,
    "requiresShipping": flag("requires_shipping"),
    "isGiftCard": constant(False),
    "restockable": lambda node, info: node.row["variant_id"] is not None,
    "variant": lambda node, info: node.related("variant", "variant_id", info.context, load_variant),
    "product": lambda node, info: node.related("product", "product_id", info.context, load_product),
}
RESOLVERS: dict[str, Resolver] = {**typed("LineItem", _LINE), **typed("TaxLine", _TAX)}
