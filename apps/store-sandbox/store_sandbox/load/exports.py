"""Rows of Shopify's own CSV exports by column name, with their line numbers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from core.errors import Invalid
from store_sandbox.load.records import read_records
from store_sandbox.load.report import Reject, Report
from store_sandbox.load.values import UnreadableError, amount, instant, priced, whole

FILES = ("products", "orders", "customers", "inventory")


@dataclass(frozen=True, slots=True)
class Row:
    """One row; a column that is not there reads as empty."""

    line: int
    values: dict[str, str]

    def text(self, *names: str) -> str:
        """The first of these columns that holds something."""
        return next((self.values[n] for n in names if self.values.get(n)), "")

    def money(self, name: str) -> int | None:
        """Ten-thousandths, None when empty. Raises UnreadableError."""
        text = self.text(name)
        if not text:
            return None
        value = amount(text, name)
        if value < 0:
            raise UnreadableError(f"{name} {text!r} is negative")
        return priced(1, value)[0]

    def count(self, name: str) -> int | None:
        """A whole number, None when empty. Raises UnreadableError."""
        text = self.text(name)
        return whole(text, name) if text else None

    def seconds(self, name: str, zone: ZoneInfo) -> int | None:
        """UTC seconds, None when empty. Raises UnreadableError."""
        text = self.text(name)
        return int(instant(text, zone).timestamp()) if text else None

    def decimal(self, name: str) -> Decimal:
        """An exact amount, zero when empty. Raises UnreadableError."""
        text = self.text(name)
        return amount(text, name) if text else Decimal(0)


class Export:
    """One export file; rows that cannot be used go to the report."""

    def __init__(self, path: Path, required: tuple[str, ...], report: Report) -> None:
        self.path, self._required, self._report = path, required, report

    def rows(self) -> Iterator[Row]:
        """Every row with the header's number of fields. Invalid when a column is missing."""
        records = read_records(self.path)
        header = next(records, None)
        names = [name.strip("\ufeff ").lower() for name in header.fields] if header else []
        missing = [name for name in self._required if name not in names]
        if missing:
            raise Invalid(
                f"{self.path.name!r} has no column {missing[0]!r}.",
                remedy="Export it again from Shopify in the format 'plain CSV file'.",
            )
        for record in records:
            if record.problem or len(record.fields) != len(names):
                found = f"{len(record.fields)} fields instead of {len(names)}"
                self.reject(record.line, record.problem or found, record.text)
                continue
            values = {n: v.strip() for n, v in zip(names, record.fields, strict=True)}
            yield Row(record.line, values)

    def each(self, use: Callable[[Row], None]) -> None:
        """Use every row; one that cannot be understood is rejected, the rest goes on."""
        for row in self.rows():
            try:
                use(row)
            except UnreadableError as error:
                self.reject(row.line, str(error), ",".join(row.values.values()))

    def reject(self, line: int, reason: str, text: str = "") -> None:
        """Note a row that is left out."""
        self._report.rejects.append(Reject(self.path.name, line, reason, text[:500]))


def find_exports(folder: Path) -> dict[str, Path]:
    """kind -> file of the exports in a folder; Invalid without a products or an orders file."""
    found: dict[str, Path] = {}
    if not folder.is_dir():
        raise Invalid(f"{str(folder)!r} is not a folder.", remedy="Give the exports' folder.")
    for path in sorted(folder.iterdir()):
        name = path.name.lower()
        if not name.endswith((".csv", ".csv.gz")):
            continue
        for kind in FILES:
            if kind in name:
                found.setdefault(kind, path)
    if not {"products", "orders"} & set(found):
        raise Invalid(
            f"{str(folder)!r} holds no Shopify export.",
            remedy="Put products_export.csv, orders_export.csv, customers_export.csv and "
            "inventory_export.csv there; at least products or orders.",
        )
    return found
