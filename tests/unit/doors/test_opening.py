"""What a door stands on is opened once, told apart from what cannot be opened, and closed."""

from __future__ import annotations

import threading
import time

import pytest

from core.errors import RoyalError, Unavailable
from core.web.opening import Opening


def test_many_threads_open_it_once_and_it_is_closed_once() -> None:
    opened: list[int] = []
    closed: list[int] = []

    def open_it() -> int:
        opened.append(1)
        return 7

    opening = Opening("thing", open_it, closed.append)
    threads = [threading.Thread(target=opening.get) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert opening.get() == 7
    assert opened == [1]
    opening.close()
    opening.close()
    assert closed == [7]
    with pytest.raises(Unavailable):
        opening.get()


def test_a_failure_is_told_for_a_moment_and_then_tried_again() -> None:
    attempts: list[int] = []

    def open_it() -> str:
        attempts.append(1)
        if len(attempts) < 2:
            raise Unavailable("Not there.", remedy="Start it.")
        return "open"

    opening = Opening("thing", open_it, lambda _: None, retry_seconds=0.05)
    for _ in range(3):
        with pytest.raises(Unavailable, match="Not there"):
            opening.get()
    assert len(attempts) == 1
    deadline = time.monotonic() + 5
    while opening.peek() is None:
        assert time.monotonic() < deadline
        try:
            opening.get()
        except RoyalError:
            time.sleep(0.01)
    assert attempts == [1, 1]


def test_a_check_never_waits_and_has_it_opened() -> None:
    let_go = threading.Event()

    def open_it() -> str:
        assert let_go.wait(10)
        return "open"

    opening = Opening("thing", open_it, lambda _: None)
    began = time.monotonic()
    with pytest.raises(Unavailable):
        opening.check()
    assert time.monotonic() - began < 1
    let_go.set()
    assert opening.get() == "open"
    opening.check()


def test_what_has_taken_its_place_is_followed_and_a_failure_to_look_changes_nothing() -> None:
    places = ["sandbox"]

    def follow(_: str) -> str:
        if places[-1] == "unknown":
            raise Unavailable("The database is away.", remedy="Wait.")
        return places[-1]

    opening = Opening(
        "store", lambda: places[-1], lambda _: None, follow=follow, follow_seconds=0.0
    )
    assert opening.get() == "sandbox"
    places.append("real store")
    assert opening.get() == "real store"
    places.append("unknown")
    assert opening.get() == "real store"
