"""Try your own templates before a message needs them."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import click

from monitor.cli import Invocation, common
from monitor.cli.asking import settings_of
from monitor.cli.drafts import KINDS, drafter_for, example_in_words_of, problems_of
from monitor.core.errors import Problem, WrongConfiguration, WrongUsage

if TYPE_CHECKING:
    from monitor.drafting.drafter import Drafter


@click.group()
def command() -> None:
    """Messages in your own words: the templates in the folder `templates:` of trialmon.yaml."""


@command.command("check")
@click.argument("name", required=False)
@common
def check(invocation: Invocation, name: str | None) -> None:
    """Run the template NAME, or each one that is there, on an example of every kind of message.

    One line a problem; exit 2 if there is any.
    """
    output = invocation.output
    with _drafter(invocation) as drafter:
        names = (name,) if name is not None else drafter.templates().names()
        found: list[Problem] = []
        for one in names:
            problems = problems_of(drafter, one)
            found += problems
            if not problems:
                output.say(f"{one}: {', '.join(drafter.templates().forms_of(one))}: fine")
        if not names:
            output.say(f"there is no template in {drafter.templates().folder}")
    if output.json:
        output.lines(
            {"file": one.file, "line": one.line, "message": one.message, "hint": one.hint} for one in found
        )
        if found:
            raise SystemExit(WrongConfiguration.exit_code)
    elif found:
        raise WrongConfiguration(found)


@command.command("show")
@click.argument("name")
@click.option(
    "--kind", type=click.Choice(KINDS), default="alert", help="Which kind of message. Default: alert"
)
@click.option(
    "--form",
    type=click.Choice(["title", "text", "markdown", "html"]),
    default="text",
    help="Which form of it. Default: text",
)
@common
def show(invocation: Invocation, name: str, kind: str, form: str) -> None:
    """Print an example message in the words of the template NAME. The trial in it is made up.

    A form for which there is no template is shown in the built-in words. What is wrong with the template is on stderr, exit 2.
    """
    output = invocation.output
    with _drafter(invocation) as drafter:
        names = drafter.templates().names()
        if name not in names:
            raise WrongUsage(
                f"there is no template called {name!r}", f"there are: {', '.join(names) or 'none'}"
            )
        message, problems = example_in_words_of(drafter, name, kind)
    text = getattr(message, form)
    if output.json:
        output.lines([{"template": name, "kind": kind, "form": form, "text": text}])
    output.say(text.rstrip("\n"))
    if problems:
        raise WrongConfiguration(list(problems))


def _drafter(invocation: Invocation) -> "AbstractContextManager[Drafter]":

    return drafter_for(settings_of(invocation))
