"""``make replay CONVERSATION=file.json``: says a recorded conversation again and compares.

The file is what ``GET /v1/conversations/{id}/export?format=json`` gives. Every message of the user
is sent again, in order, in a new conversation, to the AIRA that runs now, with whatever model is
configured now. Compared are the tools that were used, the figures they found and how each answer
ended. Figures differ when the store has moved on; tools differ when the model, the instructions
or the tools have. Nothing is approved: an approval in the recording is shown, not repeated.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.integration.doors.talking import Talker

# Commands that decide or change: a replay asks, it does not act.
_ACTS = ("approve", "reject", "revert", "price", "limit", "autonomy", "run", "pause", "resume",
         "cancel_run", "stop", "lift", "sync")  # fmt: skip


@dataclass(frozen=True)
class Compared:
    """One message, then and now."""

    text: str
    tools_then: tuple[str, ...]
    tools_now: tuple[str, ...]
    same_figures: bool
    ended_then: str
    ended_now: str

    @property
    def same(self) -> bool:
        """Whether it went the same way; figures may move with the store."""
        return (self.tools_then, self.ended_then) == (self.tools_now, self.ended_now)


def replay(recorded: dict[str, Any], talker: Talker) -> Iterator[Compared]:
    """Say it again; messages that would act are left out."""
    conversation: dict[str, str] = {}
    for turn in recorded["turns"]:
        if turn["text"].lstrip().startswith(tuple(f"/{name}" for name in _ACTS)):
            continue
        then = [(each["event"], each["data"]) for each in turn["events"]]
        now = [(each.event, each.data) for each in talker.say(turn["text"], **conversation)]
        begun = dict(now)["turn"]
        conversation = {"conversation_id": begun["conversation_id"], "after_turn": begun["turn_id"]}
        yield Compared(
            turn["text"], _tools(then), _tools(now), _figures(then) == _figures(now),
            _end(then), _end(now),
        )  # fmt: skip


Events = Sequence[tuple[str, dict[str, Any]]]


def _tools(events: Events) -> tuple[str, ...]:
    return tuple(data["tool"] for name, data in events if name == "tool_call")


def _figures(events: Events) -> list[Any]:
    return [data.get("result") for name, data in events if name == "tool_result"]


def _end(events: Events) -> str:
    slugs = [data["slug"] for name, data in events if name == "error"]
    return slugs[-1] if slugs else next(data["status"] for name, data in events if name == "done")


def main() -> int:
    """Print one line per message; exit 1 when one went another way."""
    parser = argparse.ArgumentParser(prog="python -m bench.answers.replay", description=__doc__)
    parser.add_argument("conversation", type=Path)
    parser.add_argument("--url", default=f"http://127.0.0.1:{os.environ.get('AIRA_PORT', '3000')}")
    parser.add_argument("--token", default=os.environ.get("ROYAL_ADMIN_TOKEN", ""))
    chosen = parser.parse_args()
    recorded = json.loads(chosen.conversation.read_text(encoding="utf-8"))
    different = 0
    for each in replay(recorded, Talker(chosen.url, chosen.token)):
        different += not each.same
        mark = "same" if each.same else "DIFFERENT"
        figures = "same figures" if each.same_figures else "other figures"
        print(f"{mark:<9}  {figures:<13}  {each.text[:60]!r}")
        if not each.same:
            print(f"           then {each.tools_then} {each.ended_then}, "
                  f"now {each.tools_now} {each.ended_now}")  # fmt: skip
    return 1 if different else 0


if __name__ == "__main__":
    raise SystemExit(main())
