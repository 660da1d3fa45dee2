"""Metafields of variants, collections, customers, orders and the shop, beside products'.

Revision ID: 0042_metafields_of_every_owner
Revises: 0041_words_of_findings
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import Json

revision = "0042_metafields_of_every_owner"
down_revision = "0041_words_of_findings"
branch_labels = None
depends_on = None

_OWNERS = ("products", "collections", "customers", "orders")
_stores = sa.table("stores", sa.column("id", sa.String), sa.column("sync_cursor", Json))


def upgrade() -> None:
    _rebuild(
        [
            sa.Column("owner_type", sa.String(length=20), nullable=False),
            sa.Column("owner_id", sa.String(length=80), nullable=False),
        ],
        "owner_type, owner_id",
        "SELECT store_id, 'product', product_id, namespace, key, type, value"
        " FROM metafields_before",
    )
    _read_owners_again()


def downgrade() -> None:
    _rebuild(
        [sa.Column("product_id", sa.String(length=80), nullable=False)],
        "product_id",
        "SELECT store_id, owner_id, namespace, key, type, value FROM metafields_before"
        " WHERE owner_type = 'product'",
    )


def _rebuild(owner: list[sa.Column[str]], names: str, rows: str) -> None:
    """A primary key is changed by making the table anew: SQLite knows no other way."""
    op.execute("CREATE TABLE metafields_before AS SELECT * FROM metafields")
    op.drop_table("metafields")
    op.create_table(
        "metafields",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        *owner,
        sa.Column("namespace", sa.String(length=255), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "store_id", *[column.name for column in owner], "namespace", "key",
            name=op.f("pk_metafields"),
        ),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.execute(f"INSERT INTO metafields (store_id, {names}, namespace, key, type, value) {rows}")
    op.drop_table("metafields_before")


def _read_owners_again() -> None:
    """Without a watermark the next sync reads all owners, whose metafields are not here yet."""
    connection = op.get_bind()
    for row in connection.execute(sa.select(_stores)).all():
        marks = dict((row.sync_cursor or {}).get("marks") or {})
        kept = {name: mark for name, mark in marks.items() if name not in _OWNERS}
        if kept != marks:
            connection.execute(
                sa.update(_stores)
                .where(_stores.c.id == row.id)
                .values(sync_cursor={**row.sync_cursor, "marks": kept})
            )
