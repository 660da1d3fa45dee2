"""What each of our GraphQL documents asks of a grant, by Shopify's own annotations.

Read from the package that `make setup` fetched: access scopes, protected customer data and
deprecations of every field, beside the schema itself.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import orjson
from graphql import FieldNode, GraphQLSchema, TypeInfo, TypeInfoVisitor, Visitor, parse, visit
from graphql import build_client_schema as build
from graphql.type import get_named_type

FOLDER = Path(__file__).resolve().parents[1] / ".tools" / "shopify"


@dataclass(frozen=True)
class Annotations:
    """Per type ("Order") and field ("Product.publications"): what it needs and holds."""

    schema: GraphQLSchema
    scopes: dict[str, frozenset[str]]
    protected: dict[str, str]
    deprecated: dict[str, str]


@dataclass
class Access:
    """Of one document: sets of which one scope each is needed, protected data, deprecations."""

    scopes: set[frozenset[str]] = field(default_factory=set)
    protected: set[str] = field(default_factory=set)
    deprecated: set[str] = field(default_factory=set)


@cache
def annotations(version: str) -> Annotations:
    """The annotations of one API version."""
    path = FOLDER / f"admin_{version}.json.gz"
    if not path.exists():
        raise SystemExit("the published schema is not here: run `make setup`")
    told = orjson.loads(gzip.decompress(path.read_bytes()))
    protected, deprecated = {}, {}
    for kind in told["data"]["__schema"]["types"]:
        for each in kind["fields"] or ():
            name = f"{kind['name']}.{each['name']}"
            if each["isProtected"] and each["protectedSubject"] == "customer":
                protected[name] = each["protectedContent"]
            if each["isDeprecated"]:
                deprecated[name] = each["deprecationReason"]
    scopes = {
        ".".join(filter(None, (item["typeName"], item.get("fieldName")))): frozenset(
            item["offlineScopes"]
        )
        for item in told["offline_scopes"]["items"]
        if item["offlineScopes"]
    }
    return Annotations(build(told["data"], assume_valid=True), scopes, protected, deprecated)


class _Reader(Visitor):
    def __init__(self, info: TypeInfo, known: Annotations) -> None:
        super().__init__()
        self.info, self.known, self.found = info, known, Access()

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """Note what the field and the type it leads to ask for."""
        parent, definition = self.info.get_parent_type(), self.info.get_field_def()
        if parent is None or definition is None:
            return
        name = f"{parent.name}.{node.name.value}"
        target = get_named_type(definition.type)
        for asked in (name, target.name):
            if asked in self.known.scopes:
                self.found.scopes.add(self.known.scopes[asked])
        if name in self.known.protected:
            self.found.protected.add(self.known.protected[name])
        if name in self.known.deprecated:
            self.found.deprecated.add(name)


def access(text: str, version: str) -> Access:
    """What the document ``text`` asks for in one API version."""
    known = annotations(version)
    info = TypeInfo(known.schema)
    reader = _Reader(info, known)
    visit(parse(text), TypeInfoVisitor(info, reader))
    asked = reader.found.scopes
    # What a narrower need already says is said once.
    reader.found.scopes = {each for each in asked if not any(other < each for other in asked)}
    return reader.found


def documents() -> dict[str, str]:
    """Every document of the client by its file's name."""
    folder = resources.files("royal_platform.shopify") / "documents"
    return {
        entry.name.removesuffix(".graphql"): entry.read_text("utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".graphql")
    }
