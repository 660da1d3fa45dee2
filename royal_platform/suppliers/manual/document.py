"""Orders as PDFs that a merchant sends to a supplier without an order desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from royal_platform.commerce.inventory.model import PurchaseOrder
from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.suppliers.model import OrderRequest
from royal_platform.suppliers.manual.letter import delivery_lines

_COLUMNS = (("SKU", 40), ("Article", 80), ("Units", 20), ("Unit cost", 25), ("Total", 25))


def purchase_order(order: PurchaseOrder, *, title: str, buyer: str, placed_at: datetime) -> bytes:
    """One page; what is unknown is left blank. Letters its fonts lack are written as ``?``."""
    page = _page("Purchase order", order.id, buyer=buyer, placed_at=placed_at)
    if order.expected_at is not None:
        _line(page, f"Wanted by: {order.expected_at:%Y-%m-%d}", 6)
    page.ln(6)
    _table(page, [_cells(order.sku or "", title, order.quantity, order.unit_cost)])
    page.ln(6)
    _line(page, "Please confirm by mail, with the number above in the subject.", 6)
    return bytes(page.output())


def customers_order(order: OrderRequest, *, buyer: str, placed_at: datetime) -> bytes:
    """An order to be sent to the customer it is for.

    An address with letters that its fonts lack is not written at all: goods would go astray.
    """
    page = _page("Order", order.reference, buyer=buyer, placed_at=placed_at)
    page.ln(6)
    _line(page, "Deliver to:", 6)
    address = delivery_lines(order)
    is_legible = all(_plain(each) == each for each in address)
    for each in address if is_legible else ("see the text file beside this document",):
        _line(page, each, 5)
    page.ln(6)
    _table(
        page,
        [_cells(each.supplier_sku, each.title, each.quantity, each.unit_cost)
         for each in order.lines],
    )  # fmt: skip
    page.ln(6)
    _line(page, "Please confirm by mail, with the number above in the subject.", 6)
    return bytes(page.output())


def _page(title: str, number: str, *, buyer: str, placed_at: datetime) -> FPDF:
    page = FPDF()
    page.set_creation_date(placed_at)
    page.set_title(f"{title} {number}")
    page.add_page()
    page.set_font("Helvetica", "B", 18)
    _line(page, title, 12)
    page.set_font("Helvetica", size=10)
    _line(page, f"Number: {number}", 6)
    _line(page, f"Date: {placed_at:%Y-%m-%d}", 6)
    _line(page, f"From: {buyer}", 6)
    return page


def _cells(sku: str, title: str, quantity: int, cost: Money | None) -> tuple[str, ...]:
    total = None if cost is None else (cost * quantity).rounded()
    told = ("" if each is None else str(each) for each in (cost, total))
    return (sku, title, str(quantity), *told)


def _table(page: FPDF, rows: Sequence[tuple[str, ...]]) -> None:
    page.set_font("Helvetica", "B", 10)
    for name, width in _COLUMNS:
        page.cell(width, 8, name, border="B")
    page.ln(8)
    page.set_font("Helvetica", size=10)
    for cells in rows:
        for (_, width), text in zip(_COLUMNS, cells, strict=True):
            page.cell(width, 8, _fitting(page, text, width), border="B")
        page.ln(8)


def _fitting(page: FPDF, text: str, width: float) -> str:
    plain = _plain(text)
    while plain and page.get_string_width(plain) > width - 2:
        plain = plain[:-1]
    return plain


def _line(page: FPDF, text: str, height: float) -> None:
    page.cell(0, height, _plain(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _plain(text: str) -> str:
    return text.encode("latin-1", "replace").decode("latin-1")
