"""What webhooks lead to: each topic has its handler; what cannot be handled is buried, not lost."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from core.errors import Conflict, NotFound, RoyalError, Unavailable
from core.events import NewEvent
from core.telemetry.logs import get_logger
from orchestrator.core import taking_in
from orchestrator.core.books import Actor, Books, reading, writing
from orchestrator.core.dead_letters import resolve_of
from orchestrator.core.suppressing import put_down
from royal_platform.messaging.reports import report_of
from royal_platform.persistence import store_connections, stores, webhook_inbox
from royal_platform.persistence.clock import wall_now
from royal_platform.persistence.commands import Commands, Receipt
from royal_platform.persistence.privacy import Privacy
from royal_platform.persistence.traces import Traces
from royal_platform.shopify.sync import notice_deletion

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from core.storage.database import Transaction
    from royal_platform.bootstrap import Platform
    from royal_platform.persistence.store_connections import StoreConnection

KIND = "handle_webhook"
INTAKE_KIND = "take_in_webhooks"
# What an outside party sent is its fault, not ours.
_POISON = (RoyalError, ValueError, KeyError, TypeError, AttributeError)
_UNINSTALLED = "The app was uninstalled in Shopify. Connect the store again to go on."
# Handled by what they say of the store; their bodies tell of its owner, and are not looked at.
_TOLD_BY_TOPIC = ("app/uninstalled", "shop/redact")
_ABOUT_PERSONS = ("customers/", "support/")
_PASSAGES = "conversation_passages"
_BODIES = 500
_ROWS = 100
# Few, for the writer's turn is taken for so long, and the gateway waits for it.
_AT_ONCE = 100
_TURNS = 20
# How often a webhook may fail in a way nobody foresaw, or take its worker with it.
_TRIES = 5
_ERROR_CHARACTERS = 300
_AWAY = ("not_configured", "disconnected")
_log = get_logger(__name__)

# Handles a webhook and closes its receipt, in one commit where it writes.
Handler = Callable[["Platform", Receipt, Mapping[str, Any]], Awaitable[None]]


async def work_off(platform: Platform, worker: str | None = None) -> int:
    """Handle what waits in the inbox, as ``worker``; returns how many were looked at.

    Topics with a handler are taken first and one by one, in order: nothing else may keep them
    waiting. They are taken of every store, since handling them contacts none: a shop that is no
    longer served has a right to its erasure too. All others by one read of the changes, which
    asks the store what is true now, so an older message never overwrites a newer state.

    A row is the durable run of its handler (ADR 19): it says that it was begun before anything is
    done, and is taken again until its outcome is committed. None can stop the others.
    """
    tell(platform)
    with reading(platform) as books:
        mine = _handled(books)
    for receipt in mine:
        await _handle(_of(platform, receipt.store_id), receipt, worker)
    with reading(platform) as books:
        changes = _changes(books)
    if changes:
        await _read_changes(platform, changes, worker)
    return len(mine) + len(changes)


def tell(platform: Platform) -> int:
    """Enter what came in, of every store, in its order, each with its event; how many were new.

    A webhook is answered before it has a row and an event (ADR 19). Both are committed with its
    leaving the intake, so that whoever is killed in between tells neither twice nor never. A burst
    takes several turns: the caller has other things to do as well.
    """
    count = 0
    for _ in range(_TURNS):
        with platform.database.read() as connection:
            if not webhook_inbox.arrivals(connection, 1):
                break
        count += _enter_some(platform)
    return count


def _enter_some(platform: Platform) -> int:
    try:
        with platform.database.write() as transaction:
            found = webhook_inbox.arrivals(transaction.connection, _AT_ONCE, lock=True)
            new = _enter(transaction, [receipt for each in found for receipt in each.receipts])
            webhook_inbox.drop(transaction.connection, found)
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 - one that can be no row must not stop the others
        _tell_place("intake", error)
        return _enter_singly(platform)
    _log.info("webhooks.entered", count=new)
    return new


def _enter_singly(platform: Platform) -> int:
    """The oldest arrival, one by one; what cannot be entered is set aside and says why."""
    with platform.database.read() as connection:
        found = webhook_inbox.arrivals(connection, 1)
    count = 0
    for arrival in found:
        refused: list[tuple[Receipt, str]] = []
        for receipt in arrival.receipts:
            try:
                with platform.database.write() as transaction:
                    count += _enter(transaction, [receipt])
            except Unavailable:
                raise
            except Exception as error:  # noqa: BLE001 - as above
                why = f"{receipt.webhook_id}: {_unforeseen(error)}"
                refused.append((receipt, why))
                _log.error("webhook.refused", webhook_id=receipt.webhook_id, reason=why)
        with platform.database.write() as transaction:
            webhook_inbox.drop(transaction.connection, [arrival])
            _refuse(transaction, refused, platform.store_id)
    return count


def _refuse(transaction: Transaction, refused: Sequence[tuple[Receipt, str]], served: str) -> None:
    """A dead letter for each store, about what it was sent.

    A store that is not there has no list of its own: the one that is ``served`` is told.
    """
    connection = transaction.connection
    by_store: dict[str, list[tuple[Receipt, str]]] = {}
    for receipt, why in refused:
        known = stores.is_known(connection, receipt.store_id)
        by_store.setdefault(receipt.store_id if known else served, []).append((receipt, why))
    for store_id, those in sorted(by_store.items()):
        now = stores.clock(connection, store_id).at(wall_now())
        error = "; ".join(why for _receipt, why in those)
        place = webhook_inbox.set_aside(connection, [each for each, _why in those], error)
        subject, workflow_id = str(place), f"webhook-intake:{place}"
        Commands(store_id).bury(
            connection, workflow_id=workflow_id, kind=INTAKE_KIND, subject=subject, error=error,
            now=now,
        )  # fmt: skip
        transaction.record(
            NewEvent(
                store_id=store_id, type="workflow.buried", subject=subject, actor="worker",
                payload={"workflow_id": workflow_id, "kind": INTAKE_KIND}, occurred_at=now,
            )
        )  # fmt: skip


def _enter(transaction: Transaction, receipts: Sequence[Receipt]) -> int:
    """A row and an event for each that was not sent before."""
    connection = transaction.connection
    first: dict[webhook_inbox.Name, Receipt] = {}
    for receipt in receipts:
        first.setdefault(_name(receipt), receipt)
    if not first:
        return 0
    # In one order everywhere, so that two workers never wait for each other.
    new = webhook_inbox.append(connection, [first[name] for name in sorted(first)])
    clocks = {store_id: stores.clock(connection, store_id) for store_id, _id in new}
    for name, receipt in first.items():
        if name in new:
            transaction.record(_event(receipt, clocks[receipt.store_id].at(receipt.received_at)))
    return len(new)


def _event(receipt: Receipt, at: datetime) -> NewEvent:
    return NewEvent(
        store_id=receipt.store_id,
        type="webhook.received",
        subject=receipt.webhook_id,
        payload={"webhook_id": receipt.webhook_id, "topic": receipt.topic},
        actor=_sender(receipt),
        occurred_at=at,
    )


def _sender(receipt: Receipt) -> str:
    """Who brought it in: customers' mail and messages share the inbox with the store's hooks."""
    return "customer" if receipt.topic.startswith("support/") else "shopify"


def waiting(platform: Platform) -> str | None:
    """A webhook that ``work_off`` would look at now, if any."""
    with reading(platform) as books:
        for arrival in webhook_inbox.arrivals(books.connection, 1):
            return arrival.receipts[0].webhook_id
        found = _handled(books, 1) or _changes(books, 1)
    return found[0].webhook_id if found else None


def _of(platform: Platform, store_id: str) -> Platform:
    return platform if store_id == platform.store_id else platform.of_store(store_id)


def _handled(books: Books, limit: int = 100) -> list[Receipt]:
    """Those with a handler, of every store.

    What is gone waits for the end of a first read, which may bring it back from a file made before.
    """
    is_under_way = "first" in books.store.sync_cursor
    held = (books.store_id, _DELETIONS) if is_under_way else None
    return webhook_inbox.unprocessed(books.connection, topics=_HANDLERS, held=held, limit=limit)


def _changes(books: Books, limit: int = 100) -> list[Receipt]:
    """Those that only say that something changed; none while the store does not answer.

    The sync that runs by the clock finds out when it does: messages must not make it ask faster.
    Nor do they begin a second first read beside the one that is under way.
    """
    if books.store.connection_state in _AWAY or not books.store.sync_cursor.get("complete"):
        return []
    return books.commands.unprocessed(books.connection, limit, besides=_HANDLERS)


def needs_body(topic: str) -> bool:
    """Whether handling ``topic`` takes its body. No other is kept: it may tell of a person."""
    return topic in _HANDLERS and topic not in _TOLD_BY_TOPIC


def drop_bodies(platform: Platform) -> int:
    """Empty the bodies that handling never takes, of every store, a few at a time; how many."""
    needed = [topic for topic in _HANDLERS if needs_body(topic)]
    count = 0
    while True:
        with platform.database.read() as connection:
            found = webhook_inbox.bodies(connection, besides=needed, limit=_BODIES)
        if not found:
            return count
        with platform.database.write() as transaction:
            webhook_inbox.blank(transaction.connection, found)
        count += len(found)


def replay(platform: Platform, webhook_id: str, actor: Actor) -> None:
    """Handle a received webhook again. Raises ``NotFound``; ``Conflict`` when it still waits."""
    with writing(platform) as books:
        receipt = books.commands.receipt(books.connection, webhook_id)
        if receipt is None:
            raise NotFound(
                f"There is no webhook {webhook_id!r}.", remedy="List them: GET /v1/webhooks."
            )
        if receipt.processed_at is None:
            raise Conflict("It waits to be handled already.", remedy="Start a worker.")
        if not receipt.body and needs_body(receipt.topic):
            raise Conflict(
                "Its body was erased: it told of a person.",
                remedy="Nothing can be handled again; a sync reads what the store has now.",
            )
        books.commands.reopen(books.connection, webhook_id)
        resolve_of(books, KIND, webhook_id, actor, "replayed")
        books.tell("webhook.replayed", webhook_id, actor, {"topic": receipt.topic})
    _log.info("webhook.replayed", webhook_id=webhook_id)


async def _handle(platform: Platform, waiting: Receipt, worker: str | None) -> None:
    if waiting.failures >= _TRIES:
        _bury(platform, waiting, f"Given up after {waiting.attempts} attempts: its worker died.")
        return
    receipt = _begun(platform, waiting, worker)
    if receipt is None:
        return
    try:
        is_json = needs_body(receipt.topic) and receipt.topic != taking_in.MAIL_TOPIC
        payload = orjson.loads(receipt.body) if is_json else {}
        await _HANDLERS[receipt.topic](platform, receipt, payload)
    except Unavailable as error:
        _leave(platform, [receipt], error.detail, counts=False)
    except _POISON as error:
        _bury(platform, receipt, f"{type(error).__name__}: {error}")
    except Exception as error:  # noqa: BLE001 - the run loop: none may stand before the others
        _tell_place(receipt.topic, error)
        if receipt.failures >= _TRIES:
            _bury(platform, receipt, _unforeseen(error))
        else:
            _leave(platform, [receipt], _unforeseen(error), counts=True)


def _begun(platform: Platform, waiting: Receipt, worker: str | None) -> Receipt | None:
    """The row as it is begun; None when another worker has handled it meanwhile."""
    with platform.database.write() as transaction:
        connection = transaction.connection
        webhook_inbox.begin(connection, [_name(waiting)], worker=worker, now=wall_now())
        receipt = Commands(waiting.store_id).receipt(connection, waiting.webhook_id)
    return receipt if receipt is not None and receipt.processed_at is None else None


def _leave(platform: Platform, receipts: Sequence[Receipt], why: str, *, counts: bool) -> None:
    names = [_name(each) for each in receipts]
    with platform.database.write() as transaction:
        webhook_inbox.leave(transaction.connection, names, error=why, counts=counts, now=wall_now())
    topics = sorted({each.topic for each in receipts})
    _log.warning("webhook.handling.deferred", topics=topics, count=len(names), reason=why)


def _tell_place(topic: str, error: Exception) -> None:
    """Where it happened, without the values in a database's error: they may be a person's."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    _log.error(
        "webhook.handling.failed.unexpectedly", topic=topic, error=type(error).__name__, at=frames
    )


