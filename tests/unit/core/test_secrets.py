"""Secrets: the order of places, what is cached, and that a value never shows."""

from __future__ import annotations

import asyncio
import copy
import json
import logging
import pickle
import stat
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from core.errors import Invalid, NotConfigured, Unavailable
from core.secrets.encrypted_store import EncryptedStore
from core.secrets.providers import (
    CloudflareProvider,
    EnvironmentProvider,
    GitHubActionsProvider,
    LocalProvider,
)
from core.secrets.secret_provider import SecretNotFoundError, SecretValue, UnifiedSecretResolver
from core.security.hmac_requests import SIGNATURE_HEADER, sign
from core.settings import read_settings

KEY = "ab" * 32


class Place:
    """A place in memory that counts its look-ups."""

    remote = False

    def __init__(self, name: str, values: dict[str, str], *, remote: bool = False) -> None:
        self.name = name
        self.values = values
        self.remote = remote
        self.away = False
        self.asked = 0

    async def look_up(self, secret: str) -> str | None:
        self.asked += 1
        await asyncio.sleep(0)
        if self.away:
            raise Unavailable("away", remedy="")
        return self.values.get(secret)


@pytest.fixture
def store(tmp_path: Path) -> EncryptedStore:
    return EncryptedStore(tmp_path / "store.json", master_key=KEY, key_file=tmp_path / "k")


async def test_the_first_place_that_has_it_wins() -> None:
    first, second = Place("one", {"A": "1"}), Place("two", {"A": "2", "B": "3"})
    resolver = UnifiedSecretResolver(providers=[first, second])
    assert await resolver.get_secret("A") == "1"
    found = await resolver.get_secret("B")
    assert (str(found), found.source, found.stale) == ("3", "two", False)
    assert second.asked == 1


async def test_a_missing_secret_is_named_with_the_places_asked() -> None:
    resolver = UnifiedSecretResolver(providers=[Place("one", {}), Place("two", {})])
    with pytest.raises(SecretNotFoundError, match=r"'MY_KEY'.*one, two") as caught:
        await resolver.get_secret("MY_KEY")
    assert caught.value.name == "MY_KEY"
    assert await resolver.find("MY_KEY") is None
    with pytest.raises(Invalid):
        await resolver.get_secret("../etc")


async def test_a_found_value_is_kept_for_its_time_and_asked_for_again_after() -> None:
    now = [0.0]
    place = Place("one", {"A": "1"})
    resolver = UnifiedSecretResolver(providers=[place], ttl_seconds=60, clock=lambda: now[0])
    await resolver.get_secret("A")
    place.values["A"] = "2"
    now[0] = 59
    assert await resolver.get_secret("A") == "1"
    now[0] = 60
    assert await resolver.get_secret("A") == "2"
    place.values["A"] = "3"
    resolver.forget("A")
    assert await resolver.get_secret("A") == "3"


async def test_concurrent_misses_make_one_look_up() -> None:
    place = Place("one", {"A": "1"})
    resolver = UnifiedSecretResolver(providers=[place])
    answers = await asyncio.gather(*(resolver.get_secret("A") for _ in range(20)))
    assert answers == ["1"] * 20
    assert place.asked == 1


async def test_a_caller_that_gives_up_does_not_take_the_answer_from_the_others() -> None:
    resolver = UnifiedSecretResolver(providers=[Place("one", {"A": "1"})])
    quitter = asyncio.create_task(resolver.get_secret("A"))
    stayer = asyncio.create_task(resolver.get_secret("A"))
    await asyncio.sleep(0)
    quitter.cancel()
    assert await stayer == "1"


async def test_the_last_known_value_serves_an_outage_and_is_marked_stale(
    store: EncryptedStore,
) -> None:
    place = Place("far", {"A": "1"}, remote=True)
    await UnifiedSecretResolver(providers=[place], store=store).get_secret("A")
    place.away = True
    later = UnifiedSecretResolver(providers=[place], store=store)
    value = await later.get_secret("A")
    assert (value, value.stale, value.source) == ("1", True, "far")
    with pytest.raises(SecretNotFoundError):
        await later.get_secret("B")
    place.away, place.values["A"] = False, "2"
    assert await later.get_secret("A") == "2"


def test_a_value_never_shows_by_accident(caplog: pytest.LogCaptureFixture) -> None:
    value = SecretValue("canary", source="here")
    logging.getLogger("x").warning("%r", {"key": [value]})
    assert "canary" not in repr(value) + repr([value]) + caplog.text
    assert f"Bearer {value}" == "Bearer canary"
    assert copy.deepcopy(value) is value
    with pytest.raises(TypeError):
        pickle.dumps(value)


