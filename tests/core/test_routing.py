"""Who is told what."""

from datetime import time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.routing import Subscription, route, subscriptions
from monitor.core.significance import TOPICS, Significance, Verdict
from monitor.core.watch import Quiet, Slot
from tests.builders import NOON, a_moment, a_subscriber, a_verdict, a_watchlist

NOISE, ROUTINE, NOTABLE, CRITICAL = Significance
NIGHT = a_moment("2026-02-09T23:00")


def asked(**wishes: Any) -> Subscription:
    return Subscription(a_subscriber(**wishes), (("backs", "Backs", "named in the list"),))


def share(verdicts: list[Verdict], **wishes: Any) -> list[tuple[int, ...]]:
    return [address.verdicts for address in route(verdicts, [asked(**wishes)], NOON)]


def test_a_subscriber_is_told_from_the_wished_significance_up() -> None:
    verdicts = [a_verdict(CRITICAL), a_verdict(NOTABLE), a_verdict(ROUTINE), a_verdict(NOISE)]
    assert share(verdicts) == [(0, 1)], "notable is the default"
    assert share(verdicts, at_least=CRITICAL) == [(0,)]
    assert share(verdicts, at_least=NOISE) == [(0, 1, 2, 3)]


def test_a_subscriber_is_told_of_the_wished_topics_only() -> None:
    verdicts = [a_verdict(topic="status"), a_verdict(topic="dates"), a_verdict(topic="results")]
    assert share(verdicts, topics=frozenset({"dates", "results"})) == [(1, 2)]


def test_who_wished_for_none_of_it_gets_no_message() -> None:
    assert share([a_verdict(ROUTINE)]) == []
    assert share([a_verdict(CRITICAL, "dates")], topics=frozenset({"status"})) == []
    assert share([]) == []


def test_a_message_is_as_grave_as_the_gravest_thing_in_it() -> None:
    verdicts = [a_verdict(CRITICAL, "results"), a_verdict(NOTABLE, "status"), a_verdict(ROUTINE, "status")]
    [address] = route(verdicts, [asked(topics=frozenset({"status"}))], NOON)
    assert address.gravest == NOTABLE


def test_a_digest_waits_for_its_moment_however_grave_it_is() -> None:
    [address] = route([a_verdict(CRITICAL)], [asked(slots=(Slot(time(7, 30)),))], NIGHT)
    assert address.due == address.slot == a_moment("2026-02-10T07:30")


def test_quiet_hours_hold_back_what_is_not_critical() -> None:
    wishes = asked(quiet=Quiet(time(22), time(7)))
    [held] = route([a_verdict(NOTABLE)], [wishes], NIGHT)
    [told] = route([a_verdict(NOTABLE), a_verdict(CRITICAL)], [wishes], NIGHT)
    assert (held.due, held.slot) == (a_moment("2026-02-10T07:00"), None)
    assert (told.due, told.slot) == (NIGHT, None)


def test_the_same_subscriber_in_two_lists_gets_one_message_that_names_both() -> None:
    lists = [a_watchlist("backs"), a_watchlist("mesoblast")]
    [one] = subscriptions(lists, {"backs": "named in the list", "mesoblast": "a trial of Mesoblast"})
    assert one.watchlists == ("backs", "mesoblast")
    assert one.reasons[1] == ("mesoblast", "The mesoblast list", "a trial of Mesoblast")


def test_a_subscriber_with_other_wishes_is_another_subscriber() -> None:
    lists = [a_watchlist("backs"), a_watchlist("mesoblast", a_subscriber(at_least=CRITICAL))]
    assert len(subscriptions(lists, {"backs": "x", "mesoblast": "y"})) == 2


def test_only_lists_that_hold_the_trial_are_asked() -> None:
    lists = [a_watchlist("backs", a_subscriber("a")), a_watchlist("knees", a_subscriber("b"))]
    assert [one.subscriber.name for one in subscriptions(lists, {"knees": "found by its search"})] == ["b"]
    assert subscriptions(lists, {}) == []


@given(
    st.lists(st.builds(a_verdict, st.sampled_from(Significance), st.sampled_from(TOPICS)), max_size=6),
    st.sampled_from(Significance),
    st.frozensets(st.sampled_from(TOPICS)),
)
def test_nobody_is_told_more_or_less_than_was_wished(
    verdicts: list[Verdict], least: Significance, topics: Any
) -> None:
    told = {position for shares in share(verdicts, at_least=least, topics=topics) for position in shares}
    assert told == {n for n, one in enumerate(verdicts) if one.significance >= least and one.topic in topics}
