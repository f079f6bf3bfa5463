"""The command line. A module in monitor/cli/commands that defines `command` is a command; its name is the file's.

Commands are imported when they are called, and only then: the list that `--help` shows is made from the first line of
each module's docstring, so that asking for help costs nothing of what the commands need.
"""

import os
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import wraps
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import click

from monitor import __version__
from monitor.cli import commands as _commands
from monitor.cli.output import Output

P = ParamSpec("P")
R = TypeVar("R")

_PACKAGE = _commands.__name__
_DOCSTRING = re.compile(r'\s*"""\s*(.+?)\s*(?:"""|\n)')


@dataclass(frozen=True, slots=True)
class Invocation:
    """How a command was called: the options that all commands share, and the environment."""

    config: Path | None = None
    output: Output = field(default_factory=Output)
    now: datetime | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)


class Commands(click.Group):
    """A group whose commands are the modules of monitor/cli/commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        names = (module.name for module in pkgutil.iter_modules(_commands.__path__))
        return sorted(name.replace("_", "-") for name in names if not name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = import_module(f"{_PACKAGE}.{cmd_name.replace('-', '_')}")
        return cast("click.Command", module.command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, _first_line(name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with _reader_may_leave():  # --help and --version print here
            return super().make_context(*args, **kwargs)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        option = args[0].partition("=")[0] if args else ""
        if option in ("--config", "--json", "--now"):
            ctx.fail(f"{option} belongs behind the command: trialmon COMMAND {option}")
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        with _reader_may_leave():
            return super().invoke(ctx)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in self.list_commands(ctx):
            from difflib import get_close_matches

            near = get_close_matches(args[0], self.list_commands(ctx), n=1)
            hint = f"Did you mean {near[0]}?" if near else "trialmon --help lists the commands."
            ctx.fail(f"There is no command {args[0]!r}. {hint}")
        return super().resolve_command(ctx, args)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="trialmon")
def cli() -> None:
    """Watches clinical-trial registries, keeps every version, and tells you what changed and what it means."""


def common(command: Callable[Concatenate[Invocation, P], R]) -> Callable[P, R]:
    """Give a command `--config` and `--json`; it receives them as an Invocation, its first argument."""

    @click.option(
        "--config",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="The trialmon.yaml to use; without it $TRIALMON_CONFIG and the usual places are tried.",
    )
    @click.option("--json", "as_json", is_flag=True, help="JSON Lines on stdout, and nothing else there.")
    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        options = cast("dict[str, Any]", kwargs)
        config, as_json, now = options.pop("config"), options.pop("as_json"), options.pop("now", None)
        return command(Invocation(config=config, output=Output(json=as_json), now=now), *args, **kwargs)

    return cast("Callable[P, R]", run)


def with_now(command: Callable[P, R]) -> Callable[P, R]:
    """Give a command `--now`, which sets its clock. Goes above @common: it arrives as `Invocation.now`."""
    return click.option(
        "--now",
        callback=_moment,
        metavar="ISO-8601",
        help="Take this for the present, for replays; without an offset it is UTC.",
    )(command)


@contextmanager
def _reader_may_leave() -> Iterator[None]:
    """`trialmon changes | head` is no failure: when the reader has seen enough, end quietly."""
    try:
        yield
    except BrokenPipeError:
        # Point stdout elsewhere, or Python complains at its own end about what could not be flushed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise click.exceptions.Exit(0) from None


def _moment(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
    """A moment in ISO 8601, as an aware datetime in UTC."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise click.BadParameter(
            f"{value!r} is not a moment like 2026-02-09 or 2026-02-09T14:03:11Z."
        ) from None


def _first_line(name: str) -> str:
    """What the command's module says about itself, read without importing it."""
    spec = find_spec(f"{_PACKAGE}.{name.replace('-', '_')}")
    source = Path(spec.origin).read_text(encoding="utf-8")[:1000] if spec and spec.origin else ""
    match = _DOCSTRING.match(source)
    return match[1].rstrip(".") if match else ""


__all__ = ["Commands", "Invocation", "Output", "cli", "common", "with_now"]
