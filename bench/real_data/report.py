"""``docs/evaluation.md``: one section a protocol, each written anew when its protocol runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PAGE = Path("docs/evaluation.md")
PICTURES = Path("docs/pictures")


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure that was promised: ``held`` says whether ``measured`` keeps to ``asked``."""

    name: str
    measured: str
    asked: str
    held: bool


@dataclass(frozen=True, slots=True)
class Section:
    """What one protocol found: Markdown without a heading, and the bars it is held to."""

    text: str
    bars: Sequence[Bar]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def write(name: str, section: Section) -> None:
    """Put ``section`` between its markers in the page."""
    bars = table(
        ("bar", "measured", "asked", "held"),
        [(b.name, b.measured, b.asked, "yes" if b.held else "**no**") for b in section.bars],
    )
    page = PAGE.read_text(encoding="utf-8")
    before, opening, rest = page.partition(f"<!-- {name}: begin -->\n")
    _, closing, after = rest.partition(f"<!-- {name}: end -->")
    if not opening or not closing:
        raise SystemExit(f"{PAGE} has no place for {name}: add its begin and end markers.")
    body = f"{section.text.strip()}\n\n{bars}\n"
    PAGE.write_text(f"{before}{opening}{body}{closing}{after}", encoding="utf-8")
