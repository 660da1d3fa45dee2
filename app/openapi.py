"""The coordinator's OpenAPI document; ``python -m app.openapi`` prints it without a database."""

from __future__ import annotations

import json
import sys
from typing import Any

from flask_openapi3.openapi import OpenAPI

from app import declare
from app.schemas.operations import EventOut


def document(application: OpenAPI) -> dict[str, Any]:
    """The OpenAPI 3.1 document, with the shapes that travel over ``/ws`` among its schemas."""
    found: dict[str, Any] = json.loads(json.dumps(application.api_doc))
    schemas = found["components"]["schemas"]
    schemas.setdefault("EventOut", EventOut.model_json_schema(mode="serialization"))
    found["components"]["schemas"] = dict(sorted(schemas.items()))
    found["paths"] = dict(sorted(found["paths"].items()))
    return found


def main() -> None:
    """Print the document."""
    json.dump(document(declare()), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
