"""Every GraphQL document of our client, against Shopify's published schema and our sandbox."""

from __future__ import annotations

import pkgutil
from importlib import resources

import pytest
from graphql import parse, validate

from orchestrator import agents
from orchestrator.core.discovery import scopes_of
from royal_platform.shopify.scopes import MIRROR, covers
from scripts.shopify_access import access
from store_sandbox.admin.schema import served_schema
from tests.published import VERSIONS, published

DOCUMENTS = sorted(
    entry.name
    for entry in (resources.files("royal_platform.shopify") / "documents").iterdir()
    if entry.name.endswith(".graphql")
)


def text(name: str) -> str:
    return (resources.files("royal_platform.shopify") / "documents" / name).read_text("utf-8")


@pytest.mark.parametrize("version", VERSIONS)
def test_every_document_is_valid_in_the_published_schema(version: str) -> None:
    schema = published(version)
    problems = {
        name: [error.message for error in validate(schema, parse(text(name)))] for name in DOCUMENTS
    }
    assert {name: found for name, found in problems.items() if found} == {}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_valid_in_the_sandbox(name: str) -> None:
    assert validate(served_schema(), parse(text(name))) == []


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_uses_no_deprecated_field(name: str, version: str) -> None:
    assert access(text(name), version).deprecated == set()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_a_document_needs_is_what_we_ask_the_merchant_for(name: str) -> None:
    known = [module.name for module in pkgutil.iter_modules(agents.__path__)]
    asked_for = {*MIRROR, *(scope for agent in known for scope in scopes_of(agent))}
    unmet = [
        sorted(any_of)
        for any_of in access(text(name), "2026-10").scopes
        if not any(covers(asked_for, scope) for scope in any_of)
    ]
    assert unmet == []


def test_a_deprecated_field_and_a_missing_scope_would_be_seen() -> None:
    found = access(
        "{ product(id: 1) { bodyHtml publications(first: 1) { nodes { isPublished } } } }",
        "2026-10",
    )
    assert "Product.bodyHtml" in found.deprecated
    assert frozenset({"read_publications"}) in found.scopes
    assert access("{ customers(first: 1) { nodes { displayName } } }", "2026-10").protected == {
        "name"
    }
