"""Seals single values with AES-256-GCM under a key that is kept elsewhere."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import NotConfigured

_KEY_BYTES = 32
_NONCE_BYTES = 12


class SealingKey:
    """The installation's key for secrets at rest: given, or in a file its owner alone can read."""

    def __init__(self, given: str | None, file: Path) -> None:
        self._given = given
        self._file = file

    def __repr__(self) -> str:
        return f"SealingKey({self._file.name!r})"

    @property
    def there(self) -> bool:
        """True when there is a key to seal and open with."""
        return self._given is not None or self._file.exists()

    @property
    def waiting_file(self) -> Path:
        """Where a rotation keeps its new key until everything is sealed with it."""
        return self._file.with_name(f"{self._file.name}.next")

    def ensure(self) -> None:
        """Make a random key file if there is no key; processes that start together agree on one."""
        if self.there:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        draft = self._file.with_name(f"{self._file.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, self._file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()

    def replace(self, key: str) -> None:
        """Use ``key`` from now on in this process; the caller keeps it."""
        self._given = key

    def seal(self, name: str, value: str) -> str:
        """``value`` as text that only this key opens, and only under ``name``."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        # The name is authenticated too, so a sealed value cannot be moved to another name.
        sealed = AESGCM(self._key()).encrypt(nonce, value.encode(), name.encode())
        return base64.b64encode(nonce + sealed).decode()

    def token(self, purpose: str, value: str) -> str:
        """An opaque key for ``value``: equal for equal values, and nothing is learned from it."""
        given = f"{purpose}\0{value}".encode()
        return hmac.new(self._key(), given, hashlib.sha256).hexdigest()[:32]

    def unseal(self, name: str, sealed: str) -> str:
        """The value. Raises ``NotConfigured`` without the key it was sealed with."""
        try:
            return _opened(self._key(), name, sealed)
        except (InvalidTag, binascii.Error):
            waiting = self._waiting_key()
        try:
            if waiting is not None:
                return _opened(waiting, name, sealed)
        except (InvalidTag, binascii.Error):
            pass
        raise NotConfigured(
            f"The stored secret {name!r} does not open with this key.",
            remedy="Set ROYAL_MASTER_KEY to the key it was stored with, or store it again.",
        )

    def _waiting_key(self) -> bytes | None:
        """The key of a rotation that is under way or was cut short."""
        try:
            return _stretched(self.waiting_file.read_text().strip())
        except OSError:
            return None

    def _key(self) -> bytes:
        return _stretched(self._read_file() if self._given is None else self._given)

    def _read_file(self) -> str:
        if not self._file.exists():
            raise NotConfigured(
                "The encrypted secret store has no key, so it stays closed.",
                remedy="Set ROYAL_MASTER_KEY (64 hex digits), or store a secret with "
                "`royal secrets set NAME`, which makes a key file.",
            )
        if self._file.stat().st_mode & 0o077:
            raise NotConfigured(
                f"Others can read the key file {self._file.name!r}.",
                remedy=f"chmod 600 {self._file.name}, and rotate the secrets it protected.",
            )
        return self._file.read_text().strip()


def _opened(key: bytes, name: str, sealed: str) -> str:
    raw = base64.b64decode(sealed, validate=True)
    nonce, body = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
    return AESGCM(key).decrypt(nonce, body, name.encode()).decode()


def _stretched(given: str) -> bytes:
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
