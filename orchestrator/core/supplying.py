"""Enters suppliers, reads their catalogues when they are due, and asks after open orders."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, get_args

from core.errors import Conflict, Invalid, RoyalError
from core.telemetry.logs import get_logger
from orchestrator.core.books import Actor, Books, Ground, actor_name, reading, writing
from orchestrator.core.mail_desk import MailTrack
from orchestrator.core.runs import wake_behind
from royal_platform.commerce.suppliers.model import OrderStatus, SupplierOrder
from royal_platform.commerce.suppliers.ports import Fault, SupplierReader
from royal_platform.persistence.ids import new_id
from royal_platform.persistence.offers import Offers
from royal_platform.persistence.supplier_orders import SupplierOrders
from royal_platform.persistence.suppliers import Supplier, Suppliers
from royal_platform.suppliers.desk.mapping import STATED
from royal_platform.suppliers.errors import SupplierLocked, SupplierRejected
from royal_platform.suppliers.presets import sandbox_suppliers
from royal_platform.suppliers.schemas import SupplierSettings

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform

OFFERS_CHANGED = "supplier.offers.changed"
# A supplier states an order otherwise than before.
ORDER_STATED = "supplier.order.stated"
_STATED = tuple(f"supplier.order.{status}" for status in get_args(OrderStatus))
_SAMPLE = 20
_FAULTS = 50
_AGAIN = timedelta(hours=1)
_KINDS = ("feed", "printful", "autods", "spocket", "manual")
_log = get_logger(__name__)


def enter(ground: Ground, *, name: str, kind: str, settings: SupplierSettings, actor: Actor) -> str:
    """Enter a supplier; a worker reads its feed at once. Its offers count when it is activated.

    Raises ``Conflict`` for a name that is taken, ``Invalid`` for a kind or words nobody knows.
    """
    if kind not in _KINDS:
        raise Invalid(
            f"There is no kind of supplier {kind!r}.", remedy=f"Use one of {', '.join(_KINDS)}."
        )
    _refuse_words(settings)
    supplier_id = new_id("sup")
    with writing(ground) as books:
        repository = Suppliers(books.store_id)
        taken = any(each.name.lower() == name.lower() for each in repository.all(books.connection))
        if taken or not repository.add(
            books.connection, supplier_id=supplier_id, name=name, kind=kind, origin="entered",
            settings=settings.model_dump(), actor=actor_name(actor), active=False, now=books.now,
        ):  # fmt: skip
            raise Conflict(f"There is a supplier {name!r} already.", remedy="Name it apart.")
        _tell(books, "supplier.entered", supplier_id, name, actor)
    return supplier_id


def change(
    ground: Ground, supplier_id: str, *, version: int, name: str, settings: SupplierSettings,
    active: bool, actor: Actor,
) -> None:  # fmt: skip
    """Replace what was entered; it is read anew with it.

    Raises ``NotFound``, ``Conflict``, and ``Invalid`` for words that mean nothing here.
    """
    _refuse_words(settings)
    with writing(ground) as books:
        Suppliers(books.store_id).change(
            books.connection, supplier_id, version=version, name=name,
            settings=settings.model_dump(), active=active, actor=actor_name(actor), now=books.now,
        )  # fmt: skip
        _tell(books, "supplier.changed", supplier_id, name, actor)


def _refuse_words(settings: SupplierSettings) -> None:
    said = {} if settings.desk is None else settings.desk.statuses
    unknown = sorted(set(said.values()) - STATED)
    if unknown:
        raise Invalid(
            f"An order cannot stand as {', '.join(unknown)}.",
            remedy=f"Let the supplier's words mean one of: {', '.join(sorted(STATED))}.",
        )


def hasten(ground: Ground, supplier_id: str, actor: Actor) -> None:
    """Read it at once."""
    with writing(ground) as books:
        repository = Suppliers(books.store_id)
        repository.hasten(books.connection, supplier_id, books.now)
        name = repository.get(books.connection, supplier_id).name
        _tell(books, "supplier.reading", supplier_id, name, actor)


def waits(ground: Ground) -> bool:
    """True when a supplier is due, or the sandbox's are not entered yet."""
    with reading(ground) as books:
        repository = Suppliers(books.store_id)
        if repository.due(books.connection, books.now):
            return True
        return bool(_to_enter(books, repository.all(books.connection)))


async def read_due(platform: Platform) -> int:
    """Read every supplier that is due; returns how many answered.

    One that does not answer keeps its offers and is asked again within the hour.
    """
    _enter_sandbox(platform)
    with reading(platform) as books:
        due = Suppliers(books.store_id).due(books.connection, books.now)
    answered = 0
    for supplier in due:
        answered += await _read(platform, supplier)
    return answered


