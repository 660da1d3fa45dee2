"""A store in memory behind the ports of orders and of what replaces them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from core.errors import Conflict
from royal_platform.commerce.fulfilment.model import (
    Judgeable,
    OrderState,
    Outcome,
    Shipment,
    ShippingAddress,
)
from royal_platform.commerce.orders.model import Replaceable, Replacement
from royal_platform.commerce.security.order_facts import OrderFacts

HOME = ShippingAddress(
    "Ann", "Rider", None, "Kade 1", None, "3511 AA", "Utrecht", None, "NL", None
)  # fmt: skip
_PLACED = datetime(2026, 3, 4, 9, tzinfo=UTC)


@dataclass
class LiveOrders:
    """``OrderReader``, ``OrderWriter``, ``ReplacementReader`` and ``ReplacementWriter``."""

    states: dict[str, OrderState] = field(default_factory=dict)
    sent: dict[str, dict[str, int]] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    made: dict[str, tuple[str, str]] = field(default_factory=dict)

    def place(self, order_id: str, lines: Mapping[str, int]) -> str:
        """A paid order that waits; its id."""
        self.states[order_id] = OrderState(
            order_id, f"#{order_id}", paid=True, cancelled=False, held=False,
            held_by_others=False, remaining=dict(lines), tracking=frozenset(), customer_id="c1",
            recipient=None, address=HOME,
        )  # fmt: skip
        self.sent[order_id] = {}
        return order_id

    async def judgeable(self, order_ids: Sequence[str]) -> Sequence[Judgeable]:
        """Facts and outcomes of those that are here."""
        return [
            Judgeable(OrderFacts(each, _PLACED, 20.0), self.outcomes.get(each))
            for each in order_ids
            if each in self.states
        ]

    async def order_state(self, order_id: str) -> OrderState | None:
        """How it stands."""
        return self.states.get(order_id)

    async def hold(self, order_id: str, note: str, idempotency_key: str) -> None:
        """Held by us."""
        self._change(order_id, held=True)

    async def release(self, order_id: str, idempotency_key: str) -> None:
        """No longer held by us."""
        self._change(order_id, held=False)

    async def cancel(self, order_id: str, reason: str, note: str, idempotency_key: str) -> None:
        """Cancelled, as long as nothing has left."""
        state = self.states[order_id]
        if state.cancelled:
            return
        if state.tracking:
            raise Conflict("Some of it has left.", remedy="Take it back.")
        if reason == "FRAUD":
            self.outcomes[order_id] = Outcome.BAD
        self._change(order_id, cancelled=True, remaining={})

    async def readdress(
        self,
        order_id: str,
        address: ShippingAddress,
        idempotency_key: str,
    ) -> None:
        """It goes there."""
        self._change(order_id, address=address)

    async def ship(self, order_id: str, shipment: Shipment, idempotency_key: str) -> None:
        """A parcel with its number, once."""
        state = self.states[order_id]
        if shipment.number in state.tracking:
            return
        left = {line: n - shipment.lines.get(line, 0) for line, n in state.remaining.items()}
        if any(n < 0 for n in left.values()) or not set(shipment.lines) <= set(left):
            raise Conflict("More was shipped than waits.", remedy="Look at the order.")
        for line, units in shipment.lines.items():
            self.sent[order_id][line] = self.sent[order_id].get(line, 0) + units
        self._change(
            order_id, remaining={line: n for line, n in left.items() if n},
            tracking=state.tracking | {shipment.number},
        )  # fmt: skip

    async def replaceable(self, order_id: str) -> Replaceable | None:
        """What left, and what replaces it."""
        state = self.states.get(order_id)
        if state is None:
            return None
        made = tuple(
            Replacement(new, mark, not self.states[new].cancelled, bool(self.states[new].tracking))
            for new, (of, mark) in self.made.items()
            if of == order_id
        )
        return Replaceable(
            order_id, state.cancelled, refunded=False, sent=dict(self.sent[order_id]),
            replacements=made,
        )  # fmt: skip

    async def send_again(
        self,
        order_id: str,
        lines: Mapping[str, int],
        note: str,
        mark: str,
    ) -> None:
        """Another order, once for each mark; lines that never left are none of it."""
        if (order_id, mark) in self.made.values():
            return
        if not set(lines) <= set(self.sent[order_id]):
            raise Conflict("Something of it never left.", remedy="Look at the order.")
        new = self.place(f"{order_id}-{len(self.made) + 1}", lines)
        self._change(new, address=self.states[order_id].address)
        self.made[new] = (order_id, mark)

    def _change(self, order_id: str, **changed: object) -> None:
        self.states[order_id] = replace(self.states[order_id], **changed)  # type: ignore[arg-type]
