"""Who is told what."""

from dataclasses import replace
from datetime import time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.routing import NearNews, Subscription, raised, route, subscriptions
from monitor.core.significance import TOPICS, Significance, Verdict
from monitor.core.watch import Place, Quiet, Slot
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


HERE, THERE = Place("France", "Lyon"), Place("France", "Nice")


def near_news_of(place: Place, *changes: int) -> NearNews:
    line = Verdict("sites.near", "sites", NOTABLE, "Near you: a site opened", "it is near", changes)
    return lambda asked_for: line if asked_for == place else None


def site_news(*changes: int, topic: Any = "sites") -> Verdict:
    return replace(a_verdict(ROUTINE, topic), changes=changes)


def test_news_of_a_site_near_by_is_raised_for_who_is_near() -> None:
    [address] = route([site_news(3, 4)], [asked(near=HERE)], NOON, near_news_of(HERE, 4))
    assert (address.verdicts, address.gravest) == ((0,), NOTABLE)
    assert address.near is not None
    assert raised(site_news(3, 4), address.near).significance == NOTABLE


def test_news_of_a_site_is_not_raised_for_anybody_else() -> None:
    near_news = near_news_of(HERE, 4)
    assert route([site_news(3, 4)], [asked(), asked(near=THERE)], NOON, near_news) == []


def test_only_what_speaks_of_the_site_near_by_is_raised() -> None:
    verdicts = [site_news(3), site_news(4, topic="dates"), site_news(4)]
    [address] = route(verdicts, [asked(near=HERE)], NOON, near_news_of(HERE, 4))
    assert address.verdicts == (2,)


def test_what_is_graver_stays_as_grave() -> None:
    critical = replace(site_news(4), significance=CRITICAL)
    [address] = route([critical], [asked(near=HERE, at_least=CRITICAL)], NOON, near_news_of(HERE, 4))
    assert address.gravest == CRITICAL


@given(
    st.lists(
        st.builds(
            lambda grave, topic, change: replace(a_verdict(grave, topic), changes=(change,)),
            st.sampled_from(Significance),
            st.sampled_from(TOPICS),
            st.integers(0, 3),
        ),
        max_size=6,
    ),
    st.sets(st.integers(0, 3), min_size=1),
)
def test_who_is_near_is_told_all_that_others_are_told_and_else_only_of_sites(
    verdicts: list[Verdict], changes: set[int]
) -> None:
    told = {
        position
        for address in route(verdicts, [asked(near=HERE)], NOON, near_news_of(HERE, *changes))
        for position in address.verdicts
    }
    others = {position for shares in share(verdicts) for position in shares}
    assert others <= told
    assert all(verdicts[position].topic == "sites" for position in told - others)
