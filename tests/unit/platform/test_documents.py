"""Every GraphQL document of our client, against Shopify's published schema and our sandbox."""

from __future__ import annotations

import pkgutil
from importlib import resources

import pytest
from graphql import parse, validate

from orchestrator import agents
from orchestrator.core.discovery import scopes_of
from royal_platform.shopify import documents
from royal_platform.shopify.scopes import MIRROR, covers
from scripts.shopify_access import access
from scripts.shopify_answers import TARGET, Writer, module
from store_sandbox.admin.schema import served_schema
from tests.published import VERSIONS, published

DOCUMENTS = sorted(
    entry.name
    for entry in (resources.files("royal_platform.shopify") / "documents").iterdir()
    if entry.name.endswith(".graphql")
)


def text(name: str) -> str:
    return (resources.files("royal_platform.shopify") / "documents" / name).read_text("utf-8")


# 2026-07 deprecates them as well, but has nothing in their place.
SMS_CONSENT = {
    f"CustomerPhoneNumber.{name}"
    for name in (
        "marketingCollectedFrom", "marketingOptInLevel", "marketingState", "marketingUpdatedAt",
        "sourceLocation",
    )
}  # fmt: skip


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
    assert access(text(name), version).deprecated <= SMS_CONSENT


def test_what_replaces_the_deprecated_fields_is_not_in_every_version_yet() -> None:
    told = [published(version).type_map["CustomerPhoneNumber"].fields for version in VERSIONS]
    assert not all("smsMarketingConsent" in fields for fields in told), "ask for it instead"


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


def test_the_types_of_answers_are_those_of_the_documents() -> None:
    assert TARGET.read_text("utf-8") == module(), "run `make answers`"
    told = [each for each in vars(documents).values() if isinstance(each, documents.Document)]
    assert {f"{each.name}.graphql" for each in told} == {
        name
        for name in DOCUMENTS
        if not name.endswith("_bulk.graphql") or name == "start_bulk.graphql"
    }
    for each in told:
        assert each.answer.__name__.lower() == each.name.replace("_", "")


def test_a_type_says_what_the_schema_says_of_each_field() -> None:
    writer = Writer(published("2026-10"))
    writer.document("query Few($ids: [ID!]!) { nodes(ids: $ids) { id ... on Order { test } } }")
    writer.document("query One { shop { name } order(id: 1) { tags cancelledAt } }")
    text = writer.text()
    assert "class FewNodes(TypedDict):\n    id: str\n    test: NotRequired[bool]" in text
    assert "class OneOrder(Answer):\n    tags: list[str]\n    cancelled_at: datetime | None" in text
    assert "class One(Answer):\n    shop: OneShop\n    order: OneOrder | None" in text


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
