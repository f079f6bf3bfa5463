"""What befalls several trials is said once, for the one that came last to the set."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.facts import TrialFacts
from monitor.core.portfolio import Happening
from monitor.core.significance import Case, Verdict, assess
from monitor.rules.portfolio import RULES, STOPPED, is_told, trials_of
from tests.builders import NOON, a_trial

DAY = timedelta(days=1)


def a_turn(
    number: int, ahead: int, after: str = "TERMINATED", before: str = "RECRUITING", sponsor: str = "Mesoblast"
) -> Happening:
    seen = NOON + ahead * DAY
    return Happening(f"NCT{number:08d}", seen.date(), seen, "status", before, after, sponsor)


def a_renaming(number: int, ahead: int = 0, before: str = "Old", after: str = "New") -> Happening:
    return replace(a_turn(number, ahead, after, before, after), what="sponsor")


def told_of(happenings: Sequence[Happening], members: int = 0) -> dict[str, list[Verdict]]:
    """What is said when each of the trials is asked about: number → verdicts."""
    said = {}
    for number in {one.number for one in happenings}:
        case = Case(
            a_trial(number), TrialFacts(), TrialFacts(), NOON, occurrence="portfolio", about="a search",
            why="its key", happenings=tuple(happenings), members=members,
        )  # fmt: skip
        verdicts = list(assess(case, RULES))
        if verdicts:
            said[number] = verdicts
    return said


def only(said: dict[str, list[Verdict]]) -> Verdict:
    [verdict] = [verdict for verdicts in said.values() for verdict in verdicts]
    return verdict


def test_stops_are_said_for_the_trial_that_stopped_last() -> None:
    assert list(told_of([a_turn(9, 0), a_turn(1, 2)])) == ["NCT00000001"]


def test_by_the_registrys_dates_not_by_when_we_happened_to_look() -> None:
    seen = NOON + 30 * DAY
    late = [replace(a_turn(1, 0), seen_at=seen), replace(a_turn(2, 9), seen_at=seen)]
    assert told_of(late) == {}


def test_seven_days_are_a_week_and_eight_are_not() -> None:
    assert told_of([a_turn(1, 0), a_turn(2, 7)])
    assert not told_of([a_turn(1, 0), a_turn(2, 8)])


def test_stops_that_overlap_without_one_week_around_all_are_said_as_two_sets() -> None:
    said = told_of([a_turn(1, 0), a_turn(2, 5), a_turn(3, 10)])
    assert {number: trials_of(verdicts[0]) for number, verdicts in said.items()} == {
        "NCT00000002": ("NCT00000001", "NCT00000002"),
        "NCT00000003": ("NCT00000002", "NCT00000003"),
    }


def test_from_one_halt_to_another_is_no_second_stop() -> None:
    turns = [
        a_turn(1, 0, "SUSPENDED"),
        a_turn(2, 1),
        a_turn(1, 6, "TERMINATED", before="SUSPENDED"),
    ]
    assert trials_of(only(told_of(turns))) == ("NCT00000001", "NCT00000002")
    assert list(told_of(turns)) == ["NCT00000002"]
    assert told_of([a_turn(1, 6, "TERMINATED", before="SUSPENDED"), a_turn(2, 7)]) == {}


def test_a_sponsor_is_the_same_however_its_name_is_punctuated() -> None:
    assert told_of([a_turn(1, 0, sponsor="Mesoblast, Ltd."), a_turn(2, 1, sponsor="MESOBLAST LTD")])
    assert told_of([a_turn(1, 0, sponsor=""), a_turn(2, 1, sponsor="")]) == {}


def test_a_set_is_told_once_and_again_when_a_further_trial_joins() -> None:
    two = only(told_of([a_turn(1, 0), a_turn(2, 1)]))
    three = only(told_of([a_turn(1, 0), a_turn(2, 1), a_turn(3, 2)]))
    assert is_told(two, [two.once])
    assert not is_told(three, [two.once])
    assert is_told(two, [three.once]), "what is left of a set that was told is no news"
    assert not is_told(two, [])


def test_the_same_renaming_on_another_day_is_another() -> None:
    days = [[a_renaming(number, ahead) for number in (1, 2, 3)] for ahead in (0, 5)]
    first, second = (only(told_of(day)) for day in days)
    assert not is_told(second, [first.once])
    assert told_of([a_renaming(1, 0), a_renaming(2, 0), a_renaming(3, 1)]) == {}


def test_trials_that_went_to_different_sponsors_were_not_renamed_together() -> None:
    assert told_of([a_renaming(1), a_renaming(2), a_renaming(3, after="Elsewhere")]) == {}
    assert told_of([a_renaming(1), a_renaming(1), a_renaming(2)]) == {}, "three changes of two trials"


def test_a_search_stirs_at_five_trials_and_a_quarter() -> None:
    def news(trials: int, ahead: int = 0) -> list[Happening]:
        return [replace(a_turn(number, ahead), what="news") for number in range(trials)]

    assert "5 of its 20 trials" in only(told_of(news(5), members=20)).headline
    assert told_of(news(5), members=21) == {}
    assert told_of(news(4), members=4) == {}
    assert told_of([*news(4), *news(5, ahead=1)[4:]], members=5) == {}, "not on one day"


@st.composite
def happenings(draw: st.DrawFn) -> list[Happening]:
    turns = st.builds(
        a_turn,
        st.integers(1, 5),
        st.integers(0, 12),
        st.sampled_from(["TERMINATED", "WITHDRAWN", "SUSPENDED", "RECRUITING"]),
        st.sampled_from(["RECRUITING", "SUSPENDED"]),
        st.sampled_from(["Mesoblast", "Another sponsor " * 20]),
    )
    renamings = st.builds(
        a_renaming, st.integers(1, 5), st.integers(0, 2), after=st.sampled_from(["New", "x" * 300])
    )
    return draw(
        st.lists(st.one_of(turns, renamings), max_size=12, unique_by=lambda one: (one.number, one.seen_at))
    )


def numbers_of(verdict: Verdict) -> frozenset[str]:
    return frozenset(token for token in trials_of(verdict) if token.startswith("NCT"))


@given(happenings(), st.randoms(use_true_random=False))
def test_the_order_in_which_things_are_known_does_not_matter(found: list[Happening], chance: Any) -> None:
    assert told_of(chance.sample(found, len(found))) == told_of(found)


@given(happenings())
def test_what_is_said_of_stops_holds(found: list[Happening]) -> None:
    said = [(number, one) for number, verdicts in told_of(found).items() for one in verdicts]
    sets = []
    for number, verdict in said:
        assert len(verdict.headline) <= 200
        if verdict.rule != "portfolio.stops":
            continue
        numbers = numbers_of(verdict)
        sets.append(numbers)
        assert number in numbers
        assert len(numbers) >= 2
        for one in numbers:
            turns = sorted(
                (h for h in found if h.number == one and h.what == "status"), key=lambda h: h.seen_at
            )
            assert turns[-1].after in STOPPED
        assert spread(found, numbers) <= timedelta(days=7)
    assert not [(a, b) for a in sets for b in sets if a < b], "a set within another is not said beside it"


def spread(found: Iterable[Happening], numbers: frozenset[str]) -> timedelta:
    """Between the first and the last of the stops that can be meant: the shortest time that holds one of each trial."""
    days: dict[str, list[date]] = {}
    for one in found:
        if (
            one.number in numbers
            and one.what == "status"
            and one.after in STOPPED
            and one.before not in STOPPED
        ):
            days.setdefault(one.number, []).append(one.day)
    newest = [max(own) for own in days.values()]
    oldest = min(newest)
    return max(newest) - oldest
