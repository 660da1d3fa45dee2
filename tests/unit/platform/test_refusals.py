"""Every code with which a write of ours may be refused is known, in both published versions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, get_named_type, parse

from royal_platform.shopify.errors import rejected
from royal_platform.shopify.refusals import REMEDIES, Refusal, refusal_of
from tests.published import VERSIONS, published
from tests.unit.platform.test_documents import DOCUMENTS, text

# What is wrong with these is the input that the error names.
INPUT = {
    "APPLIES_ON_NOTHING",
    "BLANK",
    "CANNOT_COMBINE_LINKED_AND_NONLINKED_OPTION_VALUES",
    "CANNOT_SET_NAME_FOR_LINKED_OPTION_VALUE",
    "CANNOT_SPECIFY_BOTH",
    "COMPARE_QUANTITY_REQUIRED",
    "DISCOUNT_NOT_COMPATIBLE_WITH_CONDITION_TYPES",
    "END_DATE_BEFORE_START_DATE",
    "EQUAL_TO",
    "GREATER_THAN",
    "GREATER_THAN_OR_EQUAL_TO",
    "GREATER_THAN_ZERO",
    "ID_NOT_ALLOWED",
    "INCLUSION",
    "INPUT_MISMATCH",
    "INVALID",
    "INVALID_COMBINES_WITH_FOR_DISCOUNT_CLASS",
    "INVALID_DISCOUNT_CLASS_FOR_PRICE_RULE",
    "INVALID_INPUT",
    "INVALID_LINE_ITEM_QUANTITY",
    "INVALID_METAFIELD",
    "INVALID_METAFIELD_VALUE_FOR_LINKED_OPTION",
    "INVALID_NAME",
    "INVALID_PRODUCT_DISCOUNTS_FALSE_WITH_EXISTING_TAGS_ON_SAME_CART_LINE",
    "INVALID_PRODUCT_DISCOUNTS_WITH_TAGS_ON_SAME_CART_LINE_FOR_DISCOUNT_CLASS",
    "INVALID_PRODUCT_DISCOUNTS_WITH_TAGS_ON_SAME_CART_LINE_WITHOUT_PRODUCT_DISCOUNTS",
    "INVALID_QUANTITY_NEGATIVE",
    "INVALID_QUANTITY_TOO_HIGH",
    "INVALID_QUANTITY_TOO_LOW",
    "INVALID_REASON",
    "INVALID_REFERENCE_DOCUMENT",
    "INVALID_TAG_LENGTH",
    "INVALID_VALUE",
    "LESS_THAN",
    "LESS_THAN_OR_EQUAL_TO",
    "LOCAL_CURRENCY_GIFT_CARD_PRICE_MUST_BE_ZERO",
    "METAFIELD_MISMATCH",
    "MINIMUM_SUBTOTAL_AND_QUANTITY_RANGE_BOTH_PRESENT",
    "MISSING_ARGUMENT",
    "MISSING_FIELD_REQUIRED",
    "MISSING_FUNCTION_IDENTIFIER",
    "MULTIPLE_FUNCTION_IDENTIFIERS",
    "MULTIPLE_RECURRING_CYCLE_LIMIT_FOR_NON_SUBSCRIPTION_ITEMS",
    "MUST_BE_FOR_THIS_PRODUCT",
    "MUST_SPECIFY_ONE_OF_PAIR",
    "NEED_TO_ADD_OPTION_VALUES",
    "NEGATIVE_PRICE_VALUE",
    "NOT_A_NUMBER",
    "NO_INVENTORY_QUANTITES_DURING_UPDATE",
    "NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE",
    "OPTION_VALUES_FOR_NUMBER_OF_UNKNOWN_OPTIONS",
    "OPTION_VALUES_MISSING",
    "OPTION_VALUE_NAME_TOO_LONG",
    "PRESENT",
    "PROCESSED_AT_INVALID",
    "PRODUCT_DISCOUNTS_WITH_TAGS_ON_SAME_CART_LINE_NOT_ENTITLED",
    "PRODUCT_OPTIONS_INPUT_MISSING",
    "PRODUCT_VARIANT_ID_MISSING",
    "RECURRING_CYCLE_LIMIT_NOT_A_VALID_INTEGER",
    "REDUNDANT_CUSTOMER_FIELDS",
    "STORE_CREDIT_REFUND_EXPIRATION_IN_PAST",
    "TAX_LINE_RATE_MISSING",
    "TOO_BIG",
    "TOO_LONG",
    "TOO_SHORT",
    "VALUE_OUTSIDE_RANGE",
    "VARIANTS_INPUT_MISSING",
    "WRONG_LENGTH",
}


def codes(schema: GraphQLSchema) -> Iterator[str]:
    """The codes in the errors of every mutation that the client's documents send."""
    for name in DOCUMENTS:
        for each in parse(text(name)).definitions:
            if not isinstance(each, OperationDefinitionNode) or each.operation.value != "mutation":
                continue
            for sent in each.selection_set.selections:
                payload = get_named_type(schema.mutation_type.fields[sent.name.value].type)
                yield from _of(payload)


def _of(payload: object) -> Iterator[str]:
    for name, field in payload.fields.items():
        code = get_named_type(field.type).fields.get("code") if name.endswith("rrors") else None
        if code is not None:
            yield from get_named_type(code.type).values


@pytest.mark.parametrize("version", VERSIONS)
def test_every_code_of_the_published_schema_is_known(version):
    told = set(codes(published(version)))
    assert len(told) > 100
    assert {each for each in told if refusal_of(each) is Refusal.INPUT} - INPUT == set()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("CHANGE_FROM_QUANTITY_STALE", Refusal.STALE), ("PRODUCT_DOES_NOT_EXIST", Refusal.GONE),
        ("TAKEN", Refusal.EXISTS), ("INVALID_STATE", Refusal.STATE), (None, Refusal.INPUT),
        ("NO_REFUND_PERMISSION", Refusal.PERMISSION), ("FROM_NEXT_YEAR", Refusal.INPUT),
    ],
)  # fmt: skip
def test_a_refusal_says_its_kind_its_field_and_what_to_do(code, kind):
    error = {"field": ["input", "lines", "0"], "message": "No.", "code": code}
    found = rejected([error], doing="the change")
    assert (found.kind, found.field, found.remedy) == (kind, "input.lines.0", REMEDIES[kind])


def test_every_kind_has_a_remedy_of_its_own():
    assert len(set(REMEDIES.values())) == len(Refusal)
