"""The sandbox's own app: client id, client secret, control token, kept in a 0600 file."""

import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client of this sandbox has to know; webhooks are signed with the client secret."""

    client_id: str
    client_secret: str = field(repr=False)
    control_token: str = field(repr=False)
    supplier_token: str = field(repr=False)


def load_or_create(path: Path) -> Credentials:
    """Read the file, or write it at the first start (whole or not at all, mode 0600)."""
    data = json.loads(path.read_text("utf-8")) if path.exists() else _fresh()
    if not path.exists() or "supplier_token" not in data:
        # a file from before there were suppliers gets their token and keeps the rest
        data.setdefault("supplier_token", secrets.token_hex(24))
        _write(path, data)
    return Credentials(
        data["client_id"], data["client_secret"], data["control_token"], data["supplier_token"]
    )


def _fresh() -> dict[str, str]:
    client_secret = f"shpss_{secrets.token_hex(16)}"
    return {
        "client_id": secrets.token_hex(16),
        "client_secret": client_secret,
        "webhook_secret": client_secret,
        "control_token": secrets.token_hex(24),
    }


def _write(path: Path, data: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(f".{os.getpid()}.tmp")
    with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT, 0o600), "w") as handle:
        json.dump(data, handle, indent=2)
        handle.flush()
        os.fsync(handle.fileno())
    scratch.replace(path)
