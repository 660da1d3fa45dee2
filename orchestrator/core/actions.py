"""What each kind of decision does to the world: how to read it live, write it, and undo it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from orchestrator.core.action import Action, Facts, RestsOnPrecondition
from orchestrator.core.books import Books, Ground, reading, writing
from orchestrator.core.discounting import Coupons, discount_action
from orchestrator.core.fulfilling import Counter, fulfilment_action
from orchestrator.core.listing import ImportAction, StatusAction
from orchestrator.core.mandates import GrantAction, RevokeAction
from orchestrator.core.messaging import MessageAction, Post
from orchestrator.core.notices import notice_action
from orchestrator.core.price_testing import BeginTestAction, EndAction
from orchestrator.core.purchase_mailing import PurchaseMailAction
from orchestrator.core.readdressing import AddressAction
from orchestrator.core.refunding import RefundAction, Till
from orchestrator.core.replying import ReplyAction
from orchestrator.core.reshipping import PostRoom, reship_action
from orchestrator.core.returning import Counterpart, return_action
from orchestrator.core.safeguarding import FlagAction, RevokeTokenAction
from orchestrator.core.segment_changes import SegmentAction
from royal_platform.commerce.catalog.model import CompareAt, VariantPrice
from royal_platform.commerce.catalog.ports import (
    PriceReader,
    PriceWriter,
    ProductReader,
    ProductWriter,
    TagReader,
    TagWriter,
)
from royal_platform.commerce.decisions.addresses import READDRESS
from royal_platform.commerce.decisions.fulfilment import FULFILMENT_KINDS
from royal_platform.commerce.decisions.listings import STATUS_OF
from royal_platform.commerce.decisions.messages import MESSAGE
from royal_platform.commerce.decisions.model import Decision, Inverse, Proposal
from royal_platform.commerce.decisions.price_tests import END, TEST
from royal_platform.commerce.decisions.prices import PRICE_KINDS
from royal_platform.commerce.decisions.purchase_mail import PURCHASE_MAIL
from royal_platform.commerce.decisions.rules import mismatches
from royal_platform.commerce.decisions.safeguards import FLAG, REVOKE_TOKEN, UNFLAG
from royal_platform.commerce.decisions.segments import SEGMENT
from royal_platform.commerce.decisions.support import REFUND, REPLY
from royal_platform.commerce.inventory.model import PurchaseOrder
from royal_platform.commerce.inventory.ports import StockReader, StockWriter
from royal_platform.commerce.shared.model import Money
from royal_platform.persistence.ids import new_id
from royal_platform.persistence.tables.catalog import inventory_levels, variants

_PRICES = ("price", "compare_at")
# Of a price's arguments, those that its undo shares with it.
_SAME = ("product_id", "variant_id", "currency")


@dataclass(frozen=True, slots=True)
class Hands:
    """The vendor ports an execution works with; built inside its own event loop."""

    price_reader: PriceReader
    price_writer: PriceWriter
    stock_reader: StockReader
    stock_writer: StockWriter
    post: Post | None = None
    product_reader: ProductReader | None = None
    product_writer: ProductWriter | None = None
    counter: Counter | None = None
    tag_reader: TagReader | None = None
    tag_writer: TagWriter | None = None
    till: Till | None = None
    coupons: Coupons | None = None
    back: Counterpart | None = None
    room: PostRoom | None = None


class PriceAction(RestsOnPrecondition):
    """``price.set``: one variant's price; ``price.markdown``: and the price crossed out beside."""

    def __init__(self, hands: Hands) -> None:
        self._reader, self._writer = hands.price_reader, hands.price_writer

    async def read(self, decision: Decision) -> Facts | None:
        """The variant's price, compare-at price and unit cost now."""
        found = await self._reader.variant_price(decision.proposal.subject.id)
        return None if found is None else _price_facts(found)

    def target(self, decision: Decision, before: Facts) -> Facts:  # noqa: ARG002
        """The prices that were decided."""
        arguments = decision.proposal.arguments
        return {name: arguments[name] for name in _PRICES if name in arguments}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:
        """Set the price; the crossed-out one stays as it is unless the decision says."""
        arguments = decision.proposal.arguments
        await self._writer.set_price(
            str(before["product_id"]),
            decision.proposal.subject.id,
            Money(Decimal(arguments["price"]), str(arguments["currency"])),
            _crossed_out(arguments),
            key,
        )

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """The prices before, to the last digit."""
        proposal = decision.proposal
        earlier = {name: before[name] for name in _PRICES if name in proposal.arguments}
        kept = {name: proposal.arguments[name] for name in _SAME if name in proposal.arguments}
        return Inverse(proposal.kind, {**kept, **earlier}, told_back(earlier))


