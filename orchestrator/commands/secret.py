"""``royal secrets``: names, set, rotate. Values are never printed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.commands.shared import AsJson, command, settings, show

if TYPE_CHECKING:
    from core.secrets.sealing import SealingKey
    from core.settings import Settings

app = typer.Typer(no_args_is_help=True, help="The encrypted local store of secrets.")


@app.command("get-names")
@command
def get_names(as_json: AsJson = False) -> None:
    """The names that are stored, never their values."""
    from core.secrets.secret_provider import local_store

    names = local_store(settings()).names()
    show(as_json, names, names or ["No secret is stored."])


@app.command("set")
@command
def set_(
    name: Annotated[str, typer.Argument(help="E.g. OPENAI_API_KEY.")],
    as_json: AsJson = False,
) -> None:
    """Store a secret read from standard input, or asked for without echo."""
    from core.secrets.secret_provider import local_store

    value = (
        typer.prompt(f"Value of {name}", hide_input=True)
        if sys.stdin.isatty()
        else sys.stdin.read().rstrip("\n")  # a private key has several lines
    )
    if not value:
        raise typer.BadParameter("the value is empty")
    store = local_store(settings())
    if not store.has_key:
        store.create_key()
    store.set(name, value)
    show(as_json, {"name": name, "stored": True}, [f"{name} is stored."])


@app.command()
@command
def rotate(as_json: AsJson = False) -> None:
    """Seal every value again under a new key."""
    import secrets

    from core.secrets.secret_provider import local_store

    found = settings()
    store = local_store(found)
    new_key = secrets.token_hex(32)
    folder = found.var_dir / "secrets"
    folder.mkdir(parents=True, exist_ok=True)
    waiting = folder / "master.key.next"
    kept = folder / "master.key"
    if waiting.exists() and _was_sealed_with(waiting, folder):
        # An earlier rotation was cut short: its key is the only one that opens the store.
        waiting.replace(kept)
        store = local_store(found)
    if waiting.exists():
        # Cut short in the middle: grants may be sealed with it already, so it is gone on with.
        new_key = waiting.read_text().strip() or new_key
    # The new key is on disk before anything is sealed with it: a crash loses nothing.
    draft = waiting.with_name(f"{waiting.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(new_key)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(waiting)
    with _grants_sealed_again(found, store.key, new_key):
        store.rotate(new_key)
        waiting.replace(kept)
    told = (
        f"Rotated. Remove ROYAL_MASTER_KEY from the environment: the new key is in {kept}."
        if found.master_key is not None
        else f"Rotated. The new key is in {kept}."
    )
    show(as_json, {"rotated": True, "key_file": str(kept)}, [told])


@contextmanager
def _grants_sealed_again(found: Settings, key: SealingKey, new_key: str) -> Iterator[None]:
    """The stores' grants in the database are sealed with the same key.

    None is renewed before the block ends and the new key is in its place: it would be sealed with
    the old one.
    """
    from core.secrets.sealing import SealingKey
    from core.storage.database import Database
    from royal_platform.persistence import schema, store_connections

    schema.upgrade(found.database_url)
    opened = Database(found.database_url)
    try:
        with store_connections.every_turn(opened):
            with opened.write() as transaction:
                fresh = SealingKey(new_key, found.var_dir / "secrets" / "master.key")
                store_connections.reseal(transaction.connection, key, fresh)
            yield
    finally:
        opened.dispose()


def _was_sealed_with(key_file: Path, folder: Path) -> bool:
    """True when the stored values open with the key that a rotation left waiting."""
    from core.errors import NotConfigured
    from core.secrets.encrypted_store import EncryptedStore

    key = key_file.read_text().strip()
    sealed = EncryptedStore(folder / "store.json", master_key=key, key_file=key_file)
    try:
        return bool(key) and any(sealed.get(name) is not None for name in sealed.names()[:1])
    except NotConfigured:
        return False
