"""Logs that hold no secret, metrics by route template."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families

from core.secrets.value import SecretValue
from core.telemetry.logs import bind, clear, configure_logging, get_logger
from core.telemetry.metrics import observe_request, render_metrics
from core.telemetry.scrub import scrub, scrub_text


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configured = structlog.get_config()
    yield
    root.handlers, root.level = handlers, level
    structlog.configure(**configured)
    clear()


def test_a_log_line_is_json_with_the_ids_bound_at_the_edge(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging("INFO", json=True)
    bind(request_id="req_1", store_id=None)
    get_logger("here").info("price.change.done", sku="A-1")
    line = json.loads(capsys.readouterr().err)
    assert line["event"] == "price.change.done"
    assert (line["request_id"], line["sku"], line["level"]) == ("req_1", "A-1", "info")
    assert "store_id" not in line


@pytest.mark.parametrize("json_lines", [True, False])
def test_times_and_amounts_are_written_as_an_api_writes_them(
    capsys: pytest.CaptureFixture[str], json_lines: bool
) -> None:
    configure_logging("INFO", json=json_lines)
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    get_logger("here").info("token.renewed", expires_at=at, day=at.date(), price=Decimal("9.90"))
    written = capsys.readouterr().err
    assert all(text in written for text in (at.isoformat(), "2026-03-01", "9.90"))
    assert "datetime" not in written
    assert "Decimal" not in written


def test_no_secret_reaches_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", json=True)
    log = get_logger("here")
    log.info(
        "canary.test",
        api_key="canary-a",
        nested={"Authorization": "canary-b", "list": [{"password": "canary-c"}]},
        url="postgresql://user:canary-d@host/db",
        header="Bearer canary-e-0123456789",
        value=SecretValue("canary-f"),
        customer="ada@canary-g.example.com",
    )
    logging.getLogger("library").warning("sent to %s", "bob@canary-h.example.com")
    try:
        raise ValueError("postgresql://user:canary-i@host/db")
    except ValueError:
        log.exception("canary.failed")
    written = capsys.readouterr().err
    assert written.count("\n") == 3
    assert "canary-" not in written.replace("canary.", "")


def test_text_without_secrets_is_left_alone() -> None:
    text = "net sales of SKU TOK-100 on 2026-01-01 rose 4 %, see /v1/tokens?cursor=x"
    assert scrub_text(text) == text
    assert scrub({"tokens_used": 12, "subject": "variant:1"}) == {
        "tokens_used": 12,
        "subject": "variant:1",
    }


def test_requests_are_counted_by_route_template() -> None:
    observe_request("templates", "GET", "/v1/runs/{id}", 200, 0.01)
    observe_request("templates", "BREW", None, 404, 0.01)
    body, content_type = render_metrics()
    assert content_type.startswith("text/plain")
    samples = [
        (sample.labels["method"], sample.labels["route"], sample.labels["status"])
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
        if sample.name == "royal_http_requests_total" and sample.labels["service"] == "templates"
    ]
    assert sorted(samples) == [("GET", "/v1/runs/{id}", "200"), ("OTHER", "unmatched", "404")]
    assert b"royal_build_info" in body


def test_how_long_answers_took_is_a_histogram_of_all_their_outcomes() -> None:
    for status, seconds in ((200, 0.001), (200, 0.002), (404, 0.03), (200, 60.0)):
        observe_request("histograms", "GET", "/v1/runs", status, seconds)
    body, _ = render_metrics()
    found = {
        (sample.name.removeprefix("royal_http_request"), sample.labels.get("status"),
         sample.labels.get("le")): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
        if sample.labels.get("service") == "histograms"
    }  # fmt: skip
    assert (found["s_total", "200", None], found["s_total", "404", None]) == (3, 1)
    # Each bound counts what took as long or less.
    below = [found["_seconds_bucket", None, le] for le in ("0.002", "0.025", "0.05", "10.0")]
    assert below == [2, 2, 3, 3]
    assert found["_seconds_bucket", None, "+Inf"] == found["_seconds_count", None, None] == 4
    assert found["_seconds_sum", None, None] == pytest.approx(60.033)


def test_openmetrics_is_answered_when_asked_for() -> None:
    body, content_type = render_metrics("application/openmetrics-text; version=1.0.0")
    assert "openmetrics" in content_type
    assert body.rstrip().endswith(b"# EOF")
