"""How a half-typed command could go on: names, choices, and what the store holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection

from aira.commands.described import CompletionOut, Completions, choices_of
from aira.commands.reading import named, usage_of
from aira.tools import TOOLS
from aira.tools.cards import change_line
from aira.tools.figures import METRICS
from aira.tools.model import Asked, Tool
from aira.tools.words import Word, assign, quote, scan
from core.errors import Invalid
from orchestrator.core import agent_registry
from royal_platform.commerce.decisions.limits import NAMES
from royal_platform.commerce.decisions.model import Status
from royal_platform.persistence import stores
from royal_platform.persistence.decisions import DecisionFilter, Decisions
from royal_platform.persistence.orders import OrderFilter, Orders
from royal_platform.persistence.policies import Policies
from royal_platform.persistence.products import ProductFilter, Products
from royal_platform.persistence.runs import Runs

_MOST = 20
_LOOKED_AT = 200
# Value, and what it is.
Option = tuple[str, str]
# From where in the text it stands, what would stand there, its label and what it is.
Ending = tuple[int, str, str, str]
Source = Callable[[Asked, Connection, str], Iterator[Option]]


def complete(asked: Asked, text: str) -> Completions:
    """At most 20 whole messages that begin like ``text``; nothing for what is no command."""
    begun = text.lstrip()
    if not begun.startswith("/") or "\x00" in begun:
        return Completions(data=[])
    words, is_open = scan(begun)
    on_new_word = begun[-1].isspace() and not is_open
    if len(words) == 1 and not on_new_word:
        return Completions(data=_commands(asked, words[0].text[1:]))
    try:
        tool = named(words[0].text[1:])
    except Invalid:
        return Completions(data=[])
    if not asked.caller.may(tool.permission):
        return Completions(data=[])
    typed = Word("", 0, len(begun)) if on_new_word else words[-1]
    before = words[1:] if on_new_word else words[1:-1]
    data = [
        CompletionOut(text=begun[:start] + text, label=label, description=what)
        for start, text, label, what in _endings(asked, tool, before, typed)[:_MOST]
    ]
    return Completions(data=data)


def _commands(asked: Asked, begun: str) -> list[CompletionOut]:
    wanted = begun.casefold().replace("-", "_")
    found = [
        tool for tool in TOOLS.values()
        if asked.caller.may(tool.permission)
        and any(name.startswith(wanted) for name in (tool.name, *tool.aliases))
    ]  # fmt: skip
    found.sort(key=lambda tool: not tool.name.startswith(wanted))
    return [
        CompletionOut(
            text=f"/{tool.name}" + (" " if tool.positions or tool.words else ""),
            label=usage_of(tool),
            description=tool.description,
        )
        for tool in found[:_MOST]
    ]


def _endings(asked: Asked, tool: Tool[Any], before: list[Word], typed: Word) -> list[Ending]:
    """What the word being typed could be."""
    option = typed.option(tool.names)
    if option is not None:
        name, begun = option
        return [
            (typed.start, assign(name, value), value, what)
            for value, what in _options(asked, tool, name, begun)
        ]
    loose = [word for word in before if word.option(tool.names) is None]
    found = _positional(asked, tool, loose, typed, len(before))
    given = {option[0] for word in before if (option := word.option(tool.names))}
    found += [
        (typed.start, f"{name}=", f"{name}=", tool.arguments.model_fields[name].description or "")
        for name in tool.names
        if name not in {*given, *tool.positions, "cursor"}
        and tool.words is None
        and name.startswith(typed.text.casefold())
    ]
    return found


def _positional(
    asked: Asked, tool: Tool[Any], loose: list[Word], typed: Word, before: int
) -> list[Ending]:
    if tool.words is not None:
        return _phrases(asked, tool, loose, typed)
    positions = tool.positions
    place = min(len(loose), len(positions) - 1) if tool.rest else len(loose)
    if not 0 <= place < len(positions):
        return []
    # Words of one value typed without quotes are one value, unless something stands between.
    together = len(loose) == before or not loose[place:]
    parts = [*loose[place:], typed] if together else [typed]
    begun = " ".join(word.text for word in parts)
    return [
        (parts[0].start, quote(value), value, what)
        for value, what in _options(asked, tool, positions[place], begun)
    ]


def _phrases(asked: Asked, tool: Tool[Any], loose: list[Word], typed: Word) -> list[Ending]:
    begun = typed.text.casefold()
    values = []
    if not loose and tool.completes:
        values = _options(asked, tool, next(iter(tool.completes)), typed.text)
    found = [(typed.start, quote(value), value, what) for value, what in values]
    return found + [(typed.start, each, each, "") for each in tool.phrases
                    if each.startswith(begun)]  # fmt: skip


def _options(asked: Asked, tool: Tool[Any], name: str, begun: str) -> list[Option]:
    wanted = begun.casefold()
    choices = choices_of(tool.arguments.model_fields[name])
    if choices:
        return [(each, "") for each in choices if each.startswith(wanted)]
    source = _SOURCES.get(tool.completes.get(name, ""))
    if source is None:
        return []
    with asked.platform.database.read() as connection:
        found = list(source(asked, connection, begun.strip()))
    # What begins so comes before what only holds it.
    return sorted(found, key=lambda each: not each[0].casefold().startswith(wanted))[:_MOST]


def _among(names: tuple[str, ...]) -> Source:
    def found(_: Asked, __: Connection, begun: str) -> Iterator[Option]:
        wanted = begun.casefold()
        yield from ((name, "") for name in names if name.startswith(wanted))
        yield from ((name, "") for name in names if wanted in name[1:] and wanted)

    return found


def _products(asked: Asked, connection: Connection, begun: str) -> Iterator[Option]:
    for product in _found_products(asked, connection, begun):
        skus = ", ".join(each.sku for each in product.variants if each.sku)
        yield product.title, skus


def _variants(asked: Asked, connection: Connection, begun: str) -> Iterator[Option]:
    for product in _found_products(asked, connection, begun):
        alone = len(product.variants) == 1
        for each in product.variants:
            name = product.title if alone else (each.sku or each.title)
            yield name, f"{each.title}, {each.price}"


def _found_products(asked: Asked, connection: Connection, begun: str) -> Any:
    today = stores.get(connection, asked.store_id).store_clock().today()
    return (
        Products(asked.store_id)
        .page(connection, ProductFilter(text=begun), today=today, limit=_MOST)
        .items
    )


def _decisions(*statuses: str) -> Source:
    def found(asked: Asked, connection: Connection, begun: str) -> Iterator[Option]:
        if not asked.caller.may("decisions:read"):
            return
        wanted = begun.casefold()
        page = Decisions(asked.store_id).page(
            connection, DecisionFilter(statuses=statuses), None, _LOOKED_AT
        )
        for each in page.items:
            title = each.proposal.subject.title
            if each.id.startswith(wanted) or each.id.endswith(wanted) or wanted in title.casefold():
                yield each.id, f"{title}: {change_line(each)}"

    return found


def _agents(asked: Asked, _: Connection, begun: str) -> Iterator[Option]:
    wanted = begun.casefold()
    for each in agent_registry.list_agents(asked.platform):
        if each.id.startswith(wanted) or wanted in each.name.casefold():
            yield each.id, each.name


def _kinds(asked: Asked, _: Connection, begun: str) -> Iterator[Option]:
    kinds = {kind for each in agent_registry.list_agents(asked.platform) for kind in each.autonomy}
    yield from ((kind, "") for kind in sorted(kinds) if kind.startswith(begun.casefold()))


def _orders(asked: Asked, connection: Connection, begun: str) -> Iterator[Option]:
    page = Orders(asked.store_id).page(connection, OrderFilter(text=begun), limit=_MOST)
    yield from ((each.name, f"{each.customer_name or ''} {each.total}") for each in page.items)


def _customers(asked: Asked, connection: Connection, begun: str) -> Iterator[Option]:
    page = Orders(asked.store_id).customers(connection, text=begun, limit=_MOST)
    yield from ((each.name, f"{each.orders} orders") for each in page.items if each.name)


def _runs(*statuses: str) -> Source:
    def found(asked: Asked, connection: Connection, begun: str) -> Iterator[Option]:
        page = Runs(asked.store_id).page(connection, statuses=statuses, limit=_LOOKED_AT)
        for each in page.items:
            if each.id.startswith(begun) or each.agent_id.startswith(begun):
                yield each.id, f"{each.agent_id} {each.status} {each.requested_at:%Y-%m-%d %H:%M}"

    return found


def _scopes(asked: Asked, _: Connection, begun: str) -> Iterator[Option]:
    known = ["store", "all", *(f"agent:{each.id}" for each in
                               agent_registry.list_agents(asked.platform))]  # fmt: skip
    yield from ((scope, "") for scope in known if scope.startswith(begun.casefold()))


def _stopped(asked: Asked, connection: Connection, begun: str) -> Iterator[Option]:
    for each in Policies(asked.store_id).stops(connection):
        if each.scope.startswith(begun):
            yield each.scope, f"stopped by {each.by} {each.reason}"


def _commands_named(_: Asked, __: Connection, begun: str) -> Iterator[Option]:
    yield from (
        (name, tool.title) for name, tool in TOOLS.items() if name.startswith(begun.lstrip("/"))
    )


_SOURCES: Mapping[str, Source] = {
    "products": _products, "variants": _variants, "orders": _orders, "customers": _customers,
    "agents": _agents, "kinds": _kinds, "scopes": _scopes, "stopped": _stopped,
    "decisions": _decisions("proposed"), "executed": _decisions("executed", "measured"),
    "runs": _runs(), "active_runs": _runs("queued", "running", "waiting"),
    "metrics": _among(("revenue", *METRICS)), "limits": _among(NAMES),
    "statuses": _among(("all", *Status)), "commands": _commands_named,
}  # fmt: skip
