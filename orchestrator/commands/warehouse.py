"""``royal warehouse``: load it, see what it holds, export it, import spend and rates."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from orchestrator.commands.shared import AsJson, command, me, platform, show, table, text_of

app = typer.Typer(no_args_is_help=True, help="The store's history, for analysis.")
File = Annotated[Path, typer.Argument(help="A CSV file.")]


@app.command()
@command
def status(as_json: AsJson = False) -> None:
    """When it was loaded last, and the rows of each table."""
    with platform() as opened:
        found = opened.warehouse.freshness()
        engine = opened.warehouse.engine
    if found is None:
        line = "Not loaded yet: a worker does it after the first sync, or `royal warehouse load`."
        show(as_json, {"engine": engine, "loaded_at": None}, [line])
        return
    document = {
        "engine": engine, "as_of": found.as_of, "loaded_at": found.loaded_at,
        "rows": dict(found.counts),
    }  # fmt: skip
    head = f"{engine}, loaded {found.loaded_at:%Y-%m-%d %H:%M} UTC"
    show(as_json, document, [head, *table(list(found.counts.items()), ("table", "rows"))])


@app.command()
@command
def load(as_json: AsJson = False) -> None:
    """Load now what changed in the store's tables."""
    from dataclasses import asdict

    from orchestrator.core import loading

    with platform() as opened:
        done = loading.load(opened)
    line = f"{done.rows} rows in {done.engine}, loaded in {done.seconds} s."
    show(as_json, asdict(done), [line])


@app.command()
@command
def export(folder: Path, as_json: AsJson = False) -> None:
    """Write every table to FOLDER as Parquet files."""
    from orchestrator.core import loading

    with platform() as opened:
        counts = loading.export(opened, folder)
    lines = [f"{folder / name}.parquet  {count}" for name, count in counts.items()]
    show(as_json, {"folder": str(folder), "rows": counts}, lines)


@app.command("import-spend")
@command
def import_spend(file: File, as_json: AsJson = False) -> None:
    """Keep what marketing cost, from a CSV of day,channel,currency,amount."""
    from orchestrator.core import loading

    with platform() as opened:
        count = loading.import_spend(opened, text_of(file), file.name, me())
    show(as_json, *_told(count, file))


@app.command("import-rates")
@command
def import_rates(file: File, as_json: AsJson = False) -> None:
    """Keep currency rates, from a CSV of day,base,quote,rate."""
    from orchestrator.core import loading

    with platform() as opened:
        count = loading.import_rates(opened, text_of(file), file.name, me())
    show(as_json, *_told(count, file))


def _told(count: int, file: Path) -> tuple[dict[str, Any], list[str]]:
    line = f"{count} rows imported; the next load has them."
    return {"rows": count, "source": file.name}, [line]
