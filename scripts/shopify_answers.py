"""Writes the types of what Shopify answers to each of our documents, from its published schema.

    python scripts/shopify_answers.py            # write royal_platform/shopify/answers.py
    python scripts/shopify_answers.py --check    # fail when it is not what the documents say

Documents that answer many objects become typed dictionaries: such pages are parsed once and read
by key. All others become models that hold the answer to its promises. Enumerations stay text: the
next API version may add to them.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
    is_list_type,
    is_non_null_type,
    parse,
)

ROOT = Path(__file__).resolve().parents[1]
# Run as a file, the other scripts are not on the path.
sys.path.insert(0, str(ROOT))
DOCUMENTS = ROOT / "royal_platform" / "shopify" / "documents"
TARGET = ROOT / "royal_platform" / "shopify" / "answers.py"
VERSION = "2026-10"
_BY_KEY = {"Boolean": "bool", "Int": "int", "Float": "float", "JSON": "Any"}
_BY_MODEL = _BY_KEY | {"DateTime": "datetime", "Decimal": "Decimal", "Money": "Decimal"}
_HEAD = '''"""What Shopify answers to each document. Written by scripts/shopify_answers.py."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NotRequired, TypedDict

from royal_platform.shopify.schemas import Answer, Secret
'''
# Links that open a file without a token: a model never shows them.
_SECRETS = {("BulkOperation", "url")}


@dataclass
class Shape:
    """One class: its fields in their order, and the fragments it takes over."""

    name: str
    bases: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)


@dataclass
class Writer:
    """Collects the classes of all documents; parts come before what holds them."""

    schema: GraphQLSchema
    shapes: dict[str, Shape] = field(default_factory=dict)
    models: set[str] = field(default_factory=set)

    def document(self, text: str) -> None:
        """Add the classes of one document.

        A bulk query has no name and no answer: it is an argument, and the lines of its file are
        gathered into the nodes of the page beside it.
        """
        document = parse(text)
        if not any(
            getattr(one, "name", None)
            for one in document.definitions
            if isinstance(one, OperationDefinitionNode)
        ):
            return
        by_key = "pageInfo" in text or "$ids" in text
        for one in document.definitions:
            if isinstance(one, FragmentDefinitionNode):
                kind = self.schema.get_type(one.type_condition.name.value)
                self._shape(one.name.value, kind, one.selection_set, document, by_key)
        for one in document.definitions:
            if isinstance(one, OperationDefinitionNode):
                assert one.name is not None  # noqa: S101 - it was looked at above
                kind = self.schema.get_root_type(one.operation)
                self._shape(one.name.value, kind, one.selection_set, document, by_key)

    def _shape(
        self, name: str, kind: Any, chosen: SelectionSetNode, document: DocumentNode, by_key: bool
    ) -> None:
        shape = Shape(name)
        for node, owner in self._selected(kind, chosen):
            if isinstance(node, FragmentSpreadNode):
                shape.bases.append(node.name.value)
                continue
            answer = self._field(name, owner, node, document, by_key)
            if owner is not kind:
                answer = f"NotRequired[{answer}]" if by_key else f"{_optional(answer)} = None"
            key = node.alias.value if node.alias else node.name.value
            shape.fields.setdefault(key, answer)
        known = self.shapes.setdefault(name, shape)
        if (known.bases, known.fields) != (shape.bases, shape.fields):
            raise SystemExit(f"Two documents name {name!r} and mean two things.")
        if not by_key:
            self.models.add(name)

    def _selected(self, kind: Any, chosen: SelectionSetNode) -> Iterator[tuple[Any, Any]]:
        for node in chosen.selections:
            if isinstance(node, FieldNode | FragmentSpreadNode):
                yield node, kind
            else:
                owner = self.schema.get_type(node.type_condition.name.value)  # type: ignore[union-attr]
                yield from self._selected(owner, node.selection_set)  # type: ignore[union-attr]

    def _field(
        self, name: str, owner: Any, node: FieldNode, document: DocumentNode, by_key: bool
    ) -> str:
        if node.name.value == "__typename":
            return "str"
        definition = owner.fields[node.name.value]
        inner: Any = get_named_type(definition.type)
        if is_composite_type(inner):
            key = node.alias.value if node.alias else node.name.value
            part = name + key[0].upper() + key[1:]
            assert node.selection_set is not None  # noqa: S101 - the documents are valid
            self._shape(part, inner, node.selection_set, document, by_key)
        elif (owner.name, node.name.value) in _SECRETS and not by_key:
            return "Secret"
        else:
            part = (_BY_KEY if by_key else _BY_MODEL).get(inner.name, "str")
        return _wrapped(definition.type, part)

    def text(self) -> str:
        """The module."""
        parts = [_HEAD]
        for name, shape in self.shapes.items():
            model = name in self.models
            bases = ", ".join(shape.bases or ["Answer" if model else "TypedDict"])
            body = [f"    {_snake(key) if model else key}: {answer}"
                    for key, answer in shape.fields.items()]  # fmt: skip
            parts.append("\n".join([f"class {name}({bases}):", *(body or ["    pass"])]))
        return "\n\n".join(parts) + "\n"


def _wrapped(kind: Any, inner: str) -> str:
    if is_non_null_type(kind):
        return _wrapped(kind.of_type, inner).removesuffix(" | None")
    if is_list_type(kind):
        return f"list[{_wrapped(kind.of_type, inner)}] | None"
    return f"{inner} | None"


def _optional(answer: str) -> str:
    return answer if answer.endswith(" | None") else f"{answer} | None"


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def module() -> str:
    """The text of the module, formatted."""
    from scripts.shopify_access import annotations

    writer = Writer(annotations(VERSION).schema)
    for path in sorted(DOCUMENTS.glob("*.graphql")):
        writer.document(path.read_text(encoding="utf-8"))
    ruff = [sys.executable, "-m", "ruff"]
    text = writer.text()
    for command in (["check", "--fix", "--quiet", "--select", "F401,I001"], ["format"]):
        name = ["--stdin-filename", str(TARGET), "-"]
        done = subprocess.run(  # noqa: S603 - our own arguments
            [*ruff, *command, *name], input=text, capture_output=True, text=True, check=True
        )
        text = done.stdout
    return text


def main() -> None:
    """Write the module, or with ``--check`` say whether it is the one that would be written."""
    text = module()
    if "--check" in sys.argv:
        if not TARGET.exists() or TARGET.read_text(encoding="utf-8") != text:
            raise SystemExit("answers.py differs: python scripts/shopify_answers.py")
        return
    TARGET.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
