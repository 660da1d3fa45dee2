"""`royal-sandbox`: serve the store, move its clock, fill it with real data, look behind it."""

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from store_sandbox.load.command import load_cli

cli = typer.Typer(
    name="royal-sandbox",
    help=(
        "A store on this machine that speaks the Shopify Admin API.\n\n"
        "Nothing in it is real. It keeps its state in <ROYAL_VAR_DIR>/sandbox (default var/sandbox)"
        " and grows a little world: customers, orders, returns, stock that runs out."
    ),
    no_args_is_help=True,
    add_completion=False,
)
cli.add_typer(load_cli)
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def _options() -> Any:
    from store_sandbox.runtime import Options, SandboxError

    try:
        return Options.from_environment()
    except SandboxError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(3) from None


def _state() -> Any:
    from store_sandbox.state import StateStore

    options = _options()
    if not options.state_path.exists():
        typer.echo(
            f"error: there is no sandbox in {options.folder}. "
            "Start one with `royal-sandbox serve`, or fill one with `royal-sandbox load`.",
            err=True,
        )
        raise typer.Exit(3)
    return StateStore(options.state_path)


def _say(data: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(data, indent=2, default=str))
        return
    width = max(len(key) for key in data)
    for key, value in data.items():
        typer.echo(f"{key.replace('_', ' '):<{width}}  {value}")


@cli.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port.", envvar="SANDBOX_PORT")] = 3003,
    mail_to: Annotated[
        str | None, typer.Option(help="Inbound door to which its customers write; none: silence.")
    ] = None,
) -> None:
    """Run the store; a new one first lives through 18 months of history (some seconds)."""
    import uvicorn

    from core.telemetry.logs import configure_logging
    from store_sandbox.app import create_app

    in_production = os.environ.get("FLASK_ENV") == "production"
    configure_logging(os.environ.get("LOG_LEVEL", "INFO"), json=in_production)
    typer.echo(f"sandbox store (nothing here is real): http://{host}:{port}")
    config = uvicorn.Config(
        create_app(replace(_options(), mail_to=mail_to)),
        host=host,
        port=port,
        log_level="warning",
        timeout_graceful_shutdown=5,
    )
    uvicorn.Server(config).run()


@cli.command()
def clock(
    rate: Annotated[
        float | None,
        typer.Option(min=0, help="World seconds per real second; 0 stands still, 1 is real time."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show the world's clock, or set how fast it runs."""
    from store_sandbox.admin.wire import stamp

    state = _state()
    if rate is not None:
        state.set_clock(rate=rate)
    found = state.clock()
    _say(
        {
            "now": stamp(state.now()),
            "rate": found.rate,
            "simulated_until": stamp(state.simulated_until()),
        },
        as_json,
    )


@cli.command()
def step(
    days: Annotated[float, typer.Argument(min=0.001, max=3660, help="Days to live through.")] = 1.0,
    as_json: JsonOption = False,
) -> None:
    """Live through some days at once; the running server sees the result."""
    from store_sandbox.admin.wire import stamp
    from store_sandbox.runtime import Runtime
    from store_sandbox.worldly import step as live

    _state().close()
    runtime = Runtime.open(_options())
    before = runtime.state.now()
    live(runtime, days)
    with runtime.state.read() as db:
        count = db.execute(
            "SELECT COUNT(*) FROM orders WHERE created_at >= ?", (int(before.timestamp()),)
        ).fetchone()[0]
    _say({"now": stamp(runtime.state.now()), "new_orders": count}, as_json)
    runtime.close()


@cli.command()
def truth(as_json: JsonOption = True) -> None:
    """Print the world's hidden parameters (elasticities, rates, costs) for evaluation only."""
    from store_sandbox import world

    typer.echo(json.dumps(world.truth(_state()), indent=2 if as_json else None, default=str))


@cli.command()
def conformance(
    folder: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="A folder of recordings.")
    ],
    differences: Annotated[
        int, typer.Option(min=0, help="How many differences to print per aspect.")
    ] = 0,
    skip: Annotated[
        list[str] | None, typer.Option(help="Leave out what stands under this key (repeatable).")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Replay recorded conversations with real stores, and print the share that agrees."""
    from core.telemetry.logs import configure_logging
    from store_sandbox.conformance.command import compare
    from store_sandbox.conformance.replay import ASPECTS

    configure_logging("ERROR", json=False)
    report = compare(folder, frozenset(skip or ()))
    if as_json:
        typer.echo(json.dumps(report.as_json(), indent=2))
        return
    typer.echo("\n".join(report.table()))
    for aspect in ASPECTS:
        found = [one for one in report.differences if one[0] == aspect][:differences]
        for _, place, text in found:
            typer.echo(f"\n{aspect} of {place}\n  {text}")


@cli.command()
def reset(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    keep_credentials: Annotated[
        bool, typer.Option(help="Keep client id, secret and tokens so that clients stay connected.")
    ] = True,
) -> None:
    """Throw the store's data away; the next `serve` begins a new history."""
    if not yes:
        typer.confirm("Delete every product, customer and order of the sandbox?", abort=True)
    options = _options()
    if not keep_credentials:
        shutil.rmtree(options.folder, ignore_errors=True)
    elif options.state_path.exists():
        state = _state()
        state.wipe()
        state.close()
    typer.echo("The sandbox is empty. A running server has to be started again.")


def main() -> None:
    """Entry point."""
    cli()


if __name__ == "__main__":
    main()
