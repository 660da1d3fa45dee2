"""Tokens, sessions, one-time links and signed requests on both databases."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from core.errors import Gone, Invalid, RoyalError, Unauthenticated
from core.security import hmac_requests, login_links, sessions, tokens
from core.security.credentials import same
from core.security.tables import api_tokens
from core.security.tables import login_links as links_table
from core.security.tables import sessions as sessions_table
from core.storage.database import Database

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
KEY = b"shared"


def new_token(database: Database, role: str = "viewer", **options: object) -> tokens.Issued:
    with database.write() as transaction:
        return tokens.create(transaction.connection, "CI", role, now=NOW, **options)  # type: ignore[arg-type]


def test_a_token_is_its_holder(database: Database) -> None:
    issued = new_token(database, "operator", store_id="s1")
    with database.read() as connection:
        holder = tokens.verify(connection, issued.value, now=LATER)
        [info] = tokens.list_all(connection)
    assert (holder.name, holder.role, holder.store_id, holder.kind) == (
        "CI",
        "operator",
        "s1",
        "token",
    )
    assert holder.may("decisions:decide")
    assert not holder.may("policy:write")
    assert (info.id, info.created_at, info.revoked_at) == (issued.id, NOW, None)
    assert issued.value not in repr(issued)


@pytest.mark.parametrize("name", ["policy", "Executor ", "agent:support", " ", "x" * 121])
def test_nobody_is_called_like_a_part_of_the_installation(database: Database, name: str) -> None:
    with database.write() as transaction:
        with pytest.raises(Invalid):
            tokens.create(transaction.connection, name, "viewer", now=NOW)
        with pytest.raises(Invalid):
            login_links.issue(transaction.connection, name, now=NOW)


def test_only_a_digest_is_stored(database: Database) -> None:
    issued = new_token(database)
    with database.read() as connection:
        row = connection.execute(select(api_tokens)).one()
    assert issued.value not in [str(value) for value in row]
    assert issued.value[4:] not in str(row)


@pytest.mark.parametrize("by", ["id", "value"])
def test_a_revoked_token_is_refused(database: Database, by: str) -> None:
    issued = new_token(database)
    with database.write() as transaction:
        assert tokens.revoke(transaction.connection, getattr(issued, by), now=NOW)
        assert not tokens.revoke(transaction.connection, getattr(issued, by), now=NOW)
    with database.read() as connection, pytest.raises(Unauthenticated, match="revoked"):
        tokens.verify(connection, issued.value, now=NOW)


def test_an_expired_and_an_unknown_token_are_refused(database: Database) -> None:
    issued = new_token(database, expires_at=LATER)
    with database.read() as connection:
        assert tokens.verify(connection, issued.value, now=NOW).name == "CI"
        with pytest.raises(Unauthenticated, match="expired"):
            tokens.verify(connection, issued.value, now=LATER)
        for unknown in ("", "rqt_x", issued.value[:-1], issued.id, "\ud800", "x\x00"):
            with pytest.raises(Unauthenticated, match="not known"):
                tokens.verify(connection, unknown, now=NOW)


def test_a_token_needs_a_name_and_a_role_that_exists(database: Database) -> None:
    with pytest.raises(Invalid, match="root"):
        new_token(database, "root")
    with pytest.raises(Invalid, match="name"), database.write() as transaction:
        tokens.create(transaction.connection, " ", "viewer", now=NOW)


def test_comparison_takes_texts_of_any_length_and_alphabet() -> None:
    assert same("é😀", "é😀")
    assert not same("a", "a" * 1000)


def test_a_link_opens_one_session_once(database: Database) -> None:
    with database.write() as transaction:
        link = login_links.issue(transaction.connection, "Ada", now=NOW, store_id="s1")
    with database.write() as transaction:
        opened = login_links.redeem(transaction.connection, link.value, now=LATER)
    with database.read() as connection:
        person = sessions.verify(connection, opened.value, now=LATER)
    assert (person.name, person.role, person.store_id) == ("Ada", "admin", "s1")
    assert (person.kind, person.session_id) == ("session", opened.id)
    with pytest.raises(Gone), database.write() as transaction:
        login_links.redeem(transaction.connection, link.value, now=LATER)


def test_an_old_or_unknown_link_is_gone(database: Database) -> None:
    with database.write() as transaction:
        link = login_links.issue(transaction.connection, "Ada", now=NOW)
    for code, at in ((link.value, NOW + timedelta(hours=24)), ("rql_unknown", NOW)):
        with pytest.raises(Gone), database.write() as transaction:
            login_links.redeem(transaction.connection, code, now=at)


def test_of_many_that_race_for_a_link_one_wins(database: Database, migrated_url: str) -> None:
    with database.write() as transaction:
        link = login_links.issue(transaction.connection, "Ada", now=NOW)
    start, outcomes = threading.Barrier(6), []

    def race() -> None:
        own = Database(migrated_url)
        start.wait()
        try:
            with own.write() as transaction:
                login_links.redeem(transaction.connection, link.value, now=NOW)
            outcomes.append("won")
        except RoyalError as error:
            outcomes.append(type(error).__name__)
        own.dispose()

    racers = [threading.Thread(target=race) for _ in range(6)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(60)
    assert sorted(outcomes) == ["Gone"] * 5 + ["won"]
    with database.read() as connection:
        assert len(connection.execute(select(sessions_table)).all()) == 1
        assert connection.execute(select(links_table.c.redeemed_at)).scalar_one() == NOW


def test_a_closed_or_old_session_has_ended(database: Database) -> None:
    with database.write() as transaction:
        kept = sessions.open_session(transaction.connection, "Ada", "viewer", now=NOW)
        ended = sessions.open_session(transaction.connection, "Bob", "viewer", now=NOW)
        assert sessions.close(transaction.connection, ended.id, now=NOW)
        assert not sessions.close(transaction.connection, ended.id, now=NOW)
    with database.read() as connection:
        assert sessions.verify(connection, kept.value, now=LATER).name == "Ada"
        for cookie, at in ((ended.value, NOW), (kept.value, NOW + timedelta(days=30)), ("x", NOW)):
            with pytest.raises(Unauthenticated):
                sessions.verify(connection, cookie, now=at)


def verify(database: Database, headers: dict[str, str], **changes: object) -> str:
    parts = {"method": "POST", "target": "/control/v1/runs?a=1", "body": b"{}", "now": NOW}
    parts |= changes
    with database.write() as transaction:
        return hmac_requests.verify(
            transaction.connection,
            KEY,
            parts["method"],  # type: ignore[arg-type]
            parts["target"],  # type: ignore[arg-type]
            parts["body"],  # type: ignore[arg-type]
            headers,
            now=parts["now"],  # type: ignore[arg-type]
        ).kind


def signed(**options: object) -> dict[str, str]:
    return hmac_requests.sign(
        KEY,
        "POST",
        "/control/v1/runs?a=1",
        b"{}",
        now=NOW,
        **options,  # type: ignore[arg-type]
    )


def test_a_signed_request_is_accepted_once(database: Database) -> None:
    headers = signed()
    assert verify(database, headers, now=NOW + timedelta(minutes=4)) == "machine"
    with pytest.raises(Unauthenticated, match="already"):
        verify(database, headers)
    assert verify(database, {k.lower(): v for k, v in signed().items()}) == "machine"


@pytest.mark.parametrize(
    "change",
    [
        {"method": "GET"},
        {"target": "/control/v1/runs?a=2"},
        {"body": b"{ }"},
        {"now": NOW + timedelta(minutes=6)},
        {"now": NOW - timedelta(minutes=6)},
    ],
)
def test_a_changed_or_old_request_is_refused(database: Database, change: dict[str, object]) -> None:
    headers = signed()
    with pytest.raises(Unauthenticated):
        verify(database, headers, **change)
    # A refused request does not use its nonce up.
    assert verify(database, headers) == "machine"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {**signed(), "X-Royal-Signature": "v1=é"},
        {**signed(), "X-Royal-Signature": ""},
        {**signed(), "X-Royal-Timestamp": "soon"},
        signed(nonce="short"),
    ],
)
def test_a_request_signed_wrongly_is_refused(database: Database, headers: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated):
        verify(database, headers)


def test_old_nonces_are_swept(database: Database) -> None:
    from core.security.tables import used_nonces

    verify(database, signed())
    far = NOW + timedelta(hours=1)
    headers = hmac_requests.sign(KEY, "POST", "/control/v1/runs?a=1", b"{}", now=far)
    verify(database, headers, now=far)
    with database.read() as connection:
        assert len(connection.execute(select(used_nonces)).all()) == 1