def _unforeseen(error: Exception) -> str:
    """What it says first: further lines of a database's error hold the values of a row."""
    first = str(error).partition("\n")[0]
    return f"{type(error).__name__}: {first}"[:_ERROR_CHARACTERS]


def _name(receipt: Receipt) -> webhook_inbox.Name:
    return receipt.store_id, receipt.webhook_id


async def _read_changes(platform: Platform, receipts: list[Receipt], worker: str | None) -> None:
    """What fails here is the read they share, not one of them: they wait for it, however long."""
    with platform.database.write() as transaction:
        names = [_name(each) for each in receipts]
        webhook_inbox.begin(transaction.connection, names, worker=worker, now=wall_now())
    try:
        await platform.sync().run()
    except RoyalError as error:
        # The store's row says what is wrong as well.
        _leave(platform, receipts, error.detail, counts=False)
    except Exception as error:  # noqa: BLE001 - the run loop: the next pass is the remedy
        _tell_place("changes", error)
        _leave(platform, receipts, _unforeseen(error), counts=False)
    else:
        _close(platform, receipts)


def _close(platform: Platform, receipts: list[Receipt]) -> None:
    with writing(platform) as books:
        for receipt in receipts:
            _done(books.commands, books.connection, receipt)


def _done(commands: Commands, connection: Connection, receipt: Receipt) -> None:
    """It was handled: what its body told of a person has served its purpose."""
    commands.processed(connection, receipt.webhook_id, now=wall_now())
    if receipt.topic.startswith(_ABOUT_PERSONS) or not needs_body(receipt.topic):
        webhook_inbox.blank(connection, [(receipt.store_id, receipt.webhook_id)])


