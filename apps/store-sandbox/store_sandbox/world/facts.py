"""What can happen in the world, as the store will hear of it. Money in cents, times aware UTC."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Person:
    """A customer as a checkout knows them."""

    key: str  # "<day they were won>/<number>": unique for ever
    first_name: str
    last_name: str
    email: str
    street: str
    city: str
    postal_code: str
    country: str
    subscribed: bool
    client_ip: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an order or checkout; `variant` is an index into the shop's items."""

    variant: int
    quantity: int
    unit_price: int
    discount: int = 0

    @property
    def total(self) -> int:
        """Cents after discounts."""
        return self.quantity * self.unit_price - self.discount


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """A paid order; stock has left the shelf."""

    at: datetime
    key: str
    person: Person
    lines: tuple[Line, ...]
    shipping: int
    code: str = ""
    ring: str = ""  # hidden: the fraud ring behind it
    risk: str = "LOW"  # what the payment provider's own check thinks of it


@dataclass(frozen=True, slots=True)
class CheckoutAbandoned:
    """A filled cart that was left; it may come back as an order later."""

    at: datetime
    key: str
    person: Person
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class CheckoutRecovered:
    """An abandoned cart whose owner came back by themselves."""

    at: datetime
    key: str


@dataclass(frozen=True, slots=True)
class OrderShipped:
    """All open lines of an order left the warehouse."""

    at: datetime
    order: str


@dataclass(frozen=True, slots=True)
class LineReturned:
    """Units of one order line given back and refunded."""

    order: str
    line: int
    quantity: int
    restocked: bool


@dataclass(frozen=True, slots=True)
class OrderRefunded:
    """Money given back; `cancelled` (a reason) ends the order, `goodwill` needs no goods back."""

    at: datetime
    order: str
    returned: tuple[LineReturned, ...]
    note: str
    cancelled: str = ""
    goodwill: int = 0


@dataclass(frozen=True, slots=True)
class ChargedBack:
    """A card holder disputes an order weeks later: the store shows it from then on."""

    at: datetime
    order: str
    ring: str


@dataclass(frozen=True, slots=True)
class PriceChanged:
    """The merchant changed a price by hand; `compare_at` 0 means none. Cents."""

    at: datetime
    variant: int
    price: int
    compare_at: int


@dataclass(frozen=True, slots=True)
class StockOrdered:
    """The merchant sent a supplier an order."""

    at: datetime
    variant: int
    quantity: int


@dataclass(frozen=True, slots=True)
class StockArrived:
    """A delivery: `ordered` units leave the way, `quantity` of them reach the shelf."""

    at: datetime
    variant: int
    ordered: int
    quantity: int


Fact: TypeAlias = (
    OrderPlaced
    | CheckoutAbandoned
    | CheckoutRecovered
    | OrderShipped
    | OrderRefunded
    | ChargedBack
    | PriceChanged
    | StockOrdered
    | StockArrived
)


@dataclass(slots=True)
class Opening:
    """How the shelves and price tags look when the history begins."""

    at: datetime
    stock: list[int] = field(default_factory=list)
    prices: list[tuple[int, int]] = field(default_factory=list)
