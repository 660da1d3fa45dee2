"""Connects and disconnects stores: entered by a person, checked by the worker, then served."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.errors import Conflict, Invalid, RoyalError
from core.security.grants import Grant
from core.telemetry.logs import get_logger
from orchestrator.core.books import Actor, Ground, actor_name, writing
from orchestrator.core.proposing import command_execution
from royal_platform.commerce.decisions.model import Status
from royal_platform.persistence import store_connections, stores
from royal_platform.persistence.decisions import DecisionFilter
from royal_platform.persistence.ids import new_id
from royal_platform.persistence.store_connections import CANDIDATE, restore
from royal_platform.shopify import documents, oauth

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from core.settings import Settings
    from core.storage.database import Database, Transaction
    from orchestrator.core.books import Books
    from royal_platform.bootstrap import Platform
    from royal_platform.persistence.store_connections import StoreConnection
    from royal_platform.shopify.client import ShopifyClient

_LONGEST = 400
_PAGE = 250
_KEPT = "nothing that is stored is lost."
_log = get_logger(__name__)


def enter_token(platform: Platform, shop: str, token: str, actor: Actor) -> str:
    """Connect by a custom app's access token; returns the id of the store to be checked."""
    return _enter(platform, shop, Grant("static", access_token=_secret(token)), actor)


def enter_key(
    platform: Platform, shop: str, client_id: str, client_secret: str, actor: Actor
) -> str:
    """Connect by an app's client id and secret; returns the id of the store to be checked."""
    key = Grant(
        "client_credentials", client_id=_secret(client_id), client_secret=_secret(client_secret)
    )
    return _enter(platform, shop, key, actor)


async def connect_now(
    settings: Settings, database: Database, shop: str, grant: Grant, actor: Actor
) -> tuple[str, bool]:
    """Enter, check and serve at once, where no store is served yet: its domain and the outcome.

    For the command line: in production there is no page before there is a store.
    """
    from royal_platform.store_access import candidate_client, sealing_key

    refuse_when_set_by_environment(settings)
    domain = oauth.shop_domain(shop, loopback=not settings.is_production)
    key = sealing_key(settings)
    key.ensure()
    with database.write() as transaction:
        connection = transaction.connection
        store_id = row_of(connection, domain, settings)
        before = store_connections.grant_of(connection, store_id, key)
        entered = store_connections.enter(
            connection, store_id, with_previous(grant, before), key, actor=actor_name(actor)
        )
    client = candidate_client(settings, database, entered)
    return domain, await _checked(_Ground(database, store_id), client, entered)


@dataclass(frozen=True, slots=True)
class _Ground:
    """The books of a store that is not served yet."""

    database: Database
    store_id: str


def _enter(platform: Platform, shop: str, grant: Grant, actor: Actor) -> str:
    from royal_platform.store_access import sealing_key

    settings = platform.settings
    refuse_when_set_by_environment(settings)
    domain = oauth.shop_domain(shop, loopback=not settings.is_production)
    key = sealing_key(settings)
    key.ensure()
    with writing(platform) as books:
        store_id = row_of(books.connection, domain, settings)
        before = store_connections.grant_of(books.connection, store_id, key)
        store_connections.enter(
            books.connection, store_id, with_previous(grant, before), key, actor=actor_name(actor)
        )
        # Whatever is entered is checked, however often the same was refused before.
        books.commands.add(
            books.connection, kind="check_connection", key=f"connect:{new_id('con')}",
            payload={"store_id": store_id}, now=books.now,
        )  # fmt: skip
        facts = {"domain": domain, "method": grant.method}
        books.tell("store.connection.entered", store_id, actor, facts)
    _log.info("store.connection.entered", domain=domain, method=grant.method)
    return store_id


async def check(platform: Platform, store_id: str) -> bool:
    """Ask the store whether it accepts what was entered; serve it from now on if it does."""
    from royal_platform.store_access import candidate_client

    with platform.database.read() as connection:
        entered = store_connections.get(connection, store_id, CANDIDATE)
    if entered is None:
        return False
    client = candidate_client(platform.settings, platform.database, entered)
    return await _checked(platform, client, entered)


async def _checked(ground: Ground, client: ShopifyClient, entered: StoreConnection) -> bool:
    try:
        answer = await client.run(documents.SHOP)
    except RoyalError as error:
        _refused(ground, entered, str(error))
        return False
    finally:
        await client.aclose()
    scopes = [scope.handle for scope in answer.current_app_installation.access_scopes]
    with writing(ground) as books:
        if not store_connections.awaits(books.connection, entered):
            return False
        accept(books, entered.store_id, scopes)
    return True


def accept(books: Books, store_id: str, scopes: list[str]) -> None:
    """The candidate becomes how its store is reached, and that store the one that is served."""
    transaction = _transaction(books)
    connection = books.connection
    was = store_connections.get(connection, store_id)
    served = store_connections.promote(connection, store_id, scopes)
    stores.change(
        connection, store_id, connection_state="unknown",
        connection_detail="Connected; the first read begins.",
    )  # fmt: skip
    if was is not None and was.state != "valid":
        restore(transaction, store_id)
    facts = {"store_id": store_id, "method": served.method, "scopes": list(served.scopes)}
    books.tell("store.connection.accepted", store_id, served.changed_by, facts)
    _log.info("store.connection.accepted", store_id=store_id, method=served.method)


