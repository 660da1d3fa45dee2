"""Ends the services' process groups when the supervisor is gone, however it went.

Started by the supervisor with a pipe on standard input. Lines ``+<pgid>`` and ``-<pgid>`` say which
groups are alive. When the pipe closes - also after ``kill -9`` of the supervisor - every group left
gets TERM and, eight seconds later, KILL. Standard library only: it must start at once.
"""

from __future__ import annotations

import os
import signal
import sys
import time

GRACE_SECONDS = 8.0


def watch() -> set[int]:
    """Read registrations until the pipe closes; the groups that are still registered."""
    groups: set[int] = set()
    for line in sys.stdin:
        if line.startswith("+"):
            groups.add(int(line[1:]))
        elif line.startswith("-"):
            groups.discard(int(line[1:]))
    return groups


def alive(group: int) -> bool:
    """Whether any process of the group still exists."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def end(groups: set[int]) -> None:
    """TERM to every group, KILL to those that outlive the grace period."""
    _signal_all(groups, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline and any(alive(group) for group in groups):
        time.sleep(0.1)
    _signal_all({group for group in groups if alive(group)}, signal.SIGKILL)


def _signal_all(groups: set[int], number: signal.Signals) -> None:
    for group in groups:
        try:
            os.killpg(group, number)
        except ProcessLookupError:
            continue


if __name__ == "__main__":
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    end(watch())
