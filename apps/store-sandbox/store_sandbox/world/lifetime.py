"""The two doors of the world: generate a history, advance to a moment."""

from datetime import datetime, timedelta

from store_sandbox.state import StateStore, Transaction, to_seconds
from store_sandbox.world import tables
from store_sandbox.world.calendar import local_day, midnight
from store_sandbox.world.opening import open_shop
from store_sandbox.world.process import Process, process
from store_sandbox.world.reader import read_book
from store_sandbox.world.writer import Writer

HISTORY_DAYS = 548


def generate(
    state: StateStore, seed: int, days: int = HISTORY_DAYS, *, now: datetime | None = None
) -> None:
    """Fill an empty state with `days` days of history that end at `now` (default: its clock).

    One transaction: an interrupted generation leaves the state empty. ValueError when the state
    is not empty or `days` is less than one.
    """
    if days < 1:
        raise ValueError("a history has at least one day")
    if not state.is_empty():
        raise ValueError("the store already holds products or orders: reset it first")
    end = state.now() if now is None else now.replace(microsecond=0)
    origin = local_day(end) - timedelta(days=days)
    world = process(seed, origin)
    begin = midnight(origin)
    book = world.opening()
    with state.write() as tx:
        tables.create(tx)
        tx.set_meta("world.seed", str(seed))
        tx.set_meta("world.origin", origin.isoformat())
        open_shop(tx, world.shop, book, to_seconds(begin))
        facts = world.run(book, begin, end)
        Writer(tx, world.shop, 0).write(facts)
        tables.replace_due(tx, 0, book.agenda)
        tx.changes.clear()  # history is not news
        tx.set_simulated_until(end)
        tx.move_clock(to_seconds(end))


def advance(state: StateStore, until: datetime) -> int:
    """Live through everything between the state's last moment and `until`; the number of facts.

    Does nothing when there is no world (a loaded store) or `until` is not later. Prices and stock
    are those of the moment of the call. One transaction: interrupted, it never happened.
    """
    until = until.replace(microsecond=0)
    with state.read() as db:
        identity = tables.identity(db)
        if identity is None:
            return 0
        after = state.simulated_until()
        waiting = bool(tables.due(db, to_seconds(until)))
    if until <= after:
        return 0
    world = process(*identity)
    if not waiting and until <= state.now() and world.quiet(after, until):
        return 0
    with state.write() as tx:
        return _advance(tx, world, until)


def _advance(tx: Transaction, world: Process, until: datetime) -> int:
    after = tx.clock.simulated_until
    end = to_seconds(until)
    if end <= after:
        return 0
    book = read_book(tx.connection, len(world.shop.items), end)
    floor = tx.now if end <= tx.now else int(tx.clock.seconds(tx.wall))
    begin = until - timedelta(seconds=end - after)
    facts = world.run(book, begin, until)
    Writer(tx, world.shop, floor).write(facts)
    tables.replace_due(tx, end, book.agenda)
    tx.set_simulated_until(until)
    return len(facts)


def has_world(state: StateStore) -> bool:
    """Whether a hidden process lives behind this store (a loaded one has none)."""
    with state.read() as db:
        return tables.identity(db) is not None
