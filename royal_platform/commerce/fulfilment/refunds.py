"""Goods that come from nowhere: which units money goes back for, and how much of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal, localcontext

from royal_platform.commerce.shared.model import Money

# Amounts of twelve digits times a million units, exactly.
_DIGITS = 60


@dataclass(frozen=True, slots=True)
class PaidLine:
    """A line of an order. ``paid`` is for all ``quantity`` units: after all discounts, with tax.

    ``refunded`` of the units were paid back before.
    """

    line_id: str
    quantity: int
    refunded: int
    paid: Money
    title: str = ""


@dataclass(frozen=True, slots=True)
class Lacking:
    """Units of an order line that a supplier's order was to bring, and that nobody can send."""

    reference: str
    line_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Owed:
    """What goes back for lacking units; ``with_shipping``: nothing of the order is left to send."""

    amount: Money
    with_shipping: bool


def lacking(
    gone: Mapping[str, Mapping[str, int]],
    settled: Mapping[tuple[str, str], int],
    nobody: Mapping[str, int],
) -> list[Lacking]:
    """The units to pay back: of each line never more than nobody can send (``nobody``).

    ``gone`` are units that will not come, by reference and line; ``settled`` those of them, by
    (reference, line), whose money went or goes back, or about which a person said no.
    The newest reference is counted first: what it was to bring made good for the older ones.
    """
    left = dict(nobody)
    found: list[Lacking] = []
    for reference in reversed(list(gone)):
        for line_id, units in gone[reference].items():
            open_units = units - settled.get((reference, line_id), 0)
            take = min(open_units, left.get(line_id, 0))
            if take > 0:
                left[line_id] -= take
                found.append(Lacking(reference, line_id, take))
    return found


def owed(lines: Sequence[PaidLine], wanted: Iterable[Lacking], left: Money) -> Owed | None:
    """What was paid for these units, never above ``left``; None where nothing goes back.

    Where nothing else of the order is left it is all that was paid for it, shipping included.
    """
    units: dict[str, int] = {}
    for each in wanted:
        units[each.line_id] = units.get(each.line_id, 0) + each.quantity
    nothing_ships = all(
        line.refunded + units.get(line.line_id, 0) >= line.quantity for line in lines
    )
    if nothing_ships:
        return Owed(left, with_shipping=True) if left.amount > 0 else None
    parts = [_part(line, units.get(line.line_id, 0)) for line in lines]
    amount = min(sum(parts, Decimal(0)), left.amount)
    return Owed(Money(amount, left.currency), with_shipping=False) if amount > 0 else None


def _part(line: PaidLine, units: int) -> Decimal:
    """What was paid for ``units`` after those refunded before: so all parts add up to the line."""
    return _up_to(line, line.refunded + units) - _up_to(line, line.refunded)


def _up_to(line: PaidLine, units: int) -> Decimal:
    paid = line.paid.rounded()
    if units >= line.quantity:
        return paid.amount
    with localcontext(prec=_DIGITS):
        unit = Decimal(1).scaleb(-paid.minor_digits)
        return (paid.amount * units / line.quantity).quantize(unit, rounding=ROUND_FLOOR)
