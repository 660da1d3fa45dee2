"""Shopify's search syntax (`query:` arguments) as SQL.

Terms `field:value`, comparators, quotes, `*` prefixes, AND / OR / NOT / `-`, parentheses, comma
lists. A colon inside an unquoted value ends it, as on the real API: `updated_at:>2026-01-01T10:00`
is the day alone, so times must be quoted. An unknown field is ignored with a warning in
`extensions.search`. Source: shopify.dev, "API search syntax", and recorded responses.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from store_sandbox.admin.wire import parse_gid
from store_sandbox.state.units import to_scaled

_LARGEST = 2**63 - 1
_TOKEN = re.compile(
    r"\s+|(?P<paren>[()])"
    r"|(?P<term>(?P<minus>-)?(?:(?P<field>[A-Za-z0-9_.]+):)?(?P<op><=|>=|<|>)?"
    r"(?:'(?P<single>[^']*)'|\"(?P<double>[^\"]*)\"|(?P<bare>[^\s():'\"]+)))"
    r"|(?P<other>.)"
)


@dataclass(frozen=True, slots=True)
class Field:
    """One searchable field: how its SQL expression compares. `{}` in `sql` takes a comparison."""

    kind: str
    sql: str


@dataclass(slots=True)
class Search:
    """The WHERE clause of a query and the fields it did not know."""

    sql: str
    params: list[Any]
    parsed: dict[str, Any] | None
    unknown: list[str]


@dataclass(frozen=True, slots=True)
class _Term:
    name: str | None
    op: str
    value: str
    quoted: bool


@dataclass(slots=True)
class _Compiler:
    fields: Mapping[str, Field]
    timezone: str
    now: int
    params: list[Any] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def compile_search(
    query: str | None, fields: Mapping[str, Field], *, timezone: str, now: int
) -> Search:
    """SQL for a query over the given fields; `fields['']` serves words without a field."""
    if query is None or not query.strip():
        return Search("1", [], None, [])
    tokens = _tokens(query)
    compiler = _Compiler(fields, timezone, now)
    sql, parsed, position = _alternatives(tokens, 0, compiler)
    while position < len(tokens):
        more, extra, position = _alternatives(tokens, position + 1, compiler)
        if more:
            sql, parsed = f"({sql}) AND ({more})" if sql else more, parsed or extra
    return Search(sql or "1", compiler.params, parsed, compiler.unknown)


def _tokens(query: str) -> list[str | _Term]:
    found: list[str | _Term] = []
    for match in _TOKEN.finditer(query):
        if match["paren"]:
            found.append(match["paren"])
        elif match["term"]:
            quoted = match["bare"] is None
            value = next(
                v for v in (match["bare"], match["single"], match["double"]) if v is not None
            )
            if match["minus"]:
                found.append("NOT")
            if match["field"] is None and not quoted and value in ("AND", "OR", "NOT"):
                found.append(value)
            else:
                found.append(_Term(match["field"], match["op"] or "", value, quoted))
        elif match["field"] is None and match["other"] == "-":
            found.append("NOT")
    return found


_Result: TypeAlias = tuple[str, dict[str, Any] | None, int]


def _alternatives(tokens: list[str | _Term], at: int, compiler: _Compiler) -> _Result:
    parts: list[str] = []
    trees: list[dict[str, Any]] = []
    while True:
        sql, tree, at = _conjunction(tokens, at, compiler)
        if sql:
            parts.append(sql)
        if tree:
            trees.append(tree)
        if at < len(tokens) and tokens[at] == "OR":
            at += 1
            continue
        break
    sql = parts[0] if len(parts) == 1 else " OR ".join(f"({part})" for part in parts)
    return sql, _tree("or", trees), at


def _conjunction(tokens: list[str | _Term], at: int, compiler: _Compiler) -> _Result:
    parts: list[str] = []
    trees: list[dict[str, Any]] = []
    while at < len(tokens) and tokens[at] not in ("OR", ")"):
        if tokens[at] == "AND":
            at += 1
            continue
        sql, tree, at = _single(tokens, at, compiler)
        if sql:
            parts.append(sql)
        if tree:
            trees.append(tree)
    sql = parts[0] if len(parts) == 1 else " AND ".join(f"({part})" for part in parts)
    return sql, _tree("and", trees), at


def _tree(name: str, trees: list[dict[str, Any]]) -> dict[str, Any] | None:
    if not trees:
        return None
    return trees[0] if len(trees) == 1 else {name: trees}


def _single(tokens: list[str | _Term], at: int, compiler: _Compiler) -> _Result:
    part = tokens[at]
    if part == "NOT":
        if at + 1 >= len(tokens):
            return "", None, at + 1
        sql, tree, at = _single(tokens, at + 1, compiler)
        return (f"NOT ({sql})" if sql else ""), ({"not": tree} if tree else None), at
    if part == "(":
        sql, tree, at = _alternatives(tokens, at + 1, compiler)
        return sql, tree, at + 1 if at < len(tokens) else at
    if isinstance(part, _Term):
        return _term(part, compiler), _describe(part), at + 1
    return "", None, at + 1


def _describe(term: _Term) -> dict[str, Any]:
    head: dict[str, Any] = {"field": term.name or "default"}
    names = {">": "range_gt", ">=": "range_gte", "<": "range_lt", "<=": "range_lte"}
    key = names.get(term.op) or ("match_phrase" if term.quoted else "match_all")
    return {**head, key: term.value}


def _term(term: _Term, compiler: _Compiler) -> str:
    known = compiler.fields.get(term.name or "")
    if known is None:
        compiler.unknown.append(term.name or "")
        return ""
    if term.value == "*" and not term.quoted:
        return known.sql.format("IS NOT NULL")
    values = [term.value] if term.quoted or term.op else term.value.split(",")
    parts = [_compare(known, term, value.strip(), compiler) for value in values if value.strip()]
    return " OR ".join(parts) if parts else ""


def _compare(known: Field, term: _Term, value: str, compiler: _Compiler) -> str:
    if known.kind == "time":
        return _time(known, term.op, value, compiler)
    if known.kind == "choice":
        clauses = dict(item.split("=", 1) for item in known.sql.split("|"))
        return clauses.get(value.lower(), "0")
    number = _number(known.kind, value)
    if known.kind in ("id", "number", "money", "flag"):
        if number is None:
            return "0"
        compiler.params.append(number)
        return known.sql.format(f"{term.op or '='} ?")
    if known.kind == "tag":
        compiler.params.append(
            f"%,{_escape(value.rstrip('*'))}" + ("%" if value[-1] == "*" else ",%")
        )
        return known.sql.format("LIKE ? ESCAPE '\\'")
    if known.kind == "words":
        return _words(known, value, compiler)
    prefix = value.endswith("*") and not term.quoted
    compiler.params.append(_escape(value.rstrip("*")) + "%" if prefix else value)
    return known.sql.format("LIKE ? ESCAPE '\\'" if prefix else "= ? COLLATE NOCASE")


def _words(known: Field, value: str, compiler: _Compiler) -> str:
    parts = []
    for word in value.split():
        pattern = _escape(word.rstrip("*"))
        compiler.params += [f"{pattern}%", f"% {pattern}%"]
        begins = known.sql.format("LIKE ? ESCAPE '\\'")
        parts.append(f"({begins} OR {begins})")
    return " AND ".join(parts) if parts else "1"


def _escape(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)


def _number(kind: str, value: str) -> int | None:
    if kind == "flag":
        return {"true": 1, "false": 0}.get(value.lower())
    if kind == "id":
        return parse_gid(value)
    try:
        number = to_scaled(value) if kind == "money" else int(Decimal(value))
    except (InvalidOperation, ValueError, OverflowError):
        return None
    return number if abs(number) < _LARGEST else None


def _time(known: Field, op: str, value: str, compiler: _Compiler) -> str:
    bounds = _instant(value, compiler)
    if bounds is None:
        return "0"
    start, end = bounds
    if op == "":
        compiler.params += [start, end]
        return known.sql.format("BETWEEN ? AND ?")
    # a day compares as its first second below and its last second above
    compiler.params.append(end if op in (">", "<=") and end != start else start)
    return known.sql.format(f"{op} ?")


def _instant(value: str, compiler: _Compiler) -> tuple[int, int] | None:
    """First and last second a time literal covers; a bare date is a day of the shop."""
    zone = ZoneInfo(compiler.timezone)
    if value.lower() == "now":
        return compiler.now, compiler.now
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    if len(value) <= 10:
        day = at.replace(tzinfo=zone)
        try:
            following = (at + timedelta(days=1)).replace(tzinfo=zone)
            return int(day.timestamp()), int(following.timestamp()) - 1
        except (OverflowError, ValueError):
            return None
    try:
        moment = int((at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC).timestamp())
    except (OverflowError, ValueError):
        return None
    return moment, moment
