"""``royal tokens`` and ``royal login-link``: who may come in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.commands.shared import AsJson, command, platform, show, table

if TYPE_CHECKING:
    from core.storage.database import Transaction
    from royal_platform.bootstrap import Platform

tokens = typer.Typer(no_args_is_help=True, help="Bearer tokens of the API.")


@tokens.command()
@command
def create(
    name: Annotated[str, typer.Option(help="Who or what will use it.")],
    role: Annotated[str, typer.Option(help="viewer, assistant, operator or admin.")] = "viewer",
    as_json: AsJson = False,
) -> None:
    """Create a token; it is shown this once."""
    from core.security import tokens as rows
    from royal_platform.persistence.clock import wall_now

    with platform() as opened, opened.database.write() as transaction:
        issued = rows.create(
            transaction.connection, name, role, now=wall_now(), store_id=opened.store_id
        )
        _tell(
            transaction, opened, "security.token.created", issued.id, {"name": name, "role": role}
        )
    document = {"id": issued.id, "name": name, "role": role, "token": issued.value}
    show(as_json, document, [issued.value, f"({issued.id}; it will not be shown again)"])


@tokens.command("list")
@command
def list_(as_json: AsJson = False) -> None:
    """The tokens that exist, without their values."""
    from core.security import tokens as rows

    with platform() as opened, opened.database.read() as connection:
        found = rows.list_all(connection)
    document = [{"id": each.id, "name": each.name, "role": each.role} for each in found]
    lines = table([(each.id, each.name, each.role) for each in found], ("id", "name", "role"))
    show(as_json, document, lines)


@tokens.command()
@command
def revoke(
    token: Annotated[str, typer.Argument(help="The token's id, or the token.")],
    as_json: AsJson = False,
) -> None:
    """Revoke a token at once."""
    from core.errors import NotFound
    from core.security import tokens as rows
    from royal_platform.persistence.clock import wall_now

    with platform() as opened, opened.database.write() as transaction:
        revoked = rows.revoke(transaction.connection, token, now=wall_now())
        if revoked is not None:
            _tell(transaction, opened, "security.token.revoked", revoked, {})
    if revoked is None:
        raise NotFound("There is no such valid token.", remedy="List them: royal tokens list.")
    show(as_json, {"revoked": True}, ["Revoked."])


def _tell(
    transaction: Transaction, opened: Platform, type_: str, token_id: str, facts: dict[str, str]
) -> None:
    """In the commit that changes who may come in; never the token's value."""
    from core.events.log import NewEvent
    from royal_platform.persistence.clock import wall_now

    transaction.record(
        NewEvent(
            store_id=opened.store_id, type=type_, subject=token_id, payload=facts,
            actor="command line", occurred_at=wall_now(),
        )
    )  # fmt: skip


@command
def login_link(
    role: Annotated[str, typer.Option(help="viewer, assistant, operator or admin.")] = "admin",
    name: Annotated[str, typer.Option(help="Who will sign in with it.")] = "admin",
    as_json: AsJson = False,
) -> None:
    """Print a link that signs one browser in, once, within a day."""
    with platform() as opened:
        link = issue_link(opened, name, role)
    show(as_json, {"link": link}, [link])


def issue_link(opened: Platform, name: str = "admin", role: str = "admin") -> str:
    """A one-time address of the command center."""
    from core.security import login_links
    from royal_platform.persistence.clock import wall_now

    settings = opened.settings
    with opened.database.write() as transaction:
        # Bound to no store: a browser follows the installation from the sandbox to a real store.
        issued = login_links.issue(transaction.connection, name, role, now=wall_now())
    base = settings.royal_public_url or f"http://{settings.host}:{settings.port}"
    return f"{base}/login/{issued.value}"
