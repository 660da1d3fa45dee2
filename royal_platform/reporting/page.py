"""A report as a page of its own: no script, nothing fetched, everything escaped."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from royal_platform.reporting import lines
from royal_platform.reporting.charts import svg
from royal_platform.reporting.words import Language, say


def page(report: Mapping[str, Any], language: Language) -> str:
    """The report's document as HTML."""
    figures = lines.figures(report, language)
    for each in figures:
        each["chart"] = svg(each["course"], f"{each['name']}: {each['value']}")
    return _template().render(
        report=report, language=language, title=lines.title(report, language),
        days=lines.days(report, language), about=lines.about(report, language), figures=figures,
        products=lines.products(report, language),
        anomalies=[lines.anomaly(each, language) for each in report["anomalies"]],
        outlook=lines.outlook(report, language),
        sandbox=say("sandbox", language) if report["source"] == "sandbox" else "",
        word=lambda name: say(name, language),
    )  # fmt: skip


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("royal_platform.reporting"), autoescape=True,
        undefined=StrictUndefined,
    )  # fmt: skip
    return environment.get_template("report.html")
