"""Writes docs/reference from the code: settings, commands, routes, policy, AIRA's tools."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# Run as a file, the other scripts are not on the path.
sys.path.insert(0, str(ROOT))
REFERENCE = ROOT / "docs" / "reference"
METHODS = ("get", "post", "put", "patch", "delete")


def settings_page() -> Iterator[str]:
    """Environment variables in the order of .env.example, with the comment above each."""
    yield "# Settings\n"
    yield "Environment variables; `.env` is read once at start and never overrides them.\n"
    comments: list[str] = []
    for line in (ROOT / ".env.example").read_text().splitlines()[2:]:
        if line.startswith("# -- "):
            yield f"\n## {line[5:].capitalize()}\n"
            yield "| variable | default | meaning |\n| --- | --- | --- |"
        elif line.startswith("# "):
            comments.append(line[2:])
        elif "=" in line:
            name, _, default = line.partition("=")
            yield f"| `{name}` | {f'`{default}`' if default else '-'} | {' '.join(comments)} |"
            comments = []


def commands_page() -> Iterator[str]:
    """Every `royal` and `royal-sandbox` command with its own help."""
    import typer.main

    from orchestrator.cli import app as royal
    from store_sandbox.cli import cli as sandbox

    yield "# Commands\n"
    yield "Exit codes: 0 done, 1 failed, 2 usage, 3 needs configuration.\n"
    for name, application in (("royal", royal), ("royal-sandbox", sandbox)):
        yield f"## {name}\n\n| command | what it does |\n| --- | --- |"
        yield from _commands(name, typer.main.get_command(application))
        yield ""


def _commands(prefix: str, command: Any) -> Iterator[str]:
    children = getattr(command, "commands", None)
    if children:
        for name, child in children.items():
            yield from _commands(f"{prefix} {name}", child)
        return
    arguments = "".join(
        f" {parameter.name.upper()}"
        for parameter in command.params
        if parameter.param_type_name == "argument"
    )
    first = (command.help or "").strip().split("\n\n")[0].replace("\n", " ")
    yield f"| `{prefix}{arguments}` | {first} |"


def routes_page() -> Iterator[str]:
    """The coordinator's routes from its OpenAPI document, with the permission each declares."""
    from app import declare
    from app.openapi import document

    application = declare()
    permissions = {
        (method.lower(), _braces(rule.rule)): getattr(
            application.view_functions[rule.endpoint], "permission", "public"
        )
        for rule in application.url_map.iter_rules()
        for method in rule.methods or ()
    }
    yield "# Routes of the coordinator\n"
    yield "The full document is at `/docs` and `/openapi.json` of the running coordinator.\n"
    yield "| method | path | permission | what it does |\n| --- | --- | --- | --- |"
    for path, operations in document(application)["paths"].items():
        for method in METHODS:
            if method in operations:
                summary = operations[method].get("summary", "")
                permission = permissions.get((method, path), "public")
                yield f"| {method.upper()} | `{path}` | {permission} | {summary} |"


def _braces(rule: str) -> str:
    """Flask's ``<converter:name>`` as OpenAPI's ``{name}``."""
    return "/".join(
        "{" + part[1:-1].rpartition(":")[2] + "}" if part.startswith("<") else part
        for part in rule.split("/")
    )


def policy_page() -> Iterator[str]:
    """The limits the gate reads, with the defaults of a fresh store."""
    from dataclasses import fields

    from royal_platform.commerce.decisions.model import Policy

    yield "# Policy\n"
    yield "What a fresh store starts with. Amounts are in the store's currency.\n"
    yield "| limit | default |\n| --- | --- |"
    default = Policy()
    for field in fields(Policy):
        yield f"| `{field.name}` | {getattr(default, field.name)} |"


def assistant_page() -> Iterator[str]:
    """AIRA's tools: as slash commands, over HTTP and over MCP they are the same."""
    from aira.commands.described import arguments_of
    from aira.commands.reading import usage_of
    from aira.tools import TOOLS
    from aira.tools.figures import DEFINITIONS
    from core.security.principals import ROLES

    yield "# What AIRA can do\n"
    yield "Each tool is a slash command, a route (`POST /v1/tools/{name}`) and an MCP tool. What"
    yield "changes something is marked; a model is only ever given a card that a person confirms."
    yield "\nWords are separated by spaces; quote what contains one. Any argument can be given by"
    yield "name: `/products oak stock=low limit=20`.\n"
    yield "| command | permission | what it does |\n| --- | --- | --- |"
    for tool in TOOLS.values():
        mark = " **changes**" if tool.writes else ""
        usage = usage_of(tool).replace("|", "\\|")
        yield f"| `{usage}` | {tool.permission}{mark} | {tool.description} |"
    yield "\n## Arguments\n"
    for tool in TOOLS.values():
        facts = [each for each in arguments_of(tool) if each.name not in {"cursor", "limit"}]
        also = (
            f" Also `{'`, `'.join(f'/{name}' for name in tool.aliases)}`." if tool.aliases else ""
        )
        if not facts and not also:
            continue
        yield f"### {tool.name}\n\n{tool.title}.{also}\n"
        for each in facts:
            choices = f" ({', '.join(each.choices)})" if each.choices else ""
            needed = ", required" if each.required else ""
            told = f": {each.description}" if each.description else ""
            yield f"- `{each.name}` {each.kind}{choices}{needed}{told}"
        if facts:
            yield ""
    yield "Lists take `limit` (at most 20) and `cursor` (the `next_cursor` of the page before).\n"
    yield "## Figures\n\n| metric | what it is |\n| --- | --- |"
    for name, meaning in DEFINITIONS.items():
        yield f"| `{name}` | {meaning} |"
    yield "\n## Roles\n\n| role | permissions |\n| --- | --- |"
    for role, permissions in ROLES.items():
        yield f"| {role} | {', '.join(sorted(permissions))} |"


