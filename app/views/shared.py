"""Small mappings every view needs: money, provenance, a decision's diff, the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from app.schemas.common import ChangeOut, MoneyOut, Provenance, Source
from royal_platform.commerce.decisions import rules
from royal_platform.persistence import stores
from royal_platform.persistence.executions import Executions
from royal_platform.persistence.stores import Store

if TYPE_CHECKING:
    from decimal import Decimal

    from sqlalchemy import Connection

    from royal_platform.bootstrap import Platform
    from royal_platform.commerce.decisions.model import Decision
    from royal_platform.commerce.shared.model import Money


def money(value: Money | None) -> MoneyOut | None:
    """The amount as it travels, None when it is unknown."""
    return None if value is None else MoneyOut(amount=value.amount, currency=value.currency)


def amount(value: Decimal, currency: str) -> MoneyOut:
    """An amount that is always known."""
    return MoneyOut(amount=value, currency=currency)


def store(platform: Platform, connection: Connection) -> Store:
    """The platform's store as its row says now."""
    return stores.get(connection, platform.store_id)


def source(row: Store) -> Source:
    """Where the store's figures come from."""
    return cast("Source", row.source)


def provenance(row: Store) -> Provenance:
    """The store's figures are as of the last synchronisation, or of its first contact."""
    return Provenance(
        source=source(row), as_of=row.last_sync_at or row.created_at, partial=row.never_read
    )


def changes(connection: Connection, decision: Decision) -> list[ChangeOut]:
    """The decision's diff with what was written and read back."""
    written: dict[str, Any] = {}
    if decision.executed_at is not None:
        execution = Executions(decision.store_id).get(connection, decision.id)
        written = dict(execution.after or {}) if execution else {}
    return [
        ChangeOut(
            field=change.field,
            now=change.now,
            proposed=change.proposed,
            written=_text(written.get(change.field)),
            unit=change.unit,
        )
        for change in rules.changes(decision.proposal)
    ]


def _text(value: object) -> str | None:
    return None if value is None else str(value)
