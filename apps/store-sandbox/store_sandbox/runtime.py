"""What one running sandbox holds: its state, credentials, options, buckets."""

import os
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path

from store_sandbox.admin.cost import Bucket
from store_sandbox.admin.writes.flights import Flights
from store_sandbox.bulk.links import Links
from store_sandbox.bulk.runner import Runner
from store_sandbox.credentials import Credentials, load_or_create
from store_sandbox.faults import Faults
from store_sandbox.state import StateStore
from store_sandbox.webhooks.outbox import Outbox

# a Plus plan's bucket; `standard` is what a small merchant's store answers
PLANS = {"plus": (20_000.0, 1_000.0), "standard": (2_000.0, 100.0)}


class SandboxError(Exception):
    """The sandbox cannot start or do what was asked; the text says what to change."""


@dataclass(frozen=True, slots=True)
class Options:
    """How this sandbox runs; `tick_seconds` 0 leaves the world standing between steps."""

    folder: Path
    seed: int = 20
    rate: float = 1.0
    plan: str = "plus"
    tick_seconds: float = 10.0
    history_days: int = 548
    generate: bool = True
    loopback_http: bool = True
    retry_scale: float = 1.0
    # where the shop takes mail in; None: nobody writes
    mail_to: str | None = None

    @classmethod
    def from_environment(cls) -> "Options":
        """ROYAL_VAR_DIR, ROYAL_SANDBOX_SEED, ROYAL_SANDBOX_PLAN; SandboxError for a bad value."""
        folder = Path(os.environ.get("ROYAL_VAR_DIR", "var")) / "sandbox"
        seed = os.environ.get("ROYAL_SANDBOX_SEED", "20")
        plan = os.environ.get("ROYAL_SANDBOX_PLAN", "plus")
        if not seed.isdigit():
            raise SandboxError("ROYAL_SANDBOX_SEED must be a whole number, for example 20.")
        if plan not in PLANS:
            raise SandboxError("ROYAL_SANDBOX_PLAN must be 'plus' or 'standard'.")
        return cls(folder=folder, seed=int(seed), plan=plan)

    @property
    def state_path(self) -> Path:
        """The SQLite file."""
        return self.folder / "store.db"

    @property
    def credentials_path(self) -> Path:
        """The file clients read."""
        return self.folder / "credentials.json"


@dataclass(slots=True)
class Runtime:
    """Everything a request needs; `working` bounds how many run at once."""

    options: Options
    state: StateStore
    credentials: Credentials
    outbox: Outbox
    links: Links
    faults: Faults
    bulk: Runner
    working: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(4)
    )
    ready: threading.Event = field(default_factory=threading.Event)
    world: threading.Lock = field(default_factory=threading.Lock)
    flights: Flights = field(default_factory=Flights)
    buckets: dict[str, Bucket] = field(default_factory=dict)

    @classmethod
    def open(cls, options: Options) -> "Runtime":
        """Open (or create) state and credentials."""
        state = StateStore(options.state_path, rate=options.rate)
        credentials = load_or_create(options.credentials_path)
        faults = Faults()
        outbox = Outbox(state, credentials.client_secret, faults, options.retry_scale)
        state.before_commit = outbox.write
        links = Links(options.folder / "bulk", credentials.client_secret)
        runner = Runner(state, links, faults)
        state.after_commit = [outbox.announce, runner.announce]
        return cls(options, state, credentials, outbox, links, faults, runner)

    def links_for(self, base_url: str) -> Links:
        """Links under the address by which a caller reached us."""
        return replace(self.links, base_url=base_url.rstrip("/"))

    def bucket(self, client_id: str) -> Bucket:
        """The cost bucket of one app."""
        found = self.buckets.get(client_id)
        if found is None:
            found = self.buckets.setdefault(client_id, Bucket(*PLANS[self.options.plan]))
        return found

    def close(self) -> None:
        """Stop what runs in the background and close the state file."""
        self.bulk.close()
        self.state.close()
