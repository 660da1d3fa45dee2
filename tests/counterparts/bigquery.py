"""A BigQuery on loopback for the official client: bqemulator, in an environment of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.installation import free_ports

HOME = Path(__file__).parents[2] / ".tools" / "bigquery"
PROJECT = "royal-test"
_SECONDS = 60.0


@contextmanager
def bigquery_server() -> Iterator[str]:
    """The address of a running, empty BigQuery; it ends with the block."""
    program = HOME / "bin" / "bqemulator"
    if not program.exists():
        pytest.fail("The BigQuery counterpart is not installed: run `make setup`.")
    folder = Path(tempfile.mkdtemp(prefix="rq-bq-"))
    _give_extension(folder)
    rest, grpc = free_ports(2)
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [program, "start", "--rest-port", str(rest), "--grpc-port", str(grpc),
             "--project", PROJECT],
            env={**os.environ, "HOME": str(folder)}, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        address = f"http://127.0.0.1:{rest}"
        _await(address, process, folder / "log")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)


def _give_extension(folder: Path) -> None:
    """Put the extension where it looks before it would fetch it."""
    found = next(HOME.rglob("spatial.duckdb_extension"))
    version, platform = found.parent.name, _platform()
    place = folder / ".duckdb" / "extensions" / version / platform
    place.mkdir(parents=True)
    (place / found.name).symlink_to(found)


def _platform() -> str:
    told = subprocess.run(
        [HOME / "bin" / "python", "-c",
         "import duckdb; print(duckdb.sql('PRAGMA platform').fetchone()[0])"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return told.stdout.strip()


def _await(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            httpx.get(f"{address}/bigquery/v2/projects/{PROJECT}/datasets").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"The BigQuery counterpart did not start: {log.read_text()[-2000:]}")
