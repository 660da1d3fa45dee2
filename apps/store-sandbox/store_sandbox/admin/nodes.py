"""Rows on their way to the wire: each knows its siblings, so that relations load in one query.

A page of 250 orders is one `Batch`; the first order asked for its lines loads the lines of all
250, and those lines form the next batch. Nothing is loaded that the document does not select.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from store_sandbox.admin.context import Context

Loader = Callable[["Context", Sequence["Node"]], Mapping[Any, Any]]


class Batch:
    """Rows fetched together and what was loaded for them."""

    __slots__ = ("memo", "nodes")

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.memo: dict[str, Mapping[Any, Any]] = {}


class Node:
    """One row of a GraphQL type (`kind`)."""

    __slots__ = ("batch", "kind", "row")

    def __init__(self, kind: str, row: Mapping[str, Any], batch: Batch) -> None:
        self.kind = kind
        self.row = row
        self.batch = batch
        batch.nodes.append(self)

    def seen_as(self, kind: str) -> "Node":
        """The same row as another GraphQL type; it is no new sibling."""
        found = Node.__new__(Node)
        found.kind, found.row, found.batch = kind, self.row, self.batch
        return found

    def related(self, key: str, by: str, context: "Context", loader: Loader) -> Any:
        """What `loader` found for this row's column `by`; loaded once for all siblings."""
        memo = self.batch.memo
        found = memo.get(key)
        if found is None:
            found = memo[key] = loader(context, self.batch.nodes)
        return found.get(self.row[by])


class Tagged(dict[str, Any]):
    """A plain object of a union: its values, and the GraphQL type (`kind`) it has."""

    def __init__(self, kind: str, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.kind = kind


def batch_of(kind: str, rows: Iterable[Any]) -> list[Node]:
    """Wrap rows as siblings."""
    batch = Batch()
    for row in rows:
        Node(kind, row, batch)
    return batch.nodes


def by_id(kind: str, sql: str, column: str, key: str = "id") -> Loader:
    """A loader of single parents: rows of `sql` (one `IN` list) keyed by `key`."""

    def load(context: "Context", nodes: Sequence[Node]) -> dict[Any, Node]:
        wanted = {node.row[column] for node in nodes} - {None}
        found = batch_of(kind, context.rows(sql, wanted))
        return {node.row[key]: node for node in found}

    return load


def children(kind: str, sql: str, foreign: str, column: str = "id") -> Loader:
    """A loader of lists: rows of `sql` (one `IN` list) grouped by their column `foreign`."""

    def load(context: "Context", nodes: Sequence[Node]) -> dict[Any, list[Node]]:
        wanted = {node.row[column] for node in nodes} - {None}
        groups: dict[Any, list[Node]] = {key: [] for key in wanted}
        for node in batch_of(kind, context.rows(sql, wanted)):
            groups[node.row[foreign]].append(node)
        return groups

    return load
