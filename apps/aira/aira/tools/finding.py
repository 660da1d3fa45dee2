"""Finds the one thing a person means by a name, and says which it could be when there are more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection

from core.errors import Conflict, NotFound
from royal_platform.commerce.decisions.model import Decision
from royal_platform.persistence.decisions import DecisionFilter, Decisions
from royal_platform.persistence.orders import (
    CustomerItem,
    OrderFilter,
    OrderFull,
    Orders,
)
from royal_platform.persistence.products import (
    ProductFilter,
    ProductItem,
    Products,
    VariantItem,
)
from royal_platform.persistence.stores import Store

Found = TypeVar("Found")

_LOOKED_AT = 20
_ID_TAIL = 2
# Among how many a decision is looked for by the end of its id.
_OPEN_MAX = 1000


def variant_of(connection: Connection, store: Store, words: str) -> VariantItem:
    """The variant with this id, SKU or title. Raises ``NotFound``, ``Conflict`` (more than one)."""
    wanted = _local(words).casefold()
    found = _products(connection, store, words)
    options = [(product, variant) for product in found for variant in product.variants]
    for exact in (
        [variant for _, variant in options if (variant.sku or "").casefold() == wanted],
        [variant for _, variant in options if variant.id.casefold() == wanted],
        [variant for product, variant in options if wanted in _names(product, variant)],
        [variant for _, variant in options],
    ):
        if len(exact) == 1:
            return exact[0]
        if exact:
            raise _many("product", words, [_told(variant) for variant in exact])
    raise NotFound(f"No product is called {words!r}.", remedy="Search them with `/products WORDS`.")


def product_of(connection: Connection, store: Store, words: str) -> ProductItem:
    """The product with this id, SKU or title. Raises ``NotFound``, ``Conflict``."""
    wanted = _local(words).casefold()
    found = _products(connection, store, words)
    exact = [each for each in found if wanted in (each.title.casefold(), each.id.casefold())]
    options = exact or found
    if len(options) == 1:
        return options[0]
    if options:
        raise _many("product", words, [each.title for each in options])
    raise NotFound(f"No product is called {words!r}.", remedy="Search them with `/products WORDS`.")


def decision_of(
    connection: Connection, store_id: str, words: str, *, executed: bool = False
) -> Decision:
    """The decision with this id, or the one that waits (or was executed) whose id ends so or
    whose subject is so. Raises ``NotFound``, ``Conflict``.
    """
    repository = Decisions(store_id)
    wanted = words.strip()
    if wanted.startswith("dec_"):
        return repository.get(connection, wanted)
    statuses = ("executed", "measured") if executed else ("proposed",)
    open_ = repository.page(
        connection, DecisionFilter(statuses=statuses, order="newest"), None, _OPEN_MAX
    ).items
    tail = [each for each in open_ if len(wanted) >= _ID_TAIL and each.id.endswith(wanted)]
    title = wanted.casefold()
    titled = [each for each in open_ if each.proposal.subject.title.casefold() == title]
    found = tail or titled
    if len(found) == 1:
        return found[0]
    if found:
        told = [f"{each.proposal.subject.title} ({each.id})" for each in found]
        raise _many("decision", words, told)
    raise NotFound(
        f"There is no {'executed' if executed else 'waiting'} decision {words!r}.",
        remedy="List them with `/decisions`, or `/effects` for executed ones; the end of an id "
        f"has at least {_ID_TAIL} characters.",
    )


def order_of(connection: Connection, store: Store, words: str) -> OrderFull:
    """The order with this number or id. Raises ``NotFound``, ``Conflict``."""
    repository = Orders(store.id)
    wanted = _local(words)
    found = repository.page(connection, OrderFilter(text=wanted), limit=_LOOKED_AT).items
    number = wanted.casefold().lstrip("#")
    exact = [each for each in found if each.name.casefold().lstrip("#") == number]
    if not exact and number.isdecimal() and (own := _get(repository.get, connection, number)):
        return own
    options = exact or found
    if len(options) == 1:
        return repository.get(connection, options[0].id)
    if options:
        raise _many("order", words, [each.name for each in options])
    raise NotFound(f"There is no order {words!r}.", remedy="Search them with `/orders WORDS`.")


def customer_of(connection: Connection, store: Store, words: str) -> CustomerItem:
    """The customer with this name or id. Raises ``NotFound``, ``Conflict``."""
    repository = Orders(store.id)
    wanted = _local(words)
    if wanted.isdecimal() and (own := _get(repository.customer, connection, wanted)):
        return own
    found = repository.customers(connection, text=wanted, limit=_LOOKED_AT).items
    exact = [each for each in found if (each.name or "").casefold() == wanted.casefold()]
    options = exact or found
    if len(options) == 1:
        return options[0]
    if options:
        raise _many("customer", words, [f"{each.name} ({each.id})" for each in options])
    raise NotFound(
        f"There is no customer {words!r}.", remedy="Search them with `/customers WORDS`."
    )


def _local(words: str) -> str:
    """``words``, or the numeric id that our records hold for a global one."""
    text = words.strip()
    return text.rpartition("/")[2].partition("?")[0] if text.startswith("gid://") else text


def _get(
    read: Callable[[Connection, str], Found], connection: Connection, key: str
) -> Found | None:
    try:
        return read(connection, key)
    except NotFound:
        return None


def _products(connection: Connection, store: Store, words: str) -> list[ProductItem]:
    """The products that hold the words, and the one that has them for an id."""
    today = store.store_clock().today()
    repository = Products(store.id)
    text = _local(words)
    found = list(
        repository.page(connection, ProductFilter(text=text), today=today, limit=_LOOKED_AT).items
    )
    if text.isdecimal():
        of_variant = _get(repository.product_of, connection, text)
        for product_id in dict.fromkeys((of_variant, text)):
            known = product_id is None or any(each.id == product_id for each in found)
            if not known and (own := _get(partial(repository.get, today=today), connection,
                                          product_id or "")):  # fmt: skip
                found.append(own)
    return found


def _names(product: ProductItem, variant: VariantItem) -> set[str]:
    titles = {variant.title, f"{product.title} {variant.title}"}
    if len(product.variants) == 1:
        titles.add(product.title)
    return {title.casefold() for title in titles}


def _told(variant: VariantItem) -> str:
    return f"{variant.title} ({variant.sku})" if variant.sku else variant.title


def _many(what: str, words: str, options: Sequence[str]) -> Conflict:
    shown = "; ".join(options[:8])
    more = f" and {len(options) - 8} more" if len(options) > 8 else ""
    return Conflict(
        f"{words!r} could be more than one {what}: {shown}{more}.",
        remedy="Name one of them, by its full title, SKU or id.",
        errors=[{"option": option} for option in options[:_LOOKED_AT]],
    )
