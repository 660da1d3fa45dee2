"""`royal-sandbox conformance DIR`."""

import tempfile
from pathlib import Path

from store_sandbox import world
from store_sandbox.admin.schema import served_schema
from store_sandbox.conformance.recordings import recordings
from store_sandbox.conformance.replay import replay
from store_sandbox.conformance.report import Report
from store_sandbox.runtime import Options, Runtime

_DAYS = 30


def compare(folder: Path, skip: frozenset[str] = frozenset(), seed: int = 20) -> Report:
    """Replay every recording below `folder` against a young store of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        options = Options(folder=Path(scratch), seed=seed, rate=0.0)
        runtime = Runtime.open(options)
        try:
            world.generate(runtime.state, seed, days=_DAYS)
            runtime.bulk.start(served_schema())
            return Report.of(replay(one, runtime) for one in recordings(folder, skip))
        finally:
            runtime.close()
