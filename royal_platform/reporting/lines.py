"""A report's document as lines of words, ready for a page, a sheet or a mail."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from royal_platform.reporting.words import (
    Language,
    change,
    day,
    dimension_name,
    figure,
    metric_name,
    say,
)

Document = Mapping[str, Any]
Line = dict[str, Any]


def title(report: Document, language: Language) -> str:
    """The heading of the week."""
    return say("title", language, week=report["id"])


def days(report: Document, language: Language) -> str:
    """The days it is about."""
    return say(
        "days", language, first=day(report["first"], language), last=day(report["last"], language)
    )


def about(report: Document, language: Language) -> str:
    """As of when, from where, in which currency."""
    as_of = report["as_of"]
    return say(
        "as_of", language, timezone=report["timezone"], currency=report["currency"],
        as_of="-" if as_of is None else f"{day(as_of, language)} {as_of[11:16]} UTC",
        engine="BigQuery" if report["engine"] == "bigquery" else "DuckDB",
        source=report["source"],
    )  # fmt: skip


def figures(report: Document, language: Language) -> list[Line]:
    """One line for each figure."""
    return [_figure(each, language) for each in report["figures"]]


def _figure(told: Document, language: Language) -> Line:
    def shown(amount: str | None) -> str:
        return figure(amount, told["unit"], told["currency"], language)

    left_out = told["left_out"]
    return {
        "name": metric_name(told["metric"], language),
        "value": shown(told["amount"]),
        "before": shown(told["compared"]),
        "change": change(told["change_percent"], language),
        "tone": _tone(told),
        "note": say("left_out", language, count=left_out) if left_out else "",
        "course": [point["amount"] for point in told["course"]],
        "drill": told["drill"],
    }


def _tone(told: Document) -> str:
    percent = Decimal(told["change_percent"] or 0)
    if percent == 0:
        return "muted"
    return "ok" if (percent > 0) == (told["better"] == "up") else "bad"


def products(report: Document, language: Language) -> list[Line]:
    """One line for each product."""
    currency = report["currency"]
    return [
        {
            "title": each["title"],
            "value": figure(each["amount"], "money", currency, language),
            "before": figure(each["compared"], "money", currency, language),
            "change": change(each["change_percent"], language),
            "drill": each["drill"],
        }
        for each in report["products"]
    ]


def anomaly(told: Document, language: Language) -> Line:
    """What stood out, and what drives it."""

    def shown(amount: str) -> str:
        return figure(amount, told["unit"], told["currency"], language)

    side = "above" if Decimal(told["value"]) >= Decimal(told["expected"]) else "below"
    causes = ", ".join(
        say("explains", language, label=each["label"] or say("unknown", language),
            power=each["power"])
        for each in told["causes"]
    )  # fmt: skip
    return {
        "text": say(
            "anomaly", language, metric=metric_name(told["metric"], language),
            day=day(told["day"], language), value=shown(told["value"]),
            side=say(side, language), expected=shown(told["expected"]), low=shown(told["low"]),
            high=shown(told["high"]),
        ),
        "driver": say(
            "driver", language, dimension=dimension_name(told["dimension"], language),
            causes=causes,
        ) if causes else "",
        "drill": f"/analytics?metric={told['metric']}&from={told['day']}&to={told['day']}",
    }  # fmt: skip


def outlook(report: Document, language: Language) -> list[Line]:
    """What is expected of the week after."""
    return [
        {
            "name": metric_name(each["metric"], language),
            **{
                name: figure(each[name], each["unit"], each["currency"], language)
                for name in ("expected", "low", "high")
            },
        }
        for each in report["outlook"]
    ]
