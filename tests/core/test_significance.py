"""How much a change matters, and that none stays without a verdict."""

from collections.abc import Iterable

import pytest

from monitor.core.facts import TrialFacts
from monitor.core.significance import (
    TOPICS,
    Case,
    Occurrence,
    Rule,
    Significance,
    Topic,
    Verdict,
    assess,
    gravest_first,
)
from tests.builders import NOON, a_change, a_trial


def a_case(changes: int, occurrence: Occurrence = "changed") -> Case:
    return Case(a_trial(), TrialFacts(), TrialFacts(), NOON, (a_change(),) * changes, occurrence=occurrence)


def a_rule(
    name: str,
    significance: Significance = Significance.NOTABLE,
    claims: tuple[int, ...] = (),
    on: Occurrence = "changed",
) -> Rule:
    def judge(case: Case) -> Iterable[Verdict]:
        yield Verdict(name, "status", significance, "It changed", "because", claims)

    return Rule(name, "title", "doc.", "status", judge, on=on)


def the_rest(case: Case) -> Iterable[Verdict]:
    yield Verdict("rest", "record", Significance.ROUTINE, "The rest", "because", case.unclaimed)


THE_REST = Rule("rest", "title", "doc.", "record", the_rest, last=True)


def test_significances_are_ordered_and_read_back() -> None:
    assert [str(one) for one in sorted(Significance)] == ["noise", "routine", "notable", "critical"]
    assert all(Significance.parse(str(one)) is one for one in Significance)
    with pytest.raises(ValueError, match="urgent"):
        Significance.parse("urgent")


def test_the_topics_are_those_of_the_contract() -> None:
    words = "status dates results enrollment outcomes design eligibility sites sponsor publications documents record deadlines"
    assert tuple(words.split()) == TOPICS


def test_what_no_rule_claims_is_left_to_the_last() -> None:
    verdicts = assess(a_case(4), [THE_REST, a_rule("one", claims=(0,)), a_rule("two", claims=(0, 3))])
    assert [verdict.changes for verdict in verdicts if verdict.rule == "rest"] == [(1, 2)]


def test_where_all_is_claimed_nothing_is_left_to_say() -> None:
    assert [verdict.rule for verdict in assess(a_case(1), [THE_REST, a_rule("one", claims=(0,))])] == ["one"]


def test_a_verdict_on_a_change_that_was_none_is_dropped() -> None:
    assert assess(a_case(0), [a_rule("one"), THE_REST]) == ()


def test_what_befell_the_number_needs_no_change() -> None:
    assert [verdict.rule for verdict in assess(a_case(0, "gone"), [a_rule("one", on="gone")])] == ["one"]


def test_a_rule_is_asked_on_its_occurrence_only() -> None:
    assert assess(a_case(1, "gone"), [a_rule("one", claims=(0,)), THE_REST]) == ()


def test_verdicts_come_gravest_first_then_as_readers_ask_then_by_name() -> None:
    def said(rule: str, significance: Significance, topic: Topic) -> Verdict:
        return Verdict(rule, topic, significance, "It changed", "because", (0,))

    order = [
        said("sites.opened", Significance.CRITICAL, "sites"),
        said("status.changed", Significance.NOTABLE, "status"),
        said("results.submitted", Significance.NOTABLE, "results"),
        said("dates.slipped", Significance.NOTABLE, "dates"),
        said("design.changed", Significance.NOTABLE, "design"),
        said("sites.opened", Significance.NOTABLE, "sites"),
        said("status.changed", Significance.ROUTINE, "status"),
    ]
    assert gravest_first(reversed(order)) == tuple(order)


def test_what_one_rule_says_keeps_its_order() -> None:
    primary, other = (
        Verdict("dates.slipped", "dates", Significance.NOTABLE, name, "because", (n,))
        for n, name in ((1, "Primary completion"), (0, "Completion"))
    )
    assert gravest_first([primary, other]) == (primary, other)
