"""Prints what each Python file named on standard input imports, as JSON.

A process of its own: CPython 3.11's ``ast.parse`` counts its depth for the whole process and
fails when another thread parses at the same time, as libraries that read docstrings do.
"""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path


def imported(path: str) -> dict[str, list[str]]:
    """Names imported from modules, and the top-level packages they come from."""
    names, roots = set(), set()
    for node in ast.walk(ast.parse(Path(path).read_text())):
        if isinstance(node, ast.ImportFrom):
            names |= {alias.name for alias in node.names}
            roots.add((node.module or "").partition(".")[0])
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
            roots |= {alias.name.partition(".")[0] for alias in node.names}
    return {"names": sorted(names), "roots": sorted(roots)}


if __name__ == "__main__":
    print(json.dumps({path: imported(path) for path in sys.stdin.read().split()}))
