"""Reads CSV records one by one and survives what is broken in them."""

import csv
import gzip
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from core.errors import Invalid

DELIMITERS = (",", ";", "\t", "|")
LONGEST_RECORD = 60  # physical lines; a quote left open longer than that is a broken line
FIELD_LIMIT = 1_000_000

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Record:
    """One record and the physical line it begins on; `problem` says why it cannot be read."""

    line: int
    fields: tuple[str, ...]
    problem: str = ""
    text: str = ""


def read_records(path: Path, progress: Progress | None = None) -> Iterator[Record]:
    """Every record of a .csv or .csv.gz file, the header first.

    Raises Invalid when the file cannot be opened or is not a readable gzip file. `progress` gets
    (bytes read, bytes in all) of the file as stored.
    """
    size = _size(path)
    try:
        with path.open("rb") as raw:
            packed = path.suffix == ".gz"
            binary: Any = gzip.open(raw) if packed else raw  # noqa: SIM115
            text = io.TextIOWrapper(binary, encoding=_encoding(path), newline="")
            for number, record in enumerate(parse(text)):
                if progress is not None and number % 2000 == 0:
                    progress(raw.tell(), size)
                yield record
            if progress is not None:
                progress(size, size)
    except (OSError, EOFError) as error:
        raise Invalid(
            f"{path.name!r} cannot be read: {error}",
            remedy="Give the path of a .csv or .csv.gz file that opens in another program.",
        ) from error


def parse(lines: Iterator[str] | Sequence[str] | IO[str]) -> Iterator[Record]:
    """Records of CSV text given as physical lines; never raises on their content.

    A quote that is not closed within LONGEST_RECORD lines, or only by swallowing lines that do
    not fit the header, spoils its own line only: reading goes on with the next physical line.
    """
    source = _Lines(iter(lines))
    delimiter, width = "", 0
    while (line := source.take()) is not None:
        number = source.number
        if not line.strip("\r\n \t\x00"):
            continue
        if not delimiter:
            delimiter = max(DELIMITERS, key=line.count)
        record = _record(source, number, line, delimiter, width)
        width = width or len(record.fields)
        yield record


class _Lines:
    """Physical lines with the possibility to put some back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._back: list[str] = []
        self.number = 0

    def take(self) -> str | None:
        line = self._back.pop() if self._back else next(self._lines, None)
        self.number += line is not None
        return line

    def give_back(self, lines: list[str]) -> None:
        self._back.extend(reversed(lines))
        self.number -= len(lines)


def _record(source: _Lines, number: int, line: str, delimiter: str, width: int) -> Record:
    more: list[str] = []
    text = line
    while _open_quote(text, delimiter):
        following = source.take() if len(more) < LONGEST_RECORD else None
        if following is None:
            break
        more.append(following)
        text += following
    try:
        fields = _split(text, delimiter)
        if not more or not width or len(fields) == width:
            return Record(number, tuple(fields), "", text.rstrip("\r\n"))
        problem = "a quote is opened and not closed"
    except csv.Error as error:
        unclosed = more or "unexpected end" in str(error)
        problem = "a quote is opened and not closed" if unclosed else str(error)
    source.give_back(more)
    return Record(number, (), problem, line.rstrip("\r\n"))


def _open_quote(text: str, delimiter: str) -> bool:
    if '"' not in text:
        return False
    try:
        _split(text, delimiter)
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False


def _split(text: str, delimiter: str) -> list[str]:
    csv.field_size_limit(FIELD_LIMIT)
    rows = list(csv.reader([text], delimiter=delimiter, strict=True))
    return rows[0] if rows else []


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise Invalid(
            f"{str(path)!r} cannot be opened: {error.strerror}.", remedy="Check the file's path."
        ) from error


def _encoding(path: Path) -> str:
    """UTF-8 when the whole file is; otherwise Latin-1, which can read every byte."""
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with io.TextIOWrapper(opener(path, "rb"), encoding="utf-8") as text:
            while text.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8-sig"
