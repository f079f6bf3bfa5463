"""Several watched trials at once: a sponsor that stops more than one, an organisation under another name, a search that stirs.

What is true of a set of trials is said once, for the trial that came last to the set; if a further one joins, it is said again of all.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from monitor.core.dates import PartialDate
from monitor.core.portfolio import Happening
from monitor.core.significance import Case, Example, Rule, Significance, Verdict
from monitor.rules._likeness import likeness, spoken
from monitor.rules.words import count, listed, shortened, status_words

STOPPED = frozenset({"TERMINATED", "WITHDRAWN", "SUSPENDED"})

_WEEK = timedelta(days=7)
_FEWEST_RENAMED = 3
_SAME_NAME = 0.5
_FEWEST_STIRRED = 5
_PART_STIRRED = 4  # a quarter of the search's trials
_MOST_NAMED = 5
_BAR = "|"


def trials_of(verdict: Verdict) -> tuple[str, ...]:
    """What a verdict of this family is about, as its `once` keeps it: the numbers of the trials, and what else tells the set apart."""
    return tuple(verdict.once.split(_BAR))


def is_told(verdict: Verdict, told: Iterable[str]) -> bool:
    """Whether what was told (the `once` of earlier verdicts of this rule) says all that this one does: of the same set, or of a larger."""
    mine = frozenset(trials_of(verdict))
    return any(mine <= frozenset(once.split(_BAR)) for once in told)


def _in_turn(happening: Happening) -> tuple[date, datetime, str]:
    return (happening.day, happening.seen_at, happening.number)


def _named(happenings: Iterable[Happening]) -> str:
    return listed((one.number for one in happenings), _MOST_NAMED)


def _once(happenings: Iterable[Happening], *more: str) -> str:
    return _BAR.join((*more, *sorted({one.number for one in happenings})))


def _stops(case: Case) -> Iterable[Verdict]:
    stops = _standing_stops(case.happenings)
    mine = stops.get(case.trial.number)
    if mine is None or not _same_sponsor(mine.sponsor):
        return
    sponsor = _same_sponsor(mine.sponsor)
    of_sponsor = [one for one in stops.values() if _same_sponsor(one.sponsor) == sponsor]
    within = [one for one in of_sponsor if _in_turn(one) <= _in_turn(mine) and mine.day - one.day <= _WEEK]
    first = min(one.day for one in within)
    # A later stop that takes in all of these says it for them.
    taken_in = any(_in_turn(one) > _in_turn(mine) and one.day - first <= _WEEK for one in of_sponsor)
    if len(within) < 2 or taken_in:
        return
    said = "; ".join(
        f"{one.number} {status_words(one.after)}, {PartialDate(one.day.year, one.day.month, one.day.day).in_words()}"
        for one in sorted(within, key=_in_turn)[:_MOST_NAMED]
    )
    yield Verdict(
        "portfolio.stops",
        "sponsor",
        Significance.CRITICAL,
        f"{shortened(mine.sponsor, 60)} has stopped {count(len(within), 'trial')} within 7 days: {_named(within)}",
        f"the same lead sponsor in each, by the registry's dates: {said}",
        once=_once(within),
    )


def _standing_stops(happenings: Iterable[Happening]) -> dict[str, Happening]:
    """By trial, the change of status that stopped it, for those that have not gone on since. From one halt to another is no new stop."""
    stops: dict[str, Happening] = {}
    for one in sorted(
        (one for one in happenings if one.what == "status"), key=lambda one: (one.seen_at, one.number)
    ):
        if one.after not in STOPPED:
            stops.pop(one.number, None)
        elif one.before not in STOPPED:
            stops[one.number] = one
    return stops


def _same_sponsor(name: str) -> str:
    """A name without case, white space and punctuation."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _renamed(case: Case) -> Iterable[Verdict]:
    changes = [one for one in case.happenings if one.what == "sponsor" and one.before and one.after]
    for mine in sorted((one for one in changes if one.number == case.trial.number), key=_seen):
        day = mine.seen_at.date()
        together = [
            one
            for one in changes
            if (one.before, one.after) == (mine.before, mine.after) and one.seen_at.date() == day
        ]
        last = max(together, key=lambda one: (one.seen_at, one.number))
        number = len({one.number for one in together})
        if (
            number < _FEWEST_RENAMED
            or last != mine
            or _same_sponsor(mine.before) == _same_sponsor(mine.after)
        ):
            continue
        same = likeness(spoken(mine.before), spoken(mine.after)) >= _SAME_NAME
        why = "the names share their words" if same else "a new name, or all of them handed over together"
        old, new = shortened(mine.before, 32), shortened(mine.after, 32)
        yield Verdict(
            "portfolio.renamed",
            "sponsor",
            Significance.ROUTINE if same else Significance.NOTABLE,
            f"The lead sponsor of {number} trials is now “{new}”, not “{old}”: {_named(together)}",
            f"the same names before and after in each, on one day: {why}",
            once=_once(together, day.isoformat(), _plain(mine.after)),
        )


def _stirs(case: Case) -> Iterable[Verdict]:
    news = [one for one in case.happenings if one.what == "news"]
    mine = max((one for one in news if one.number == case.trial.number), key=_seen, default=None)
    if not case.members or mine is None:
        return
    day = mine.seen_at.date()
    of_the_day = [one for one in news if one.seen_at.date() == day]
    stirred = len({one.number for one in of_the_day})
    enough = stirred >= _FEWEST_STIRRED and stirred * _PART_STIRRED >= case.members
    if not enough or max(of_the_day, key=_seen).number != case.trial.number:
        return
    yield Verdict(
        "portfolio.stirs",
        "record",
        Significance.NOTABLE,
        f"Much is moving in “{shortened(case.about, 44)}”: notable news of {stirred} of its {count(case.members, 'trial')} "
        f"on one day: {_named(of_the_day)}",
        "at least five of a search's trials, and a quarter of them, had notable or critical news on one day",
        once=_BAR.join((day.isoformat(), _plain(case.why))),
    )


