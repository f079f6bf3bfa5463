"""What is watched, and why."""

from datetime import timedelta

from monitor.core.significance import Significance
from monitor.core.trial import TrialId
from monitor.core.watch import Holding, Watch, Watchlist, Wishes
from monitor.jobs.reasons import reasons_to_watch, watches_of, wishes_of

REGISTRY = "clinicaltrials.gov"
A_SEARCH = Watch("search", REGISTRY, query=(("query.cond", "back pain"),), title="back pain")


def a_trial_watch(number: str, note: str = "") -> Watch:
    return Watch("trial", REGISTRY, number=number, note=note)


def a_list(name: str, *watches: Watch) -> Watchlist:
    return Watchlist(name, name.title(), watches, ())


def test_the_same_search_in_two_lists_is_one_watch() -> None:
    lists = [a_list("one", A_SEARCH), a_list("two", A_SEARCH, a_trial_watch("NCT00000001"))]
    assert [watch.key for watch in watches_of(lists, REGISTRY)] == [A_SEARCH.key, f"{REGISTRY}:NCT00000001"]


def test_watches_of_another_registry_are_not_this_ones() -> None:
    assert watches_of([a_list("one", A_SEARCH)], "isrctn") == []


def test_a_trial_says_in_which_list_it_is_and_why() -> None:
    lists = [a_list("one", a_trial_watch("NCT00000001", "ours")), a_list("two", A_SEARCH)]
    reasons = reasons_to_watch(lists, REGISTRY, {A_SEARCH.key: ["NCT00000001", "NCT00000002"]}, {})
    assert reasons == {
        TrialId(REGISTRY, "NCT00000001"): {
            "one": Holding("you watch this trial (ours)"),
            "two": Holding("found by the search “back pain”"),
        },
        TrialId(REGISTRY, "NCT00000002"): {"two": Holding("found by the search “back pain”")},
    }


def test_a_merged_number_is_followed_and_asked_for_no_more() -> None:
    lists = [a_list("one", a_trial_watch("NCT00000001"))]
    reasons = reasons_to_watch(lists, REGISTRY, {}, {"NCT00000001": "NCT00000009"})
    assert list(reasons) == [TrialId(REGISTRY, "NCT00000009")]
    assert "NCT00000001" in reasons[TrialId(REGISTRY, "NCT00000009")]["one"].why


CRITICAL, ROUTINE = Significance.CRITICAL, Significance.ROUTINE
MONTH = timedelta(days=30)


def a_named(wishes: Wishes) -> Watch:
    return Watch("trial", REGISTRY, number="NCT00000001", wishes=wishes)


def a_search(wishes: Wishes) -> Watch:
    return Watch("search", REGISTRY, query=A_SEARCH.query, wishes=wishes)


def test_what_a_search_wishes_counts_for_each_trial_that_it_finds() -> None:
    lists = [a_list("one", a_search(Wishes(at_least=CRITICAL)))]
    reasons = reasons_to_watch(lists, REGISTRY, {A_SEARCH.key: ["NCT00000001"]}, {})
    assert reasons[TrialId(REGISTRY, "NCT00000001")]["one"].wishes == (Wishes(at_least=CRITICAL),)


def test_of_two_searches_each_may_take_what_it_wishes() -> None:
    either = (Wishes(at_least=CRITICAL), Wishes(slip_of=MONTH))
    assert wishes_of([a_search(one) for one in either]) == either


def test_what_is_said_where_a_trial_is_named_wins_over_a_search() -> None:
    held = [a_search(Wishes(at_least=ROUTINE)), a_named(Wishes(at_least=CRITICAL))]
    assert wishes_of(held) == (Wishes(at_least=CRITICAL),)


def test_where_a_named_trial_says_nothing_the_search_may_still_take_more() -> None:
    held = [a_search(Wishes(at_least=ROUTINE)), a_named(Wishes(slip_of=MONTH))]
    assert wishes_of(held) == (Wishes(slip_of=MONTH), Wishes(ROUTINE, slip_of=MONTH))


def test_naming_a_trial_never_loses_what_the_subscriber_asked_for_to_a_strict_search() -> None:
    assert Wishes() in wishes_of([a_search(Wishes(at_least=CRITICAL)), a_named(Wishes())])