def _bury(platform: Platform, receipt: Receipt, problem: str) -> None:
    """A poisonous message must not be tried for ever, nor vanish."""
    with writing(platform) as books:
        books.commands.processed(
            books.connection, receipt.webhook_id, now=wall_now(), error=problem
        )
        books.commands.bury(
            books.connection, workflow_id=f"webhook:{receipt.webhook_id}", kind=KIND,
            subject=receipt.webhook_id, error=problem, now=books.now,
        )  # fmt: skip
        facts = {"workflow_id": f"webhook:{receipt.webhook_id}", "kind": KIND}
        books.tell("workflow.buried", receipt.webhook_id, "worker", facts)
    _log.warning("webhook.handling.failed", topic=receipt.topic, reason=problem)


async def _delete(platform: Platform, receipt: Receipt, payload: Mapping[str, Any]) -> None:
    """What is gone cannot be learned by reading what is there.

    Two commits: begun again between them it finds nothing more to take out, and tells nothing.
    """
    notice_deletion(platform.mirror(), receipt.topic, payload)
    _close(platform, [receipt])


async def _uninstalled(platform: Platform, receipt: Receipt, _payload: Mapping[str, Any]) -> None:
    """Access is over at this moment: the agents are paused, everything else is kept."""
    with platform.database.write() as transaction:
        connection = transaction.connection
        # The store's row first, as everywhere: two orders of locking would wait for each other.
        stores.lock(connection, platform.store_id)
        _done(Commands(platform.store_id), connection, receipt)
        found = store_connections.get(connection, platform.store_id)
        if found is None or found.state != "valid" or _is_older(receipt, found):
            return
        store_connections.change_state(
            connection, platform.store_id, "revoked", detail=_UNINSTALLED
        )
        store_connections.revoke(transaction, platform.store_id, _UNINSTALLED)


