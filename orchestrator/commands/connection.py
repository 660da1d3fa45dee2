"""``royal connect``: connect a store without a page, e.g. on a server that has none yet."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from orchestrator.commands.shared import FAILED, AsJson, command, me, settings, show


@command
def connect(
    shop: Annotated[str, typer.Argument(help="E.g. your-shop.myshopify.com.")],
    client_id: Annotated[
        str, typer.Option(help="The app's client id; without it an access token is asked for.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Connect a store; its secret or token is read from standard input, or asked for."""
    import asyncio

    from core.security.grants import Grant
    from core.storage.database import Database
    from orchestrator.core.connecting import connect_now
    from royal_platform.persistence import schema

    found = settings()
    what = "Client secret" if client_id else "Access token"
    secret = (
        typer.prompt(what, hide_input=True) if sys.stdin.isatty() else sys.stdin.readline().strip()
    )
    if not secret:
        raise typer.BadParameter("the secret is empty")
    grant = (
        Grant("client_credentials", client_id=client_id, client_secret=secret)
        if client_id
        else Grant("static", access_token=secret)
    )
    schema.upgrade(found.database_url)
    database = Database(found.database_url)
    try:
        domain, accepted = asyncio.run(connect_now(found, database, shop, grant, me()))
    finally:
        database.dispose()
    told = f"{domain} is connected." if accepted else f"{domain} does not accept that."
    show(as_json, {"domain": domain, "connected": accepted}, [told])
    if not accepted:
        raise typer.Exit(FAILED)
