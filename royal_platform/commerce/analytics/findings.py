"""What analytics finds, as documents: plain JSON that is kept, shown, hashed and reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from royal_platform.commerce.analytics.drivers import Cause
from royal_platform.commerce.analytics.model import Metric
from royal_platform.commerce.analytics.watching import Anomaly, Watch
from royal_platform.commerce.shared.model import Money

Document = Mapping[str, Any]
_DIGITS = {"percent": Decimal("0.01"), "ratio": Decimal("0.01"), "count": Decimal(1)}


def anomaly_id(metric: str, day: str) -> str:
    """One anomaly of a metric and day."""
    return f"{metric}@{day}"


def watch_document(found: Watch, currency: str) -> dict[str, Any]:
    """What was found on a day; ``judged`` counts the metrics that could be judged."""
    return {
        "day": found.day.isoformat(),
        "judged": sum(each.expected is not None for each in found.judged),
        "unjudged": [each.metric.name for each in found.judged if each.expected is None],
        "anomalies": [anomaly_document(each, currency) for each in found.anomalies],
    }


def anomaly_document(found: Anomaly, currency: str) -> dict[str, Any]:
    """Amounts are decimal strings in the metric's unit, ``power`` percent of the difference."""
    metric, expected = found.metric, found.expected
    day = found.day.isoformat()
    return {
        "id": anomaly_id(metric.name, day),
        "metric": metric.name,
        "day": day,
        "unit": metric.unit,
        "currency": currency if metric.unit == "money" else None,
        "better": metric.better,
        "value": told(metric, found.value, currency),
        "expected": told(metric, expected.value, currency),
        "low": told(metric, expected.low, currency),
        "high": told(metric, expected.high, currency),
        "probability": f"{expected.probability:.2g}",
        "also": list(found.also),
        "dimension": None if found.driver is None else found.driver.dimension,
        "causes": [] if found.driver is None else [
            _cause(metric, each, found.labels, currency) for each in found.driver.causes
        ],
    }  # fmt: skip


def told(metric: Metric, value: float, currency: str) -> str:
    """A figure as a decimal string with the digits that its unit is told in."""
    amount = Decimal(repr(float(value)))
    if metric.unit == "money":
        return format(Money(amount, currency).rounded().amount, "f")
    digits = _DIGITS.get(metric.unit, Decimal("0.01"))
    return format(amount.quantize(digits, rounding=ROUND_HALF_UP), "f")


def _cause(
    metric: Metric, cause: Cause, labels: Mapping[str | None, str | None], currency: str
) -> dict[str, Any]:
    factor = 100.0 if metric.unit == "percent" else 1.0
    return {
        "key": cause.key,
        "label": labels.get(cause.key) or cause.key,
        "power": f"{cause.power * 100:.0f}",
        "value": told(metric, cause.actual * factor, currency),
        "expected": told(metric, cause.expected * factor, currency),
    }


def direction(document: Document) -> str:
    """``above`` or ``below`` what was expected."""
    return "above" if Decimal(document["value"]) >= Decimal(document["expected"]) else "below"


def accuracy(
    forecasts: Sequence[tuple[str, Decimal, Decimal, Decimal, Decimal]],
) -> list[dict[str, Any]]:
    """By metric, of (metric, expected, low, high, actual): weighted error and coverage, percent.

    The error is the sum of absolute errors over the sum of what came (WAPE); None where nothing
    came.
    """
    by_metric: dict[str, list[tuple[Decimal, Decimal, Decimal, Decimal]]] = {}
    for metric, *numbers in forecasts:
        by_metric.setdefault(metric, []).append((numbers[0], numbers[1], numbers[2], numbers[3]))
    found = []
    for metric, rows in by_metric.items():
        came = sum((abs(actual) for *_, actual in rows), Decimal(0))
        off = sum((abs(actual - expected) for expected, _, _, actual in rows), Decimal(0))
        inside = sum(low <= actual <= high for _, low, high, actual in rows)
        found.append({
            "metric": metric,
            "days": len(rows),
            "error_percent": f"{off / came * 100:.1f}" if came else None,
            "covered_percent": f"{Decimal(inside) / len(rows) * 100:.1f}",
        })  # fmt: skip
    return found
