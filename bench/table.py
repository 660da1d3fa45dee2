"""Tables on the terminal and in docs/reference/benchmarks.md, from the same rows."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

REPORT = Path("docs/reference/benchmarks.md")


@dataclass
class Row:
    """One figure with its unit, the goal it is held against, and how it was measured."""

    what: str
    value: str
    goal: str
    how: str


@dataclass
class Report:
    rows: list[Row] = field(default_factory=list)

    def add(self, what: str, value: str, goal: str, how: str) -> None:
        self.rows.append(Row(what, value, goal, how))
        print(f"{what:<52} {value:>20}   goal {goal:<18} {how}", flush=True)

    def write(self) -> None:
        lines = [
            "# Measured",
            "",
            (
                f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d} "
                f"({os.cpu_count()} cores, Python {platform.python_version()}). "
                "Machines are noisy: compare figures of one run."
            ),
            "",
            "| what | measured | goal | how |",
            "| --- | --- | --- | --- |",
            *(f"| {r.what} | {r.value} | {r.goal} | {r.how} |" for r in self.rows),
            "",
        ]
        REPORT.write_text("\n".join(lines), encoding="utf-8")


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least ``share`` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
