"""``royal evaluate``: how good the methods would have been on this store's own history."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.commands.shared import AsJson, command, platform, show, table

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform
    from royal_platform.commerce.forecasting.backtest import Scorecard
    from royal_platform.commerce.forecasting.model import Panel

_HISTORY = timedelta(weeks=104)


@command
def evaluate(
    store: Annotated[bool, typer.Option("--store", help="On this store's own history.")] = False,
    as_json: AsJson = False,
) -> None:
    """Forecast the store's last weeks from those before them, and compare."""
    from core.errors import Conflict
    from royal_platform.commerce.forecasting.backtest import ShortHistoryError, backtest
    from royal_platform.commerce.forecasting.service import NoHistoryError

    if not store:
        raise typer.BadParameter("Say on what: --store, this store's own history.")
    with platform() as opened:
        try:
            found = backtest(_panel(opened))
        except (NoHistoryError, ShortHistoryError) as error:
            remedy = "Run it again when there are more weeks; `royal sync` reads what is new."
            raise Conflict(str(error), remedy=remedy) from error
    show(as_json, asdict(found), _told(found))


def _panel(opened: Platform) -> Panel:
    from royal_platform.commerce.forecasting.service import build_panel

    today = opened.store().store_clock().today()
    since = today - _HISTORY
    return build_panel(
        opened.catalog.variants(),
        opened.sales.variant_days(since, today),
        today,
        snapshots=opened.stock.snapshots(since),
        available_now=opened.stock.available(),
    )


def _told(found: Scorecard) -> list[str]:
    ranked = sorted(found.rmsse.items(), key=lambda item: item[1])
    return [
        (
            f"{found.variants} variants, {found.weeks} complete weeks; the last ones forecast from "
            f"{found.origins} moments before them, four weeks ahead each."
        ),
        "",
        *table(
            [(name, f"{error:.3f}") for name, error in ranked],
            ("method", "revenue-weighted RMSSE, smaller is better"),
        ),
        "",
        f"80 % intervals held for {found.inside:.0%} of the variants' weeks",
        f"and for {found.store_inside:.0%} of the store's; bias of all units {found.bias:+.1%}.",
    ]
