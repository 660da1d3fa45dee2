"""The tax in amounts: the world's usual rate, and what a line says when it bears another."""

from collections.abc import Mapping
from typing import Any

CENT = 100  # the state counts ten-thousandths
# Under this name the state says which product types bear another tax: {"Name": ten-thousandths}.
REDUCED_TAXES = "world.reduced_taxes"
USUAL_RATE = 2100  # ten-thousandths of an amount without it


def tax_in(amount: int, rate: int = USUAL_RATE) -> int:
    """The VAT inside an amount with VAT, ten-thousandths rounded to whole cents."""
    return round(amount * rate / (10_000 + rate) / CENT) * CENT


def usual_tax(line: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The one tax of a line that says nothing else about its `tax`; none where it has none."""
    if not line["tax"]:
        return []
    return [{"title": "VAT", "rate": USUAL_RATE, "amount": line["tax"]}]


def reduce_tax(order: dict[str, Any], line: dict[str, Any], rate: int) -> dict[str, Any]:
    """Let a line and its order bear another rate than the usual; the row that tells it."""
    total = line["unit_price"] * line["quantity"] - line["discount"]
    amount = tax_in(total, rate)
    order["tax"] += amount - line["tax"]
    line["tax"] = amount
    return {"line_id": line["id"], "position": 0, "title": "VAT", "rate": rate, "amount": amount}
