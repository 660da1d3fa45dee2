"""What holding, releasing, cancelling, ordering at a supplier and shipping do to the world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.errors import Invalid
from orchestrator.core.action import Facts, RestsOnPrecondition
from orchestrator.core.books import Ground, writing
from royal_platform.commerce.decisions.model import Decision, Inverse
from royal_platform.commerce.fulfilment.model import OrderState, Shipment
from royal_platform.commerce.fulfilment.ports import OrderReader, OrderWriter
from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.suppliers.model import (
    GONE,
    LEFT,
    OrderLine,
    OrderRequest,
    SupplierOrder,
)
from royal_platform.commerce.suppliers.ports import SupplierDesk, SupplierReader
from royal_platform.persistence.supplier_orders import SupplierOrders

# An order that is taken back, or may be yet: its supplier was asked by mail.
_TAKEN_BACK = GONE | {"cancel_asked"}


@dataclass(frozen=True, slots=True)
class Counter:
    """What fulfilling needs: the store's orders, and each supplier by its id.

    ``mails_to``: where it takes customers' orders by mail; None: it does not.
    """

    reader: OrderReader
    writer: OrderWriter
    supplier: Callable[[str], SupplierReader]
    desk: Callable[[str], SupplierDesk]
    mails_to: Callable[[str], str | None] = lambda _: None


class _OnOrder(RestsOnPrecondition):
    """What the actions on an order of the store share."""

    def __init__(self, counter: Counter) -> None:
        self._reader, self._writer = counter.reader, counter.writer

    async def read(self, decision: Decision) -> Facts | None:
        """How the order stands now; None when the store does not have it."""
        state = await self._reader.order_state(_order_id(decision))
        return None if state is None else order_facts(state)


class HoldAction(_OnOrder):
    """``order.hold``: nothing of the order leaves until it is released."""

    def target(self, decision: Decision, before: Facts) -> Facts:  # noqa: ARG002
        """Held."""
        return {"held": True}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:  # noqa: ARG002
        """Hold it, with the reasons as its note."""
        note = str(decision.proposal.arguments.get("note") or decision.proposal.rationale)
        await self._writer.hold(_order_id(decision), note, key)

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """Let it go."""
        return Inverse("order.release", _same(decision), "Lets the order go on.")


class ReleaseAction(_OnOrder):
    """``order.release``: the order goes on."""

    def target(self, decision: Decision, before: Facts) -> Facts:  # noqa: ARG002
        """No longer held by us."""
        return {"held": False}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:  # noqa: ARG002
        """Take our hold away."""
        await self._writer.release(_order_id(decision), key)

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """Hold it again."""
        return Inverse("order.hold", _same(decision), "Holds the order again, if it is there yet.")


class CancelAction(_OnOrder):
    """``order.cancel``: with the money back and the goods on the shelf."""

    def target(self, decision: Decision, before: Facts) -> Facts:  # noqa: ARG002
        """Cancelled."""
        return {"cancelled": True}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:  # noqa: ARG002
        """Cancel it."""
        arguments = decision.proposal.arguments
        note = str(arguments.get("note") or decision.proposal.rationale)
        await self._writer.cancel(_order_id(decision), str(arguments["reason"]), note, key)

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """Money that was given back is not taken again."""
        return Inverse(None, None, "A cancelled order is not revived: the customer orders again.")


class ShipAction(_OnOrder):
    """``fulfillment.create``: a parcel with its number, found again by it."""

    async def read(self, decision: Decision) -> Facts | None:
        """How the order stands, and whether this parcel is booked."""
        state = await self._reader.order_state(_order_id(decision))
        if state is None:
            return None
        parcel = shipment_of(decision.proposal.arguments)
        waits = all(state.remaining.get(line, 0) >= n for line, n in parcel.lines.items())
        return {**order_facts(state), "booked": parcel.number in state.tracking, "waits": waits}

    def target(self, decision: Decision, before: Facts) -> Facts:  # noqa: ARG002
        """Booked."""
        return {"booked": True}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:  # noqa: ARG002
        """Book the parcel."""
        parcel = shipment_of(decision.proposal.arguments)
        await self._writer.ship(_order_id(decision), parcel, key)

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """A parcel on its way is not called back."""
        return Inverse(None, None, "The parcel has left: a return or a refund makes good for it.")


class _AtSupplier(RestsOnPrecondition):
    """What placing and cancelling at a supplier share: the order by our reference."""

    def __init__(self, ground: Ground, counter: Counter) -> None:
        self._ground, self._counter = ground, counter

    async def _stated(self, decision: Decision) -> SupplierOrder | None:
        """The order as the supplier states it now; ours is entered in the book by that too."""
        arguments = decision.proposal.arguments
        supplier_id = str(arguments["supplier_id"])
        stated = await self._counter.supplier(supplier_id).track(str(arguments["reference"]))
        with writing(self._ground) as books:
            orders = SupplierOrders(books.store_id)
            if stated is not None and arguments.get("lines"):
                # Also after a crash between the supplier's yes and our note of it.
                orders.book(
                    books.connection, stated, supplier_id=supplier_id, decision_id=decision.id,
                    lines=_lines(arguments), order_id=_order_id(decision), now=books.now,
                )  # fmt: skip
            elif stated is not None:
                orders.state(books.connection, stated, now=books.now)
        return stated


class PlaceAction(_AtSupplier):
    """``supplier_order.place``: goods for one order, sent to its customer, ordered once.

    The address is asked of the store when it is ordered; no decision holds it.
    """

    async def read(self, decision: Decision) -> Facts | None:
        """Whether it is placed, and how the customer's order stands."""
        stated = await self._stated(decision)
        if stated is not None:
            # Nothing more is decided by what the store says: its silence must not hide an order.
            return {"placed": stated.status not in GONE, "left": stated.status in LEFT}
        state = await self._counter.reader.order_state(_order_id(decision))
        if state is None:
            return None
        return {
            **order_facts(state), "placed": False, "left": False,
            "deliverable": state.recipient is not None,
            "mail_to": self._counter.mails_to(str(decision.proposal.arguments["supplier_id"])),
        }  # fmt: skip

    def broken(
        self, decision: Decision, live: Facts, before: Facts | None = None
    ) -> tuple[str, ...]:
        """Facts it rests on that no longer hold; an order that is gone at once was refused."""
        if before and "open" not in live and not live["placed"]:
            return ()
        return super().broken(decision, live, before)

    def target(self, decision: Decision, before: Facts) -> Facts:  # noqa: ARG002
        """Placed."""
        return {"placed": True}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:  # noqa: ARG002
        """Order it for the address that the store has now."""
        arguments = decision.proposal.arguments
        state = await self._counter.reader.order_state(_order_id(decision))
        if state is None or state.recipient is None:
            raise Invalid("The order has no address to send to.", remedy="Ask the customer for it.")
        request = OrderRequest(str(arguments["reference"]), _lines(arguments), state.recipient)
        await self._counter.desk(str(arguments["supplier_id"])).place(request, key)

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """Cancel it while it has not left."""
        arguments = decision.proposal.arguments
        kept = {name: arguments[name] for name in ("supplier_id", "reference", "order_id")}
        return Inverse("supplier_order.cancel", kept, decision.proposal.inverse.explanation)


