"""Daily sales before tax, where prices include it.

Revision ID: 0023_before_tax
Revises: 0022_security
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.proportion import proportion
from core.storage.types import ScaledDecimal

revision = "0023_before_tax"
down_revision = "0022_security"
branch_labels = None
depends_on = None

_ADDED = {"daily_sales": ("earned", "given_back"), "daily_variant_sales": ("tax",)}
_ORDERS = """
SELECT o.store_id, o.day, s.taxes_included, o.tax, o.total,
  CAST(SUM(l.total) AS BIGINT) - o.discount
FROM stores s JOIN orders o ON o.store_id = s.id
JOIN order_lines l ON l.store_id = o.store_id AND l.order_id = o.id
WHERE NOT o.test AND o.deleted_at IS NULL
GROUP BY o.store_id, o.id, o.day, s.taxes_included, o.tax, o.total, o.discount
"""
_LINES = """
SELECT o.store_id, o.day, s.taxes_included, o.tax, o.total, l.total, l.variant_id
FROM stores s JOIN orders o ON o.store_id = s.id
JOIN order_lines l ON l.store_id = o.store_id AND l.order_id = o.id
WHERE NOT o.test AND o.deleted_at IS NULL AND l.variant_id IS NOT NULL
"""
_REFUNDED = """
SELECT o.store_id, r.day, s.taxes_included, o.tax, o.total, l.subtotal, l.variant_id
FROM stores s JOIN orders o ON o.store_id = s.id
JOIN refunds r ON r.store_id = o.store_id AND r.order_id = o.id
JOIN refund_lines l ON l.store_id = r.store_id AND l.order_id = r.order_id AND l.refund_id = r.id
WHERE NOT o.test AND o.deleted_at IS NULL
"""
_ADJUSTED = """
SELECT o.store_id, r.day, s.taxes_included, o.tax, o.total, -a.amount
FROM stores s JOIN orders o ON o.store_id = s.id
JOIN refunds r ON r.store_id = o.store_id AND r.order_id = o.id
JOIN order_adjustments a
  ON a.store_id = r.store_id AND a.order_id = r.order_id AND a.refund_id = r.id
WHERE NOT o.test AND o.deleted_at IS NULL
"""
_DAY = """
UPDATE daily_sales SET earned = :earned, given_back = :given_back
WHERE store_id = :store_id AND day = :day
"""
_VARIANT = """
UPDATE daily_variant_sales SET tax = :tax
WHERE store_id = :store_id AND day = :day AND variant_id = :variant_id
"""
_COVERED = """
UPDATE daily_sales SET sold = value.sold, covered = value.covered
FROM (
  SELECT s.store_id, s.day, CAST(SUM(s.revenue - s.returned - s.tax) AS BIGINT) AS sold,
    CAST(SUM(CASE WHEN v.unit_cost IS NOT NULL THEN s.revenue - s.returned - s.tax ELSE 0 END)
      AS BIGINT) AS covered
  FROM daily_variant_sales s
  LEFT JOIN variants v ON v.store_id = s.store_id AND v.id = s.variant_id
  GROUP BY s.store_id, s.day
) AS value
WHERE daily_sales.store_id = value.store_id AND daily_sales.day = value.day
"""


def upgrade() -> None:
    for table, names in _ADDED.items():
        for name in names:
            op.add_column(
                table, sa.Column(name, ScaledDecimal(), nullable=False, server_default="0")
            )
    _fill()
    # SQLite copies the table for this; without being told, the copy would grow row ids.
    for table, names in _ADDED.items():
        with op.batch_alter_table(table, table_kwargs={"sqlite_with_rowid": False}) as batch:
            for name in names:
                batch.alter_column(name, server_default=None)


def downgrade() -> None:
    for table, names in _ADDED.items():
        with op.batch_alter_table(table, table_kwargs={"sqlite_with_rowid": False}) as batch:
            for name in names:
                batch.drop_column(name)


def _fill() -> None:
    """From the orders, as the aggregates are computed from now on."""
    connection = op.get_bind()
    sums: dict[tuple[str, str], list[int]] = {}
    taxes: dict[tuple[str, str, str], int] = {}
    for query, side, sign in ((_ORDERS, 0, 0), (_LINES, None, 1), (_REFUNDED, 1, -1),
                              (_ADJUSTED, 1, 0)):  # fmt: skip
        for row in connection.execute(sa.text(query)):
            amount, tax = row[5], _tax(*row[2:6])
            if side is not None:
                sums.setdefault((row[0], row[1]), [0, 0])[side] += amount - tax
            if sign and row[6] is not None:
                place = (row[0], row[1], row[6])
                taxes[place] = taxes.get(place, 0) + sign * tax
    _run(_DAY, [{"store_id": store_id, "day": day, "earned": earned, "given_back": back}
                for (store_id, day), (earned, back) in sums.items()])  # fmt: skip
    _run(_VARIANT, [{"store_id": store_id, "day": day, "variant_id": variant_id, "tax": tax}
                    for (store_id, day, variant_id), tax in taxes.items() if tax])  # fmt: skip
    connection.execute(sa.text(_COVERED))


def _tax(included: bool, tax: int, total: int, amount: int) -> int:
    if not included or tax == 0:
        return 0
    return amount if tax < 0 or tax >= total else proportion(amount, tax, total)


def _run(statement: str, rows: list[dict[str, object]]) -> None:
    if rows:
        op.get_bind().execute(sa.text(statement), rows)
