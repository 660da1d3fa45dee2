"""Immutable snapshots of one file: built beside, published by rename, removed when newer ones are.

Readers need no lock: a file that was opened stays readable after its name is gone, and the kernel
frees it when the last reader closes it.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import Conflict
from core.storage.locks import FileLock

_NAME = re.compile(r"(\d{12})\.duckdb")
_BUILDING = "building"


class Snapshots:
    """The snapshots in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def newest(self) -> Path | None:
        """The newest published snapshot; None before the first."""
        names = self._published()
        return self._folder / names[-1] if names else None

    @contextmanager
    def next(self) -> Iterator[tuple[Path, Path]]:
        """A file to build the next snapshot in, a copy of the newest; and a folder to work in.

        It is published when the block ends, and vanishes when it raises or is killed. Raises
        ``Conflict`` while another process builds.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._folder / "builder.lock")
        if not lock.acquire(blocking=False):
            raise Conflict("The warehouse is being loaded.", remedy="Try again in a minute.")
        try:
            work = self._folder / _BUILDING
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir()
            target = work / "next.duckdb"
            before = self.newest()
            if before is not None:
                shutil.copyfile(before, target)
            try:
                yield target, work
                self._publish(target, before)
            finally:
                shutil.rmtree(work, ignore_errors=True)
        finally:
            lock.release()

    def _publish(self, built: Path, before: Path | None) -> None:
        number = 1 if before is None else int(before.stem) + 1
        _flush(built)
        built.rename(self._folder / f"{number:012d}.duckdb")
        _flush(self._folder)
        for name in self._published()[:-1]:
            (self._folder / name).unlink(missing_ok=True)

    def _published(self) -> list[str]:
        if not self._folder.is_dir():
            return []
        return sorted(path.name for path in self._folder.iterdir() if _NAME.fullmatch(path.name))


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
