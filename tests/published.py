"""Shopify's published Admin schemas, as `make setup` fetched them."""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path

import orjson
import pytest
from graphql import GraphQLSchema, build_client_schema

FOLDER = Path(__file__).resolve().parents[1] / ".tools" / "shopify"
VERSIONS = ("2026-10", "2026-07")


@cache
def published(version: str) -> GraphQLSchema:
    """The schema of one API version; building it takes seconds, so once per process."""
    path = FOLDER / f"admin_{version}.json.gz"
    if not path.exists():
        pytest.skip("the published schema is not here: run `make setup`")
    told = orjson.loads(gzip.decompress(path.read_bytes()))
    return build_client_schema(told.get("data", told), assume_valid=True)