def _seen(happening: Happening) -> tuple[datetime, str]:
    return (happening.seen_at, happening.number)


def _plain(text: str) -> str:
    return text.replace(_BAR, " ")


def _of(what: str, number: int, day: int, before: str, after: str, sponsor: str = "Mesoblast") -> Happening:
    seen = datetime(2026, 3, day, 15, tzinfo=UTC)
    return Happening(f"NCT9990000{number}", seen.date(), seen, what, before, after, sponsor)  # type: ignore[arg-type]


def _halt(number: int, day: int, after: str = "TERMINATED", sponsor: str = "Mesoblast") -> Happening:
    return _of("status", number, day, "RECRUITING", after, sponsor)


def _handed(*numbers: int, to: str = "Maker Inc.") -> tuple[Happening, ...]:
    return tuple(_of("sponsor", number, 3, "Made Pharma Ltd", to, to) for number in numbers)


def _news(*numbers: int) -> tuple[Happening, ...]:
    return tuple(_of("news", number, 3, "", "") for number in numbers)


RULES = (
    Rule(
        "portfolio.stops",
        "One sponsor stops several trials",
        "Two or more watched trials of one lead sponsor terminated, withdrawn or suspended within 7 days by the registry's dates, and not "
        "gone on since. Told once for each set of trials.",
        "sponsor",
        _stops,
        (
            Example(
                "two in a week",
                {},
                {},
                Significance.CRITICAL,
                "Mesoblast has stopped 2 trials within 7 days: NCT99900001 and NCT99900002",
                occurrence="portfolio",
                happenings=(_halt(1, 2), _halt(2, 9, "SUSPENDED")),
            ),
            Example(
                "a third in the same week",
                {},
                {},
                Significance.CRITICAL,
                "Mesoblast has stopped 3 trials within 7 days: NCT99900001, NCT99900002 and NCT99900003",
                occurrence="portfolio",
                happenings=(_halt(1, 2), _halt(2, 3), _halt(3, 4, "WITHDRAWN")),
            ),
            Example(
                "two that are more than a week apart",
                {},
                {},
                None,
                occurrence="portfolio",
                happenings=(_halt(1, 2), _halt(2, 10)),
            ),
            Example(
                "two sponsors",
                {},
                {},
                None,
                occurrence="portfolio",
                happenings=(_halt(1, 2), _halt(2, 3, sponsor="Another")),
            ),
            Example(
                "one of two has gone on",
                {},
                {},
                None,
                occurrence="portfolio",
                happenings=(_halt(1, 2), _of("status", 1, 3, "SUSPENDED", "RECRUITING"), _halt(2, 4)),
            ),
        ),
        on="portfolio",
    ),
    Rule(
        "portfolio.renamed",
        "Several trials have a new lead sponsor at once",
        "The same old and new name in three or more watched trials on one day: an organisation renamed, or its trials handed over. "
        "Routine where the two names are much the same.",
        "sponsor",
        _renamed,
        (
            Example(
                "three trials, the same two names",
                {},
                {},
                Significance.NOTABLE,
                "The lead sponsor of 3 trials is now “Maker Inc.”, not “Made Pharma Ltd”: NCT99900001, NCT99900002 and NCT99900003",
                occurrence="portfolio",
                happenings=_handed(1, 2, 3),
            ),
            Example(
                "much the same name",
                {},
                {},
                Significance.ROUTINE,
                "The lead sponsor of 3 trials is now “Made Pharma Group”, not “Made Pharma Ltd”: "
                "NCT99900001, NCT99900002 and NCT99900003",
                occurrence="portfolio",
                happenings=_handed(1, 2, 3, to="Made Pharma Group"),
            ),
            Example(
                "the same name in other letters",
                {},
                {},
                None,
                occurrence="portfolio",
                happenings=_handed(1, 2, 3, to="MADE PHARMA, LTD."),
            ),
            Example("two trials", {}, {}, None, occurrence="portfolio", happenings=_handed(1, 2)),
        ),
        on="portfolio",
    ),
    Rule(
        "portfolio.stirs",
        "A whole search stirs",
        "Notable or critical news, on one day, of at least five trials that a search or sponsor watch finds, and of a quarter of them.",
        "record",
        _stirs,
        (
            Example(
                "five of twelve trials",
                {},
                {},
                Significance.NOTABLE,
                "Much is moving in “low back pain”: notable news of 5 of its 12 trials on one day: "
                "NCT99900001, NCT99900002, NCT99900003, NCT99900004 and NCT99900005",
                occurrence="portfolio",
                about="low back pain",
                why="clinicaltrials.gov?query.cond=low back pain",
                happenings=_news(1, 2, 3, 4, 5),
                members=12,
            ),
            Example(
                "five of forty",
                {},
                {},
                None,
                occurrence="portfolio",
                about="low back pain",
                happenings=_news(1, 2, 3, 4, 5),
                members=40,
            ),
            Example(
                "all of four",
                {},
                {},
                None,
                occurrence="portfolio",
                about="a narrow search",
                happenings=_news(1, 2, 3, 4),
                members=4,
            ),
        ),
        on="portfolio",
    ),
)
