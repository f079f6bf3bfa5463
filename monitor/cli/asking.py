"""What the commands that ask have in common: a database open for reading, and how people name trials, moments and versions.

None of them needs a secret, none writes, and all work while the daemon does.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

import click

from monitor.cli import Invocation
from monitor.core.ago import spoken_day
from monitor.core.dates import PartialDate
from monitor.core.errors import NothingDone, WrongUsage
from monitor.core.significance import TOPICS, Significance
from monitor.core.trial import TrialId
from monitor.core.watch import NCT_NUMBER

if TYPE_CHECKING:
    from monitor.config.settings import Settings
    from monitor.core.shape import Shape
    from monitor.core.source import Source
    from monitor.store.database import Database
    from monitor.store.queries import Filters

P = ParamSpec("P")
R = TypeVar("R")

# So many rows are read by people; programs get all.
SHOWN = 50
with_limit = click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"At most so many, the newest. For people {SHOWN} unless told; with --json all.",
)
_MOST_NAMED = 8


def settings_of(call: Invocation, *, secrets: bool = False) -> "Settings":
    """The settings in force, without their secrets unless they are wanted. Raises WrongConfiguration."""
    from monitor.config.load import settings_in_force

    return settings_in_force(call.config, call.environment, secrets=secrets)


@contextmanager
def reading(call: Invocation) -> "Iterator[Database]":
    """The database, open for reading. Raises WrongConfiguration, or NothingDone where there is none."""
    from monitor.store.database import Database

    with Database.open_readonly(settings_of(call).database) as db:
        yield db


def moment(text: str, *, end: bool) -> datetime:
    """A moment in UTC from a day, a month, a year, an ISO moment or `3 months ago`. A day means its first second, or with `end` its
    last. Raises ValueError or OverflowError."""
    day = spoken_day(text, _today())
    if day is None:
        try:
            known = PartialDate.parse(text)
            day = known.latest if end else known.earliest
        except ValueError:
            try:
                day = date.fromisoformat(text)
            except ValueError:
                given = datetime.fromisoformat(text)
                return given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)
    return datetime.combine(day, time(23, 59, 59) if end else time(), UTC)


def _today() -> date:
    from monitor import bootstrap

    return bootstrap.clock_at(None).now().date()


def _moment(end: bool) -> Callable[[click.Context, click.Parameter, str | None], datetime | None]:
    def read(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
        if value is None:
            return None
        try:
            found = moment(value, end=end)
        except (ValueError, OverflowError):
            found = None
        if found is None or found.year < 1000:
            raise click.BadParameter(
                f"{value!r} is neither a day like 2026-02-09 or “3 months ago” nor a moment like 2026-02-09T14:03:11Z."
            )
        return found

    return read


beginning = _moment(end=False)
ending = _moment(end=True)


@dataclass(frozen=True, slots=True)
class Wishes:
    """The options by which `changes` and `events` are narrowed down, as they were given."""

    trial: str | None
    watchlist: str | None
    topic: str | None
    at_least: str | None
    since: datetime | None
    until: datetime | None
    limit: int | None
    rule: str | None
    field: str | None
    text: str | None


def narrowed(command: Callable[P, R]) -> Callable[P, R]:
    """Give a command the options of `Wishes`; it receives them as `wishes`. Goes above @common."""

    @click.option("--trial", metavar="NUMBER", help="Of this trial only, by any of its numbers.")
    @click.option("--watchlist", metavar="NAME", help="Of the trials that this watchlist watches.")
    @click.option("--topic", type=click.Choice(TOPICS), metavar="TOPIC", help=f"One of {', '.join(TOPICS)}.")
    @click.option(
        "--at-least",
        type=click.Choice([str(one) for one in Significance]),
        help="Of this significance or graver; a change counts as its gravest event.",
    )
    @click.option(
        "--since",
        callback=beginning,
        metavar="DATE",
        help="Seen on this day or at this moment, or later (UTC).",
    )
    @click.option(
        "--until", callback=ending, metavar="DATE", help="Seen then or earlier; a day counts whole."
    )
    @click.option("--rule", metavar="RULE", help="What this rule made of it: dates.slipped.")
    @click.option("--field", metavar="WORDS", help="Of fields with this in their path or label.")
    @click.option(
        "--text",
        metavar="WORDS",
        help="With all of these words, in the values or the headline; `search` says how.",
    )
    @with_limit
    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        options = cast("dict[str, Any]", kwargs)
        options["wishes"] = Wishes(**{name: options.pop(name) for name in Wishes.__slots__})
        return command(*args, **kwargs)

    return run


def _filters_of(db: "Database", wishes: Wishes, *, json: bool) -> "Filters":
    """The wishes as the store understands them; for people one row more than is shown, so that it can be said that there are more.
    Raises WrongUsage, with what there is, where a trial or watchlist is not known."""
    from monitor.store.queries import Filters

    trial = None
    if wishes.trial is not None:
        found = find(db, wishes.trial)
        if found is None:
            raise WrongUsage(f"no trial {wishes.trial!r} is on record", _what_there_is(db))
        trial = str(found)
    require_watchlist(db, wishes.watchlist)
    return Filters(
        trial=trial,
        watchlist=wishes.watchlist,
        topic=wishes.topic,
        at_least=Significance.parse(wishes.at_least) if wishes.at_least is not None else None,
        since=wishes.since,
        until=wishes.until,
        limit=wishes.limit if json else (wishes.limit or SHOWN) + 1,
        rule=_known_rule(wishes.rule),
        field=wishes.field,
        text=words(wishes.text),
    )


def say_whether_there_is_more(call: Invocation, rows: Sequence[object], shown: int) -> None:
    """Below the newest rows, of which one more than is shown was asked for."""
    if len(rows) > shown:
        call.output.say(f"These are the newest {shown}; --limit shows more, --json all.")


def require_watchlist(db: "Database", name: str | None) -> None:
    """Raises WrongUsage, with those that there are, where this watchlist is not known; None is no particular one."""
    from monitor.store.queries import watchlist_names

    if name is not None and name not in (known := watchlist_names(db)):
        there = f"there are: {', '.join(known)}" if known else "none was looked at yet: run `trialmon check`"
        raise WrongUsage(f"no watchlist {name!r} is on record", there)


def answer(
    invocation: Invocation,
    wishes: Wishes,
    ask: "Callable[[Database, Filters], Iterator[dict[str, Any]]]",
    show: Callable[[Invocation, list[dict[str, Any]], dict[str, str], int], None],
) -> None:
    """Stream what was asked for with --json; else `show` it to people, with the names of its trials and how many rows they get."""
    from monitor.store.queries import trial_names

    with reading(invocation) as db:
        rows = ask(db, _filters_of(db, wishes, json=invocation.output.json))
        if invocation.output.json:
            invocation.output.lines(rows)
            return
        found = list(rows)
        trials = {TrialId(row["registry"], row["trial"]) for row in found}
        show(invocation, found, trial_names(db, trials), wishes.limit or SHOWN)


def words(text: str | None) -> str | None:
    """Words to search for. Raises WrongUsage where there is no word among them."""
    from monitor.store.search import expression

    if text is not None and not expression(text):
        raise WrongUsage(f"there is no word in {text!r}", "search for letters or digits")
    return text


def _known_rule(name: str | None) -> str | None:
    """The name of a rule that there is. Raises WrongUsage."""
    if name is None:
        return None
    from difflib import get_close_matches

    from monitor.discovery import rules

    known = sorted(rule.id for rule in rules())
    if name not in known:
        near = get_close_matches(name, known, n=3, cutoff=0.5)
        raise WrongUsage(
            f"there is no rule {name!r}",
            f"did you mean {', '.join(near)}?" if near else "docs/reference/rules.md lists them",
        )
    return name


def find(db: "Database", text: str) -> TrialId | None:
    """The trial that a person means by a number in whatever case, an id, another number for it, or the link of its page."""
    from monitor.store.trials import find_trial

    text = text.strip()
    in_a_link = NCT_NUMBER.search(text) if "://" in text else None
    spellings = [in_a_link[0]] if in_a_link else [text, text.upper()]
    found = (find_trial(db, spelling) for spelling in spellings)
    return next((trial for trial in found if trial is not None), None)


def the_trial(db: "Database", text: str) -> TrialId:
    """As `find`. Raises WrongUsage for what is no number, NothingDone for a number of which nothing is known."""
    found = find(db, text)
    if found is not None:
        return found
    wanted = text.strip().upper()
    if NCT_NUMBER.fullmatch(wanted):
        hint = f"is it watched? `trialmon watchlist add LIST {wanted}`, then `trialmon check`"
        raise NothingDone(f"nothing is known of {wanted}", hint)
    if wanted.startswith("NCT") or not any(letter.isdigit() for letter in wanted):
        raise WrongUsage(f"{text!r} is no trial number", "it is NCT and 8 digits, like NCT03737461")
    raise NothingDone(f"no trial is known by the number {text!r}", _what_there_is(db))


def never_given(trial: TrialId) -> NothingDone:
    """The trial is asked for, and the registry has not given it."""
    return NothingDone(
        f"{trial.registry} has not given {trial.number} yet", "`trialmon status` says when it was looked at"
    )


def source_of(trial: TrialId) -> "Source":
    """The source of a trial's registry. Raises NothingDone where this trialmon has none."""
    from monitor.discovery import sources

    source = sources().get(trial.registry)
    if source is not None:
        return source
    raise NothingDone(f"this trialmon knows no registry {trial.registry!r}", "upgrade trialmon")


def page_of(trial: TrialId) -> str:
    """The trial's page at its registry, or a paper's at its source; empty where this trialmon knows none."""
    from monitor import discovery

    return discovery.page_of(trial)


def shape_of(registry: str) -> "Shape | None":
    """The form of a registry's records; None where this trialmon knows no such registry."""
    from monitor.discovery import sources

    source = sources().get(registry)
    return source.shape if source is not None else None


def _what_there_is(db: "Database") -> str:
    from monitor.render.wording import first_of
    from monitor.store.queries import trial_names

    numbers = [TrialId.parse(identity).number for identity in trial_names(db)]
    if not numbers:
        return "no trial was seen yet: run `trialmon check`"
    return f"there are: {first_of(numbers, _MOST_NAMED)}"
