"""The share that agrees, per area."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from store_sandbox.conformance.replay import ASPECTS, Verdict


@dataclass(slots=True)
class Area:
    """Counts of one area: per aspect how many were compared and how many agree."""

    recordings: int = 0
    served: int = 0
    compared: Counter[str] = field(default_factory=Counter)
    agreeing: Counter[str] = field(default_factory=Counter)

    def share(self, aspect: str) -> float | None:
        """Agreeing of compared, None when nothing was."""
        whole = self.compared[aspect]
        return self.agreeing[aspect] / whole if whole else None


@dataclass(slots=True)
class Report:
    """All areas, every difference, and what recordings use that is not served."""

    areas: dict[str, Area] = field(default_factory=lambda: defaultdict(Area))
    differences: list[tuple[str, str, str]] = field(default_factory=list)
    missing: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, verdicts: Iterable[Verdict]) -> "Report":
        """Add verdicts up."""
        report = cls()
        for verdict in verdicts:
            report.add(verdict)
        return report

    def add(self, verdict: Verdict) -> None:
        """Count one verdict in its area and in `all`."""
        for name in (verdict.recording.area, "all"):
            area = self.areas[name]
            area.recordings += 1
            area.served += verdict.served
            for aspect, difference in verdict.aspects.items():
                area.compared[aspect] += difference is not None
                area.agreeing[aspect] += difference == ""
        self.missing.update(verdict.missing)
        for aspect, difference in verdict.aspects.items():
            if difference:
                self.differences.append((aspect, verdict.recording.place, difference))

    def table(self) -> list[str]:
        """Lines of text, one an area, the sum last."""
        heads = [f"{aspect:>18}" for aspect in ASPECTS]
        lines = [f"{'area':<24}{'recorded':>9}{'served':>8}{''.join(heads)}"]
        names = [*sorted(name for name in self.areas if name != "all"), "all"]
        for name in names if self.areas else []:
            area = self.areas[name]
            cells = [f"{_cell(area, aspect):>18}" for aspect in ASPECTS]
            lines.append(f"{name:<24}{area.recordings:>9}{area.served:>8}{''.join(cells)}")
        return lines

    def as_json(self) -> dict[str, Any]:
        """The same for machines."""
        return {
            "areas": {
                name: {
                    "recordings": area.recordings,
                    "served": area.served,
                    **{
                        aspect: {"agree": area.agreeing[aspect], "compared": area.compared[aspect]}
                        for aspect in ASPECTS
                    },
                }
                for name, area in sorted(self.areas.items())
            },
            "differences": [
                {"aspect": aspect, "place": place, "difference": text}
                for aspect, place, text in self.differences
            ],
            "not_served": dict(self.missing.most_common()),
        }


def _cell(area: Area, aspect: str) -> str:
    share = area.share(aspect)
    counted = f"{area.agreeing[aspect]}/{area.compared[aspect]}"
    return "-" if share is None else f"{counted} {share:>4.0%}"
