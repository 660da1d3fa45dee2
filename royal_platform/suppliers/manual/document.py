"""A purchase order as a PDF that a merchant sends to a supplier without an order desk."""

from __future__ import annotations

from datetime import datetime

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from royal_platform.commerce.inventory.model import PurchaseOrder

_COLUMNS = (("SKU", 40), ("Article", 80), ("Units", 20), ("Unit cost", 25), ("Total", 25))


def purchase_order(order: PurchaseOrder, *, title: str, buyer: str, placed_at: datetime) -> bytes:
    """One page; what is unknown is left blank. Letters its fonts lack are written as ``?``."""
    page = FPDF()
    page.set_creation_date(placed_at)
    page.set_title(f"Purchase order {order.id}")
    page.add_page()
    page.set_font("Helvetica", "B", 18)
    _line(page, "Purchase order", 12)
    page.set_font("Helvetica", size=10)
    _line(page, f"Number: {order.id}", 6)
    _line(page, f"Date: {placed_at:%Y-%m-%d}", 6)
    _line(page, f"From: {buyer}", 6)
    if order.expected_at is not None:
        _line(page, f"Wanted by: {order.expected_at:%Y-%m-%d}", 6)
    page.ln(6)
    _table(page, order, title)
    page.ln(6)
    _line(page, "Please confirm by mail, with the number above in the subject.", 6)
    return bytes(page.output())


def _table(page: FPDF, order: PurchaseOrder, title: str) -> None:
    cost = order.unit_cost
    cells = (
        order.sku or "", title, str(order.quantity), "" if cost is None else str(cost),
        "" if cost is None else str((cost * order.quantity).rounded()),
    )  # fmt: skip
    page.set_font("Helvetica", "B", 10)
    for name, width in _COLUMNS:
        page.cell(width, 8, name, border="B")
    page.ln(8)
    page.set_font("Helvetica", size=10)
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
