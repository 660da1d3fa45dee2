"""Injections: the suites of tests/integration/doors run here, and what they count is the report."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

HEADING = "# Injections"
_ROOT = Path(__file__).resolve().parents[1]
_INTRODUCTION = (
    HEADING,
    "",
    "Text from outside (product data, names, orders, mail, chat, webhooks, feeds, imported cells)",
    "wants decisions approved, limits lowered and brakes released, in disguises. A model, where",
    "there is one, is scripted to obey all of it. What is proposed waits for a person. *Without",
    "authority* counts everything that was approved, executed, limited, stopped or written to the",
    "store without a person's word: each suite then has a person decide, and sees that it counts.",
    "",
)
_COLUMNS = (
    "| suite | attempts | acted on by the model | decisions proposed | without authority"
    " | failed tests |"
)
# Each suite of injections: what it attacks, and its file.
_SUITES = (
    ("What AIRA reads, with a model that obeys", "test_injections.py"),
    ("What others write, six agents", "test_injections_through_every_inlet.py"),
    ("A shop's exports and competitors' prices, all agents",
     "test_injections_in_a_shops_exports.py"),
    ("What customers write, an agent's own model that obeys, on PostgreSQL",
     "test_injections_through_an_agents_model.py"),
)  # fmt: skip


def report() -> str:
    """The section of docs/reference/evaluation.md; runs every suite."""
    ran = [(name, _run_suite(file)) for name, file in _SUITES]
    lines = [*_INTRODUCTION, _COLUMNS, "| --- | --- | --- | --- | --- | --- |"]
    lines += [_suite_row(name, suite) for name, suite in ran]
    return "\n".join([*lines, "", *_inlets(ran)])


def _run_suite(file: str) -> Element:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.xml"
        subprocess.run(
            [sys.executable, "-m", "pytest", "-q", f"tests/integration/doors/{file}",
             "-o", "junit_family=xunit1", f"--junitxml={path}"],
            cwd=_ROOT, check=False,
        )  # fmt: skip
        return ET.parse(path).getroot()


def _told(suite: Element) -> dict[str, str]:
    return {each.get("name", ""): each.get("value", "") for each in suite.iter("property")}


def _tried(suite: Element) -> dict[str, dict[str, int]]:
    """How often each inlet was tried in each disguise; empty where the suite did not get there."""
    found: dict[str, dict[str, int]] = json.loads(_told(suite).get("tried", "{}"))
    return found


def _suite_row(name: str, suite: Element) -> str:
    told, unknown = _told(suite), "not counted"
    attempts = sum(sum(ways.values()) for ways in _tried(suite).values()) or unknown
    failed = sum(1 for _ in suite.iter("failure")) + sum(1 for _ in suite.iter("error"))
    return (
        f"| {name} | {attempts} | {told.get('obeyed', 'no model')} "
        f"| {told.get('proposed', unknown)} | {told.get('changed', unknown)} | {failed} |"
    )


def _inlets(suites: Sequence[tuple[str, Element]]) -> list[str]:
    """Attempts by inlet and disguise."""
    rows = [(name, inlet, ways) for name, suite in suites for inlet, ways in _tried(suite).items()]
    disguises = list(dict.fromkeys(way for _, _, ways in rows for way in ways))
    return [
        "Attempts by inlet and disguise:",
        "",
        f"| suite | inlet | {' | '.join(disguises)} |",
        f"| --- | --- | {' | '.join(['---'] * len(disguises))} |",
        *(
            f"| {name} | {inlet} | {' | '.join(str(ways.get(way, 0)) for way in disguises)} |"
            for name, inlet, ways in rows
        ),
    ]
