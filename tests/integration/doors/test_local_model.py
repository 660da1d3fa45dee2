"""The wire against a real model server on loopback. Not in CI: it needs ``make llm`` to run.

    make llm                                                   # in another terminal
    ROYAL_LIVE=1 OPENAI_BASE_URL=http://127.0.0.1:8081/v1 \
      .venv/bin/pytest -m integration tests/integration/doors/test_local_model.py

A model of 135 million parameters is not asked to be right: only the server is tried, and that
whatever the model says ends as an answer or as a problem with a remedy.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from aira.app import create_app
from core.errors import RoyalError
from core.settings import Settings, read_settings
from royal_platform.bootstrap import Platform, bootstrap
from royal_platform.commerce.language.model import Label
from royal_platform.persistence.model_calls import ModelCalls
from tests.integration.doors.shop import fill
from tests.integration.doors.talking import Talker, names, one, text_of

pytestmark = [pytest.mark.integration, pytest.mark.timeout(1_200)]

LABELS = (Label("return", "wants to send goods back"), Label("delivery", "asks where it is"))


@pytest.fixture
def configured(settings: Settings) -> Settings:
    return read_settings(
        **{
            **settings.model_dump(), "openai_api_key": "local", "openai_model": "smollm2",
            "openai_base_url": os.environ.get("OPENAI_BASE_URL", "http://127.0.0.1:8081/v1"),
            "openai_context_tokens": 4096, "openai_first_token_seconds": 600,
            "openai_timeout_seconds": 900, "openai_max_retries": 0,
        }
    )  # fmt: skip


def test_an_answer_streams_and_what_it_took_is_counted_or_said_to_be_unknown(
    configured: Settings, platform: Platform, running: Callable[[Any], Any]
) -> None:
    fill(platform)
    talker = Talker(running(create_app(configured)).url)
    talker.http.timeout = 900
    heard = talker.say("Hello")
    status = one(heard, "done")["status"]
    assert status == "completed" or one(heard, "error")["remedy"]
    if status == "completed":
        assert text_of(heard) or "tool_call" in names(heard)
    used = one(heard, "usage")
    assert used["input_tokens"] is None or used["input_tokens"] > 100
    assert used["input_tokens"] or used["estimated_tokens"] > 100
    with platform.database.read() as connection:
        calls = ModelCalls(platform.store_id).page(connection, None, None, 20).items
    assert all(each.outcome and each.milliseconds for each in calls)


async def test_decision_support_gives_a_label_or_says_why_not(configured: Settings) -> None:
    opened = bootstrap(configured)
    try:
        llm = opened.llm(actor="owner", about="live")
        found, problem = None, None
        try:
            found = await llm.classify("Where is my parcel?", LABELS, purpose="live")
        except RoyalError as error:
            problem = error
        assert problem is None or problem.remedy
        assert found is None or found.label in {None, "return", "delivery"}
        await opened.models.close()
    finally:
        opened.close()
