"""The executable schema: the served SDL with a resolver on every field that needs one."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files
from typing import Any

from graphql import (
    ConstValueNode,
    FloatValueNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    IntValueNode,
    StringValueNode,
    build_schema,
    default_field_resolver,
    get_named_type,
)

from store_sandbox.admin import connections
from store_sandbox.admin.context import Info
from store_sandbox.admin.failures import access_denied
from store_sandbox.admin.nodes import Node, Tagged
from store_sandbox.admin.protected import FIELDS, OBJECTS, protected_field, protected_object
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
    shop,
)
from store_sandbox.admin.writes.doors import RESOLVERS as WRITES
from store_sandbox.scopes import REQUIRED, granted

RESOLVERS: dict[str, Callable[..., Any]] = {
    **catalog.RESOLVERS,
    **inventory.RESOLVERS,
    **orders.RESOLVERS,
    **customers.RESOLVERS,
    **checkouts.RESOLVERS,
    **shop.RESOLVERS,
    **bulk.RESOLVERS,
    **discounts.RESOLVERS,
    **collections.RESOLVERS,
    **fulfilments.RESOLVERS,
    **payments.RESOLVERS,
    **returns.RESOLVERS,
    **segments.RESOLVERS,
    **WRITES,
}
_TYPE_SCOPES = {
    "Collection": "read_products",
    "DiscountCodeNode": "read_discounts",
    "Customer": "read_customers",
    "ExchangeLineItem": "read_returns",
    "FulfillmentOrder": "read_merchant_managed_fulfillment_orders",
    "InventoryItem": "read_inventory",
    "Location": "read_locations",
    "Order": "read_orders",
    "Product": "read_products",
    "ProductVariant": "read_products",
    "Return": "read_returns",
    "Segment": "read_customers",
}


@cache
def served_schema() -> GraphQLSchema:
    """The schema this sandbox executes, built once per process."""
    sdl = files("store_sandbox.admin").joinpath("schema.graphql").read_text("utf-8")
    schema = build_schema(sdl, assume_valid=True, no_location=True)
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType):
            _attach(kind)
        elif isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            kind.resolve_type = _kind_of
        elif isinstance(kind, GraphQLScalarType):
            _convert(kind)
    return schema


def _attach(kind: GraphQLObjectType) -> None:
    for name, field in kind.fields.items():
        resolver = RESOLVERS.get(f"{kind.name}.{name}")
        if resolver is None and kind.name.endswith("Connection"):
            resolver = {
                "edges": connections.edges,
                "nodes": connections.nodes,
                "pageInfo": connections.page_info,
            }[name]
        needs = FIELDS.get(f"{kind.name}.{name}")
        if needs is not None:
            resolver = protected_field(resolver or default_field_resolver, name, needs)
        if resolver is None:
            continue
        inner = get_named_type(field.type).name
        if inner.removesuffix("Connection") in OBJECTS and kind.name != "Mutation":
            resolver = protected_object(resolver, inner.removesuffix("Connection"))
        needed = REQUIRED.get(name) if kind.name in ("QueryRoot", "Mutation") else None
        needed = needed or _TYPE_SCOPES.get(inner)
        field.resolve = resolver if needed is None else _guarded(resolver, name, needed)


def _guarded(resolver: Callable[..., Any], name: str, needed: str) -> Callable[..., Any]:
    def resolve(source: Any, info: Info, **args: Any) -> Any:
        if not granted(info.context.scopes, needed):
            raise access_denied(name, f"`{needed}` access scope.")
        return resolver(source, info, **args)

    return resolve


def _kind_of(value: Any, *_: Any) -> str | None:
    return value.kind if isinstance(value, Node | Tagged) else None


def _convert(kind: GraphQLScalarType) -> None:
    parse = _PARSERS.get(kind.name)
    if parse is None:
        return

    def from_literal(node: ConstValueNode) -> Any:
        numeric = kind.name in ("Money", "Decimal")
        if isinstance(node, StringValueNode) or (
            numeric and isinstance(node, IntValueNode | FloatValueNode)
        ):
            return parse(node.value)
        raise ValueError(f"invalid {kind.name}")

    kind.coerce_input_value = parse
    kind.coerce_input_literal = from_literal


def _number(value: Any) -> Decimal:
    try:
        number = Decimal(str(value)) if not isinstance(value, bool) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise ValueError(f"invalid decimal '{value}'")
    return number


def _moment(value: Any) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(f"invalid DateTime '{value}'") from None


_PARSERS: dict[str, Callable[[Any], Any]] = {
    "Money": _number,
    "Decimal": _number,
    "DateTime": _moment,
    "UnsignedInt64": int,
}
