"""Tell nothing more of a trial, a rule or a topic; what would have been told stays on record."""

import click

from monitor.cli import Invocation, common
from monitor.cli.asking import settings_of


@click.command()
@click.argument("what")
@click.option(
    "--watchlist",
    default="",
    metavar="NAME",
    help="In this list only. Default: in every list, or every one that watches the trial",
)
@click.option(
    "--subscriber", default="", metavar="NAME", help="For this subscriber only. Default: for the whole list"
)
@click.option("--off", is_flag=True, help="Tell of it again from now on.")
@common
def command(call: Invocation, what: str, watchlist: str, subscriber: str, off: bool) -> None:
    """Tell nothing more of a trial, a rule or a topic; what would have been told stays on record.

    WHAT is a trial's number, a rule's id (`trialmon events` shows them) or a topic. It is written into the watchlists, keeping their
    comments. What is muted stands in the outbox as suppressed, and a digest's receipt counts it.
    """
    from monitor.cli.silencing import lists_meant, silence
    from monitor.config.edit_silences import mute, muted_word

    word = muted_word(what)
    settings = settings_of(call)
    paths = lists_meant(settings, watchlist, subscriber, word if word.startswith("NCT") else "")
    did, did_not = ("is no longer muted", "is not muted") if off else ("muted", "is muted already")
    silence(
        call,
        paths,
        lambda path: mute(path, word, subscriber, off=off, settings=settings),
        f"{word} {did}",
        f"{word} {did_not}",
    )
