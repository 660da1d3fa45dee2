"""Which failures of a database become ``Unavailable``, and which stay what they are."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from core.errors import Unavailable
from core.storage.faults import as_unavailable


def sqlite_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("canary")
    error.sqlite_errorcode = code
    return error


def meet(error: Exception) -> None:
    with as_unavailable():
        raise error


@pytest.mark.parametrize(
    ("cause", "word"),
    [
        (psycopg.errors.DiskFull("canary"), "disk"),
        (sqlite_error(sqlite3.SQLITE_FULL), "disk"),
        (sqlite_error(sqlite3.SQLITE_IOERR_WRITE), "disk"),
        (sqlite_error(sqlite3.SQLITE_CANTOPEN), "disk"),
        (sqlite_error(sqlite3.SQLITE_BUSY), "locked"),
        (sqlite_error(sqlite3.SQLITE_BUSY_SNAPSHOT), "locked"),
        (psycopg.OperationalError("canary"), "answer"),
        (psycopg.errors.AdminShutdown("canary"), "answer"),
        (psycopg.errors.TooManyConnections("canary"), "answer"),
    ],
)
def test_a_database_that_cannot_serve_is_unavailable(cause: Exception, word: str) -> None:
    with pytest.raises(Unavailable, match=word) as caught:
        meet(OperationalError("SELECT canary", {}, cause))
    assert caught.value.remedy
    assert "canary" not in str(caught.value)


def test_an_exhausted_pool_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="in use"):
        meet(PoolTimeoutError())


@pytest.mark.parametrize(
    "error",
    [
        IntegrityError("INSERT", {}, psycopg.errors.UniqueViolation("x")),
        DBAPIError("SELECT", {}, psycopg.errors.UndefinedTable("x")),
        IntegrityError("INSERT", {}, sqlite3.IntegrityError("x")),
        OperationalError("SELECT", {}, sqlite_error(sqlite3.SQLITE_ERROR)),
    ],
)
def test_a_mistake_of_ours_stays_what_it_is(error: Exception) -> None:
    with pytest.raises(type(error)):
        meet(error)
