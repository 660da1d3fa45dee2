"""A reference page for an OpenAPI document: plain HTML, nothing fetched, no script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

STYLE = """
:root{color-scheme:light dark;--line:#8886;--soft:#8881}
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:0 auto;padding:1.5rem}
h1{font-weight:500}h2{margin-top:2.5rem;font-weight:500;text-transform:capitalize}
details{border:1px solid var(--line);border-radius:8px;margin:.5rem 0;padding:.5rem .75rem}
summary{cursor:pointer}code,pre{font:13px/1.5 ui-monospace,monospace}
pre{background:var(--soft);padding:.75rem;border-radius:6px;overflow-x:auto}
.verb{display:inline-block;min-width:4.5rem;font-weight:600}.meta{opacity:.75}
table{border-collapse:collapse;margin:.5rem 0}td,th{text-align:left;padding:.15rem .9rem .15rem 0;
vertical-align:top}a{color:inherit}
"""
_VERBS = ("get", "post", "put", "patch", "delete")


def page(document: Mapping[str, Any], style_url: str) -> str:
    """The page for ``document``; its style is served from ``style_url`` (strict CSP)."""
    info = document["info"]
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        '<meta name=viewport content="width=device-width,initial-scale=1">',
        f"<title>{escape(info['title'])}</title>",
        f'<link rel=stylesheet href="{escape(style_url)}">',
        f"<h1>{escape(info['title'])} <small>{escape(info['version'])}</small></h1>",
        f"<p>{escape(info.get('description', ''))} ",
        '<a href="/openapi.json">openapi.json</a></p>',
    ]
    for tag, operations in _by_tag(document).items():
        parts.append(f"<h2>{escape(tag)}</h2>")
        parts += [_operation(*operation) for operation in operations]
    parts.append("<h2>schemas</h2>")
    schemas = document.get("components", {}).get("schemas", {})
    parts += [_schema(name, schema) for name, schema in sorted(schemas.items())]
    return "".join(parts)


def _by_tag(document: Mapping[str, Any]) -> dict[str, list[tuple[str, str, dict[str, Any]]]]:
    found: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for path, item in document["paths"].items():
        for verb in _VERBS:
            if verb in item:
                tag = (item[verb].get("tags") or ["operations"])[0]
                found.setdefault(tag, []).append((verb, path, item[verb]))
    return found


def _operation(verb: str, path: str, operation: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(item['name'])}</code><td>{escape(item['in'])}"
        f"<td>{_type(item.get('schema', {}))}"
        for item in operation.get("parameters", [])
    )
    body = "".join(
        f"<p>Body: {_type(content.get('schema', {}))}</p>"
        for content in operation.get("requestBody", {}).get("content", {}).values()
    )
    answers = "".join(
        f"<tr><td><code>{escape(status)}</code><td>{_content(answer)}"
        f"<td>{escape(answer.get('description', ''))}"
        for status, answer in sorted(operation.get("responses", {}).items())
    )
    return (
        f"<details><summary><span class=verb>{verb.upper()}</span> <code>{escape(path)}</code> "
        f"<span class=meta>{escape(operation.get('summary', ''))}</span></summary>"
        f"<p>{escape(operation.get('description', ''))}</p>"
        + (f"<table><tr><th>Parameter<th>In<th>Type{rows}</table>" if rows else "")
        + f"{body}<table><tr><th>Status<th>Body<th>Meaning{answers}</table></details>"
    )


def _content(answer: Mapping[str, Any]) -> str:
    contents: Iterator[Mapping[str, Any]] = iter(answer.get("content", {}).values())
    first = next(contents, None)
    return "" if first is None else _type(first.get("schema", {}))


def _schema(name: str, schema: Mapping[str, Any]) -> str:
    required = set(schema.get("required", ()))
    rows = "".join(
        f"<tr><td><code>{escape(field)}</code><td>{_type(value)}"
        f"<td>{'' if field in required else 'optional'}"
        for field, value in schema.get("properties", {}).items()
    )
    return (
        f'<details id="{escape(name)}"><summary><code>{escape(name)}</code></summary>'
        f"<p>{escape(schema.get('description', ''))}</p><table>{rows}</table></details>"
    )


def _type(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = escape(str(schema["$ref"]).rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return " or ".join(_type(item) for item in schema[word])
    if "enum" in schema:
        return " | ".join(f"<code>{escape(str(item))}</code>" for item in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    kind = escape(str(schema.get("type", "any")))
    return f"{kind} ({escape(str(schema['format']))})" if "format" in schema else kind
