"""Links to result files: signed, expiring, and the only way to reach one."""

import hashlib
import hmac
from dataclasses import dataclass, field
from pathlib import Path

LINK_LIFE_SECONDS = 7 * 86_400


def file_name(number: int) -> str:
    """`bulk-1000001.jsonl`."""
    return f"bulk-{number}.jsonl"


@dataclass(frozen=True, slots=True)
class Links:
    """Makes and checks links under `base_url` (scheme and host as the caller reached us)."""

    folder: Path
    secret: str = field(repr=False)
    base_url: str = ""

    def path(self, number: int) -> Path:
        """The result file of an operation."""
        return self.folder / file_name(number)

    def make(self, number: int, expires_wall: float) -> str:
        """The link of an operation's file."""
        expires = int(expires_wall)
        base = f"{self.base_url}/bulk/{file_name(number)}"
        return f"{base}?Expires={expires}&Signature={self._sign(number, expires)}"

    def valid(self, number: int, expires: str, signature: str, wall: float) -> bool:
        """Whether a link is ours and still alive."""
        if not expires.isascii() or not expires.isdigit():
            return False
        own = self._sign(number, int(expires))
        return hmac.compare_digest(own.encode(), signature.encode()) and wall < int(expires)

    def _sign(self, number: int, expires: int) -> str:
        text = f"{file_name(number)}\n{expires}"
        return hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).hexdigest()
