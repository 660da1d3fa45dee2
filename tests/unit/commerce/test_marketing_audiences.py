"""When the marketing agent proposes a segment for an audience, and when it keeps still."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from royal_platform.commerce.customers.model import Segment
from royal_platform.commerce.customers.segments import parse
from royal_platform.commerce.marketing.audiences import (
    VALUED,
    KnownAudience,
    is_missing,
    known_audiences,
)
from royal_platform.commerce.marketing.rules import flow_of

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
AT_RISK = VALUED[0]


def segment(id_: str, name: str, rule: str) -> Segment:
    return Segment(id_, name, rule, 1, "ada", NOW, "ada", NOW)


@pytest.mark.parametrize("audience", VALUED, ids=lambda one: one.key)
def test_a_known_audience_is_written_as_segments_are_stored(audience: KnownAudience) -> None:
    assert str(parse(audience.rule)) == audience.rule


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ([], True),
        ([segment("s1", "Mine", "orders > 1")], True),
        # The same in other words, under any name.
        ([segment("s1", "Mine", "(monetary_score>=4) and churn_risk > 60 %")], False),
        # A person gave the name to something else.
        ([segment("s1", "high VALUE at risk", "orders > 1")], False),
        # Ours, which says something else by now, by whatever name.
        ([segment(AT_RISK.segment_id, "High value at risk", "orders > 1")], True),
        ([segment(AT_RISK.segment_id, "Renamed", "orders > 1")], True),
        # A rule that cannot be read any more.
        ([segment("s1", "Old", "shoe_size > 4")], True),
    ],
)  # fmt: skip
def test_an_audience_is_missing_where_no_segment_says_the_same(
    there: list[Segment], expected: bool
) -> None:
    assert is_missing(AT_RISK, there) is expected


def test_the_audience_of_a_flow_is_known_too() -> None:
    document = {
        "flow": "hello", "name": "Hello", "trigger": "customer_created", "holdout_percent": 20,
        "horizon_days": 30, "per_day": 1, "total": 1, "window_days": 1,
        "stops_on_purchase": True, "steps": [{"id": "a", "wait": "1h", "template": "welcome"}],
    }  # fmt: skip
    plain = flow_of(document, ["welcome"])
    aimed = flow_of({**document, "audience": "country=nl"}, ["welcome"])
    assert known_audiences([plain]) == list(VALUED)
    [own] = known_audiences([aimed])[len(VALUED) :]
    assert (own.name, own.rule) == ("Hello: audience", str(parse("country = NL")))
