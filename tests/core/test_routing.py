"""Who is told what."""

from dataclasses import replace
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.routing import Asking, Flapping, NearNews, Subscription, route, subscriptions
from monitor.core.significance import TOPICS, Significance, Verdict
from monitor.core.watch import Holding, Place, Quiet, Slot, Subscriber, Watchlist, Wishes
from tests.builders import NOON, NUMBER, a_moment, a_subscriber, a_verdict, a_watchlist

NOISE, ROUTINE, NOTABLE, CRITICAL = Significance
NIGHT = a_moment("2026-02-09T23:00")


def asked(**wishes: Any) -> Subscription:
    return Subscription((Asking("backs", "Backs", a_subscriber(**wishes), Holding("named in the list")),))


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


def between(*lists: Watchlist, **wishes: Wishes) -> list[Subscription]:
    """Who is interested in a trial that is in all of these lists, with these wishes where it is held."""
    reasons = {one.name: Holding(f"in {one.name}", (wishes.get(one.name, Wishes()),)) for one in lists}
    return subscriptions(lists, reasons)


def test_the_same_subscriber_in_two_lists_gets_one_message_that_names_both() -> None:
    [one] = between(a_watchlist("backs"), a_watchlist("mesoblast"))
    assert one.watchlists == ("backs", "mesoblast")
    assert one.reasons[1] == ("The mesoblast list", "in mesoblast")
    [address] = route([a_verdict()], [one], NOON)
    assert address.subscription.watchlists == ("backs", "mesoblast")


def test_a_subscriber_with_other_destinations_is_another_subscriber() -> None:
    lists = [a_watchlist("backs"), a_watchlist("mesoblast", a_subscriber(to=("desk", "mailbox")))]
    assert len(between(*lists)) == 2


def test_only_lists_that_hold_the_trial_are_asked() -> None:
    lists = [a_watchlist("backs", a_subscriber("a")), a_watchlist("knees", a_subscriber("b"))]
    found = subscriptions(lists, {"knees": Holding("found by its search")})
    assert [one.subscriber.name for one in found] == ["b"]
    assert subscriptions(lists, {}) == []


def test_a_message_names_just_the_lists_whose_wishes_take_something() -> None:
    lists = [a_watchlist("backs"), a_watchlist("stops", a_subscriber(at_least=CRITICAL))]
    [address] = route([a_verdict(NOTABLE)], between(*lists), NOON)
    assert address.subscription.watchlists == ("backs",)
    [address] = route([a_verdict(CRITICAL)], between(*lists), NOON)
    assert address.subscription.watchlists == ("backs", "stops")


def test_what_one_list_takes_and_what_another_takes_is_one_message() -> None:
    lists = [
        a_watchlist("backs", a_subscriber(topics=frozenset({"status"}))),
        a_watchlist("dates", a_subscriber(at_least=ROUTINE, topics=frozenset({"dates"}))),
    ]
    verdicts = [a_verdict(NOTABLE, "status"), a_verdict(ROUTINE, "dates"), a_verdict(ROUTINE, "sites")]
    [address] = route(verdicts, between(*lists), NOON)
    assert address.verdicts == (0, 1)


def test_at_once_in_one_list_beats_a_digest_in_another() -> None:
    digest = a_subscriber(slots=(Slot(time(7, 30)),))
    [address] = route([a_verdict()], between(a_watchlist("a", digest), a_watchlist("b")), NOON)
    assert (address.due, address.slot) == (NOON, None)
    assert address.subscription.watchlists == ("b", "a")
    strict = a_watchlist("b", a_subscriber(at_least=CRITICAL))
    [address] = route([a_verdict()], between(a_watchlist("a", digest), strict), NOON)
    assert address.slot == a_moment("2026-02-10T07:30"), "the list that takes nothing has no say in when"


def test_what_a_watch_wishes_stands_in_place_of_what_its_subscribers_wish() -> None:
    backs = a_watchlist("backs")
    assert route([a_verdict(NOTABLE)], between(backs, backs=Wishes(at_least=CRITICAL)), NOON) == []
    [address] = route([a_verdict(ROUTINE)], between(backs, backs=Wishes(at_least=ROUTINE)), NOON)
    assert address.verdicts == (0,)
    assert route([a_verdict()], between(backs, backs=Wishes(topics=frozenset({"dates"}))), NOON) == []


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
    assert [verdict.rule for verdict in address.near] == ["sites.near"]
    assert [verdict.significance for verdict in address.told] == [NOTABLE]


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


def test_what_is_muted_is_left_out_of_a_message() -> None:
    verdicts = [a_verdict(topic="status"), a_verdict(topic="sites")]
    [address] = route(verdicts, [asked(mute=frozenset({"sites"}))], NOON, number=NUMBER)
    assert (address.verdicts, address.withheld) == ((0,), "")


@pytest.mark.parametrize("word", [NUMBER, "status.changed", "status"])
def test_a_message_of_which_all_is_muted_is_written_down_and_withheld(word: str) -> None:
    [address] = route([a_verdict(CRITICAL)], [asked(mute=frozenset({word}))], NIGHT, number=NUMBER)
    assert (address.verdicts, address.withheld) == ((0,), f"you muted {word}")
    assert address.slot is None


