"""Faults on demand: what a test asks to go wrong, how often, and for which requests."""

import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# kind -> what it does
KINDS = {
    "latency": "wait `seconds` before answering",
    "status": "answer HTTP `status` (429, 502, 503 ...) without doing anything",
    "slow_write": "take `seconds` over a write, or an order at a supplier, before it is committed",
    "timeout": "do nothing, stay silent for `seconds`, then hang up",
    "drop": "do the work, then hang up without an answer",
    "expired": "answer 401 as if the token had expired",
    "throttle": "answer THROTTLED",
    "webhook_duplicate": "deliver twice",
    "webhook_delay": "deliver `seconds` later, so that later ones overtake it",
    "webhook_reorder": "deliver what is due in reverse order",
    "bulk_hold": "leave bulk operations waiting",
    "bulk_fail": "fail a bulk operation after `after_objects` objects with `code`",
}


@dataclass(slots=True)
class Fault:
    """One fault; `left` None lasts until cleared, `share` below 1 strikes by chance."""

    kind: str
    left: int | None = 1
    share: float = 1.0
    match: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)

    def number(self, name: str, default: float) -> float:
        """A numeric detail."""
        return float(self.detail.get(name, default))


class Faults:
    """The faults in force; thread-safe, gone with the process."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._random = random.Random(0)  # noqa: S311 - chance for tests, repeatable
        self._lock = threading.Lock()

    def add(self, given: Mapping[str, Any]) -> Fault:
        """From the control door: {"kind", "count"?, "share"?, "match"?, details}."""
        rest = dict(given)
        kind = rest.pop("kind")
        if kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}")
        count = rest.pop("count", 1)
        share = float(rest.pop("share", 1.0))
        if not 0 < share <= 1:
            raise ValueError("share must be above 0 and at most 1")
        fault = Fault(
            kind,
            None if count is None else int(count),
            share,
            str(rest.pop("match", "")),
            rest,
        )
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self, seed: int = 0) -> None:
        """End all faults and start chance again from a seed."""
        with self._lock:
            self._faults.clear()
            self._random.seed(seed)

    def listed(self) -> list[dict[str, Any]]:
        """What is in force."""
        with self._lock:
            return [
                {
                    "kind": one.kind,
                    "left": one.left,
                    "share": one.share,
                    "match": one.match,
                    **one.detail,
                }
                for one in self._faults
            ]

    def peek(self, kind: str, text: str = "") -> Fault | None:
        """The first fault of a kind that fits a text, without using it up."""
        return next(
            (one for one in tuple(self._faults) if one.kind == kind and one.match in text), None
        )

    def active(self, kind: str) -> bool:
        """Whether a fault of this kind is in force."""
        return self.peek(kind) is not None

    def take(self, kind: str, text: str = "") -> Fault | None:
        """Use a fault of a kind once, if there is one and chance agrees."""
        if not self._faults:
            return None
        with self._lock:
            found = self.peek(kind, text)
            if found is None or (found.share < 1 and self._random.random() >= found.share):
                return None
            if found.left is not None:
                found.left -= 1
                if found.left <= 0:
                    self._faults.remove(found)
            return found
