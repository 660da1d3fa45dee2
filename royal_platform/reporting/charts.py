"""A figure's course as a small chart: points on a plane, and the same as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from markupsafe import Markup

WIDTH, HEIGHT, EDGE = 220.0, 44.0, 4.0


def plane(
    amounts: Sequence[str | None], width: float, height: float
) -> list[list[tuple[float, float]]]:
    """Runs of points, x to the right and y down; an unknown period breaks the line."""
    known = [Decimal(each) for each in amounts if each is not None]
    if len(known) < 2:
        return []
    low, high = min(*known, Decimal(0)), max(*known, Decimal(0))
    span = float(high - low) or 1.0
    step = width / max(len(amounts) - 1, 1)
    runs: list[list[tuple[float, float]]] = [[]]
    for place, each in enumerate(amounts):
        if each is None:
            runs.append([])
        else:
            runs[-1].append((place * step, height * (1 - float(Decimal(each) - low) / span)))
    return [run for run in runs if run]


def svg(amounts: Sequence[str | None], label: str) -> Markup:
    """A line with its last point marked; empty with fewer than two known periods."""
    runs = plane(amounts, WIDTH, HEIGHT)
    if not runs:
        return Markup("")
    lines = Markup("").join(
        Markup('<polyline points="{}"/>').format(" ".join(_point(*point) for point in run))
        for run in runs
        if len(run) > 1
    )
    x, y = runs[-1][-1]
    return Markup(
        '<svg viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">'
        '{}<circle cx="{}" cy="{}" r="3"/></svg>'
    ).format(
        int(WIDTH + 2 * EDGE), int(HEIGHT + 2 * EDGE), int(WIDTH + 2 * EDGE),
        int(HEIGHT + 2 * EDGE), label, lines, f"{x + EDGE:.1f}", f"{y + EDGE:.1f}",
    )  # fmt: skip


def _point(x: float, y: float) -> str:
    return f"{x + EDGE:.1f},{y + EDGE:.1f}"