async def _read(platform: Platform, supplier: Supplier) -> bool:
    try:
        reader = platform.supplier(supplier.id)
        source = reader.source
        rows = await source.rows()
        found = source.mapped(rows)
        stated, unread = await _open_orders(platform, supplier)
    except RoyalError as error:
        _note_failure(platform, supplier, error)
        return False
    with writing(platform) as books:
        repository = Suppliers(books.store_id)
        now = repository.get(books.connection, supplier.id)
        if now.version != supplier.version:
            # Changed while it was read: the reading with the new settings is due already.
            return False
        hours = SupplierSettings.model_validate(now.settings).every_hours
        repository.was_read(
            books.connection, supplier.id, sample=rows[:_SAMPLE],
            faults=[
                *unread[:_FAULTS],
                *(told(each) for each in found.faults[:_FAULTS]),
            ],
            offer_count=len(found.offers), fault_count=len(found.faults) + len(unread),
            now=books.now,
            next_due_at=books.now + timedelta(hours=hours),
        )  # fmt: skip
        facts: dict[str, Any] = {"offers": len(found.offers), "faults": len(found.faults)}
        variant_ids: tuple[str, ...] = ()
        if now.active:
            offers = Offers(books.store_id)
            changes = offers.take(books.connection, supplier.id, found, now=books.now)
            facts |= {
                "added": changes.added, "changed": changes.changed,
                "withdrawn": changes.withdrawn, "unread": changes.unread,
            }  # fmt: skip
            variant_ids = changes.variant_ids
        for order in stated:
            _state(books, supplier, order)
        for each in unread:
            if each not in now.faults:
                _tell(books, "supplier.order.unread", supplier.id, supplier.name, "worker",
                      supplier_order_id=each["order"], reason=each["reason"])  # fmt: skip
        _tell(books, "supplier.read", supplier.id, supplier.name, "worker", **facts)
        if variant_ids:
            _tell(books, OFFERS_CHANGED, supplier.id, supplier.name, "worker",
                  variants=len(variant_ids))  # fmt: skip
    _log.info("supplier.read", supplier_id=supplier.id, **facts)
    wake_moved(platform)
    return True


def wake_moved(ground: Ground) -> list[str]:
    """Start whom a change of offers, or of orders at suppliers, is news to; the runs."""
    return [
        *wake_behind(ground, OFFERS_CHANGED, (OFFERS_CHANGED,)),
        *wake_behind(ground, ORDER_STATED, _STATED),
    ]


def told(fault: Fault) -> dict[str, Any]:
    """A fault as it is kept and shown."""
    return {"row": fault.row, "supplier_sku": fault.supplier_sku, "reason": fault.reason}


async def _open_orders(
    platform: Platform, supplier: Supplier
) -> tuple[list[SupplierOrder], list[dict[str, str]]]:
    """How the supplier states the orders of which more is to be heard, and what it states in
    words that are not known here: an order whose state is unknown stays as it is, one of which a
    time is unknown goes on without it, and neither keeps another back."""
    with reading(platform) as books:
        waiting = SupplierOrders(books.store_id).open(books.connection, supplier.id)
    reader: SupplierReader = (
        platform.supplier(supplier.id) if supplier.takes_orders else MailTrack(platform)
    )
    stated: list[SupplierOrder] = []
    unread: list[dict[str, str]] = []
    for each in waiting:
        try:
            found = await reader.track(each.id)
        except SupplierLocked:
            raise
        except SupplierRejected as error:
            unread.append({"order": each.id, "reason": str(error)})
            continue
        if found is not None:
            stated.append(found)
            unread += [{"order": each.id, "reason": reason} for reason in found.unread]
    return stated, unread


def _state(books: Books, supplier: Supplier, stated: SupplierOrder) -> None:
    orders = SupplierOrders(books.store_id)
    if not orders.state(books.connection, stated, now=books.now):
        return
    booked = orders.get(books.connection, stated.reference)
    order_id = None if booked is None else booked.order_id
    _tell(
        books, f"supplier.order.{stated.status}", supplier.id, supplier.name, "worker",
        supplier_order_id=stated.reference, order_id=order_id,
    )  # fmt: skip


def _note_failure(platform: Platform, supplier: Supplier, error: RoyalError) -> None:
    with writing(platform) as books:
        Suppliers(books.store_id).failed(
            books.connection, supplier.id, str(error), books.now + _AGAIN
        )
        _tell(books, "supplier.failed", supplier.id, supplier.name, "worker", reason=error.detail)
    _log.warning("supplier.failed", supplier_id=supplier.id, reason=error.detail)


def _enter_sandbox(ground: Ground) -> None:
    with writing(ground) as books:
        repository = Suppliers(books.store_id)
        for supplier_id, name, settings in _to_enter(books, repository.all(books.connection)):
            known = any(each.id == supplier_id for each in repository.all(books.connection))
            if known:
                before = repository.get(books.connection, supplier_id)
                repository.change(
                    books.connection, supplier_id, version=before.version, name=before.name,
                    settings=settings.model_dump(), active=before.active, actor="worker",
                    now=books.now,
                )  # fmt: skip
            elif repository.add(
                books.connection, supplier_id=supplier_id, name=name, kind="feed",
                origin="sandbox", settings=settings.model_dump(), actor="worker", active=True,
                now=books.now,
            ):  # fmt: skip
                _tell(books, "supplier.entered", supplier_id, name, "worker")


def _to_enter(books: Books, known: list[Supplier]) -> list[tuple[str, str, SupplierSettings]]:
    """The sandbox's suppliers that are not entered, or that moved with its port."""
    store = books.store
    if store.source != "sandbox" or not store.sync_cursor.get("complete"):
        return []
    by_id = {each.id: each for each in known}
    missing: list[tuple[str, str, SupplierSettings]] = []
    for supplier_id, name, settings in sandbox_suppliers(f"http://{store.domain}"):
        there = by_id.get(supplier_id)
        address = settings.desk.url if settings.desk else ""
        if there is None or (there.settings.get("desk") or {}).get("url") != address:
            missing.append((supplier_id, name, settings))
    return missing


def _tell(
    books: Books, type_: str, supplier_id: str, name: str, actor: Actor, **facts: Any
) -> None:
    books.tell(type_, supplier_id, actor, {"supplier_id": supplier_id, "name": name, **facts})
