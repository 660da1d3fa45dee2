"""``royal sbom``: what this installation is made of."""

from __future__ import annotations

import json

import typer

from orchestrator.commands.shared import command


@command
def sbom() -> None:
    """Print the software bill of materials (CycloneDX 1.6, JSON)."""
    from core.security.packages import bill_of_materials
    from royal_platform.persistence.clock import wall_now

    typer.echo(json.dumps(bill_of_materials(wall_now()), indent=2))
