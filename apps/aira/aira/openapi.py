"""AIRA's OpenAPI document; ``python -m aira.openapi`` prints it without a database or a model."""

from __future__ import annotations

import json
import sys
from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from aira import schemas
from aira.app import create_app
from core.settings import read_settings

_REFERENCE = "#/components/schemas/{model}"
# What travels in the stream, so no route returns it by itself.
_STREAMED = (
    schemas.ChatIn,
    schemas.RenameIn,
    schemas.ChatStatusOut,
    schemas.CancelOut,
    schemas.ConversationList,
    schemas.ConversationDetail,
)


def document(application: FastAPI) -> dict[str, Any]:
    """The OpenAPI 3.1 document with every shape of the chat protocol among its schemas."""
    found: dict[str, Any] = json.loads(json.dumps(application.openapi()))
    _, told = models_json_schema(
        [(model, "serialization") for model in _STREAMED], ref_template=_REFERENCE
    )
    known = found.setdefault("components", {}).setdefault("schemas", {})
    known.update(told["$defs"])
    found["components"]["schemas"] = dict(sorted(known.items()))
    found["paths"] = dict(sorted(found["paths"].items()))
    return found


def main() -> None:
    """Print the document."""
    json.dump(document(create_app(read_settings())), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
