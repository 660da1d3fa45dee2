"""What language models were shown, on the wire."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from app.schemas.common import MoneyOut
from app.schemas.model_calls import (
    ModelCallDetail,
    ModelCallOut,
    ModelCallPage,
    ModelCallQuery,
)
from royal_platform.persistence.model_calls import ModelCall, ModelCalls

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform

_TEXTS = ("texts", "digests")


def listing(platform: Platform, query: ModelCallQuery) -> ModelCallPage:
    """A page of calls, the newest first."""
    with platform.database.read() as connection:
        page = ModelCalls(platform.store_id).page(
            connection, query.about, query.cursor, query.limit
        )
    data = []
    for call in page.items:
        told = _told(call)
        for name in _TEXTS:
            del told[name]
        data.append(ModelCallOut(**told))
    return ModelCallPage(data=data, next_cursor=page.next_cursor, total=page.total)


def one(platform: Platform, call_id: str) -> ModelCallDetail:
    """One call with its texts. Raises ``NotFound``."""
    with platform.database.read() as connection:
        found = ModelCalls(platform.store_id).get(connection, call_id)
    return ModelCallDetail(**_told(found))


def _told(call: ModelCall) -> dict[str, Any]:
    told = asdict(call)
    cost, currency = told.pop("cost"), told.pop("currency")
    told["cost"] = None if cost is None else MoneyOut(amount=cost.normalize(), currency=currency)
    return told
