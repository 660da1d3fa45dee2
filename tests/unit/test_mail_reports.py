"""Reports about our mail: believed for a message of ours, and only when it failed for good."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.messages.model import Cause
from royal_platform.messaging.reports import report_of

OURS = "msg_" + "0" * 40
BOUNCE = f"""From: MAILER-DAEMON@mx.test.example
To: shop@test.example
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

No such user.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.test.example

Final-Recipient: rfc822; Ann@test.example
Action: failed
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

Message-ID: <{OURS}@test.example>
Subject: Hello

--b--
"""
COMPLAINT = (
    BOUNCE.replace("delivery-status; boundary", "feedback-report; boundary")
    .replace("message/delivery-status", "message/feedback-report")
    .replace("Reporting-MTA: dns; mx.test.example\n\n", "Feedback-Type: abuse\nVersion: 1\n")
)


def test_a_bounce_for_good_names_message_and_address() -> None:
    found = report_of(BOUNCE.encode())
    assert found is not None
    assert (found.message_id, found.addresses, found.cause) == (
        OURS, ("ann@test.example",), Cause.BOUNCED,
    )  # fmt: skip


def test_a_complaint_is_one() -> None:
    found = report_of(COMPLAINT.encode())
    assert found is not None
    assert (found.message_id, found.cause) == (OURS, Cause.COMPLAINED)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Action: failed", "Action: delayed"), ("Status: 5.1.1", "Status: 4.2.2"),
        ("multipart/report", "multipart/mixed"), (OURS, "msg_other"),
        ("Final-Recipient: rfc822; Ann@test.example\n", ""),
        ("report-type=delivery-status", "report-type=disposition-notification"),
    ],
)  # fmt: skip
def test_what_is_not_final_or_not_ours_is_no_report(old: str, new: str) -> None:
    assert old in BOUNCE
    assert report_of(BOUNCE.replace(old, new).encode()) is None


@given(st.binary(max_size=400), st.integers(0, len(BOUNCE)))
def test_no_bytes_break_it(noise: bytes, place: int) -> None:
    raw = BOUNCE.encode()
    report_of(noise)
    report_of(raw[:place] + noise + raw[place:])