def disconnect(platform: Platform, confirm: str, actor: Actor) -> None:
    """End the connection people made: its tokens are erased, all that was read is kept.

    ``confirm`` is the store's domain. What is served then is the environment's store or the
    sandbox. Raises ``Conflict`` when there is nothing to end, ``Invalid`` for another domain.
    """
    from royal_platform.store_access import sealing_key

    refuse_when_set_by_environment(platform.settings)
    key = sealing_key(platform.settings)
    with writing(platform) as books:
        found = store_connections.active(books.connection)
        if found is None or found.store_id != books.store_id:
            raise Conflict(
                "No store was connected on this page.", remedy="The sandbox needs no connection."
            )
        if confirm.strip().lower() != books.store.domain:
            raise Invalid(
                "The confirmation is not this store's address.",
                remedy=f"Enter {books.store.domain} to disconnect it.",
            )
        store_connections.forget(books.connection, found.store_id, key, actor=actor_name(actor))
        stores.change(
            books.connection, found.store_id, connection_state="disconnected",
            connection_detail="Disconnected by a person.",
        )  # fmt: skip
        books.tell("store.connection.ended", found.store_id, actor, {"domain": books.store.domain})
    _log.info("store.connection.ended", store_id=found.store_id, actor=actor_name(actor))


def is_lost(platform: Platform) -> bool:
    """Whether the store refuses us just now: nothing can be written, nothing shall fail for it."""
    return way_back(platform) is not None


def way_back(platform: Platform) -> str | None:
    """What a person does about a store that refuses us; None while it does not."""
    with platform.database.read() as connection:
        found = store_connections.get(connection, platform.store_id)
    if found is None or found.state != "revoked":
        return None
    if platform.settings.store_configured:
        return f"Set the store's new credentials in the environment and start again; {_KEPT}"
    if found.origin == "sandbox":
        return "Start the sandbox with `make run` or `royal-sandbox serve`."
    return f"Connect the store again on the Connections page; {_KEPT}"


def release_held(platform: Platform, again: str) -> int:
    """Access is back: command every approved decision once more; return how many there are."""
    wanted = DecisionFilter(statuses=(Status.APPROVED.value,), order="newest")
    cursor: str | None = None
    count = 0
    while True:
        with writing(platform) as books:
            page = books.decisions.page(books.connection, wanted, cursor, _PAGE)
            for decision in page.items:
                command_execution(books, decision.id, waited_for=False, again=f":{again}")
        count += len(page.items)
        cursor = page.next_cursor
        if cursor is None:
            return count


def row_of(connection: Connection, domain: str, settings: Settings) -> str:
    """The id of the row of the store with this domain, made if there is none."""
    found = stores.by_domain(connection, domain)
    if found is not None:
        return found.id
    store_id = new_id("str")
    # Whatever speaks on loopback is a sandbox: it keeps its own time and invents its customers.
    local = oauth.address_of(domain).startswith("http://")
    stores.create(
        connection, store_id=store_id, domain=domain, source="sandbox" if local else "shopify",
        api_version=settings.shopify_api_version,
    )  # fmt: skip
    return store_id


def with_previous(grant: Grant, before: Grant | None) -> Grant:
    """A new secret of the same app: webhooks under way are still signed with the old one."""
    if before is None or before.client_id != grant.client_id:
        return grant
    same = before.client_secret == grant.client_secret
    return replace(grant, previous_secret=before.previous_secret if same else before.client_secret)


def refuse_when_set_by_environment(settings: Settings) -> None:
    """Raise ``Conflict`` where the environment names the store: it would win over the page."""
    if settings.store_configured:
        raise Conflict(
            "The environment names the store, so it cannot be changed here.",
            remedy="Unset SHOPIFY_SHOP and its credentials, start again, then connect it here.",
        )


def _refused(ground: Ground, entered: StoreConnection, reason: str) -> None:
    store_id = entered.store_id
    with writing(ground) as books:
        if not store_connections.awaits(books.connection, entered):
            return
        store_connections.change_state(
            books.connection, store_id, "refused", detail=reason, slot=CANDIDATE
        )
        books.tell("store.connection.refused", store_id, entered.changed_by, {"detail": reason})
    _log.warning("store.connection.refused", store_id=store_id, detail=reason)


def _secret(value: str) -> str:
    found = value.strip()
    if not found or len(found) > _LONGEST or not found.isascii() or not found.isprintable():
        raise Invalid(
            "A credential is empty or holds characters that none has.",
            remedy="Copy it again from the Shopify admin, without spaces around it.",
        )
    return found


def _transaction(books: Books) -> Transaction:
    if books.transaction is None:
        raise RuntimeError("these books are open for reading only")
    return books.transaction
