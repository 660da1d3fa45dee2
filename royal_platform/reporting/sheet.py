"""A report as a PDF, with its charts. Letters that its fonts lack are written as ``?``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from royal_platform.reporting import lines
from royal_platform.reporting.charts import plane
from royal_platform.reporting.words import Language, say

_ROW = 10.0
_CHART_WIDTH, _CHART_HEIGHT = 34.0, 6.0
_INK, _BRASS = (20, 24, 31), (122, 90, 18)


def sheet(report: Mapping[str, Any], language: Language, address: str) -> bytes:
    """The report's document as PDF; links lead to the command center at ``address``."""
    pdf = FPDF()
    pdf.set_creation_date(datetime.fromisoformat(report["composed_at"]))
    pdf.set_title(lines.title(report, language))
    pdf.set_lang(language)
    pdf.set_auto_page_break(True, 15)
    pdf.add_page()
    _heading(pdf, lines.title(report, language), 20)
    _text(pdf, f"{report['shop']}, {lines.days(report, language)}")
    if report["source"] == "sandbox":
        _text(pdf, say("sandbox", language))
    _figures(pdf, report, language, address)
    _products(pdf, report, language, address)
    _heading(pdf, say("anomalies", language))
    found = [lines.anomaly(each, language) for each in report["anomalies"]]
    for each in found:
        _text(pdf, f"{each['text']} {each['driver']}".strip())
    if not found:
        _text(pdf, say("none", language))
    _outlook(pdf, report, language)
    _heading(pdf, say("about", language))
    _text(pdf, f"{lines.about(report, language)} {say('compared', language)}")
    return bytes(pdf.output())


def _figures(pdf: FPDF, report: Mapping[str, Any], language: Language, address: str) -> None:
    _heading(pdf, say("figures", language))
    widths = (56.0, 36.0, 36.0, 22.0, 40.0)
    heads = [say(name, language) for name in ("metric", "value", "before", "change", "course")]
    _row(pdf, heads, widths)
    for each in lines.figures(report, language):
        cells = [each["name"], each["value"], each["before"], each["change"], ""]
        _row(pdf, cells, widths, f"{address}{each['drill']}")
        _chart(pdf, each["course"], pdf.l_margin + sum(widths[:4]) + 4, pdf.get_y() - _ROW + 2)


def _products(pdf: FPDF, report: Mapping[str, Any], language: Language, address: str) -> None:
    found = lines.products(report, language)
    if not found:
        return
    _heading(pdf, say("products", language))
    widths = (96.0, 36.0, 36.0, 22.0)
    _row(pdf, [say(name, language) for name in ("product", "value", "before", "change")], widths)
    for each in found:
        cells = [each["title"], each["value"], each["before"], each["change"]]
        _row(pdf, cells, widths, f"{address}{each['drill']}")


def _outlook(pdf: FPDF, report: Mapping[str, Any], language: Language) -> None:
    found = lines.outlook(report, language)
    if not found:
        return
    _heading(pdf, say("outlook", language))
    widths = (70.0, 50.0, 70.0)
    _row(pdf, [say(name, language) for name in ("metric", "expected", "interval")], widths)
    for each in found:
        _row(pdf, [each["name"], each["expected"], f"{each['low']} - {each['high']}"], widths)


def _row(pdf: FPDF, cells: Sequence[str], widths: Sequence[float], link: str = "") -> None:
    """One line of a table: the first cell to the left, the others to the right."""
    if pdf.will_page_break(_ROW):
        pdf.add_page()
    pdf.set_font("Helvetica", size=10)
    for place, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        pdf.set_text_color(*(_BRASS if link and place == 0 else _INK))
        pdf.cell(
            width, _ROW, _fitting(pdf, cell, width), border="B", align="R" if place else "L",
            link=link if place == 0 else "",
        )  # fmt: skip
    pdf.set_text_color(*_INK)
    pdf.ln(_ROW)


def _chart(pdf: FPDF, amounts: Sequence[str | None], x: float, y: float) -> None:
    pdf.set_draw_color(*_BRASS)
    pdf.set_line_width(0.4)
    for run in plane(amounts, _CHART_WIDTH, _CHART_HEIGHT):
        if len(run) > 1:
            pdf.polyline([(x + across, y + down) for across, down in run])
    pdf.set_draw_color(*_INK)
    pdf.set_line_width(0.2)


def _heading(pdf: FPDF, text: str, size: int = 13) -> None:
    pdf.ln(3)
    pdf.set_font("Helvetica", "B", size)
    pdf.cell(0, size * 0.6, _plain(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _text(pdf: FPDF, text: str) -> None:
    pdf.set_font("Helvetica", size=10)
    pdf.multi_cell(0, 5, _plain(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _fitting(pdf: FPDF, text: str, width: float) -> str:
    plain = _plain(text)
    while plain and pdf.get_string_width(plain) > width - 2:
        plain = plain[:-1]
    return plain


def _plain(text: str) -> str:
    return text.encode("latin-1", "replace").decode("latin-1")
