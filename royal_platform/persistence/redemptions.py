"""What became of the codes that flows gave: made, used in an order, and what those orders were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, select

from royal_platform.commerce.decisions.discounts import DISCOUNT
from royal_platform.commerce.decisions.model import Status
from royal_platform.persistence.mirror_rows import chunks
from royal_platform.persistence.tables.decisions import decisions
from royal_platform.persistence.tables.orders import orders
from royal_platform.persistence.taxes import net_before_tax

# A code that was ended later was there, and may have been used before.
_MADE = [
    each.value for each in (Status.EXECUTED, Status.MEASURED, Status.REVERTING, Status.REVERTED)
]


@dataclass(frozen=True, slots=True)
class Redemption:
    """A step's codes: made and used; ``revenue`` is net sales before tax of orders with one.

    It counts what was bought with a code, not what the code changed: the holdout tells that.
    """

    made: int = 0
    redeemed: int = 0
    revenue: Decimal = Decimal(0)

    def __add__(self, other: Redemption) -> Redemption:
        """Both together."""
        return Redemption(
            self.made + other.made, self.redeemed + other.redeemed, self.revenue + other.revenue
        )


def by_step(
    connection: Connection, store_id: str, currency: str
) -> dict[tuple[str, str], Redemption]:
    """By flow and step; orders of a test, cancelled ones or in another currency do not count."""
    query = select(decisions.c.arguments).where(
        decisions.c.store_id == store_id, decisions.c.kind == DISCOUNT,
        decisions.c.status.in_(_MADE),
    )  # fmt: skip
    codes = {str(told["code"]): told for told in connection.execute(query).scalars()}
    customers = sorted({str(told["customer_id"]) for told in codes.values()})
    used = _used(connection, store_id, currency, customers)
    found: dict[tuple[str, str], Redemption] = {}
    for code, told in codes.items():
        step = (str(told.get("flow")), str(told.get("step")))
        each = Redemption(1, int(code in used), used.get(code, Decimal(0)))
        found[step] = found.get(step, Redemption()) + each
    return found


def _used(
    connection: Connection, store_id: str, currency: str, customers: Sequence[str]
) -> dict[str, Decimal]:
    """Each code these customers used, as we write codes, with the net sales made with it."""
    net = net_before_tax(store_id).label("net")
    found: dict[str, Decimal] = {}
    for part in chunks(customers):
        query = select(orders.c.discount_codes, net).where(
            orders.c.store_id == store_id, orders.c.customer_id.in_(part),
            orders.c.discount_codes.is_not(None), orders.c.currency == currency,
            orders.c.cancelled_at.is_(None), orders.c.deleted_at.is_(None),
            orders.c.test.is_(False),
        )  # fmt: skip
        for row in connection.execute(query):
            # Shopify takes a code whatever its case, and tells it as the buyer typed it.
            for code in {str(each).upper() for each in row.discount_codes}:
                found[code] = found.get(code, Decimal(0)) + row.net
    return found
