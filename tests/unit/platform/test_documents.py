"""Every GraphQL document of our client, against Shopify's published schema and our sandbox."""

from __future__ import annotations

from importlib import resources

import pytest
from graphql import parse, validate

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
