"""There is one road to a business write: nothing but execution is ever given a Writer."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = ("app", "apps", "core", "orchestrator", "royal_platform")
WRITERS = {"writers", "ShopifyWriter", "PriceWriter", "StockWriter", "TagWriter"}
# Where writers are made, declared, named as a type, and used.
ALLOWED = {
    "royal_platform/bootstrap.py",
    "royal_platform/shopify/adapter.py",
    "royal_platform/commerce/catalog/ports.py",
    "royal_platform/commerce/inventory/ports.py",
    "orchestrator/core/actions.py",
    "orchestrator/core/execution.py",
}


def sources() -> Iterator[Path]:
    for folder in PRODUCT:
        for path in (ROOT / folder).rglob("*.py"):
            if "node_modules" not in path.parts and "store-sandbox" not in path.parts:
                yield path


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    return {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, (ast.ImportFrom, ast.Import))
        for alias in node.names
    }


def test_no_other_module_imports_a_writer() -> None:
    offenders = {
        path.relative_to(ROOT).as_posix()
        for path in sources()
        if imported(path) & WRITERS and path.relative_to(ROOT).as_posix() not in ALLOWED
    }
    assert offenders == set()


def test_only_execution_asks_for_writers() -> None:
    askers = {
        path.relative_to(ROOT).as_posix() for path in sources() if "writers" in imported(path)
    }
    assert askers == {"orchestrator/core/execution.py"}


def test_only_one_module_knows_the_engine_library() -> None:
    def roots(path: Path) -> set[str]:
        tree = ast.parse(path.read_text())
        named = {
            (node.module or "").partition(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
        }
        return named | {
            alias.name.partition(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for alias in node.names
        }

    users = {path.relative_to(ROOT).as_posix() for path in sources() if "dbos" in roots(path)}
    assert users == {"orchestrator/core/engine.py"}


def test_only_the_writer_and_the_subscriptions_send_a_mutation() -> None:
    folder = ROOT / "royal_platform" / "shopify"
    mutations = {
        path.stem.upper()
        for path in (folder / "documents").glob("*.graphql")
        if path.read_text().lstrip().startswith("mutation")
    }
    senders = {
        path.relative_to(ROOT).as_posix()
        for path in sources()
        if path.name != "documents.py"
        and any(f"documents.{name}" in path.read_text() for name in mutations)
    }
    assert senders == {
        "royal_platform/shopify/adapter.py",
        "royal_platform/shopify/subscriptions.py",
    }


@pytest.mark.parametrize("name", ["set_price", "set_quantity", "add_tags", "remove_tags"])
def test_what_an_agent_reads_with_cannot_write(name: str) -> None:
    from royal_platform.shopify.adapter import ShopifyReader

    assert not hasattr(ShopifyReader, name)
