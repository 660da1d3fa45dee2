"""Finds out before anything starts whether each port is free, and who holds one that is not."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterable
from pathlib import Path

from core.errors import NotConfigured
from orchestrator.supervisor.services import Service


def require_free(services: Iterable[Service], host: str) -> None:
    """Raise ``NotConfigured`` naming each taken port, its holder and the variable that moves it."""
    taken = [service for service in services if service.port and not _is_free(host, service.port)]
    if not taken:
        return
    facts = "; ".join(
        f"port {service.port} for {service.name!r} is in use{_holder(service.port)}"
        for service in taken
        if service.port
    )
    moves = ", ".join(f"{service.port_variable}=<free port>" for service in taken)
    raise NotConfigured(facts, remedy=f"Stop the process that holds it, or set {moves}.")


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def _holder(port: int) -> str:
    """`` by <name> (pid N)`` on Linux when the process may be looked at, else nothing."""
    inode = _listening_inode(port)
    if inode is None:
        return ""
    target = f"socket:[{inode}]"
    for process in Path("/proc").glob("[0-9]*"):
        try:
            for descriptor in (process / "fd").iterdir():
                if os.readlink(descriptor) == target:  # noqa: PTH115 - not a path on disk
                    name = (process / "comm").read_text().strip()
                    return f" by {name!r} (pid {process.name})"
        except OSError:
            continue
    return ""


def _listening_inode(port: int) -> str | None:
    try:
        rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
    except OSError:
        return None
    suffix = f":{port:04X}"
    for row in rows:
        cells = row.split()
        if cells[1].endswith(suffix) and cells[3] == "0A":
            return cells[9]
    return None
