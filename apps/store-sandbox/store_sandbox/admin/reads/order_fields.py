"""What orders can be searched and sorted by."""

from store_sandbox.admin.search import Field

_CUSTOMER = "(SELECT {column} FROM customers c WHERE c.id = orders.customer_id)"
_LINE = "EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = orders.id AND l.{column} {{}})"
_STATES = "|".join(
    (
        "open=orders.closed_at IS NULL AND orders.cancelled_at IS NULL",
        "closed=orders.closed_at IS NOT NULL",
        "cancelled=orders.cancelled_at IS NOT NULL",
        "not_closed=orders.closed_at IS NULL",
        "any=1",
    )
)
_FULFILMENT = "|".join(
    (
        "fulfilled=orders.fulfillment_status IS 'FULFILLED'",
        "shipped=orders.fulfillment_status IS 'FULFILLED'",
        "partial=orders.fulfillment_status IS 'PARTIALLY_FULFILLED'",
        "unfulfilled=orders.fulfillment_status IS NOT 'FULFILLED'",
        "unshipped=orders.fulfillment_status IS 'UNFULFILLED'",
    )
)
# What the newest return says of the whole order; requested ones await the merchant.
RETURN_STATUS = (
    "COALESCE((SELECT CASE t.status WHEN 'REQUESTED' THEN 'RETURN_REQUESTED'"
    " WHEN 'OPEN' THEN 'IN_PROGRESS' ELSE 'RETURNED' END FROM returns t"
    " WHERE t.order_id = orders.id AND t.status NOT IN ('CANCELED', 'DECLINED')"
    " ORDER BY t.status = 'CLOSED', t.id DESC LIMIT 1), 'NO_RETURN')"
)

FIELDS: dict[str, Field] = {
    "": Field(
        "words",
        "('#' || orders.number || ' ' || orders.number || ' ' || COALESCE(orders.email, '')) {}",
    ),
    "id": Field("id", "orders.id {}"),
    "name": Field("text", "('#' || orders.number) {}"),
    "number": Field("number", "orders.number {}"),
    "status": Field("choice", _STATES),
    "financial_status": Field("text", "orders.financial_status {}"),
    "fulfillment_status": Field("choice", _FULFILMENT),
    "created_at": Field("time", "orders.created_at {}"),
    "processed_at": Field("time", "orders.processed_at {}"),
    "updated_at": Field("time", "orders.updated_at {}"),
    "cancelled_at": Field("time", "orders.cancelled_at {}"),
    "closed_at": Field("time", "orders.closed_at {}"),
    "customer_id": Field("id", "orders.customer_id {}"),
    "email": Field("text", "orders.email {}"),
    "tag": Field("tag", "orders.tags {}"),
    "tag_not": Field("tag", "NOT orders.tags {}"),
    "return_status": Field("text", f"{RETURN_STATUS} {{}}"),
    "test": Field("flag", "orders.test {}"),
    "sku": Field("text", _LINE.format(column="sku")),
    "product_id": Field("id", _LINE.format(column="product_id")),
    "source_name": Field("text", "orders.source_name {}"),
    "gateway": Field("text", "orders.gateway {}"),
    "discount_code": Field(
        "text",
        "EXISTS (SELECT 1 FROM json_each(orders.discount_codes) d WHERE d.value {})",
    ),
    "total_price": Field("money", "orders.total {}"),
}
SORTS: dict[str, str] = {
    "ID": "orders.id",
    "ORDER_NUMBER": "orders.number",
    "CREATED_AT": "orders.created_at",
    "PROCESSED_AT": "orders.processed_at",
    "UPDATED_AT": "orders.updated_at",
    "TOTAL_PRICE": "orders.total",
    "CURRENT_TOTAL_PRICE": "(orders.total - orders.refunded)",
    "FINANCIAL_STATUS": "orders.financial_status",
    "FULFILLMENT_STATUS": "orders.fulfillment_status",
    "CUSTOMER_NAME": f"COALESCE({_CUSTOMER.format(column='last_name')}, '')",
    "TOTAL_ITEMS_QUANTITY": (
        "(SELECT COALESCE(SUM(quantity), 0) FROM order_lines l WHERE l.order_id = orders.id)"
    ),
}
