"""The search syntax."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store_sandbox.admin.search import Field, compile_search

FIELDS = {
    "": Field("words", "title {}"),
    "id": Field("id", "id {}"),
    "sku": Field("text", "sku {}"),
    "tag": Field("tag", "tags {}"),
    "title": Field("words", "title {}"),
    "updated_at": Field("time", "at {}"),
    "price": Field("money", "price {}"),
    "status": Field("choice", "open=closed IS NULL|closed=closed IS NOT NULL"),
}
ROWS = [
    (1, "HALT-S", "Leather Halter", ",leather,sale,", 1_700_000_000, 299_000, None),
    (2, "HALT-M", "Rope Halter", ",rope,", 1_700_086_400, 199_000, 1),
    (3, "PAD_1", "Saddle Pad", ",", 1_700_172_800, 590_000, None),
]


@pytest.fixture(scope="module")
def table():
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE t (id, sku, title, tags, at, price, closed)")
    db.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?)", ROWS)
    return db


def find(table, query, timezone="UTC"):
    search = compile_search(query, FIELDS, timezone=timezone, now=1_700_172_800)
    sql = f"SELECT id FROM t WHERE {search.sql} ORDER BY id"
    return [row[0] for row in table.execute(sql, search.params)], search


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (None, [1, 2, 3]),
        ("  ", [1, 2, 3]),
        ("halter", [1, 2]),
        ("halter -tag:sale", [2]),
        ("sku:halt-s", [1]),
        ("sku:HALT*", [1, 2]),
        ("sku:PAD_*", [3]),
        ("sku:'HALT*'", []),
        ("title:'saddle pad'", [3]),
        ("id:1,3", [1, 3]),
        ("id:>=2", [2, 3]),
        ("tag:leather OR tag:rope", [1, 2]),
        ("(tag:leather OR tag:rope) price:<25", [2]),
        ("NOT (id:1 OR id:2)", [3]),
        ("status:open id:<3", [1]),
        ("status:strange", []),
        ("updated_at:>'2023-11-15T00:00:00Z'", [2, 3]),
        ("updated_at:<=2023-11-15", [1, 2]),
        ("updated_at:2023-11-14", [1]),
        ("updated_at:>nonsense", []),
        ("id:gid://shopify/X/1", []),
        ("id:'gid://shopify/X/1'", [1]),
        (")(", [1, 2, 3]),
        ("AND OR NOT", [1, 2, 3]),
    ],
)
def test_queries_find_what_they_say(table, query, expected):
    assert find(table, query)[0] == expected


def test_a_bare_day_is_a_day_of_the_shops_zone(table):
    assert find(table, "updated_at:2023-11-15", "Pacific/Auckland")[0] == [1]


def test_an_unquoted_time_ends_at_its_first_colon(table):
    _, search = find(table, "updated_at:<2000-01-01T00:00:00Z")
    assert search.unknown == ["00"]
    assert search.parsed == {
        "and": [
            {"field": "updated_at", "range_lt": "2000-01-01T00"},
            {"field": "00", "match_all": "00Z"},
        ]
    }


@given(st.text(max_size=60))
def test_any_text_is_a_query_that_sqlite_understands(text):
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE t (id, sku, title, tags, at, price, closed)")
    search = compile_search(text, FIELDS, timezone="Europe/Berlin", now=0)
    db.execute(f"SELECT id FROM t WHERE {search.sql}", search.params).fetchall()
