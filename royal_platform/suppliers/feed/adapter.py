"""A supplier that publishes a catalogue: fetched or read from a file, mapped, never trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.outbound.sftp import SCHEME
from royal_platform.commerce.suppliers.ports import Reading
from royal_platform.suppliers.errors import SupplierRejected
from royal_platform.suppliers.feed.columns import ColumnMap, guess, reading
from royal_platform.suppliers.feed.rows import Row, headers_of, rows_of
from royal_platform.suppliers.schemas import FeedSettings
from royal_platform.suppliers.wire import Wire, refused


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed; ``folder`` is where files lie, ``currency`` the store's."""

    supplier_id: str
    settings: FeedSettings
    wire: Wire
    folder: Path
    currency: str

    @property
    def known(self) -> bool:
        """Whether it was entered where it is."""
        return bool(self.settings.url or self.settings.file)

    async def rows(self) -> list[Row]:
        """The feed's rows as they are now. Raises ``SupplierRejected`` or ``Unavailable``."""
        body = await self._fetched() if self.settings.url else self._read()
        return rows_of(body, self.settings.format, self.settings.items)

    async def catalogue(self) -> Reading:
        """Every offer in it."""
        rows = await self.rows()
        return self.mapped(rows)

    def mapped(self, rows: Sequence[Row]) -> Reading:
        """What these rows are with the map in force; an empty map is guessed."""
        columns = dict(self.settings.columns) or guess(headers_of(rows))
        currency = self.settings.currency or self.currency
        return reading(
            rows, ColumnMap(columns, currency, self.settings.decimal_comma), self.supplier_id
        )

    async def _fetched(self) -> bytes:
        settings = self.settings
        if settings.url.startswith(SCHEME):
            return await self.wire.download(
                settings.url, user=settings.user, fingerprint=settings.fingerprint
            )
        answer = await self.wire.send("GET", settings.url)
        if answer.status != 200:
            raise refused(answer, doing="to give its catalogue")
        return answer.body

    def _read(self) -> bytes:
        folder = self.folder.resolve()
        path = (folder / self.settings.file).resolve()
        if not self.settings.file or path.parent != folder or not path.is_file():
            raise SupplierRejected(
                f"There is no feed file {self.settings.file!r}.",
                remedy="Put it into the folder feeds of ROYAL_VAR_DIR, or enter an address.",
            )
        return path.read_bytes()
