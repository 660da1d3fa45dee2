"""Run the protocols, print their tables, write the page; fail when a bar is missed."""

from __future__ import annotations

import argparse
import importlib
import sys
import time

from bench.real_data import report

# Each is a module of this package with ``run() -> report.Section``.
PROTOCOLS: tuple[str, ...] = (
    "demand", "customers", "prices", "stock", "support", "anomalies",
)  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.real_data", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PROTOCOLS, default=PROTOCOLS)
    parser.add_argument("--no-report", action="store_true", help="print only")
    chosen = parser.parse_args()
    missed: list[str] = []
    for name in chosen.only:
        began = time.monotonic()
        section = importlib.import_module(f"bench.real_data.{name}").run()
        print(f"== {name} ({time.monotonic() - began:.0f} s)\n\n{section.text}\n")
        for bar in section.bars:
            print(f"{'held  ' if bar.held else 'MISSED'}  {bar.name}: {bar.measured} ({bar.asked})")
        missed += [f"{name}: {bar.name}" for bar in section.bars if not bar.held]
        if not chosen.no_report:
            report.write(name, section)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
