"""What a load did and what it could not: line numbers, reasons, counts."""

import csv
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Reject:
    """A line that was left out; the line number counts from 1, the header being line 1."""

    file: str
    line: int
    reason: str
    text: str = ""


@dataclass(slots=True)
class Report:
    """The account of a load; `notes` are decisions a reader should know of, with their counts."""

    counts: dict[str, int] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)

    def note(self, text: str, count: int = 1) -> None:
        """Count something worth telling."""
        if count:
            self.notes[text] = self.notes.get(text, 0) + count

    def write_rejects(self, path: Path) -> None:
        """Write the rejected lines as CSV, so that they can be mended and looked up."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(["file", "line", "reason", "text"])
            for reject in self.rejects:
                writer.writerow([reject.file, reject.line, reject.reason, reject.text])
