"""What an order at a supplier still serves, by what the supplier says of its lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from royal_platform.commerce.suppliers.model import StatedLine, SupplierOrder

_GONE = frozenset({"refused", "cancelled"})
_LEFT = frozenset({"shipped", "delivered"})


def served(lines: Sequence[Mapping[str, Any]], stated: SupplierOrder) -> dict[str, int]:
    """Units by order line that have left the supplier or are promised, never above the ordered.

    ``lines`` are those of the decision that placed it: ``line_id, supplier_sku, quantity``. A unit
    that both left and will not come counts as left: it is not ordered twice. Of an order that is
    cancelled or refused only what left counts.
    """
    coming = _coming(lines, stated)
    found: dict[str, int] = {}
    for line in lines:
        units = min(int(line["quantity"]), coming[line["supplier_sku"]])
        coming[line["supplier_sku"]] -= units
        found[line["line_id"]] = found.get(line["line_id"], 0) + units
    return found


def missing(lines: Sequence[Mapping[str, Any]], stated: SupplierOrder) -> dict[str, int]:
    """Units by order line that were ordered and will not come; lines without any left out."""
    ordered: Counter[str] = Counter()
    for line in lines:
        ordered[line["line_id"]] += int(line["quantity"])
    coming = served(lines, stated)
    return {
        line_id: units - coming[line_id]
        for line_id, units in ordered.items() if units > coming[line_id]
    }  # fmt: skip


def has_left(lines: Sequence[Mapping[str, Any]], stated: SupplierOrder) -> bool:
    """True when all that comes of an order is on its way, a part of it known to stay away too."""
    if stated.status in _LEFT:
        return True
    if stated.status != "partial" or stated.lines is None:
        return False
    shipped = sum(min(each.shipped, units) for each, units in _told(lines, stated))
    return 0 < shipped >= sum(served(lines, stated).values())


def _coming(lines: Sequence[Mapping[str, Any]], stated: SupplierOrder) -> Counter[str]:
    given_up = stated.status in _GONE
    coming: Counter[str] = Counter() if given_up else _ordered(lines)
    for each, units in _told(lines, stated):
        shipped = min(each.shipped, units)
        coming[each.supplier_sku] = shipped if given_up else units - min(each.gone, units - shipped)
    return coming


def _told(
    lines: Sequence[Mapping[str, Any]], stated: SupplierOrder
) -> list[tuple[StatedLine, int]]:
    """What is said of each ordered article, with how many were ordered."""
    shipped: Counter[str] = Counter()
    gone: Counter[str] = Counter()
    for each in stated.lines or ():
        shipped[each.supplier_sku] += each.shipped
        gone[each.supplier_sku] += each.gone
    return [
        (StatedLine(sku, shipped[sku], gone[sku]), units)
        for sku, units in _ordered(lines).items()
        if sku in shipped
    ]


def _ordered(lines: Sequence[Mapping[str, Any]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for line in lines:
        found[line["supplier_sku"]] += int(line["quantity"])
    return found
