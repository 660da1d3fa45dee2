"""Runs bulk operations in the background, a few at a time, into files of constant memory cost."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, BinaryIO

from graphql import GraphQLError, GraphQLSchema, parse

from store_sandbox.admin.connections import Page, Window
from store_sandbox.admin.context import Context
from store_sandbox.admin.wire import decode_cursor
from store_sandbox.bulk.links import LINK_LIFE_SECONDS, Links
from store_sandbox.bulk.plan import Counts, Step, compile_plan, lines, root_page
from store_sandbox.faults import Faults
from store_sandbox.log import get_logger
from store_sandbox.state import StateStore, Transaction

_PAGE = 500
_AT_ONCE = 2
_TELL_SECONDS = 0.5
OPEN = ("CREATED", "RUNNING", "CANCELING")
TOPIC_STARTED = "bulk_operations/started"
_log = get_logger(__name__)


class _Stopped(Exception):  # noqa: N818 - an order, not a fault
    """The operation was cancelled, or the server is stopping."""


class Runner:
    """Takes up operations that wait, also those a killed server left half done."""

    def __init__(self, state: StateStore, links: Links, faults: Faults) -> None:
        self.state = state
        self.links = links
        self.faults = faults
        self.stopping = threading.Event()
        self._schema: GraphQLSchema | None = None
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="bulk")

    def start(self, schema: GraphQLSchema) -> None:
        """Take up what waits; later ones are announced by their commit."""
        self._schema = schema
        self.links.folder.mkdir(parents=True, exist_ok=True)
        with self.state.read() as db:
            sql = f"SELECT id FROM bulk_operations WHERE status IN {OPEN} ORDER BY id"  # noqa: S608
            waiting = [row["id"] for row in db.execute(sql)]
        self._sweep()
        for number in waiting:
            self._pool.submit(self._run, number)

    def _sweep(self) -> None:
        """Remove files whose link has expired or whose operation is gone."""
        with self.state.read() as db:
            sql = "SELECT id FROM bulk_operations WHERE expires_wall IS NULL OR expires_wall > ?"
            kept = {self.links.path(row["id"]) for row in db.execute(sql, (self.state.wall(),))}
        for path in self.links.folder.glob("bulk-*.jsonl"):
            if path not in kept:
                path.unlink(missing_ok=True)

    def announce(self, tx: Transaction) -> None:
        """After a commit: run the operations it created."""
        for change in tx.changes:
            if change.topic == TOPIC_STARTED and self._schema is not None:
                self._pool.submit(self._run, change.subject_id)

    def close(self) -> None:
        """Stop at the next page; what was running starts again with the server."""
        self.stopping.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(self, number: int) -> None:
        try:
            self._export(number)
        except Exception as error:  # noqa: BLE001 - an operation ends, whatever it met
            _log.error("bulk.operation.failed", operation=number, exc_info=error)
            self._end(number, Counts(), "FAILED", "INTERNAL_SERVER_ERROR")

    def _export(self, number: int) -> None:
        with self.state.read() as db:
            sql = "SELECT * FROM bulk_operations WHERE id = ?"
            row = db.execute(sql, (number,)).fetchone()
        if row is None or row["status"] not in OPEN:
            return
        counts = Counts()
        status, code = "COMPLETED", None
        try:
            self._wait(number)
            self._tell(number, counts)
            with self.links.path(number).open("wb") as file:
                self._write(file, row, counts)
        except _Stopped:
            if self.stopping.is_set():
                return
            status = "CANCELED"
        except GraphQLError as error:
            status = "FAILED"
            denied = (error.extensions or {}).get("code") == "ACCESS_DENIED"
            wanted = (error.extensions or {}).get("bulk")
            code = "ACCESS_DENIED" if denied else str(wanted or "INTERNAL_SERVER_ERROR")
            _log.warning("bulk.operation.failed", operation=number, error=error.message)
        self._end(number, counts, status, code)

    def _wait(self, number: int) -> None:
        """A fault can hold operations before they run."""
        while self.faults.active("bulk_hold"):
            self._check(number)
            self.stopping.wait(0.02)

    def _write(self, file: BinaryIO, row: Any, counts: Counts) -> None:
        """One page of root objects after the other; progress is told between them."""
        assert self._schema is not None  # noqa: S101 - set before the first operation
        root = compile_plan(parse(row["query"]), self._schema)
        told = time.monotonic()
        for page, context in self._pages(root, row):
            chunk = bytearray()
            try:
                for node in page.nodes:
                    for line in lines(root.inner or (), node, None, context, counts):
                        chunk += line
                    self._fail_on_demand(counts)
            finally:
                # what was read before a failure is partial data
                file.write(chunk)
            context.release()
            self._check(row["id"])
            if time.monotonic() - told >= _TELL_SECONDS:
                self._tell(row["id"], counts)
                told = time.monotonic()

    def _pages(self, root: Step, row: Any) -> Iterator[tuple[Page, Context]]:
        context = Context(
            self.state,
            row["client_id"],
            frozenset(row["scopes"].split(",")),
            row["version"],
            f"bulk-{row['id']}",
        )
        after = None
        while True:
            window = Window(_PAGE, False, after, None)
            if root.connection:
                page = root_page(root, context, window)
            else:
                found = root.value(None, context, window)
                page = Page([] if found is None else [found], [], False, False)
            yield page, context
            if not page.has_next:
                return
            after = decode_cursor(page.cursors[-1])

    def _fail_on_demand(self, counts: Counts) -> None:
        fault = self.faults.peek("bulk_fail")
        if fault is not None and counts.objects >= fault.number("after_objects", 0):
            self.faults.take("bulk_fail")
            code = str(fault.detail.get("code", "INTERNAL_SERVER_ERROR"))
            raise GraphQLError("failed on demand", extensions={"bulk": code})

    def _check(self, number: int) -> None:
        if self.stopping.is_set():
            raise _Stopped
        with self.state.read() as db:
            sql = "SELECT status FROM bulk_operations WHERE id = ?"
            row = db.execute(sql, (number,)).fetchone()
        if row is None or row["status"] == "CANCELING":
            raise _Stopped

    def _tell(self, number: int, counts: Counts) -> None:
        with self.state.write() as tx:
            tx.connection.execute(
                "UPDATE bulk_operations SET object_count = ?, root_object_count = ?,"
                " status = CASE status WHEN 'CREATED' THEN 'RUNNING' ELSE status END"
                " WHERE id = ?",
                (counts.objects, counts.roots, number),
            )

    def _end(self, number: int, counts: Counts, status: str, code: str | None) -> None:
        path = self.links.path(number)
        size = path.stat().st_size if path.exists() and status != "CANCELED" else 0
        if not size:
            path.unlink(missing_ok=True)
        values: dict[str, Any] = {
            "status": status,
            "error_code": code,
            "object_count": counts.objects,
            "root_object_count": counts.roots,
            "file_size": size or None,
        }
        with self.state.write() as tx:
            if status == "COMPLETED":
                values["completed_at"] = tx.now
            values["expires_wall"] = tx.wall + LINK_LIFE_SECONDS
            tx.update("bulk_operations", number, values)
            owner = tx.connection.execute(
                "SELECT client_id FROM bulk_operations WHERE id = ?", (number,)
            ).fetchone()
            if owner is not None:
                tx.changed("bulk_operations/finish", number, client_id=owner["client_id"])
        _log.info("bulk.operation.ended", operation=number, status=status, objects=counts.objects)
