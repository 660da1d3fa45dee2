"""Small resolver makers shared by the resources."""

# ruff: noqa: ARG005 - resolvers take what GraphQL hands them
# ruff: noqa: S608 - names in SQL are constants of this package, values are bound

import json
from collections.abc import Callable
from typing import Any, TypeAlias

from store_sandbox.admin.connections import Page, sliced
from store_sandbox.admin.context import Info
from store_sandbox.admin.nodes import Node, children
from store_sandbox.admin.wire import decimal, gid, price, split_tags, when

Resolver: TypeAlias = Callable[..., Any]


def plain(name: str) -> Resolver:
    """The column as it is."""
    return lambda node, info: node.row[name]


def flag(name: str) -> Resolver:
    """A 0/1 column as Boolean."""
    return lambda node, info: bool(node.row[name])


def moment(name: str) -> Resolver:
    """Seconds as DateTime."""
    return lambda node, info: when(node.row[name])


def money(name: str) -> Resolver:
    """A scaled column as the `Money` scalar."""
    return lambda node, info: price(node.row[name])


def bag(amount: Callable[[Node, Info], int]) -> Resolver:
    """A scaled amount as `MoneyBag` in the shop's currency."""
    return lambda node, info: money_bag(amount(node, info), info)


def column_bag(name: str) -> Resolver:
    """A scaled column as `MoneyBag`."""
    return bag(lambda node, info: int(node.row[name]))


def money_v2(scaled: int, info: Info) -> dict[str, str]:
    """A scaled amount as `MoneyV2`."""
    return {"amount": decimal(scaled), "currencyCode": info.context.shop.currency}


def money_bag(scaled: int, info: Info) -> dict[str, Any]:
    """A scaled amount as `MoneyBag`; the shop sells in one currency."""
    amount = money_v2(scaled, info)
    return {"shopMoney": amount, "presentmentMoney": amount}


def constant(value: Any) -> Resolver:
    """The same for every row: things this store simply does not do."""
    return lambda node, info, **args: value


def tags(node: Node, _info: Info) -> list[str]:
    """The stored tag string as a list."""
    return split_tags(node.row["tags"])


def identity(kind: str) -> dict[str, Resolver]:
    """`id` and `legacyResourceId`."""
    return {
        "id": lambda node, info: gid(kind, node.row["id"]),
        "legacyResourceId": lambda node, info: str(node.row["id"]),
    }


def typed(kind: str, resolvers: dict[str, Resolver]) -> dict[str, Resolver]:
    """Prefix field names with their type."""
    return {f"{kind}.{name}": resolver for name, resolver in resolvers.items()}


def metafields(owner: str) -> dict[str, Resolver]:
    """`metafield` and `metafields` of an owner type."""
    load = children(
        "Metafield",
        f"SELECT * FROM metafields WHERE owner = '{owner}'"
        " AND owner_id IN (SELECT value FROM json_each(?)) ORDER BY id",
        "owner_id",
    )

    def many(node: Node, info: Info, **args: Any) -> Page:
        found = node.related("metafields", "id", info.context, load) or []
        if args.get("namespace") is not None:
            found = [item for item in found if item.row["namespace"] == args["namespace"]]
        if args.get("keys"):
            wanted = set(args["keys"])
            found = [
                item
                for item in found
                if item.row["key"] in wanted
                or f"{item.row['namespace']}.{item.row['key']}" in wanted
            ]
        return sliced(found, args)

    def one(node: Node, info: Info, key: str, namespace: str | None = None) -> Any:
        space, _, name = key.rpartition(".")
        space = namespace or space
        for item in node.related("metafields", "id", info.context, load) or []:
            if item.row["namespace"] == space and item.row["key"] == (
                name if not namespace else key
            ):
                return item
        return None

    return {"metafields": many, "metafield": one}


def address(text: str | None, owner_id: int) -> dict[str, Any] | None:
    """A stored address as `MailingAddress`."""
    if text is None:
        return None
    data: dict[str, Any] = json.loads(text)
    name = " ".join(part for part in (data.get("firstName"), data.get("lastName")) if part)
    area = [data.get("city"), data.get("provinceCode"), data.get("country")]
    lines = [data.get("address1"), data.get("address2"), data.get("city"), data.get("country")]
    return {
        **data,
        "id": f"gid://shopify/MailingAddress/{owner_id}",
        "name": name or None,
        "formatted": lambda info, **args: [line for line in lines if line],
        "formattedArea": ", ".join(part for part in area if part) or None,
        "coordinatesValidated": False,
    }
