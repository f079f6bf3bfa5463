"""Fetch past versions from the registry's own history, as far back as it goes."""

from typing import TYPE_CHECKING

import click

from monitor.cli import Invocation, common, with_now
from monitor.cli.acting import acting
from monitor.cli.asking import never_given, the_trial
from monitor.core.errors import WrongUsage

if TYPE_CHECKING:
    from monitor.core.trial import TrialId
    from monitor.jobs.backfill import Backfilled
    from monitor.jobs.context import Context


@click.command()
@click.argument("trials", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every trial on record, watched or not.")
@with_now
@common
def command(invocation: Invocation, trials: tuple[str, ...], every: bool) -> None:
    """Fetch what the registry has of TRIALS from before they were watched; without any, of all that is watched now.

    Goes on where it was interrupted. The past is put below version 1, as 0, -1, -2 …; nobody is told of it. Exit 1 if some of it could not
    be had, 3 if none.
    """
    from monitor.jobs.backfill import backfill_trials
    from monitor.store.queries import trial_names

    if trials and every:
        raise WrongUsage(
            "either trials or --all", "`trialmon backfill --all` fetches the past of every trial"
        )
    output = invocation.output
    with acting(invocation) as context:
        meant = _meant(context, trials, every)
        known = trial_names(context.database)
        looked = any(str(trial) in known for trial in meant)
        done = backfill_trials(context, meant)
    for name, why in done.failed.items():
        output.warn(f"trialmon: no past of {name}: {why}")
    output.lines([_row(done)]) if output.json else output.say(_in_words(looked, done))
    if done.failed or done.left:
        raise SystemExit(1 if done.trials else 3)


def _meant(context: "Context", trials: tuple[str, ...], every: bool) -> "list[TrialId]":
    from monitor.core.trial import TrialId
    from monitor.jobs.reasons import reasons_now
    from monitor.store.queries import trial_names

    database = context.database
    known = trial_names(database)
    if every:
        return [TrialId.parse(identity) for identity in known]
    if not trials:
        watched = [reasons_now(database, context.watchlists, name) for name in context.doors]
        return [trial for of_source in watched for trial in of_source]
    meant = list(dict.fromkeys(the_trial(database, text) for text in trials))
    for trial in meant:
        if str(trial) not in known:
            raise never_given(trial)
    return meant


def _row(done: "Backfilled") -> dict[str, object]:
    failed = [{"name": name, "why": why} for name, why in done.failed.items()]
    return {"trials": done.trials, "versions": done.versions, "left": done.left, "failed": failed}


def _in_words(looked: bool, done: "Backfilled") -> str:
    from monitor.render.wording import count

    if not looked:
        return "No watched trial has been looked at yet (`trialmon check` looks)."
    if not done.trials and not done.left and not done.failed:
        return "Nothing is left to fetch: the past is there, as far as the registry has it."
    said = f"{count(done.versions, 'past version')} of {count(done.trials, 'trial')} fetched."
    return said + (
        f" {count(done.left, 'trial')} left; `trialmon backfill` goes on there." if done.left else ""
    )
