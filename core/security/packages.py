"""What this installation is made of: a software bill of materials in CycloneDX 1.6 (ECMA-424)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import yaml

OURS = "royal-equips-orchestrator"
# Present where the sources are; an installed wheel holds the built pages only.
UI = Path(__file__).parents[2] / "apps" / "command-center-ui"
UI_LOCK = UI / "pnpm-lock.yaml"
_LICENCE_MAX = 80


def bill_of_materials(now: datetime, ui_lock: Path = UI_LOCK) -> dict[str, Any]:
    """The bill as a JSON document: Python packages installed here, and those of the lock of pages.

    The same packages have the same serial number. Where the lock of the pages is not there, a
    property of the document says so.
    """
    components = [*_python(), *_pages(ui_lock)]
    refs = "\n".join(each["bom-ref"] for each in components)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, refs)}",
        "version": 1,
        "metadata": {
            "timestamp": now.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "component": {
                "type": "application", "name": OURS, "version": metadata.version(OURS),
                "bom-ref": OURS,
            },
            "properties": [
                {"name": "royal:pages", "value": _of_pages(ui_lock)},
            ],
        },
        "components": components,
    }  # fmt: skip


def _of_pages(ui_lock: Path) -> str:
    return "included" if ui_lock.is_file() else "not included: their lock file is not here"


def _python() -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for each in metadata.distributions():
        name, version = each.metadata["Name"], each.version
        if not name or name == OURS:
            continue
        purl = f"pkg:pypi/{name.lower().replace('_', '-')}@{version}"
        found[purl] = {**_library(name, version, purl), **_licence(each)}
    return [found[purl] for purl in sorted(found)]


def _pages(ui_lock: Path) -> Iterator[dict[str, Any]]:
    if not ui_lock.is_file():
        return
    document = yaml.safe_load(ui_lock.read_text("utf-8"))
    for key in sorted(document.get("packages") or {}):
        name, _, version = key.rpartition("@")
        # The scope's @ is written %40 in a package URL.
        purl = f"pkg:npm/{name.replace('@', '%40')}@{version}"
        yield _library(name, version, purl)


def _library(name: str, version: str, purl: str) -> dict[str, Any]:
    return {"type": "library", "name": name, "version": version, "purl": purl, "bom-ref": purl}


def _licence(package: metadata.Distribution) -> dict[str, Any]:
    """What the package says of itself; a whole licence text is left to the package."""
    fields = package.metadata.json
    expression = fields.get("license_expression")
    if expression:
        return {"licenses": [{"expression": expression}]}
    told = fields.get("license")
    if isinstance(told, str) and told and "\n" not in told and len(told) <= _LICENCE_MAX:
        return {"licenses": [{"license": {"name": told}}]}
    return {}