def told_back(earlier: Mapping[str, Any]) -> str:
    """In words, what undoing a price does."""
    words = f"Sets the price back to {earlier['price']}"
    if "compare_at" not in earlier:
        return f"{words}."
    crossed = earlier["compare_at"]
    rest = "crosses no price out" if crossed is None else f"crosses out {crossed} again"
    return f"{words} and {rest}."


class StockAction:
    """``inventory.adjust``: the available units of one item at one location, set or added to.

    ``quantity`` sets them, on the stock that was seen. ``add`` changes them by what came in,
    whatever is there: sales go on meanwhile, so it is read back from what is on hand, which a sale
    does not move.
    """

    def __init__(self, hands: Hands) -> None:
        self._reader, self._writer = hands.stock_reader, hands.stock_writer

    async def read(self, decision: Decision) -> Facts | None:
        """The item's stock at the location now."""
        item, location = _place(decision.proposal)
        found = await self._reader.stock_level(item, location)
        if found is None:
            return None
        return {
            "available": found.available, "on_hand": found.on_hand,
            "inventory_item_id": item, "location_id": location,
        }  # fmt: skip

    def broken(
        self, decision: Decision, live: Facts, before: Facts | None = None
    ) -> tuple[str, ...]:
        """Facts that are no longer what the decision rests on."""
        add = _added(decision)
        if add is None:
            return mismatches(decision.proposal.precondition, live)
        if before:
            return mismatches({"available": before["available"]}, live)
        available = live["available"]
        # What came in and was sold since cannot be taken out again.
        possible = available is not None and (add > 0 or available + add >= 0)
        return () if possible else ("available",)

    def target(self, decision: Decision, before: Facts) -> Facts:
        """The quantity that was decided, or what is there and what came in."""
        add = _added(decision)
        if add is None:
            return {"available": int(decision.proposal.arguments["quantity"])}
        name = "available" if before["on_hand"] is None else "on_hand"
        return {name: before[name] + add}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:
        """Set the quantity if it still is what it was."""
        item, location = _place(decision.proposal)
        add = _added(decision)
        quantity = (
            int(decision.proposal.arguments["quantity"]) if add is None
            else before["available"] + add
        )  # fmt: skip
        await self._writer.set_quantity(item, location, quantity, before["available"], key)

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:
        """The quantity before, or as many units out as came in."""
        proposal = decision.proposal
        add = _added(decision)
        if add is not None:
            arguments = {**proposal.arguments, "add": -add}
            return Inverse(proposal.kind, arguments, f"Takes {add} units out of the stock again.")
        arguments = {
            **proposal.arguments,
            "quantity": before["available"],
            "change_from": after["available"],
        }
        return Inverse(
            proposal.kind, arguments, f"Sets the stock back to {before['available']} units."
        )


