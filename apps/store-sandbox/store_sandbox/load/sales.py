"""Lines of a transactions file as sales, and the order in which they will become a store."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from core.errors import Invalid
from store_sandbox.load.columns import find_columns
from store_sandbox.load.goods import normal_code
from store_sandbox.load.records import Progress, Record, read_records
from store_sandbox.load.report import Reject, Report
from store_sandbox.load.values import UnreadableError, amount, instant, whole


@dataclass(frozen=True, slots=True)
class Sale:
    """One line; money as found, `at` UTC seconds, `day` the shop's own day."""

    order: str
    at: int
    day: int
    sku: str
    description: str
    quantity: int
    price: Decimal
    customer: str
    country: str


class SalesReader:
    """Reads a transactions file; what cannot be read is in the report with its line number."""

    def __init__(
        self, zone: ZoneInfo, mapping: Mapping[str, str], date_format: str | None, report: Report
    ) -> None:
        self._zone, self._mapping, self._format = zone, mapping, date_format
        self._report = report
        self._texts: dict[str, str] = {}
        self._prices: dict[str, Decimal] = {}
        self._times: dict[str, tuple[int, int]] = {}

    def read(self, path: Path, progress: Progress | None = None) -> Iterator[Sale]:
        """Every readable line. Invalid when the header lacks a column or the file is not there."""
        return self.sales(path.name, read_records(path, progress))

    def sales(self, name: str, records: Iterable[Record]) -> Iterator[Sale]:
        """Every readable line among records, the first being the header."""
        records = iter(records)
        header = next(records, None)
        if header is None or header.problem:
            raise Invalid(f"{name!r} has no header line.", remedy="Add a line of column names.")
        columns = find_columns([field.strip("\ufeff ") for field in header.fields], self._mapping)
        width = len(header.fields)
        for record in records:
            try:
                yield self._sale(record, columns, width)
            except UnreadableError as error:
                reject = Reject(name, record.line, str(error), record.text[:500])
                self._report.rejects.append(reject)

    def _sale(self, record: Record, columns: Mapping[str, int], width: int) -> Sale:
        if record.problem:
            raise UnreadableError(record.problem)
        fields = record.fields
        if len(fields) != width:
            raise UnreadableError(f"{len(fields)} fields instead of {width}")
        order, sku = fields[columns["order"]].strip(), normal_code(fields[columns["sku"]])
        if not order or not sku:
            raise UnreadableError("no order number" if not order else "no product code")
        at, day = self._time(fields[columns["date"]])
        return Sale(
            order=self._text(order),
            at=at,
            day=day,
            sku=self._text(sku),
            description=self._text(_optional(fields, columns, "description")),
            quantity=whole(fields[columns["quantity"]], "quantity"),
            price=self._price(fields[columns["price"]]),
            customer=self._text(_optional(fields, columns, "customer").removesuffix(".0")),
            country=self._text(_optional(fields, columns, "country")),
        )

    def _text(self, text: str) -> str:
        return self._texts.setdefault(text, text)

    def _price(self, text: str) -> Decimal:
        if text not in self._prices:
            self._prices[text] = amount(text, "unit price")
        return self._prices[text]

    def _time(self, text: str) -> tuple[int, int]:
        if text not in self._times:
            at = instant(text, self._zone, self._format)
            local: datetime = at.astimezone(self._zone)
            self._times[text] = (int(at.timestamp()), local.toordinal())
        return self._times[text]


def _optional(fields: Sequence[str], columns: Mapping[str, int], name: str) -> str:
    place = columns.get(name)
    return "" if place is None else fields[place].strip()
