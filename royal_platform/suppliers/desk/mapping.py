"""Between our order and the shape a desk wants, by the dotted paths of its settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, cast, get_args
from zoneinfo import ZoneInfo

from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.suppliers.model import (
    UNANSWERED,
    OrderRequest,
    OrderStatus,
    StatedLine,
    SupplierOrder,
    Tracking,
)
from royal_platform.suppliers.errors import SupplierRejected
from royal_platform.suppliers.feed.rows import at_path
from royal_platform.suppliers.schemas import DeskSettings

_REQUEST = {
    "reference": "reference", "lines": "lines", "name": "recipient.name",
    "address1": "recipient.address1", "address2": "recipient.address2",
    "city": "recipient.city", "postal_code": "recipient.postal_code",
    "country": "recipient.country", "province": "recipient.province",
    "phone": "recipient.phone", "email": "recipient.email",
}  # fmt: skip
_LINE = {"supplier_sku": "sku", "quantity": "quantity"}
_RESPONSE = {
    "orders": "", "id": "id", "reference": "reference", "status": "status",
    "promised_at": "promised_at", "shipped_at": "shipped_at", "delivered_at": "delivered_at",
    "total": "total.amount", "currency": "total.currency", "tracking_number": "tracking.number",
    "carrier": "tracking.carrier", "tracking_url": "tracking.url",
    # Below each of its lines: units that left, and units that will not come.
    "lines": "lines", "line_sku": "sku", "line_shipped": "shipped", "line_gone": "cancelled",
}  # fmt: skip
# What a desk may say; the others are known of mail alone.
STATED = frozenset(get_args(OrderStatus)) - UNANSWERED - {"cancel_asked"}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def body_of(order: OrderRequest, settings: DeskSettings) -> dict[str, Any]:
    """The document that places the order; what is unknown is left out."""
    paths = _renamed(_REQUEST, settings.request)
    line_paths = _renamed(_LINE, settings.line)
    document: dict[str, Any] = {}
    to = order.recipient
    values: dict[str, Any] = {"reference": order.reference}
    if to is not None:
        values |= {name: getattr(to, name) for name in _REQUEST if hasattr(to, name)}
    for name, value in values.items():
        if value is not None and paths.get(name):
            _put(document, paths[name], value)
    lines: list[dict[str, Any]] = []
    for each in order.lines:
        line: dict[str, Any] = {}
        for name, path in line_paths.items():
            value = getattr(each, name, None)
            if value is not None:
                _put(line, path, str(value.amount) if isinstance(value, Money) else value)
        lines.append(line)
    _put(document, paths["lines"], lines)
    return document


def order_of(document: Any, settings: DeskSettings, zone: ZoneInfo) -> SupplierOrder | None:
    """The order in an answer, the first where it lists several; None where there is none.

    A bare day is meant whole: its end in ``zone``. A time that cannot be read is unknown, and told
    in ``unread``. Raises ``SupplierRejected``.
    """
    paths = _renamed(_RESPONSE, settings.response)
    found = at_path(document, paths["orders"]) if paths["orders"] else document
    if isinstance(found, list):
        found = found[0] if found else None
    if not isinstance(found, Mapping):
        return None

    def at(name: str) -> str | None:
        value = at_path(found, paths[name]) if paths[name] else None
        return None if value in (None, "") else str(value)

    reference, identifier = at("reference"), at("id")
    if reference is None or identifier is None:
        raise SupplierRejected(
            "The supplier's answer names no order.",
            remedy="Correct the paths of id and reference in the supplier's settings.",
        )
    unread: list[str] = []

    def moment(name: str) -> datetime | None:
        text = at(name)
        if text is None:
            return None
        try:
            return _moment(text, zone)
        except ValueError:
            unread.append(
                f"unknown {name}: the time {text[:60]!r} cannot be read. Point its path in the "
                "supplier's settings at a time in ISO 8601."
            )
            return None

    try:
        lines = _lines(found, paths)
    except ValueError as error:
        lines = None
        unread.append(
            f"unknown what became of its lines: {error}. Point line_sku, line_shipped and "
            "line_gone in the supplier's settings at an article and at whole units."
        )
    number = at("tracking_number")
    return SupplierOrder(
        reference=reference,
        supplier_reference=identifier,
        status=_status(at("status"), settings),
        promised_at=moment("promised_at"),
        shipped_at=moment("shipped_at"),
        delivered_at=moment("delivered_at"),
        total=_total(at("total"), at("currency")),
        tracking=None
        if number is None
        else Tracking(number, at("carrier"), _safe(at("tracking_url"))),
        lines=lines,
        unread=tuple(unread),
    )


def _renamed(usual: Mapping[str, str], own: Mapping[Any, str]) -> dict[str, str]:
    return {**usual, **own}


def _lines(order: Mapping[str, Any], paths: Mapping[str, str]) -> tuple[StatedLine, ...] | None:
    """What became of the lines; None where it is not told of one. Raises ``ValueError``."""
    told = at_path(order, paths["lines"]) if paths["lines"] else None
    if not isinstance(told, list) or not told:
        return None
    found: list[StatedLine] = []
    for each in told:
        if not isinstance(each, Mapping):
            return None
        shipped, gone = (_units(each, paths[name]) for name in ("line_shipped", "line_gone"))
        if shipped is None and gone is None:
            return None
        sku = at_path(each, paths["line_sku"]) if paths["line_sku"] else None
        if sku in (None, ""):
            raise ValueError("a line names no article")
        found.append(StatedLine(str(sku), shipped or 0, gone or 0))
    return tuple(found)


def _units(line: Mapping[str, Any], path: str) -> int | None:
    told = at_path(line, path) if path else None
    if told in (None, ""):
        return None
    text = str(told)
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise ValueError(f"{text[:60]!r} is no count of units")
    return int(text)


def _status(word: str | None, settings: DeskSettings) -> OrderStatus:
    said = (word or "").strip()
    meant = settings.statuses.get(said, said.lower())
    if meant not in STATED:
        raise SupplierRejected(
            f"The supplier calls the order {said[:60]!r}, which is not known here.",
            remedy=f"Add that word to the statuses of its settings: one of "
            f"{', '.join(sorted(STATED))}.",
        )
    return cast("OrderStatus", meant)


def _moment(text: str, zone: ZoneInfo) -> datetime:
    if _DAY.fullmatch(text):
        return datetime.combine(datetime.fromisoformat(text).date(), time(23, 59, 59), zone)
    found = datetime.fromisoformat(text)
    return found if found.tzinfo is not None else found.replace(tzinfo=zone)


def _total(amount: str | None, currency: str | None) -> Money | None:
    if amount is None or currency is None or not re.fullmatch(r"[A-Z]{3}", currency):
        return None
    try:
        found = Decimal(amount)
    except InvalidOperation:
        return None
    return Money(found, currency) if found.is_finite() else None


def _safe(url: str | None) -> str | None:
    return url[:2000] if url is not None and url.startswith(("https://", "http://")) else None


def _put(document: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for parent in parents:
        document = document.setdefault(parent, {})
    document[last] = value
