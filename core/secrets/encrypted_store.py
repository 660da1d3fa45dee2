"""Secrets in a local file, each sealed with AES-256-GCM under a key kept elsewhere."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import secrets
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import NotConfigured
from core.storage.locks import FileLock

_KEY_BYTES = 32
_NONCE_BYTES = 12


class EncryptedStore:
    """A file of sealed values; names are readable, values are not.

    Refuses to read or write values without a key, and refuses a key file others can read.
    """

    def __init__(self, path: Path, *, master_key: str | None, key_file: Path) -> None:
        self._path = path
        self._master_key = master_key
        self._key_file = key_file

    @property
    def has_key(self) -> bool:
        """True when a key is there to open the store with."""
        return self._master_key is not None or self._key_file.exists()

    def create_key(self) -> Path:
        """Make a new random key file, readable by its owner only; never replaces one."""
        self._key_file.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(self._key_file, flags, 0o600), "w") as file:
            file.write(secrets.token_hex(_KEY_BYTES))
        return self._key_file

    def names(self) -> list[str]:
        """The names that have a value; needs no key."""
        return sorted(self._entries())

    def get(self, name: str) -> str | None:
        """The value of ``name`` or None. Raises ``NotConfigured`` without the right key."""
        sealed = self._entries().get(name)
        return None if sealed is None else self._unseal(name, sealed)

    def set(self, name: str, value: str) -> None:
        """Store ``value`` under ``name``, replacing an earlier one."""
        sealed = self._seal(name, value)
        self._change(name, sealed)

    def delete(self, name: str) -> None:
        """Forget ``name``."""
        self._change(name, None)

    def rotate(self, new_key: str) -> None:
        """Seal every value again under ``new_key``; the caller then keeps that key."""
        with self._locked():
            opened = {name: self._unseal(name, item) for name, item in self._entries().items()}
            self._master_key = new_key
            self._write({name: self._seal(name, value) for name, value in opened.items()})

    def _change(self, name: str, sealed: str | None) -> None:
        with self._locked():
            entries = self._entries()
            if sealed is None:
                entries.pop(name, None)
            else:
                entries[name] = sealed
            self._write(entries)

    def _locked(self) -> FileLock:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return FileLock(self._path.with_name(self._path.name + ".lock"))

    def _entries(self) -> dict[str, str]:
        if not self._path.exists():
            return {}
        document: dict[str, Any] = json.loads(self._path.read_text())
        return dict(document["secrets"])

    def _write(self, entries: dict[str, str]) -> None:
        # A reader sees the old file or the new one, never half of one.
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump({"version": 1, "cipher": "AES-256-GCM", "secrets": entries}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)

    def _seal(self, name: str, value: str) -> str:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        # The name is authenticated too, so a sealed value cannot be moved to another name.
        sealed = AESGCM(self._key()).encrypt(nonce, value.encode(), name.encode())
        return base64.b64encode(nonce + sealed).decode()

    def _unseal(self, name: str, sealed: str) -> str:
        try:
            raw = base64.b64decode(sealed, validate=True)
            nonce, body = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
            return AESGCM(self._key()).decrypt(nonce, body, name.encode()).decode()
        except (InvalidTag, binascii.Error) as error:
            raise NotConfigured(
                f"The stored secret {name!r} does not open with this key.",
                remedy="Set ROYAL_MASTER_KEY to the key it was stored with, or store it again.",
            ) from error

    def _key(self) -> bytes:
        given = self._master_key
        if given is None:
            given = self._read_key_file()
        try:
            raw = bytes.fromhex(given)
        except ValueError:
            raw = b""
        # A key that is not 32 bytes of hex is a passphrase: stretched, never padded.
        if len(raw) == _KEY_BYTES:
            return raw
        return hashlib.scrypt(
            given.encode(), salt=b"royal-secret-store", n=2**14, r=8, p=1, dklen=_KEY_BYTES
        )

    def _read_key_file(self) -> str:
        if not self._key_file.exists():
            raise NotConfigured(
                "The encrypted secret store has no key, so it stays closed.",
                remedy="Set ROYAL_MASTER_KEY (64 hex digits), or store a secret with "
                "`royal secrets set NAME`, which makes a key file.",
            )
        if self._key_file.stat().st_mode & 0o077:
            raise NotConfigured(
                f"Others can read the key file {self._key_file.name!r}.",
                remedy=f"chmod 600 {self._key_file.name}, and rotate the secrets it protected.",
            )
        return self._key_file.read_text().strip()