class CancelAtSupplierAction(_AtSupplier):
    """``supplier_order.cancel``: an order at a supplier that shall not leave."""

    async def read(self, decision: Decision) -> Facts | None:
        """Whether it is placed still, and whether it has left."""
        stated = await self._stated(decision)
        if stated is None:
            return None
        return {
            "placed": stated.status not in GONE, "left": stated.status in LEFT,
            "taken_back": stated.status in _TAKEN_BACK,
        }  # fmt: skip

    def target(self, decision: Decision, before: Facts) -> Facts:  # noqa: ARG002
        """No longer placed, or by mail: asked to be cancelled."""
        return {"taken_back": True}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:  # noqa: ARG002
        """Cancel it; cancelling twice changes nothing."""
        arguments = decision.proposal.arguments
        desk = self._counter.desk(str(arguments["supplier_id"]))
        await desk.cancel(str(arguments["reference"]), key)

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """It is ordered anew by a decision of its own."""
        return Inverse(None, None, "Order again: the agent routes the order anew.")


def fulfilment_action(kind: str, ground: Ground, counter: Counter) -> Any:
    """The action of a kind, None for others."""
    on_order = {
        "order.hold": HoldAction, "order.release": ReleaseAction, "order.cancel": CancelAction,
        "fulfillment.create": ShipAction,
    }  # fmt: skip
    at_supplier = {
        "supplier_order.place": PlaceAction, "supplier_order.cancel": CancelAtSupplierAction,
    }  # fmt: skip
    if kind in on_order:
        return on_order[kind](counter)
    return at_supplier[kind](ground, counter) if kind in at_supplier else None


def order_facts(state: OrderState) -> Facts:
    """What decisions on an order rest on."""
    return {
        "open": state.paid and not state.cancelled and bool(state.remaining),
        "cancelled": state.cancelled,
        "held": state.held,
        "held_by_others": state.held_by_others,
        "shipped": bool(state.tracking),
    }


def shipment_of(arguments: Mapping[str, Any]) -> Shipment:
    """The parcel that a decision's arguments describe."""
    return Shipment(
        lines={str(each["line_id"]): int(each["quantity"]) for each in arguments["lines"]},
        number=str(arguments["tracking"]),
        carrier=arguments.get("carrier"),
        url=arguments.get("url"),
        notify_customer=bool(arguments.get("notify_customer")),
    )


def _lines(arguments: Mapping[str, Any]) -> tuple[OrderLine, ...]:
    currency = str(arguments["currency"])
    return tuple(
        OrderLine(
            str(each["supplier_sku"]), int(each["quantity"]),
            Money(Decimal(each["unit_cost"]), currency), str(each.get("title") or ""),
        )
        for each in arguments["lines"]
    )  # fmt: skip


def _order_id(decision: Decision) -> str:
    return str(decision.proposal.arguments["order_id"])


def _same(decision: Decision) -> dict[str, Any]:
    return dict(decision.proposal.arguments)