async def test_the_environment_and_its_files(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from-file\n")
    place = EnvironmentProvider(
        {"A": "direct", "A_FILE": "/none", "B_FILE": str(tmp_path / "key"), "C_FILE": "/none/x"}
    )
    assert await place.look_up("A") == "direct"
    assert await place.look_up("B") == "from-file"
    assert await place.look_up("D") is None
    with pytest.raises(NotConfigured, match="C_FILE"):
        await place.look_up("C")


async def test_github_actions_counts_only_inside_a_run() -> None:
    assert not GitHubActionsProvider({}).present
    place = GitHubActionsProvider({"GITHUB_ACTIONS": "true", "INPUT_A": "1"})
    assert place.present
    assert await place.look_up("A") == "1"


def test_the_store_keeps_values_sealed(store: EncryptedStore, tmp_path: Path) -> None:
    store.set("A", "canary-value")
    assert store.get("A") == "canary-value"
    assert store.get("B") is None
    assert store.names() == ["A"]
    written = (tmp_path / "store.json").read_text()
    assert "canary" not in written
    assert stat.S_IMODE((tmp_path / "store.json").stat().st_mode) == 0o600
    store.delete("A")
    assert store.names() == []


def test_the_store_refuses_without_a_key_and_with_the_wrong_one(
    store: EncryptedStore, tmp_path: Path
) -> None:
    store.set("A", "1")
    closed = EncryptedStore(tmp_path / "store.json", master_key=None, key_file=tmp_path / "k")
    for attempt in (lambda: closed.get("A"), lambda: closed.set("B", "2")):
        with pytest.raises(NotConfigured, match="ROYAL_MASTER_KEY"):
            attempt()
    assert closed.names() == ["A"]
    wrong = EncryptedStore(tmp_path / "store.json", master_key="cd" * 32, key_file=tmp_path / "k")
    with pytest.raises(NotConfigured, match="does not open"):
        wrong.get("A")


def test_a_sealed_value_cannot_be_moved_to_another_name(
    store: EncryptedStore, tmp_path: Path
) -> None:
    store.set("A", "1")
    document = json.loads((tmp_path / "store.json").read_text())
    document["secrets"]["B"] = document["secrets"]["A"]
    (tmp_path / "store.json").write_text(json.dumps(document))
    with pytest.raises(NotConfigured):
        store.get("B")


def test_a_key_file_is_private_or_refused(tmp_path: Path) -> None:
    store = EncryptedStore(tmp_path / "s.json", master_key=None, key_file=tmp_path / "k")
    assert not store.has_key
    path = store.create_key()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    store.set("A", "1")
    with pytest.raises(FileExistsError):
        store.create_key()
    path.chmod(0o644)
    with pytest.raises(NotConfigured, match="Others can read"):
        store.get("A")


def test_rotating_the_key_keeps_every_value(store: EncryptedStore, tmp_path: Path) -> None:
    store.set("A", "1")
    store.set("B", "2")
    store.rotate("a new passphrase")
    again = EncryptedStore(
        tmp_path / "store.json", master_key="a new passphrase", key_file=tmp_path / "k"
    )
    assert (again.get("A"), again.get("B")) == ("1", "2")


async def test_the_resolver_needs_no_arguments(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("A_SECRET", "1")
    resolver = UnifiedSecretResolver(read_settings(var_dir=tmp_path))
    assert await resolver.get_secret("A_SECRET") == "1"
    with pytest.raises(SecretNotFoundError, match="encrypted local store"):
        await resolver.get_secret("NOT_ANYWHERE_AT_ALL")


async def test_the_local_store_is_the_last_place(store: EncryptedStore) -> None:
    store.set("A", "sealed")
    resolver = UnifiedSecretResolver(providers=[EnvironmentProvider({}), LocalProvider(store)])
    assert await resolver.get_secret("A") == "sealed"


class _Worker(BaseHTTPRequestHandler):
    """Serves its secrets to requests signed with the shared key, as the deployed Worker does."""

    def do_GET(self) -> None:
        signed = dict(self.headers.items())
        expected = sign(
            b"shared",
            "GET",
            self.path,
            b"",
            now=datetime.fromtimestamp(int(signed["X-Royal-Timestamp"]), UTC),
            nonce=signed["X-Royal-Nonce"],
        )
        if signed[SIGNATURE_HEADER] != expected[SIGNATURE_HEADER]:
            status, body = 401, b""
        elif self.path == "/secrets/A":
            status, body = 200, b"from-worker"
        else:
            status, body = (500, b"") if self.path == "/secrets/BROKEN" else (404, b"")
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def worker_url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Worker)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


async def test_the_worker_answers_signed_requests_only(worker_url: str) -> None:
    place = CloudflareProvider(worker_url, b"shared")
    assert await place.look_up("A") == "from-worker"
    assert await place.look_up("B") is None
    with pytest.raises(Unavailable):
        await place.look_up("BROKEN")
    with pytest.raises(NotConfigured, match="ROYAL_CLOUDFLARE_SECRETS_KEY"):
        await CloudflareProvider(worker_url, b"other").look_up("A")
    with pytest.raises(Unavailable):
        await CloudflareProvider("http://127.0.0.1:9", b"shared").look_up("A")