def test_what_nobody_wished_for_is_not_called_muted() -> None:
    assert route([a_verdict(ROUTINE)], [asked(mute=frozenset({"status"}))], NOON) == []


def test_what_one_list_mutes_another_may_still_tell() -> None:
    lists = [a_watchlist("backs", a_subscriber(mute=frozenset({NUMBER}))), a_watchlist("knees")]
    [address] = route([a_verdict()], between(*lists), NOON, number=NUMBER)
    assert (address.subscription.watchlists, address.withheld) == (("knees",), "")


def snoozing(day: date, **wishes: Any) -> Subscription:
    return asked(snooze=((NUMBER, day),), timezone=ZoneInfo("Europe/Paris"), **wishes)


def test_a_snoozed_trial_waits_for_the_start_of_the_day_where_the_reader_is() -> None:
    [address] = route([a_verdict(CRITICAL)], [snoozing(date(2026, 7, 1))], NOON, number=NUMBER)
    assert (address.slot, address.held_for) == (a_moment("2026-06-30T22:00"), "snooze")
    assert address.due == address.slot
    assert "snoozed until 2026-07-01" in address.waits


def test_a_snooze_is_over_when_its_day_begins_and_is_about_its_trial_alone() -> None:
    began = a_moment("2026-06-30T22:00")
    for now, number in ((began, NUMBER), (NOON, "NCT00000009")):
        [address] = route([a_verdict()], [snoozing(date(2026, 7, 1))], now, number=number)
        assert (address.due, address.held_for) == (now, "")


def test_what_was_snoozed_comes_with_the_digest_of_that_day_and_never_in_quiet_hours() -> None:
    day = date(2026, 7, 1)
    [digest] = route([a_verdict()], [snoozing(day, slots=(Slot(time(7, 30)),))], NOON, number=NUMBER)
    [quiet] = route([a_verdict()], [snoozing(day, quiet=Quiet(time(22), time(7)))], NOON, number=NUMBER)
    assert (digest.slot, quiet.slot) == (a_moment("2026-07-01T05:30"), a_moment("2026-07-01T05:00"))


FLAPPING = Flapping(4, a_moment("2026-02-10T12:00"), frozenset({0}))


def test_a_flapping_trial_waits_for_its_summary_and_says_so() -> None:
    [address] = route([a_verdict(CRITICAL)], [asked()], NOON, flapping=FLAPPING)
    assert (address.slot, address.held_for) == (FLAPPING.until, "flapping")
    assert (
        address.waits == "flapping: changed 4 times in 24 hours; from now on one summary a day until it rests"
    )


def test_what_is_news_beside_what_flaps_is_told_at_once() -> None:
    [address] = route([a_verdict(), a_verdict(CRITICAL)], [asked()], NOON, flapping=FLAPPING)
    assert (address.due, address.slot, address.waits) == (NOON, None, "")


def test_a_flapping_trial_stays_in_the_digest_of_who_gets_digests() -> None:
    [address] = route([a_verdict()], [asked(slots=(Slot(time(18)),))], NOON, flapping=FLAPPING)
    assert (address.slot, address.held_for) == (a_moment("2026-02-09T18:00"), "")
    assert address.waits == "flapping: changed 4 times in 24 hours"


READERS = st.builds(
    a_subscriber,
    at_least=st.sampled_from(Significance),
    topics=st.frozensets(st.sampled_from(("status", "dates", "sites")), min_size=1),
    slots=st.sampled_from(((), (Slot(time(7, 30)),), (Slot(time(18), 2),))),
    quiet=st.sampled_from((None, Quiet(time(22), time(7)), Quiet(time(11), time(13), holds_all=True))),
    mute=st.sampled_from((frozenset(), frozenset({"sites"}), frozenset({NUMBER}))),
    snooze=st.sampled_from(((), ((NUMBER, date(2026, 3, 1)),))),
)


@given(
    st.lists(READERS, min_size=1, max_size=4),
    st.lists(
        st.builds(a_verdict, st.sampled_from(Significance), st.sampled_from(("status", "dates", "sites"))),
        max_size=4,
    ),
)
def test_a_reader_in_many_lists_gets_one_message_with_what_each_takes_when_the_soonest_wants_it(
    readers: list[Subscriber], verdicts: list[Verdict]
) -> None:
    lists = [a_watchlist(f"list{n}", reader) for n, reader in enumerate(readers)]
    alone = [
        (one.name, address) for one in lists for address in route(verdicts, between(one), NOON, number=NUMBER)
    ]
    together = route(verdicts, between(*lists), NOON, number=NUMBER)
    assert len(together) <= 1
    telling = [(name, address) for name, address in alone if not address.withheld]
    if telling:
        [message] = together
        assert set(message.verdicts) == {position for _, one in telling for position in one.verdicts}
        assert set(message.subscription.watchlists) == {name for name, _ in telling}
        assert message.due == min(one.due for _, one in telling)
        assert not message.withheld
    else:
        assert bool(together) == bool(alone), "what is withheld by every list that asks is kept on record"