class PurchaseAction:
    """``inventory.reorder``: a purchase order in the store's book.

    The merchant sends it, or it is mailed once it is booked where the supplier takes orders so.
    """

    def __init__(self, ground: Ground, hands: Hands) -> None:
        self._ground = ground
        self._reader = hands.stock_reader

    async def read(self, decision: Decision) -> Facts | None:
        """This decision's purchase order, the variant's open orders, and its stock live."""
        variant_id = decision.proposal.subject.id
        with reading(self._ground) as books:
            order = books.purchases.of_decision(books.connection, decision.id)
            on_order = sum(
                each.quantity
                for each in books.purchases.on_order(books.connection)
                if each.variant_id == variant_id and each.decision_id != decision.id
            )
            # Once the order is booked the stock decides nothing more: a store that falls silent
            # now must not make a booked order look failed.
            places = _places(books, variant_id) if order is None else []
        available: int | None = None
        for item, location in places:
            level = await self._reader.stock_level(item, location)
            if level is not None and level.available is not None:
                available = (available or 0) + level.available
        return {
            **_order_facts(order), "variant_id": variant_id, "on_order": on_order,
            "available": available,
        }  # fmt: skip

    def broken(
        self,
        decision: Decision,
        live: Facts,
        before: Facts | None = None,  # noqa: ARG002
    ) -> tuple[str, ...]:
        """Stock that sold since makes the order no less needed; stock that rose does."""
        expected = decision.proposal.precondition
        names = mismatches(expected, live)
        wanted, found = expected.get("available"), live.get("available")
        if isinstance(wanted, int) and isinstance(found, int) and found <= wanted:
            return tuple(name for name in names if name != "available")
        return names

    def target(self, decision: Decision, before: Facts) -> Facts:  # noqa: ARG002
        """An order that was placed."""
        return {"status": "ordered", "quantity": int(decision.proposal.arguments["quantity"])}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:  # noqa: ARG002
        """Book the order once."""
        proposal = decision.proposal
        arguments = proposal.arguments
        cost = arguments.get("unit_cost")
        expected_days = arguments.get("expected_days")
        with writing(self._ground) as books:
            days = None if expected_days is None else timedelta(days=int(expected_days))
            order = PurchaseOrder(
                id=new_id("po"),
                decision_id=decision.id,
                variant_id=proposal.subject.id,
                sku=arguments.get("sku"),
                quantity=int(arguments["quantity"]),
                unit_cost=None if cost is None else Money(Decimal(cost), arguments["currency"]),
                location_id=arguments.get("location_id"),
                expected_at=None if days is None else books.now + days,
                status="ordered",
                supplier_id=arguments.get("supplier_id"),
            )
            books.purchases.place(
                books.connection, order, title=proposal.subject.title, now=books.now
            )

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """Cancel the order while it has not arrived."""
        arguments = {
            "purchase_order_id": after["purchase_order_id"],
            "quantity": after["quantity"],
        }
        return Inverse(
            "inventory.reorder_cancel", arguments,
            "Cancels the purchase order; tell the supplier if it was sent already.",
        )  # fmt: skip