def _is_older(receipt: Receipt, found: StoreConnection) -> bool:
    """Late, or replayed: what ended is the access before this one."""
    return receipt.triggered_at is not None and receipt.triggered_at < found.connected_at


async def _data_request(platform: Platform, receipt: Receipt, payload: Mapping[str, Any]) -> None:
    """Export what is held about a customer, sealed, for an admin to fetch and hand over."""
    from royal_platform.store_access import sealing_key

    customer_id = str(payload["customer"]["id"])
    key = sealing_key(platform.settings)
    key.ensure()
    with platform.database.read() as connection:
        traces = Traces(connection, platform.store_id, payload["customer"])
        said = traces.passages(connection)
    with writing(platform) as books:
        held = Privacy(books.store_id).held_about(books.connection, customer_id)
        held["conversations"] = said
        counts = {name: len(rows) for name, rows in held.items()}
        sealed = key.seal(f"privacy:{receipt.webhook_id}", orjson.dumps(held).decode())
        _finish(books, receipt, customer_id, counts, sealed)


async def _redact_customer(
    platform: Platform, receipt: Receipt, payload: Mapping[str, Any]
) -> None:
    """Erase a customer wherever we keep them."""
    drop_bodies(platform)
    customer_id = str(payload["customer"]["id"])
    order_ids = [str(each) for each in payload.get("orders_to_redact") or ()]
    # First, since the name they are found by is erased with the rest.
    found = _erase_traces(platform, receipt, payload["customer"], order_ids)
    with writing(platform) as books:
        counts = Privacy(books.store_id).erase(books.connection, customer_id, order_ids, books.now)
        counts[_PASSAGES] = found
        _finish(books, receipt, customer_id, counts)


