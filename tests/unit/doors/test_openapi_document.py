"""The coordinator's OpenAPI document: complete, consistent, made without a database."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from app import declare, schemas
from app.openapi import document
from core.web.reference import page


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return document(declare())


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in described["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_it_is_openapi_3_1_for_this_origin_with_both_ways_to_sign_in(
    described: dict[str, Any],
) -> None:
    assert described["openapi"].startswith("3.1")
    assert described["servers"][0]["url"] == "/"
    schemes = described["components"]["securitySchemes"]
    assert schemes["bearer"]["scheme"] == "bearer"
    assert (schemes["session"]["in"], schemes["session"]["name"]) == ("cookie", "royal_session")


def test_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    for reference in references(described):
        found: Any = described
        for part in reference.removeprefix("#/").split("/"):
            assert part in found, reference
            found = found[part]


def test_every_operation_has_a_name_of_its_own_security_and_problems(
    described: dict[str, Any],
) -> None:
    names = [operation["operationId"] for _, _, operation in operations(described)]
    assert len(names) == len(set(names)) >= 30
    for method, path, operation in operations(described):
        assert operation["security"] == [{"bearer": []}, {"session": []}], (method, path)
        assert operation["summary"]
        for status in ("401", "403", "404", "409", "422", "503"):
            content = operation["responses"][status]["content"]
            assert list(content) == ["application/problem+json"], (method, path, status)
        assert any(status.startswith("2") for status in operation["responses"])


def test_every_parameter_in_an_address_is_described(described: dict[str, Any]) -> None:
    for method, path, operation in operations(described):
        told = {each["name"] for each in operation.get("parameters", []) if each["in"] == "path"}
        assert told == set(re.findall(r"\{(\w+)\}", path)), (method, path)


def test_amounts_are_strings_both_ways(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    assert schemas["MoneyOut"]["properties"]["amount"]["type"] == "string"
    assert schemas["PolicyDocument"]["properties"]["spend_per_day"]["type"] == "string"


def test_it_is_printed_without_settings_or_a_database(described: dict[str, Any]) -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "app.openapi"], capture_output=True, text=True, check=True,
        env={"PATH": "", "DATABASE_URL": "nonsense", "PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    assert json.loads(printed.stdout) == described


def test_the_reference_page_holds_every_route_and_fetches_nothing(
    described: dict[str, Any],
) -> None:
    text = page(described, "/docs/style.css")
    assert all(f"<code>{path}</code>" in text for path in described["paths"])
    assert "<script" not in text
    assert "://" not in text


def test_no_two_shapes_share_a_name() -> None:
    # The document knows one of them only, and says it of both routes.
    homes: dict[str, set[str]] = {}
    for found in pkgutil.iter_modules(schemas.__path__):
        module = importlib.import_module(f"app.schemas.{found.name}")
        for name, value in vars(module).items():
            if isinstance(value, type) and issubclass(value, BaseModel):
                homes.setdefault(name, set()).add(value.__module__)
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}