class CancelPurchaseAction(RestsOnPrecondition):
    """``inventory.reorder_cancel``: a purchase order that shall not arrive."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def read(self, decision: Decision) -> Facts | None:
        """The purchase order as booked."""
        with reading(self._ground) as books:
            order_id = str(decision.proposal.arguments["purchase_order_id"])
            order = books.purchases.get(books.connection, order_id)
        return _order_facts(order)

    def target(self, decision: Decision, before: Facts) -> Facts:  # noqa: ARG002
        """A cancelled order."""
        return {"status": "cancelled"}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:  # noqa: ARG002
        """Cancel it; cancelling twice changes nothing."""
        with writing(self._ground) as books:
            order_id = str(decision.proposal.arguments["purchase_order_id"])
            books.purchases.cancel(books.connection, order_id)

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """A cancelled order is not revived: a new one is proposed."""
        return Inverse(None, None, "Order again: the agent proposes it when stock calls for it.")


_POSTED = {MESSAGE: MessageAction, REPLY: ReplyAction, PURCHASE_MAIL: PurchaseMailAction}


def action_of(kind: str, ground: Ground, hands: Hands) -> Action | None:
    """What a kind does; None when this version cannot execute it."""
    if kind in PRICE_KINDS:
        return PriceAction(hands)
    if kind == "inventory.adjust":
        return StockAction(hands)
    if kind in FULFILMENT_KINDS and hands.counter is not None:
        found: Action | None = fulfilment_action(kind, ground, hands.counter)
        return found
    if kind == READDRESS and hands.counter is not None:
        return AddressAction(ground, hands.counter)
    if kind in _POSTED and hands.post is not None:
        return _POSTED[kind](ground, hands.post)
    if kind == REFUND and hands.till is not None:
        return RefundAction(hands.till)
    return (
        discount_action(kind, hands.coupons, hands.price_reader)
        or return_action(kind, hands.back)
        or reship_action(kind, hands.room)
        or _of_our_books(kind, ground, hands)
        or notice_action(kind, ground, hands.post)
        or _of_the_shelf(kind, hands)
        or _of_the_guard(kind, ground, hands)
    )


def _of_our_books(kind: str, ground: Ground, hands: Hands) -> Action | None:
    if kind == "inventory.reorder":
        return PurchaseAction(ground, hands)
    if kind == "inventory.reorder_cancel":
        return CancelPurchaseAction(ground)
    if kind == "mandate.grant":
        return GrantAction(ground)
    if kind == "mandate.revoke":
        return RevokeAction(ground)
    if kind == TEST:
        return BeginTestAction(ground)
    if kind == END:
        return EndAction(ground)
    if kind == SEGMENT:
        return SegmentAction(ground)
    return None


def _of_the_shelf(kind: str, hands: Hands) -> Action | None:
    reader, writer = hands.product_reader, hands.product_writer
    if reader is None or writer is None:
        return None
    if kind == "product.import_draft":
        return ImportAction(reader, writer)
    return StatusAction(reader, writer) if kind in STATUS_OF else None


def _crossed_out(arguments: Mapping[str, Any]) -> Money | CompareAt | None:
    if "compare_at" not in arguments:
        return None
    wanted = arguments["compare_at"]
    if wanted is None:
        return CompareAt.CLEARED
    return Money(Decimal(wanted), str(arguments["currency"]))


def _of_the_guard(kind: str, ground: Ground, hands: Hands) -> Action | None:
    if kind == REVOKE_TOKEN:
        return RevokeTokenAction(ground)
    reader, writer = hands.tag_reader, hands.tag_writer
    if reader is None or writer is None or kind not in {FLAG, UNFLAG}:
        return None
    return FlagAction(reader, writer)


def _price_facts(found: VariantPrice) -> Facts:
    return {
        "price": format(found.price.amount, "f"),
        "currency": found.price.currency,
        "compare_at": None if found.compare_at is None else format(found.compare_at.amount, "f"),
        "unit_cost": None if found.unit_cost is None else format(found.unit_cost.amount, "f"),
        "variant_id": found.variant_id,
        "product_id": found.product_id,
    }


def _places(books: Books, variant_id: str) -> list[tuple[str, str]]:
    """Where the variant is stocked: (inventory item, location), as our copy knows it."""
    query = (
        select(inventory_levels.c.inventory_item_id, inventory_levels.c.location_id)
        .join(
            variants,
            (variants.c.store_id == inventory_levels.c.store_id)
            & (variants.c.inventory_item_id == inventory_levels.c.inventory_item_id),
        )
        .where(variants.c.store_id == books.store_id, variants.c.id == variant_id)
    )
    return [(str(item), str(location)) for item, location in books.connection.execute(query)]


def _order_facts(order: PurchaseOrder | None) -> Facts:
    if order is None:
        return {"purchase_order_id": None, "status": None, "quantity": 0}
    return {
        "purchase_order_id": order.id, "status": order.status, "quantity": order.quantity,
    }  # fmt: skip


def _added(decision: Decision) -> int | None:
    add = decision.proposal.arguments.get("add")
    return None if add is None else int(add)


def _place(proposal: Proposal) -> tuple[str, str]:
    return str(proposal.arguments["inventory_item_id"]), str(proposal.arguments["location_id"])
