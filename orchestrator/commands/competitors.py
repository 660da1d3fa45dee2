"""``royal competitors``: addresses at which a service tells what competitors ask."""

from __future__ import annotations

from typing import Annotated

import typer

from core.errors import Invalid
from orchestrator.commands.shared import AsJson, command, me, platform, show, table

app = typer.Typer(no_args_is_help=True, help="Feeds of competitors' prices.")
_Name = Annotated[str, typer.Argument(help="What the feed is called.")]


@app.command("add")
@command
def add(
    name: _Name,
    url: Annotated[str, typer.Argument(help="Where it is: CSV, JSON or XML.")],
    *,
    column: Annotated[
        list[str] | None, typer.Option(help="Ours=theirs, e.g. price=amount; once for each.")
    ] = None,
    items: Annotated[str, typer.Option(help="The path to the list in a JSON document.")] = "",
    source: Annotated[str, typer.Option(help="Who asks, where rows do not tell.")] = "",
    currency: Annotated[str, typer.Option(help="Of rows that tell none.")] = "",
    secret: Annotated[str, typer.Option(help="The name of a secret, SUPPLIER_...")] = "",
    header: Annotated[str, typer.Option(help="The header that it goes in.")] = "Authorization",
    every_hours: Annotated[int, typer.Option(help="How often it is read.")] = 6,
    as_json: AsJson = False,
) -> None:
    """Read competitors' prices at an address, again and again, from now on."""
    from pydantic import ValidationError

    from orchestrator.core import competing
    from royal_platform.suppliers.schemas import PriceFeedSettings

    given = {"url": url, "items": items, "source": source, "currency": currency,
             "columns": dict(each.partition("=")[::2] for each in column or ()),
             "auth": {"secret": secret, "header": header} if secret else None,
             "every_hours": every_hours}  # fmt: skip
    try:
        settings = PriceFeedSettings.model_validate(given)
    except ValidationError as error:
        told = "; ".join(
            f"{'.'.join(map(str, each['loc']))}: {each['msg']}"
            for each in error.errors(include_input=False, include_url=False)
        )
        raise Invalid(f"The feed cannot be so: {told}.", remedy="Correct what is named.") from None
    with platform() as opened:
        feed_id = competing.enter(opened, name, settings, me())
    show(as_json, {"id": feed_id}, [f"{name} is read by a worker from now on."])


@app.command("list")
@command
def list_feeds(as_json: AsJson = False) -> None:
    """The feeds, when each was read, and what was wrong."""
    from orchestrator.core import competing

    with platform() as opened:
        found = competing.feeds(opened)
    rows = [{"name": each.name, "state": each.state, "prices": each.price_count,
             "read_at": each.read_at, "detail": each.detail, "faults": each.faults}
            for each in found]  # fmt: skip
    lines = table(
        [(each.name, each.state, each.price_count, len(each.faults), each.read_at or "never",
          each.detail) for each in found],
        ["feed", "state", "prices", "rows left out", "read", "why"],
    )  # fmt: skip
    show(as_json, {"data": rows}, lines)


@app.command("remove")
@command
def remove(name: _Name, as_json: AsJson = False) -> None:
    """Read a feed no more; the prices that it told stay."""
    from orchestrator.core import competing

    with platform() as opened:
        competing.remove(opened, name, me())
    show(as_json, {"removed": name}, [f"{name} is read no more."])
