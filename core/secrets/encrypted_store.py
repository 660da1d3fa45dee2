"""Secrets in a local file, each sealed with AES-256-GCM under a key kept elsewhere."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.secrets.sealing import SealingKey
from core.storage.locks import FileLock


class EncryptedStore:
    """A file of sealed values; names are readable, values are not.

    Refuses to read or write values without a key, and refuses a key file others can read.
    """

    def __init__(self, path: Path, *, master_key: str | None, key_file: Path) -> None:
        self._path = path
        self._key_file = key_file
        self.key = SealingKey(master_key, key_file)

    @property
    def has_key(self) -> bool:
        """True when a key is there to open the store with."""
        return self.key.there

    def create_key(self) -> Path:
        """Make a new random key file, readable by its owner only; never replaces one."""
        if self._key_file.exists():
            raise FileExistsError(self._key_file)
        self.key.ensure()
        return self._key_file

    def names(self) -> list[str]:
        """The names that have a value; needs no key."""
        return sorted(self._entries())

    def set_at(self) -> dict[str, datetime | None]:
        """When each name's value was stored; None for one from before this was kept."""
        if not self._path.exists():
            return {}
        document: dict[str, Any] = json.loads(self._path.read_text())
        times = document.get("set_at", {})
        return {
            name: datetime.fromisoformat(times[name]) if name in times else None
            for name in document["secrets"]
        }

    def get(self, name: str) -> str | None:
        """The value of ``name`` or None. Raises ``NotConfigured`` without the right key."""
        sealed = self._entries().get(name)
        return None if sealed is None else self.key.unseal(name, sealed)

    def set(self, name: str, value: str) -> None:
        """Store ``value`` under ``name``, replacing an earlier one."""
        self._change(name, self.key.seal(name, value))

    def delete(self, name: str) -> None:
        """Forget ``name``."""
        self._change(name, None)

    def rotate(self, new_key: str) -> None:
        """Seal every value again under ``new_key``; the caller then keeps that key."""
        with self._locked():
            opened = {name: self.key.unseal(name, item) for name, item in self._entries().items()}
            self.key.replace(new_key)
            sealed = {name: self.key.seal(name, value) for name, value in opened.items()}
            self._write(sealed, self.set_at())

    def _change(self, name: str, sealed: str | None) -> None:
        with self._locked():
            entries, times = self._entries(), self.set_at()
            if sealed is None:
                entries.pop(name, None)
            else:
                entries[name] = sealed
                times[name] = datetime.now(UTC)
            self._write(entries, times)

    def _locked(self) -> FileLock:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return FileLock(self._path.with_name(self._path.name + ".lock"))

    def _entries(self) -> dict[str, str]:
        if not self._path.exists():
            return {}
        document: dict[str, Any] = json.loads(self._path.read_text())
        return dict(document["secrets"])

    def _write(self, entries: dict[str, str], times: dict[str, datetime | None]) -> None:
        # A reader sees the old file or the new one, never half of one.
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(_document(entries, times), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)


def _document(entries: dict[str, str], times: dict[str, datetime | None]) -> dict[str, Any]:
    known = {
        name: at.isoformat() for name, at in times.items() if name in entries and at is not None
    }
    return {"version": 1, "cipher": "AES-256-GCM", "secrets": entries, "set_at": known}
