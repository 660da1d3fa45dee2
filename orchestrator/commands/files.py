"""``royal import`` and ``royal export``: a shop whose data comes and goes as files."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from orchestrator.commands.shared import AsJson, command, me, platform, settings, show, text_of

importing = typer.Typer(no_args_is_help=True, help="Take in a shop that has no API access.")
exporting = typer.Typer(no_args_is_help=True, help="Write what agents changed to files.")
_PRICES = ("price.set", "price.markdown")
_STOCK = ("inventory.adjust",)
# Changes of the store that no file of Shopify's import carries.
_BY_HAND = (
    "discount.create", "order.cancel", "order.hold", "order.flag", "address.change",
    "refund.create", "return.create", "exchange.create", "reship.create", "fulfillment.create",
)  # fmt: skip


@importing.command("shopify-csv")
@command
def import_shopify_csv(
    folder: Annotated[Path, typer.Argument(help="Folder with Shopify's CSV exports.")],
    currency: Annotated[str, typer.Option(help="The shop's currency.")] = "EUR",
    timezone: Annotated[str, typer.Option(help="The shop's time zone.")] = "Europe/Amsterdam",
    now: Annotated[bool, typer.Option(help="Let the clock run on from today.")] = False,
    as_json: AsJson = False,
) -> None:
    """Fill the sandbox store from the exports; `royal up` then works on it as on any store."""
    # The sandbox is a program of its own and shares no code with this one.
    program = str(Path(sys.executable).with_name("royal-sandbox"))
    arguments = ["load", "shopify-csv", str(folder), "--currency", currency]
    arguments += ["--timezone", timezone]
    arguments += ["--now"] if now else []
    arguments += ["--json"] if as_json else []
    environment = {**os.environ, "ROYAL_VAR_DIR": str(settings().var_dir)}
    done = subprocess.run([program, *arguments], env=environment, check=False)  # noqa: S603
    raise typer.Exit(done.returncode)


@importing.command("competitor-prices")
@command
def import_competitor_prices(
    file: Annotated[Path, typer.Argument(help="CSV or JSON: source, sku, barcode, price...")],
    as_json: AsJson = False,
) -> None:
    """Keep what competitors ask, as the pricing agent's evidence; a faulty file changes nothing."""
    from orchestrator.core import loading

    with platform() as opened:
        count = loading.import_competitor_prices(opened, text_of(file), file.name, me())
    show(as_json, {"rows": count}, [f"{count} prices of competitors kept."])


@importing.command("trends")
@command
def import_trends(
    file: Annotated[Path, typer.Argument(help="CSV: day, series, category, value.")],
    as_json: AsJson = False,
) -> None:
    """Keep how kinds of goods are asked for, for research; a faulty file changes nothing."""
    from orchestrator.core import loading

    with platform() as opened:
        count = loading.import_trends(opened, text_of(file), file.name, me())
    show(as_json, {"rows": count}, [f"{count} points of trends kept."])


@exporting.command("shopify-csv")
@command
def export_shopify_csv(
    folder: Annotated[Path, typer.Argument(help="Where the files go.")],
    as_json: AsJson = False,
) -> None:
    """Write what executed decisions changed of prices, stock and products, for Shopify's import.

    Other changes of the store that are in force are named, to be made in its admin.
    """
    from orchestrator.core.books import reading
    from orchestrator.core.listing import draft_of
    from royal_platform.commerce.decisions.listings import IMPORT, STATUS_OF
    from royal_platform.shopify.import_files import import_files

    with platform() as opened:
        with reading(opened) as books:
            priced = books.decisions.subjects_changed(books.connection, _PRICES)
            stocked = books.decisions.subjects_changed(books.connection, _STOCK)
            made = books.decisions.executed(books.connection, (IMPORT,))
            listed = books.decisions.subjects_changed(books.connection, tuple(STATUS_OF))
            others = books.decisions.standing(books.connection, _BY_HAND)
        drafts = [draft_of(each.proposal) for each in made]
        files = asyncio.run(import_files(opened.shopify(), priced, stocked, drafts, listed))
    files.write(folder)
    left_out = [{"variant_id": ident, "reason": reason} for ident, reason in files.left_out]
    unfit = [{"handle": handle, "reason": reason} for handle, reason in files.unfit]
    by_hand = [{"kind": kind, "subject_id": ident, "title": title} for kind, ident, title in others]
    document = {
        "prices": len(files.prices), "stock": len(files.stock),
        "new_products": len(files.drafts), "statuses": len(files.statuses),
        "left_out": [*left_out, *unfit], "by_hand": by_hand,
    }  # fmt: skip
    counts = (
        f"{len(files.prices)} prices, {len(files.stock)} stock levels, "
        f"{len(files.drafts)} new products, {len(files.statuses)} statuses"
    )
    lines = [f"{folder}: {counts}."]
    lines += [f"by hand: variant {each['variant_id']}, {each['reason']}" for each in left_out]
    lines += [f"by hand: product {each['handle']}, {each['reason']}" for each in unfit]
    lines += [f"by hand: {kind}, {title or ident}" for kind, ident, title in others]
    show(as_json, document, lines)
