"""The served schema: complete resolvers, and Shopify's own words where a copy is at hand."""

from importlib.resources import files

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    build_schema,
    get_named_type,
    is_leaf_type,
)
from graphql.utilities.print_schema import print_input_value

from store_sandbox.admin.nodes import Node
from store_sandbox.admin.schema import RESOLVERS, served_schema
from store_sandbox.admin.writes.doors import IDEMPOTENT, MUTATIONS
from store_sandbox.scopes import DESCRIPTIONS, REQUIRED
from tests.published import published

ROW_TYPES = (
    "AbandonedCheckout",
    "AbandonedCheckoutLineItem",
    "BulkOperation",
    "DiscountCodeBasic",
    "DiscountCodeNode",
    "DiscountRedeemCode",
    "Collection",
    "Customer",
    "Fulfillment",
    "FulfillmentLineItem",
    "FulfillmentOrder",
    "FulfillmentOrderLineItem",
    "OrderTransaction",
    "InventoryItem",
    "InventoryLevel",
    "LineItem",
    "Location",
    "Metafield",
    "Order",
    "OrderAdjustment",
    "Product",
    "ProductVariant",
    "Refund",
    "RefundLineItem",
    "WebhookSubscription",
    "QueryRoot",
    "Mutation",
)


def test_every_field_of_a_row_type_has_a_resolver():
    types = served_schema().type_map
    missing = [
        f"{name}.{field}"
        for name in ROW_TYPES
        for field in types[name].fields
        if f"{name}.{field}" not in RESOLVERS
    ]
    assert missing == []


def test_no_resolver_serves_a_field_that_does_not_exist():
    types = served_schema().type_map
    strange = [
        key
        for key in RESOLVERS
        if key.split(".")[1] not in getattr(types[key.split(".")[0]], "fields", {})
    ]
    assert strange == []


def test_every_mutation_has_its_work_and_scope():
    fields = set(served_schema().mutation_type.fields)
    assert fields == set(MUTATIONS)
    assert fields >= IDEMPOTENT
    assert set(REQUIRED.values()) <= set(DESCRIPTIONS)


def test_a_node_resolves_to_its_kind():
    interface = served_schema().type_map["Node"]
    batch = type("B", (), {"nodes": []})()
    assert interface.resolve_type(Node("Order", {}, batch), None, None) == "Order"


def test_what_is_served_is_what_shopify_publishes():
    theirs_all = published("2026-10").type_map
    sdl = files("store_sandbox.admin").joinpath("schema.graphql").read_text("utf-8")
    differences = []
    for name, ours in build_schema(sdl, assume_valid=True).type_map.items():
        theirs = theirs_all.get(name)
        if theirs is None or type(theirs) is not type(ours):
            differences.append(name)
        elif isinstance(ours, GraphQLEnumType):
            if list(ours.values) != list(theirs.values):
                differences.append(name)
        elif isinstance(ours, GraphQLInputObjectType):
            differences += compare_inputs(name, ours, theirs)
        elif isinstance(ours, GraphQLObjectType | GraphQLInterfaceType):
            differences += compare_fields(name, ours, theirs)
    assert differences == []


def compare_inputs(name, ours, theirs):
    found = [
        f"{name}.{key}"
        for key, field in ours.fields.items()
        if key not in theirs.fields
        or print_input_value(key, field) != print_input_value(key, theirs.fields[key])
    ]
    required = [
        k for k, f in theirs.fields.items() if str(f.type).endswith("!") and k not in ours.fields
    ]
    if ours.is_one_of != theirs.is_one_of:
        found.append(f"{name} @oneOf")
    return found + [f"{name}.{key} is required" for key in required]


def compare_fields(name, ours, theirs):
    found = []
    for key, field in ours.fields.items():
        known = theirs.fields.get(key)
        if name.startswith("__"):
            continue
        if known is None or str(known.type) != str(field.type):
            found.append(f"{name}.{key}")
            continue
        if (field.deprecation_reason is None) != (known.deprecation_reason is None):
            found.append(f"{name}.{key} deprecation")
        for argument, value in field.args.items():
            if argument not in known.args or print_input_value(
                argument, value
            ) != print_input_value(argument, known.args[argument]):
                found.append(f"{name}.{key}({argument})")
    kept = {interface.name for interface in ours.interfaces}
    if not kept <= {interface.name for interface in theirs.interfaces}:
        found.append(f"{name} interfaces")
    return found


def test_leaf_fields_of_plain_objects_are_scalars_or_objects_we_know():
    for kind in served_schema().type_map.values():
        if isinstance(kind, GraphQLObjectType):
            for field in kind.fields.values():
                inner = get_named_type(field.type)
                assert is_leaf_type(inner) or inner.name in served_schema().type_map