def _erase_traces(
    platform: Platform, receipt: Receipt, told: Mapping[str, Any], order_ids: list[str]
) -> int:
    """Erase the person from conversations, a few rows at a time: nobody waits for the whole.

    How many, those of attempts that were killed too: what is erased is not found again.
    """
    with platform.database.read() as connection:
        traces = Traces(connection, platform.store_id, told, order_ids)
        found = traces.found(connection)
    erased = (receipt.steps or {}).get(_PASSAGES, 0)
    for start in range(0, len(found), _ROWS):
        part = found[start : start + _ROWS]
        erased += len(part)
        with platform.database.write() as transaction:
            traces.erase(transaction.connection, part)
            webhook_inbox.keep_steps(transaction.connection, _name(receipt), {_PASSAGES: erased})
    return erased


async def _redact_shop(platform: Platform, receipt: Receipt, _payload: Mapping[str, Any]) -> None:
    """Erase every person of the shop: 48 hours after the app was uninstalled."""
    from royal_platform.store_access import sealing_key

    key = sealing_key(platform.settings)
    key.ensure()
    drop_bodies(platform)
    with writing(platform) as books:
        privacy = Privacy(books.store_id)
        before = privacy.counts(books.connection, receipt.webhook_id)
        again = privacy.erase_store(books.connection, books.now)
        # Handled again it finds less: what was erased the first time stays on the receipt.
        counts = {name: max(count, before.get(name, 0)) for name, count in again.items()}
        _finish(books, receipt, books.store_id, counts)
        # The last that a shop has to say: nothing of it need be believed any more.
        store_connections.drop_secret(
            books.connection, books.store_id, sealing_key(platform.settings)
        )


async def _take_in(platform: Platform, receipt: Receipt, payload: Mapping[str, Any]) -> None:
    """What a customer wrote finds its thread; who that is, the store is asked."""
    report = report_of(receipt.body) if receipt.topic == taking_in.MAIL_TOPIC else None
    if report is not None:
        # What a mail program reports of our mail is no customer's letter.
        with writing(platform) as books:
            put_down(books, report, source="mail")
            _done(books.commands, books.connection, receipt)
        return
    arrival = await asyncio.to_thread(
        taking_in.read_arrival, platform, receipt.topic, receipt.body, payload
    )
    customer_id = await taking_in.customer_of(platform, arrival)
    with writing(platform) as books:
        taking_in.take_in(books, arrival, customer_id)
        # In the same commit: begun again after a crash, it finds the message known.
        _done(books.commands, books.connection, receipt)


def _finish(
    books: Books,
    receipt: Receipt,
    subject: str,
    counts: Mapping[str, int],
    sealed: str | None = None,
) -> None:
    Privacy(books.store_id).finish(
        books.connection, receipt.webhook_id, topic=receipt.topic, subject=subject,
        received_at=receipt.received_at, now=wall_now(), receipt=counts, sealed_export=sealed,
    )  # fmt: skip
    # In the same commit: begun again after a crash, it would find an empty body and be buried.
    _done(books.commands, books.connection, receipt)
    books.tell(
        "privacy.request.done", receipt.webhook_id, "shopify",
        {"topic": receipt.topic, "receipt": dict(counts)},
    )  # fmt: skip


_HANDLERS: dict[str, Handler] = {
    "app/uninstalled": _uninstalled,
    "customers/data_request": _data_request,
    "customers/redact": _redact_customer,
    "shop/redact": _redact_shop,
    "checkouts/delete": _delete,
    "collections/delete": _delete,
    "discounts/delete": _delete,
    "customers/delete": _delete,
    "segments/delete": _delete,
    "orders/delete": _delete,
    "products/delete": _delete,
    taking_in.MAIL_TOPIC: _take_in,
    taking_in.MESSAGE_TOPIC: _take_in,
}
_DELETIONS = frozenset(topic for topic in _HANDLERS if topic.endswith("/delete"))
