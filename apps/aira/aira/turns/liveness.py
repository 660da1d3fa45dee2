"""Tells whether the process that answers a turn still lives."""

from __future__ import annotations

import os
import secrets
import socket
from contextlib import suppress
from pathlib import Path

# A process number may be given again, to ourselves too; names of ours that live are known here.
_OURS: set[str] = set()


def worker_name() -> str:
    """A name for a worker of this process: where it runs, its number, and chance."""
    name = f"{_place()}:{os.getpid()}:{secrets.token_hex(4)}"
    _OURS.add(name)
    return name


def retire(worker: str) -> None:
    """``worker`` of this process answers no more."""
    _OURS.discard(worker)


def known_dead(worker: str) -> bool:
    """True when ``worker`` ran where we run and its process is gone; False when we cannot know.

    Process numbers mean something only within one namespace, which is part of the place.
    """
    place, _, rest = worker.partition(":")
    number, _, _ = rest.partition(":")
    if place != _place() or not number.isdigit():
        return False
    if int(number) == os.getpid():
        return worker not in _OURS
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _place() -> str:
    namespace = ""
    with suppress(OSError):
        namespace = str(Path("/proc/self/ns/pid").readlink()).strip("pid:[]")
    return f"{socket.gethostname()[:40]}/{namespace}"