def sandbox_page() -> Iterator[str]:
    """What the sandbox store serves of Shopify's Admin API, and what it does not."""
    from store_sandbox.admin.schema import served_schema
    from store_sandbox.control import ROUTES
    from store_sandbox.faults import KINDS
    from store_sandbox.webhooks.payloads import TOPICS

    schema = served_schema()
    served = {
        "queries": set(schema.query_type.fields if schema.query_type else ()),
        "mutations": set(schema.mutation_type.fields if schema.mutation_type else ()),
    }
    published = _published_roots()
    yield "# The sandbox store\n"
    yield "It answers a part of Shopify's Admin GraphQL API 2026-10, type by type as published."
    yield "A request that uses anything else gets the error Shopify gives for an unknown field.\n"
    for name, fields in served.items():
        yield f"## Served {name} ({len(fields)} of {len(published[name])})\n"
        yield f"{_listed(fields)}\n"
    yield f"## Webhook topics it sends\n\n{_listed(TOPICS)}\n"
    yield "## The control door\n"
    yield "Wants the `control_token` of `credentials.json` in the header `X-Sandbox-Control`.\n"
    yield "| call | what it does |\n| --- | --- |"
    for route in ROUTES:
        call, _, text = (route.endpoint.__doc__ or "").strip().splitlines()[0].partition("`: ")
        yield f"| {call.replace('|', '/')}` | {text.replace('|', '/')} |"
    yield "\n## Faults\n\n| kind | what it does |\n| --- | --- |"
    for kind, text in KINDS.items():
        yield f"| `{kind}` | {text} |"
    for name, fields in served.items():
        yield f"\n## Not served: {name}\n\n{_listed(published[name] - fields)}"


def shopify_page() -> Iterator[str]:
    """Every document of the client: the access and the protected data it asks for."""
    from scripts.shopify_access import access, documents

    yield "# What the Shopify client asks for\n"
    yield (
        "Each GraphQL document of `royal_platform/shopify/documents`, with the access scopes "
        "and the protected customer data that Shopify's published schema names for its fields "
        "(2026-10). One of several scopes is enough where they are joined by *or*.\n"
    )
    yield "| document | access scopes | protected customer data | deprecated fields |"
    yield "| --- | --- | --- | --- |"
    for name, text in documents().items():
        asked = access(text, "2026-10")
        needs = sorted(
            " or ".join(f"`{scope}`" for scope in sorted(any_of)) for any_of in asked.scopes
        )
        yield (
            f"| `{name}` | {', '.join(needs) or '-'} | {', '.join(sorted(asked.protected)) or '-'} "
            f"| {', '.join(sorted(asked.deprecated)) or '-'} |"
        )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names)) + "."


def _published_roots() -> dict[str, set[str]]:
    """The root fields of the published schema that `make setup` fetched."""
    path = ROOT / ".tools" / "shopify" / "admin_2026-10.json.gz"
    if not path.exists():
        raise SystemExit("the published schema is not here: run `make setup`")
    told = json.loads(gzip.decompress(path.read_bytes()))
    schema = told.get("data", told)["__schema"]
    fields = {kind["name"]: {f["name"] for f in kind["fields"] or ()} for kind in schema["types"]}
    return {
        "queries": fields[schema["queryType"]["name"]],
        "mutations": fields[schema["mutationType"]["name"]],
    }


PAGES = {
    "settings.md": settings_page,
    "commands.md": commands_page,
    "routes.md": routes_page,
    "policy.md": policy_page,
    "assistant.md": assistant_page,
    "sandbox.md": sandbox_page,
    "shopify-access.md": shopify_page,
}


def main() -> int:
    """Write the pages; with ``--check`` only compare, exit 1 naming what is out of date."""
    check = "--check" in sys.argv[1:]
    stale = []
    for name, page in PAGES.items():
        text = "\n".join(page()) + "\n"
        path = REFERENCE / name
        if check and (not path.exists() or path.read_text() != text):
            stale.append(name)
        elif not check:
            path.write_text(text)
    if stale:
        print(f"out of date: {', '.join(stale)}; run `make docs`")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
