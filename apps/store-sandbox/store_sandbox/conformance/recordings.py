"""Finds recorded requests and responses in a folder of JSON files, however they are nested.

A recording is any object with a GraphQL document (`query`, or `request.query`) and a `response`
that holds `data` or `errors` (itself, or under `body` or `payload`).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Recording:
    """One request and what a real store answered; `area` is the folder of its file."""

    area: str
    place: str
    query: str
    variables: dict[str, Any]
    response: dict[str, Any]


def recordings(folder: Path, skip: frozenset[str] = frozenset()) -> Iterator[Recording]:
    """Every recording below a folder, files in their order; unreadable files are left out.

    What stands under a key of `skip` is left out too: copies that a recorder kept of its own.
    """
    for path in sorted(folder.rglob("*.json")):
        try:
            content = json.loads(path.read_text("utf-8"))
        except ValueError:
            continue
        area = path.parent.name if path.parent != folder else "all"
        yield from _inside(content, area, path.stem, skip)


def _inside(content: Any, area: str, place: str, skip: frozenset[str]) -> Iterator[Recording]:
    if isinstance(content, list):
        for number, item in enumerate(content):
            yield from _inside(item, area, f"{place}/{number}", skip)
    elif isinstance(content, dict):
        found = _read(content, area, place)
        if found is not None:
            yield found
        for key, item in content.items():
            if key not in skip:
                yield from _inside(item, area, f"{place}/{key}", skip)


def _read(item: dict[str, Any], area: str, place: str) -> Recording | None:
    request = item if isinstance(item.get("query"), str) else item.get("request")
    if not isinstance(request, dict) or not isinstance(request.get("query"), str):
        return None
    response = item.get("response")
    if not isinstance(response, dict):
        return None
    for key in ("body", "payload"):
        if not ("data" in response or "errors" in response) and isinstance(response.get(key), dict):
            response = response[key]
    if not ("data" in response or "errors" in response):
        return None
    return Recording(area, place, request["query"], request.get("variables") or {}, response)
