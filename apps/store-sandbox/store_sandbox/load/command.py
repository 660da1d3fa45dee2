"""`royal-sandbox load ...`: the commands that fill the store with real data."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from store_sandbox.load.columns import parse_map
from store_sandbox.load.replace import ShopFacts
from store_sandbox.load.report import Report

if TYPE_CHECKING:
    from store_sandbox.load.records import Progress
    from store_sandbox.state import StateStore

load_cli = typer.Typer(
    name="load",
    help="Replace the store's content by real data. A failed load leaves the old store as it was.",
    no_args_is_help=True,
)
Currency = Annotated[str, typer.Option(help="Currency of the amounts (ISO 4217).")]
Timezone = Annotated[str, typer.Option(help="Time zone of the file's local times (IANA).")]
Name = Annotated[str, typer.Option("--name", help="The shop's name.")]
Rejects = Annotated[Path | None, typer.Option(help="Where to write lines that were left out.")]
Now = Annotated[
    bool, typer.Option("--now", help="Let the clock run from today instead of standing still.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


@load_cli.command()
def transactions(  # noqa: PLR0917 - each option of the command is a parameter
    file: Annotated[
        Path, typer.Argument(help="A .csv or .csv.gz file with one sold line per row.")
    ],
    columns: Annotated[
        str,
        typer.Option(
            "--map",
            help="field=Column pairs with commas: order, date, sku, description, quantity, price,"
            " customer, country. Usual names are found without it.",
        ),
    ] = "",
    currency: Currency = "EUR",
    timezone: Timezone = "Europe/Amsterdam",
    name: Name = "Imported shop",
    date_format: Annotated[
        str | None, typer.Option(help="strptime pattern; without it dates are ISO 8601.")
    ] = None,
    adjustment_codes: Annotated[
        str, typer.Option(help="Codes that are not goods, with commas.")
    ] = "",
    goods_codes: Annotated[str, typer.Option(help="Codes that are goods after all.")] = "",
    drop_duplicates: Annotated[
        bool, typer.Option(help="Leave out lines equal to another in every column.")
    ] = False,
    rejects: Rejects = None,
    now: Now = False,
    as_json: AsJson = False,
) -> None:
    """Load a transactions file: order, date, SKU, description, quantity, unit price, customer."""
    from store_sandbox.load.transactions import TransactionsOptions, load_transactions

    def run() -> Report:
        options = TransactionsOptions(
            shop=_facts(name, currency, timezone),
            columns=parse_map(columns),
            date_format=date_format,
            adjustment_codes=_codes(adjustment_codes),
            goods_codes=_codes(goods_codes),
            drop_duplicates=drop_duplicates,
            now=datetime.now(UTC) if now else None,
        )
        return load_transactions(_state(), file, options, _progress())

    _finish(run, rejects, as_json)


@load_cli.command("shopify-csv")
def shopify_csv(  # noqa: PLR0917 - each option of the command is a parameter
    folder: Annotated[Path, typer.Argument(help="Folder with Shopify's CSV exports.")],
    currency: Currency = "EUR",
    timezone: Timezone = "Europe/Amsterdam",
    name: Name = "Imported shop",
    rejects: Rejects = None,
    now: Now = False,
    as_json: AsJson = False,
) -> None:
    """Load products_export, orders_export, customers_export and inventory_export (.csv)."""
    from store_sandbox.load.shopify_csv import load_shopify_csv

    def run() -> Report:
        at = datetime.now(UTC) if now else None
        return load_shopify_csv(_state(), folder, _facts(name, currency, timezone), at)

    _finish(run, rejects, as_json)


def _finish(run: Callable[[], Report], rejects: Path | None, as_json: bool) -> None:
    from core.errors import RoyalError

    try:
        report = run()
    except RoyalError as error:
        typer.echo(f"error: {error.detail} {error.remedy} The store is unchanged.", err=True)
        raise typer.Exit(2) from None
    target = rejects or _folder() / "rejects.csv"
    if report.rejects:
        report.write_rejects(target)
    if as_json:
        typer.echo(json.dumps({"counts": report.counts, "notes": report.notes}, indent=2))
    else:
        for what, count in (*report.counts.items(), *report.notes.items()):
            typer.echo(f"{count:>10,}  {what}")
    for reject in report.rejects[:10]:
        typer.echo(f"{reject.file}:{reject.line}: {reject.reason}", err=True)
    if report.rejects:
        typer.echo(f"{len(report.rejects)} lines left out, listed in {target}", err=True)


def _codes(text: str) -> tuple[str, ...]:
    return tuple(code.strip() for code in text.split(",") if code.strip())


def _facts(name: str, currency: str, timezone: str) -> ShopFacts:
    from core.errors import Invalid
    from store_sandbox.load.transactions import zone

    zone(timezone)
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise Invalid(f"{currency!r} is not a currency.", remedy="Use a code such as EUR or GBP.")
    return ShopFacts(name, currency.upper(), timezone)


def _folder() -> Path:
    return Path(os.environ.get("ROYAL_VAR_DIR", "var")) / "sandbox"


def _state() -> "StateStore":
    from store_sandbox.state import StateStore

    return StateStore(_folder() / "store.db")


def _progress() -> "Progress | None":
    """A bar on the terminal's error stream, nothing anywhere else."""
    from rich.console import Console
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    if not console.is_terminal:
        return None
    bar = Bar(console=console, transient=True)
    task = bar.add_task("reading", total=None)
    bar.start()

    def advance(done: int, total: int) -> None:
        bar.update(task, completed=done, total=total)
        if done >= total:
            bar.stop()

    return advance
