"""One SQL source for every engine: the star's tables, how they are filled, and safe queries.

All SQL is written in DuckDB's dialect and rendered by sqlglot. A query is one SELECT over the star,
and each table in it is narrowed to one store, whatever it says itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from core.errors import Invalid
from royal_platform.commerce.analytics.ports import Engine, Query, Scope
from royal_platform.commerce.analytics.star import STAR, STORE, StarColumn, StarTable

STORE_PARAMETER = "royal_store_id"
STATE = "load_state"
_TYPES = {
    "text": "VARCHAR", "integer": "BIGINT", "amount": "DECIMAL(18, 4)", "rate": "DECIMAL(18, 8)",
    "day": "DATE", "moment": "TIMESTAMP", "flag": "BOOLEAN",
}  # fmt: skip
# DuckDB's TIMESTAMP has no zone, and ours are all UTC; its type with one needs an extension that
# would be fetched. BigQuery's TIMESTAMP is UTC, its DATETIME is what sqlglot would choose.
_SAME_IN_BIGQUERY = "TIMESTAMP"
# Exact in both: DuckDB divides decimals as floats, BigQuery does not.
_TEN_THOUSANDTHS = {
    "duckdb": "CAST(CAST({0} AS DECIMAL(18, 0)) * 0.0001 AS DECIMAL(18, 4)) AS {0}",
    "bigquery": "CAST({0} AS NUMERIC) / 10000 AS {0}",
}
# As they are staged: amounts are integers of ten-thousandths.
_STAGED = {**_TYPES, "amount": "BIGINT"}
_REMEDY = "Use one SELECT over the tables of the star, in DuckDB's SQL."


def type_of(column: StarColumn, engine: Engine) -> str:
    """The column's type in the engine's own words."""
    return _type(_TYPES[column.kind], engine)


def staged_type(column: StarColumn, engine: Engine) -> str:
    """The type of the column in a staging table."""
    return _type(_STAGED[column.kind], engine)


def layout() -> str:
    """A digest of the star as it is built: another one means another schema."""
    told = repr([(t.name, t.columns, t.by_day, t.cluster) for t in STAR.values()]) + repr(_TYPES)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def create_table(table: StarTable) -> str:
    """DuckDB's CREATE TABLE."""
    columns = ", ".join(
        f"{c.name} {_TYPES[c.kind]}{' NOT NULL' if c.required else ''}" for c in table.columns
    )
    return f"CREATE TABLE {table.name} ({columns})"


def filled(table: StarTable, staging: str, engine: Engine) -> str:
    """The SELECT that turns staged rows into the table's; ``$royal_store_id`` is bound.

    An empty text is unknown: staging files cannot tell the two apart.
    """
    columns = ", ".join(_converted(column, engine) for column in table.columns)
    return f"SELECT {columns} FROM {staging}"


def replaced(scope: Scope, engine: Engine) -> str:
    """The condition on the rows that a load replaces; ``$royal_store_id`` is bound.

    Days are literals, so that BigQuery reads only their partitions.
    """
    told = [f"{STORE} = ${STORE_PARAMETER}"]
    if scope.since is not None:
        told.append(f"day >= CAST('{scope.since.isoformat()}' AS DATE)")
    if scope.days is not None:
        days = ", ".join(f"CAST('{day.isoformat()}' AS DATE)" for day in scope.days)
        told.append(f"day IN ({days})" if days else "FALSE")
    return to(" AND ".join(told), engine)


def revalued(engine: Engine) -> str:
    """Lines at today's unit cost, where it is another; ``$royal_store_id`` is bound."""
    return to(
        "UPDATE fact_line SET unit_cost = v.unit_cost, cost_currency = v.cost_currency "
        f"FROM dim_variant AS v WHERE fact_line.{STORE} = ${STORE_PARAMETER} "
        f"AND v.{STORE} = ${STORE_PARAMETER} AND v.variant_id = fact_line.variant_id "
        "AND (COALESCE(fact_line.unit_cost, -1) <> COALESCE(v.unit_cost, -1) "
        "OR COALESCE(fact_line.cost_currency, '') <> COALESCE(v.cost_currency, ''))",
        engine,
    )


def to(sql: str, engine: Engine) -> str:
    """``sql``, written in DuckDB's dialect, in the engine's."""
    if engine == "duckdb":
        return sql
    import sqlglot

    return sqlglot.transpile(sql, read="duckdb", write=engine)[0]


