"""What is watched, and why."""

from monitor.core.trial import TrialId
from monitor.core.watch import Watch, Watchlist
from monitor.jobs.reasons import reasons_to_watch, watches_of

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
            "one": "you watch this trial (ours)",
            "two": "found by the search “back pain”",
        },
        TrialId(REGISTRY, "NCT00000002"): {"two": "found by the search “back pain”"},
    }


def test_a_merged_number_is_followed_and_asked_for_no_more() -> None:
    lists = [a_list("one", a_trial_watch("NCT00000001"))]
    reasons = reasons_to_watch(lists, REGISTRY, {}, {"NCT00000001": "NCT00000009"})
    assert list(reasons) == [TrialId(REGISTRY, "NCT00000009")]
    assert "NCT00000001" in reasons[TrialId(REGISTRY, "NCT00000009")]["one"]
