"""What the security agent says has a key in every language of the pages, and its parameters."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from royal_platform.commerce.decisions.notices import Severity
from royal_platform.commerce.security.access import brute_force, idle_tokens, new_places
from royal_platform.commerce.security.dependencies import Advisory, vulnerable
from royal_platform.commerce.security.leaks import leaks
from royal_platform.commerce.security.model import (
    Credential,
    Finding,
    Scan,
    Secret,
    Visit,
    scan_of,
    scan_told,
)
from royal_platform.commerce.security.secrets import old_secrets, scopes_beyond
from royal_platform.commerce.security.words import ENGLISH, Phrase, fact, phrase

PAGES = Path(__file__).parents[3] / "apps/command-center-ui/src/work"
NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)


def texts(language: str) -> dict[str, str]:
    """The pages' sentences by key, with parameters as ours are written."""
    said = json.loads((PAGES / f"texts.{language}.json").read_text())["said"]
    return {
        f"{group}.{name}": text.replace("{{", "{").replace("}}", "}")
        for group, named in said.items()
        for name, text in named.items()
    }


def test_the_pages_say_the_same_english() -> None:
    assert texts("en") == dict(ENGLISH)


def test_the_pages_say_every_sentence_in_dutch_with_the_same_parameters() -> None:
    dutch = texts("nl")
    assert set(dutch) == set(ENGLISH)
    for key, text in ENGLISH.items():
        assert sorted(re.findall(r"{\w+}", dutch[key])) == sorted(re.findall(r"{\w+}", text)), key


def found() -> Iterator[Finding]:
    came = NOW - timedelta(minutes=5)
    visit = Visit(NOW.replace(minute=0), "v1", "let_in", "token:t", "home", 1, came, came)
    token = Credential("t", "token", "till", "operator", NOW - timedelta(days=90), None, None)
    earlier = NOW - timedelta(days=9)
    yield from brute_force(
        [Visit(visit.hour, "v1", "unknown", "", "loopback", 30, came, came)], NOW
    )
    known = [Visit(visit.hour, "v1", "let_in", "token:t", "loopback", 1, earlier, earlier), visit]
    yield from new_places(known, [token], NOW)
    yield from idle_tokens([], [token], NOW - timedelta(days=90), NOW)
    yield from vulnerable("dependencies.python", [Advisory("p", "1", "A-1", "2", "high")], "osv")
    yield from leaks([("place.runs", "shpat_" + "0af3" * 8), ("place.runs", "s" * 12)],
                     {"SMTP_URL": "s" * 12})[0]  # fmt: skip
    yield from old_secrets([Secret("A", "place.store", NOW - timedelta(days=400))], NOW)
    yield from scopes_beyond(["read_a"], {})


def in_english(told: dict[str, Any]) -> str:
    return Phrase(**told).text


@pytest.mark.parametrize("one", list(found()), ids=lambda one: one.title)
def test_a_finding_can_be_said_again_from_its_keys(one: Finding) -> None:
    (kept,) = scan_of(json.loads(json.dumps(scan_told(Scan(one.check, True, "", 1, (one,)))))
                      ).findings  # fmt: skip
    assert kept == one
    assert in_english(kept.words["title"]) == kept.title
    assert in_english(kept.words["remedy"]) == kept.remedy
    for each in kept.facts:
        assert in_english(each.words["label"]) == each.label
        for name in set(each.words) - {"label"}:
            assert in_english(each.words[name]) == getattr(each, name)


def test_a_parameter_that_is_a_word_keeps_its_own_key() -> None:
    said = phrase("leak.title", what=phrase("shape.aws"), place=phrase("place.runs"))
    assert said.text == "An AWS key id stands in the runs"
    assert said.terms == {"what": "shape.aws", "place": "place.runs"}
    assert fact("label.role", "admin", "a file").words.keys() == {"label"}


def test_what_an_earlier_version_found_is_read_as_it_was_told() -> None:
    told = scan_told(Scan("c", True, "", 1, (Finding("c", "s", Severity.LOW, "T", "R"),)))
    del told["findings"][0]["words"]
    (kept,) = scan_of(told).findings
    assert (kept.title, kept.words) == ("T", {})
