"""Links that end marketing mail: signed, for one message, without a login (RFC 8058)."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256

from core.errors import NotFound
from core.security.derive import derive_key
from core.settings import Settings


@dataclass(frozen=True, slots=True)
class Links:
    """Makes and reads the links of one installation."""

    base: str
    key: bytes = field(repr=False)

    def to(self, store_id: str, message_id: str) -> str:
        """The link in a message."""
        return f"{self.base}/unsubscribe/{store_id}.{message_id}.{self._seal(store_id, message_id)}"

    def read(self, token: str) -> tuple[str, str]:
        """Store and message of a link's last part. Raises ``NotFound`` for one we never made."""
        store_id, _, rest = token.partition(".")
        message_id, _, seal = rest.partition(".")
        expected = self._seal(store_id, message_id)
        if not hmac.compare_digest(seal.encode(), expected.encode()):
            raise NotFound("This link is not one of ours.", remedy="Open it from the mail, whole.")
        return store_id, message_id

    def _seal(self, store_id: str, message_id: str) -> str:
        digest = hmac.new(self.key, f"{store_id}.{message_id}".encode(), sha256).digest()
        return urlsafe_b64encode(digest[:18]).decode()


def links_of(settings: Settings) -> Links:
    """The links of this installation; on one machine they lead to the gateway on loopback."""
    base = settings.royal_public_url or f"http://127.0.0.1:{settings.gateway_port}"
    master = settings.secret_key.get_secret_value().encode()
    return Links(base, derive_key(master, "unsubscribe"))
