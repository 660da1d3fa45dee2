"""What every subcommand does alike: open the platform, print, turn errors into exit codes."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

if TYPE_CHECKING:
    from core.settings import Settings
    from royal_platform.bootstrap import Platform

DONE, FAILED, USAGE, NEEDS_CONFIGURATION = 0, 1, 2, 3
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
_LARGEST = 10_000_000
Command = TypeVar("Command", bound=Callable[..., Any])


def command(function: Command) -> Command:
    """A subcommand: our errors become a line with the remedy and an exit code."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        from core.errors import RoyalError

        try:
            return function(*args, **kwargs)
        except RoyalError as error:
            raise typer.Exit(tell_error(error, as_json=bool(kwargs.get("as_json")))) from None

    return wrapped  # type: ignore[return-value]


def tell_error(error: Exception, *, as_json: bool) -> int:
    """Print one of our errors with its remedy; return the exit code it stands for."""
    from core.errors import NotConfigured, RoyalError, SettingsError, problem

    if not isinstance(error, RoyalError):
        raise error
    if as_json:
        typer.echo(json.dumps(problem(error)))
    else:
        typer.echo(f"{error.title}: {error.detail}", err=True)
        typer.echo(f"  {error.remedy}", err=True)
    return NEEDS_CONFIGURATION if isinstance(error, (NotConfigured, SettingsError)) else FAILED


def settings() -> Settings:
    """The settings, ``.env`` read once; logs go to standard error."""
    from core.settings import get_settings, load_dotenv
    from core.telemetry.logs import configure_logging, json_wanted

    load_dotenv()
    found = get_settings()
    # A person at a terminal reads the command's answer; the worker sets its own level.
    level = found.log_level if "LOG_LEVEL" in os.environ else "WARNING"
    configure_logging(level, json_wanted(found.log_format, found.flask_env))
    return found


@contextmanager
def platform() -> Iterator[Platform]:
    """The platform of this installation's store, its database migrated."""
    from royal_platform.bootstrap import bootstrap

    opened = bootstrap(settings())
    try:
        yield opened
    finally:
        opened.close()


def me() -> str:
    """The name under which acts from this terminal are recorded."""
    import getpass

    return f"cli:{getpass.getuser()}"


def show(as_json: bool, document: Any, lines: Iterable[str]) -> None:
    """Print ``document`` as JSON, or ``lines`` for people."""
    if as_json:
        typer.echo(json.dumps(document, default=_plain, ensure_ascii=False))
        return
    for line in lines:
        typer.echo(line)


def table(rows: Sequence[Sequence[object]], header: Sequence[str]) -> list[str]:
    """Rows as aligned text; nothing but the header when there are none."""
    texts = [[str(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[column]) for row in texts) for column in range(len(header))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in texts]  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)


def text_of(file: Path) -> str:
    """A file of at most 10 MB as text. Raises ``Invalid``."""
    from core.errors import Invalid

    try:
        if file.stat().st_size > _LARGEST:
            raise Invalid(f"{file} is larger than 10 MB.", remedy="Split it.")
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}.", remedy="Name a file.") from None
    except UnicodeDecodeError:
        raise Invalid(f"{file} is not UTF-8.", remedy="Save it as CSV UTF-8.") from None
