"""What operators read in their mail: the figures in short, and where the whole is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from royal_platform.commerce.messages.model import Rendered
from royal_platform.reporting import lines
from royal_platform.reporting.words import Language

_LANGUAGE: Language = "en"


def report_mail(report: Mapping[str, Any]) -> Rendered:
    """The report's figures; the whole is in the command center, under Analytics."""
    told = [
        f"{each['name']}: {each['value']} (before: {each['before']}, {each['change']})"
        for each in lines.figures(report, _LANGUAGE)
    ]
    found = [lines.anomaly(each, _LANGUAGE) for each in report["anomalies"]]
    told += [f"{each['text']} {each['driver']}".strip() for each in found]
    heading = f"{report['shop']}: {lines.title(report, _LANGUAGE)}"
    end = "The whole report is in the command center, under Analytics."
    return _rendered(heading, [*told, lines.about(report, _LANGUAGE), end])


def alert_mail(subject: str, alert: Mapping[str, Any], shop: str) -> Rendered:
    """What is the matter, how grave, what to do and where it was seen."""
    heading = f"{shop}: {subject}"
    told = [str(alert["words"]), f"Severity: {alert['severity']}.", str(alert["remedy"])]
    return _rendered(heading, [*told, f"Seen by: {alert['source']}"])


def _rendered(heading: str, told: Sequence[str]) -> Rendered:
    kept = [each for each in told if each]
    body = Markup("").join(Markup("<p>{}</p>").format(each) for each in kept)
    html = Markup("<html><body><h1>{}</h1>{}</body></html>").format(escape(heading), body)
    # A heading goes into a header: one line, whatever the shop is called.
    return Rendered(" ".join(heading.split()), str(html), "\n\n".join([heading, *kept]))
