"""What the store's refusals mean: Shopify's error codes by what is to be done about them."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """Why a change was refused."""

    STALE = "stale"
    GONE = "gone"
    EXISTS = "exists"
    STATE = "state"
    LIMIT = "limit"
    PERMISSION = "permission"
    SETTING = "setting"
    KEY = "key"
    FAULT = "fault"
    INPUT = "input"


REMEDIES = {
    Refusal.STALE: "It changed in the store meanwhile: read it and decide again.",
    Refusal.GONE: "It is no longer in the store: reject the decision.",
    Refusal.EXISTS: "The store has such a one already: look at it there, or choose another name.",
    Refusal.STATE: "It is past the state in which this can be done: look at it in the store, then "
    "decide anew.",
    Refusal.LIMIT: "The store takes no more of these: ask for less at once, or end old ones first.",
    Refusal.PERMISSION: "Grant the app (or the user who installed it) that permission in the "
    "Shopify admin, then decide again.",
    Refusal.SETTING: "The store's own settings or plan do not allow it: change them in the Shopify "
    "admin, or reject the decision.",
    Refusal.KEY: "This key was used for another change: make a new decision instead of retrying.",
    Refusal.FAULT: "The store had a fault of its own: look there whether it happened, then decide "
    "again.",
    Refusal.INPUT: "Correct the named input, then decide again.",
}

_CODES = {
    Refusal.STALE: "CHANGE_FROM_QUANTITY_STALE COMPARE_QUANTITY_STALE CONFLICT "
    "INVENTORY_CLAIM_FAILED",
    Refusal.GONE: "PRODUCT_DOES_NOT_EXIST PRODUCT_VARIANT_DOES_NOT_EXIST NOT_FOUND "
    "FULFILLMENT_ORDER_NOT_FOUND OPTION_DOES_NOT_EXIST OPTION_VALUE_DOES_NOT_EXIST "
    "LINKED_METAFIELD_DEFINITION_NOT_FOUND INVALID_INVENTORY_ITEM INVALID_LOCATION "
    "INVALID_PRODUCT INVALID_VARIANT ITEM_NOT_STOCKED_AT_LOCATION",
    Refusal.EXISTS: "TAKEN ALREADY_EXISTS DUPLICATE DUPLICATED_FULFILLMENT_ORDER_LINE_ITEMS "
    "DUPLICATED_METAFIELD_VALUE DUPLICATED_OPTION_NAME DUPLICATED_OPTION_VALUE DUPLICATED_VALUE "
    "DUPLICATE_FULFILLMENT_HOLD_HANDLE DUPLICATE_LINKED_OPTION HANDLE_NOT_UNIQUE "
    "IMPLICIT_DUPLICATE VARIANT_ALREADY_EXISTS NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR",
    Refusal.STATE: "INVALID_STATE NOT_EDITABLE PRODUCT_SUSPENDED NON_MUTABLE_INVENTORY_ITEM "
    "FULFILLMENT_ORDER_NOT_SPLITTABLE ACTIVE_PERIOD_OVERLAP "
    "GIFT_CARD_ATTRIBUTE_CANNOT_BE_CHANGED SUBSCRIPTION_VIOLATION CAPABILITY_VIOLATION "
    "UNSUPPORTED_COMBINED_LISTING_PARENT_OPERATION STORE_CREDIT_REFUND_MISSING_CUSTOMER",
    Refusal.LIMIT: "LIMIT_REACHED OPERATION_IN_PROGRESS FULFILLMENT_ORDER_HOLD_LIMIT_REACHED "
    "MAX_APP_DISCOUNTS EXCEEDED_MAX TOO_MANY_TAGS TOO_MANY_ARGUMENTS OPTIONS_OVER_LIMIT "
    "OPTION_VALUES_OVER_LIMIT VARIANTS_OVER_LIMIT INVENTORY_QUANTITIES_LIMIT_EXCEEDED "
    "TOO_MANY_PRODUCT_DISCOUNTS_WITH_TAGS_ON_SAME_CART_LINE MAX_COST_EXCEEDED "
    "MAX_INPUT_SIZE_EXCEEDED",
    Refusal.PERMISSION: "ACCESS_DENIED INVALID_ACCESS MISSING_PERMISSION NO_REFUND_PERMISSION "
    "NO_REFUND_TO_STORE_CREDIT_PERMISSION",
    Refusal.SETTING: "FEATURE_NOT_ENABLED GIFT_CARDS_NOT_ACTIVATED SHOP_DORMANT "
    "LINKED_OPTIONS_NOT_SUPPORTED_FOR_SHOP INCOMPATIBLE_WITH_STANDARD_POLICY "
    "STORE_CREDIT_REFUND_B2B_NOT_SUPPORTED NOT_DEFINED_FOR_SHOP FULFILLMENT_SERVICE_INVALID",
    Refusal.KEY: "IDEMPOTENCY_KEY_PARAMETER_MISMATCH IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED",
    Refusal.FAULT: "INTERNAL_ERROR INTERNAL_SERVER_ERROR GENERIC_ERROR JOB_ERROR CREATION_FAILED "
    "NOTIFICATION_FAILED IDEMPOTENCY_CONCURRENT_REQUEST",
}
_KINDS = {code: kind for kind, codes in _CODES.items() for code in codes.split()}


def refusal_of(code: str | None) -> Refusal:
    """What a code means; without one, or with one that is not known, the input is at fault."""
    return _KINDS.get(code or "", Refusal.INPUT)
