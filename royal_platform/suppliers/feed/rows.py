"""From the bytes of a feed to flat rows of text, whatever its format."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal
from xml.etree.ElementTree import Element, ParseError

import orjson
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from royal_platform.suppliers.errors import SupplierRejected

Format = Literal["csv", "json", "xml"]
Row = dict[str, str]
MOST_ROWS = 200_000
_LONGEST_CELL = 20_000
_DEEPEST = 6


def rows_of(body: bytes, format_: str = "auto", items: str = "") -> list[Row]:
    """Every row, its nested names joined by dots. Raises ``SupplierRejected``.

    At most 200,000 rows are read; a cell's text ends at 20,000 characters.
    """
    form = sniff(body) if format_ == "auto" else format_
    reader = {"csv": _csv, "json": _json, "xml": _xml}[form]
    found: list[Row] = []
    for row in reader(body, items):
        if len(found) == MOST_ROWS:
            raise SupplierRejected(
                f"The feed has more than {MOST_ROWS:,} rows.",
                remedy="Ask the supplier for a feed of the articles you may sell.",
            )
        found.append(row)
    if not found:
        raise SupplierRejected(
            "The feed has no row.",
            remedy="Check the address, and for JSON or XML the path to the list of articles.",
        )
    return found


def sniff(body: bytes) -> Format:
    """The format by its first sign."""
    start = body[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] in {b"{", b"["}:
        return "json"
    if start[:1] == b"<":
        return "xml"
    return "csv"


def headers_of(rows: Sequence[Row]) -> list[str]:
    """The names that occur, in the order of their first row."""
    return list(dict.fromkeys(name for row in rows for name in row))


def _csv(body: bytes, items: str) -> Iterator[Row]:
    del items
    text = _text(body)
    sample = text[:20_000]
    try:
        dialect: Any = csv.Sniffer().sniff(sample.partition("\n")[0] or sample, ",;\t|")
    except csv.Error:
        dialect = csv.excel
    # The sniffer guesses quoting from one line; the rest of the file follows RFC 4180.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=dialect.delimiter, strict=False)
    try:
        names = [name.strip() for name in next(reader, [])]
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield {
                    name: cell.strip()[:_LONGEST_CELL]
                    for name, cell in zip(names, cells, strict=False)
                    if name
                }
    except csv.Error as error:
        raise _unreadable("CSV", str(error)) from error


def _json(body: bytes, items: str) -> Iterator[Row]:
    try:
        document = orjson.loads(body.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise _unreadable("JSON", str(error)) from error
    found = at_path(document, items) if items else _longest_list(document)
    for each in found if isinstance(found, list) else ():
        if isinstance(each, dict):
            yield dict(_flat(each))


def _xml(body: bytes, items: str) -> Iterator[Row]:
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise _unreadable("XML", str(error)) from error
    name = items or _repeating(root)
    for element in root.iter():
        if _local(element.tag) == name:
            yield dict(_flat_element(element))


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What spreadsheets of western Europe write; every byte has a meaning in it.
        return body.decode("cp1252", "replace")


def at_path(document: Any, path: str) -> Any:
    """What is at a dotted path; None when nothing is."""
    found = document
    for part in path.split("."):
        if isinstance(found, list) and part.isdigit() and int(part) < len(found):
            found = found[int(part)]
        elif isinstance(found, dict):
            found = found.get(part)
        else:
            return None
    return found


def _longest_list(document: Any, depth: int = 0) -> list[Any]:
    if isinstance(document, list):
        return document
    if not isinstance(document, dict) or depth == _DEEPEST:
        return []
    return max((_longest_list(each, depth + 1) for each in document.values()), key=len, default=[])


def _flat(value: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and depth < _DEEPEST:
        for key, each in value.items():
            yield from _flat(each, f"{name}.{key}" if name else str(key), depth + 1)
    elif isinstance(value, list) and depth < _DEEPEST:
        if value and not isinstance(value[0], (dict, list)):
            yield name, ", ".join(str(each) for each in value)[:_LONGEST_CELL]
        elif value:
            yield from _flat(value[0], f"{name}.0", depth + 1)
    elif value is not None and name:
        yield name, (str(value).lower() if isinstance(value, bool) else str(value))[:_LONGEST_CELL]


def _flat_element(element: Element, name: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    for attribute, value in element.attrib.items():
        yield f"{name}.{_local(attribute)}" if name else _local(attribute), value[:_LONGEST_CELL]
    children: Iterable[Element] = element if depth < _DEEPEST else ()
    empty = True
    for child in children:
        empty = False
        path = f"{name}.{_local(child.tag)}" if name else _local(child.tag)
        yield from _flat_element(child, path, depth + 1)
    if empty and name and element.text and element.text.strip():
        yield name, element.text.strip()[:_LONGEST_CELL]


def _repeating(root: Element) -> str:
    """The element that occurs most often among those with children of their own."""
    counts: dict[str, int] = {}
    for element in root.iter():
        if element is not root and len(element):
            name = _local(element.tag)
            counts[name] = counts.get(name, 0) + 1
    return max(counts, key=lambda name: counts[name], default="")


def _local(tag: Any) -> str:
    return str(tag).rpartition("}")[2]


def _unreadable(form: str, why: str) -> SupplierRejected:
    return SupplierRejected(
        f"The feed cannot be read as {form}: {why}.",
        remedy="Check that the address gives the file itself, not a page about it.",
    )