def rendered(query: Query, engine: Engine) -> tuple[str, dict[str, Any]]:
    """The engine's SQL of ``query`` for one store, and the values of its parameters.

    A parameter with a sequence stands for its members: ``x IN ($names)``. Raises ``Invalid`` when
    it is not one SELECT over the star, or its parameters are not the ones given.
    """
    many = frozenset(
        (name, len(value))
        for name, value in query.parameters.items()
        if isinstance(value, (list, tuple))
    )
    sql, wanted = _rendered(query.sql, many, engine)
    given: dict[str, Any] = {}
    for name, value in query.parameters.items():
        if isinstance(value, (list, tuple)):
            given |= {f"{name}_{place}": each for place, each in enumerate(value)}
        else:
            given[name] = value
    if missing := sorted(wanted - given.keys() - {STORE_PARAMETER}):
        raise Invalid(f"The query needs {missing[0]!r}.", remedy="Give it as a parameter.")
    return sql, {name: given[name] for name in wanted if name != STORE_PARAMETER}


def moment(value: Any) -> Any:
    """Moments as DuckDB keeps them: in UTC, without a zone."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None)
    return value


@lru_cache(maxsize=512)
def _rendered(
    sql: str, many: frozenset[tuple[str, int]], engine: Engine
) -> tuple[str, frozenset[str]]:
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        statements = sqlglot.parse(sql, read="duckdb")
    except SqlglotError as error:
        raise Invalid(f"The query cannot be read: {error}", remedy=_REMEDY) from None
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise Invalid("The query is not one SELECT.", remedy=_REMEDY)
    tree = statements[0]
    if tree.find(exp.Into, exp.DDL, exp.DML, exp.Command):
        raise Invalid("The query does more than read.", remedy=_REMEDY)
    named = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    if shadowed := sorted(named & STAR.keys()):
        raise Invalid(f"{shadowed[0]!r} is a table of the star.", remedy="Name the CTE otherwise.")
    for placeholder in list(tree.find_all(exp.Placeholder)):
        _spread(placeholder, dict(many))
    for table in list(tree.find_all(exp.Table)):
        _narrow(table, named)
    wanted = frozenset(str(found.this) for found in tree.find_all(exp.Placeholder))
    return tree.sql(dialect=engine), wanted


def _spread(placeholder: Any, many: dict[str, int]) -> None:
    """Replace the parameter of a sequence by one per member; none of them matches nothing."""
    from sqlglot import exp

    name = placeholder.this
    if not isinstance(name, str) or name == "?":
        raise Invalid("A parameter has no name.", remedy="Write $name.")
    if name not in many:
        return
    inside = placeholder.parent
    if not isinstance(inside, exp.In):
        raise Invalid(f"{name!r} holds several values.", remedy="Write `x IN ($name)`.")
    members: list[Any] = [exp.Placeholder(this=f"{name}_{n}") for n in range(many[name])]
    inside.set("expressions", members or [exp.null()])


def _narrow(table: Any, named: Collection[str]) -> None:
    from sqlglot import exp

    name = table.name.lower()
    bare = isinstance(table.this, exp.Identifier) and not table.args.get("db")
    if bare and name in named:
        return
    if not bare or name not in STAR:
        raise Invalid(f"{table.sql(dialect='duckdb')} is no table of the star.", remedy=_REMEDY)
    alias = table.alias or name
    mine = (
        exp.select("*")
        .from_(name)
        .where(exp.column(STORE).eq(exp.Placeholder(this=STORE_PARAMETER)))
        .subquery(alias)
    )
    for key in ("joins", "pivots", "sample"):
        if table.args.get(key):
            mine.set(key, table.args[key])
    table.replace(mine)


def _converted(column: StarColumn, engine: Engine) -> str:
    if column.name == STORE:
        return f"{to(f'${STORE_PARAMETER}', engine)} AS {STORE}"
    if column.kind == "amount":
        return _TEN_THOUSANDTHS[engine].format(column.name)
    if column.kind == "text":
        told = f"COALESCE({column.name}, '')" if column.required else f"NULLIF({column.name}, '')"
        return f"{told} AS {column.name}"
    return column.name


@lru_cache(maxsize=64)
def _type(told: str, engine: Engine) -> str:
    if engine == "duckdb" or told == _SAME_IN_BIGQUERY:
        return told
    from sqlglot import exp

    return exp.DataType.build(told, dialect="duckdb").sql(engine)
