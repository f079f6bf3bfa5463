"""Tell nothing of a trial until a day, and then all of it in one digest."""

import click

from monitor.cli import Invocation, common
from monitor.cli.asking import settings_of
from monitor.core.errors import WrongUsage


@click.command()
@click.argument("trial")
@click.argument("until", metavar="until DATE|off", nargs=-1, required=True)
@click.option(
    "--watchlist",
    default="",
    metavar="NAME",
    help="In this list only. Default: in every list that watches it",
)
@click.option(
    "--subscriber", default="", metavar="NAME", help="For this subscriber only. Default: for the whole list"
)
@common
def command(call: Invocation, trial: str, until: tuple[str, ...], watchlist: str, subscriber: str) -> None:
    """Tell nothing of a trial until a day, and then all of it in one digest.

    `trialmon snooze NCT03737461 until 2026-12-01` writes so into the watchlists, keeping their comments; `snooze NCT03737461 off` ends it,
    and what waited comes at once. What is critical waits too.
    """
    from monitor.bootstrap import clock_at
    from monitor.cli.silencing import lists_meant, silence
    from monitor.config.edit import trial_number
    from monitor.config.edit_silences import day_meant, snooze

    number = trial_number(trial)
    match [word.lower() for word in until]:
        case ["off"]:
            day = None
        case ["until", text] | [text]:
            day = day_meant(text)
        case _:
            raise WrongUsage(
                "say until when", "like `trialmon snooze NCT03737461 until 2026-12-01`, or `off`"
            )
    if day is not None and day < clock_at(None).now().date():
        raise WrongUsage(f"{day} has passed", "a snooze ends when its day begins")
    settings = settings_of(call)
    paths = lists_meant(settings, watchlist, subscriber, number)
    did = f"{number} snoozed until {day}" if day is not None else f"{number} is no longer snoozed"
    did_not = f"{number} is snoozed until {day} already" if day is not None else f"{number} is not snoozed"
    silence(call, paths, lambda path: snooze(path, number, day, subscriber, settings=settings), did, did_not)
