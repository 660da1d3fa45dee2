"""What a query costs and the bucket it is paid from.

The rule is inferred from recorded operations: an object 1 (also one that turns out to be null),
money, addresses and consents 0, a `Count` 10, a list as much as one of its objects, a connection
2 + size(N) * (1 + its node) where size(N) = max(1, floor(2 ln N)) and 0 for none, an empty page
what was asked for, or 2 + size(N) / 2 when its objects would hold connections, a root mutation
10 with the objects of its payload but not with what is selected below them.
"""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    IntValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)

SINGLE_QUERY_LIMIT = 1000
MUTATION_COST = 10
COUNT_COST = 10
_FREE = frozenset(
    {
        "CustomerEmailMarketingConsentState",
        "CustomerSmsMarketingConsentState",
        "LocationAddress",
        "MailingAddress",
        "MoneyBag",
        "MoneyV2",
        "PageInfo",
        "ProductPriceRangeV2",
        "ShopAddress",
    }
)


def size(count: int) -> int:
    """How much a connection of this many nodes weighs."""
    return 0 if count <= 0 else max(1, math.floor(2 * math.log(count)))


@dataclass(slots=True)
class Pricing:
    """Prices one operation, before (`requested`) and after (`actual`) it ran."""

    schema: GraphQLSchema
    fragments: dict[str, FragmentDefinitionNode]
    variables: dict[str, Any]

    def requested(self, operation: OperationDefinitionNode) -> int:
        """Upper bound from the page sizes asked for."""
        return max(1, self._root(operation, None, known=False))

    def actual(self, operation: OperationDefinitionNode, data: Any) -> int:
        """From what came back."""
        return self._root(operation, data, known=True) if isinstance(data, dict) else 0

    def _root(self, operation: OperationDefinitionNode, data: Any, *, known: bool) -> int:
        kind: Any = self.schema.get_root_type(operation.operation)
        if operation.operation.value != "mutation":
            return self._selection(kind, operation.selection_set, data, known)
        total = 0
        for key, node in self._fields(operation.selection_set):
            answer = data.get(key) if known else None
            total += MUTATION_COST
            if node.selection_set is not None and not (known and answer is None):
                payload = get_named_type(kind.fields[node.name.value].type)
                total += self._payload(payload, node.selection_set, answer, known)
        return total

    def _payload(self, kind: Any, selections: SelectionSetNode, data: Any, known: bool) -> int:
        """What a payload holds is paid with the mutation; what hangs below it is not."""
        total = 0
        for key, node in self._fields(selections):
            definition = kind.fields.get(node.name.value)
            value = data.get(key) if known else None
            errors = node.name.value.lower().endswith("usererrors")
            if definition is None or node.selection_set is None or errors:
                continue
            if known and value is None:
                continue
            inner: Any = get_named_type(definition.type)
            if inner.name.endswith("Connection"):
                total += self._field(kind, node, value, known)
            elif known and isinstance(value, list):
                total += self._average(inner, node.selection_set, value, 0)
            else:
                total += self._selection(inner, node.selection_set, value, known)
        return total

    def _fields(self, selections: SelectionSetNode) -> list[tuple[str, FieldNode]]:
        found: list[tuple[str, FieldNode]] = []
        for node in selections.selections:
            if self._left_out(node):
                continue
            if isinstance(node, FieldNode):
                found.append((node.alias.value if node.alias else node.name.value, node))
            elif isinstance(node, FragmentSpreadNode):
                found += self._fields(self.fragments[node.name.value].selection_set)
            else:
                found += self._fields(node.selection_set)  # type: ignore[attr-defined]
        return found

    def _left_out(self, node: SelectionNode) -> bool:
        """Whether `@skip` or `@include` leaves it out: what is not answered costs nothing."""
        for directive in node.directives or ():
            if directive.name.value in ("skip", "include") and directive.arguments:
                value = directive.arguments[0].value
                given = (
                    self.variables.get(value.name.value)
                    if isinstance(value, VariableNode)
                    else getattr(value, "value", None)
                )
                if bool(given) == (directive.name.value == "skip"):
                    return True
        return False

    def _selection(self, kind: Any, selections: SelectionSetNode, data: Any, known: bool) -> int:
        total = 0
        for key, node in self._fields(selections):
            total += self._field(kind, node, data.get(key) if known else None, known)
        return total

    def _field(self, kind: Any, node: FieldNode, data: Any, known: bool) -> int:
        definition = self.schema.get_field(kind, node.name.value)
        if definition is None or node.selection_set is None:
            return self._elsewhere(node, data, known)
        inner: Any = get_named_type(definition.type)
        if is_leaf_type(inner) or inner.name in _FREE:
            return 0
        if inner.name == "Count":
            return COUNT_COST
        if inner.name.endswith("Connection"):
            return self._page(inner, node, data, known)
        if is_list_type(get_nullable_type(definition.type)):
            if known and data:
                return self._average(inner, node.selection_set, data, 1)
            return 1 + self._selection(inner, node.selection_set, None, False)
        if known and data is None:
            return 1
        return 1 + self._selection(inner, node.selection_set, data, known)

    def _page(self, inner: Any, node: FieldNode, data: Any, known: bool) -> int:
        """An empty page gives nothing back but what its objects would have held."""
        empty = not known or not data or not (data.get("nodes") or data.get("edges"))
        if known and empty and self._is_nested(inner, node):
            return 2 + math.ceil(size(self._page_size(node) or 0) / 2)
        return self._connection(inner, node, data, known=not empty)

    def _is_nested(self, inner: Any, node: FieldNode) -> bool:
        """Whether the objects of a connection would hold connections themselves."""
        below = [(inner, node)]
        for name in ("edges", "nodes", "node"):
            below += [
                (get_named_type(kind.fields[part.name.value].type), part)
                for kind, one in below
                for _key, part in self._fields(one.selection_set)  # type: ignore[arg-type]
                if part.name.value == name and part.selection_set is not None
            ]
        return any(
            self._is_connection(kind, part)
            for kind, one in below[1:]
            for _key, part in self._fields(one.selection_set)  # type: ignore[arg-type]
        )

    def _is_connection(self, kind: Any, node: FieldNode) -> bool:
        definition = self.schema.get_field(kind, node.name.value)
        return definition is not None and get_named_type(definition.type).name.endswith(
            "Connection"
        )

    def _elsewhere(self, node: FieldNode, data: Any, known: bool) -> int:
        """A field of a concrete type selected on an interface: one object, contents unpriced."""
        return 1 if node.selection_set is not None and not (known and data is None) else 0

    def _average(self, inner: Any, selections: SelectionSetNode, data: Any, own: int) -> int:
        """A list costs one of its objects, the mean of those that came."""
        costs = [own + self._selection(inner, selections, one, True) for one in data if one]
        return round(sum(costs) / len(costs)) if costs else 0

    def _connection(self, inner: Any, node: FieldNode, data: Any, known: bool) -> int:
        if node.selection_set is None:
            return 0
        each = 0.0
        count = 0 if known else self._page_size(node) or 0
        for key, part in self._fields(node.selection_set):
            if part.selection_set is None or part.name.value not in ("nodes", "edges"):
                continue
            kind = get_named_type(inner.fields[part.name.value].type)
            own = 1 if part.name.value == "nodes" else 0
            if not known:
                each += own + self._selection(kind, part.selection_set, None, False)
                continue
            found = [one for one in data.get(key) or [] if one is not None]
            count = max(count, len(found))
            costs = [own + self._selection(kind, part.selection_set, one, True) for one in found]
            each += sum(costs) / len(costs) if costs else 0
        return 2 + round(size(count) * each)

    def _page_size(self, node: FieldNode) -> int | None:
        for argument in node.arguments or ():
            if argument.name.value in ("first", "last"):
                value = argument.value
                if isinstance(value, IntValueNode):
                    return int(value.value)
                if isinstance(value, VariableNode):
                    given = self.variables.get(value.name.value)
                    if isinstance(given, int):
                        return given
        return None


class Bucket:
    """A leaky bucket of one app in one store; thread-safe, in wall time."""

    def __init__(
        self, maximum: float, restore: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.maximum = maximum
        self.restore = restore
        self._clock = clock
        self._level = maximum
        self._at = clock()
        self._lock = threading.Lock()

    def take(self, cost: float) -> bool:
        """Pay, or leave everything as it is when there is not enough."""
        with self._lock:
            self._refill()
            if cost > self._level:
                return False
            self._level -= cost
            return True

    def give_back(self, cost: float) -> None:
        """Return what was asked for and not used."""
        with self._lock:
            self._refill()
            self._level = min(self.maximum, self._level + cost)

    def drain(self) -> None:
        """Leave nothing, as somebody else's burst would."""
        with self._lock:
            self._refill()
            self._level = 0.0

    def status(self) -> dict[str, float]:
        """`throttleStatus`."""
        with self._lock:
            self._refill()
            return {
                "maximumAvailable": float(self.maximum),
                "currentlyAvailable": int(self._level),
                "restoreRate": float(self.restore),
            }

    def _refill(self) -> None:
        now = self._clock()
        self._level = min(self.maximum, self._level + (now - self._at) * self.restore)
        self._at = now
