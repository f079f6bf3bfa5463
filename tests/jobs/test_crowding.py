"""Which trials are told singly when too much is to be told at once."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.significance import Significance
from monitor.jobs.crowding import gravest_trials
from monitor.store.folding import Waiting

NOON = datetime(2026, 2, 9, 12, tzinfo=UTC)
NOTABLE, CRITICAL = Significance.NOTABLE, Significance.CRITICAL


def an_alert(identity: int, trial: str, significance: Significance = NOTABLE) -> Waiting:
    return Waiting(identity, identity, "alert", "me", trial, significance, NOON, fresh=True, loose=True)


def test_the_gravest_come_first_and_then_what_waited_longest() -> None:
    alerts = [an_alert(1, "a"), an_alert(2, "b"), an_alert(3, "c", CRITICAL)]
    assert gravest_trials(alerts, 2) == {3, 1}


def test_a_trial_is_told_as_grave_as_the_gravest_of_its_news_and_never_in_halves() -> None:
    alerts = [an_alert(1, "a"), an_alert(2, "b"), an_alert(3, "b", CRITICAL), an_alert(4, "c")]
    assert gravest_trials(alerts, 2) == {2, 3}
    assert gravest_trials(alerts, 1) == {1}, "what does not fit leaves its place to others"


def test_messages_about_no_trial_stand_for_themselves() -> None:
    assert gravest_trials([an_alert(1, ""), an_alert(2, "")], 1) == {1}


alerts = st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from([NOTABLE, CRITICAL])), max_size=40)


@given(alerts, st.integers(0, 25))
def test_all_of_a_trial_goes_the_same_way_and_no_more_than_there_is_room_for(
    given_alerts: list[tuple[str, Significance]], room: int
) -> None:
    waiting = [an_alert(n, trial, grave) for n, (trial, grave) in enumerate(given_alerts, 1)]
    single = gravest_trials(waiting, room)
    assert len(single) <= room
    for trial in "abcde":
        of_trial = {one.id for one in waiting if one.trial == trial}
        assert of_trial <= single or not of_trial & single
