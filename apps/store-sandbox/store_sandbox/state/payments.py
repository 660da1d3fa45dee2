"""Numbers of order transactions: they follow from the order's and the refund's, so they stay."""

_SALE, _REFUND = 1, 2
TOPIC = "order_transactions/create"


def sale_number(order_id: int) -> int:
    """The number of an order's sale."""
    return order_id * 10 + _SALE


def refund_number(refund_id: int) -> int:
    """The number of the money that went back with a refund."""
    return refund_id * 10 + _REFUND


def owner_of(number: int) -> tuple[str | None, int | None]:
    """The table and the id of the row that a number stands for; none when it stands for nothing."""
    table = {_SALE: "orders", _REFUND: "refunds"}.get(number % 10)
    return table, None if table is None else number // 10
