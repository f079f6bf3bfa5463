"""What holds of all verdicts, on made records, hostile ones, and those that a registry really gave."""

import json
import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.significance import Case, Rule, Verdict, assess
from tests.builders import a_date_struct, a_document, a_location, an_outcome, with_status
from tests.core.made_json import document_pairs, shuffled
from tests.core.recorded import lines, successive
from tests.rules.conftest import RULES
from tests.rules.judging import a_case, judged

SEEDS = Path(__file__).parents[2] / "seeds"
Pair = tuple[dict[str, Any], dict[str, Any]]

STATUSES = [
    "RECRUITING",
    "ACTIVE_NOT_RECRUITING",
    "COMPLETED",
    "TERMINATED",
    "SUSPENDED",
    "UNKNOWN",
    "BRAND_NEW_WORD",
    "",
    None,
]
TEXTS = st.one_of(st.sampled_from(["Slow accrual", "Slow  accrual", "", None]), st.text(max_size=400))
DATES = st.sampled_from(
    ["2025-03", "2025-03-01", "2026", "2026-10-15", "2026-13", "soon", "x" * 500, None, 7]
)
TYPES = st.sampled_from(["ACTUAL", "ESTIMATED", "", None, "BRAND_NEW"])


@st.composite
def states(draw: st.DrawFn) -> dict[str, Any]:
    """A record somewhere in a trial's life, or beyond anything a registry should say."""
    struct = st.one_of(st.none(), st.builds(lambda date, kind: {"date": date, "type": kind}, DATES, TYPES))
    document = a_document(
        identificationModule={"briefTitle": draw(TEXTS)},
        statusModule={
            "overallStatus": draw(st.sampled_from(STATUSES)),
            "whyStopped": draw(TEXTS),
            "startDateStruct": draw(struct),
            "primaryCompletionDateStruct": draw(struct),
            "completionDateStruct": draw(struct),
            "resultsFirstSubmitDate": draw(DATES),
            "resultsFirstPostDateStruct": draw(struct),
            "lastUpdatePostDateStruct": a_date_struct(draw(st.sampled_from(["2026-01-10", "2026-02-10"]))),
        },
        designModule={
            "enrollmentInfo": {
                "count": draw(st.sampled_from([0, 1, 120, 10**12, None, "120"])),
                "type": draw(TYPES),
            }
        },
        outcomesModule={
            "primaryOutcomes": draw(
                st.lists(st.builds(an_outcome, st.sampled_from(["Pain", "Function", "x" * 900])))
            )
        },
        contactsLocationsModule={
            "locations": draw(st.lists(st.builds(a_location, st.sampled_from(["One", "Two"])), max_size=4))
        },
    )
    if draw(st.booleans()):
        document.update(
            hasResults=True, resultsSection={"moreInfoModule": {"pointOfContact": {"title": draw(TEXTS)}}}
        )
    if draw(st.booleans()):
        document["protocolSection"]["k" * 900] = {draw(st.text(max_size=3)): draw(TEXTS)}
    return document


def assert_sound(case: Case, verdicts: Sequence[Verdict]) -> None:
    """No change without a verdict, no verdict without a change, and each headline a line that fits."""
    spoken_of = {position for verdict in verdicts for position in verdict.changes}
    assert spoken_of == set(range(len(case.changes)))
    for verdict in verdicts:
        assert verdict.changes
        assert list(verdict.changes) == sorted(set(verdict.changes))
        assert verdict.because
        assert 0 < len(verdict.headline) <= 300
        assert len(verdict.headline.splitlines()) == 1
        assert "  " not in verdict.headline
    assert list(verdicts) == sorted(verdicts, key=lambda verdict: -verdict.significance)


@given(before=states(), after=states())
def test_every_change_is_spoken_of_and_nothing_else_is(before: Any, after: Any) -> None:
    case = a_case(before, after)
    assert_sound(case, assess(case, RULES))


@given(pair=document_pairs())
def test_records_that_no_registry_would_give_are_judged_too(pair: Any) -> None:
    case = a_case({"protocolSection": pair[0]}, {"protocolSection": pair[1]})
    assert_sound(case, assess(case, RULES))


@given(before=states(), after=states(), seed=st.integers(0, 9))
def test_the_order_of_lists_does_not_sway_a_judgement(before: Any, after: Any, seed: int) -> None:
    chance = random.Random(seed)
    again = judged(RULES, shuffled(before, chance), shuffled(after, chance))
    assert again == judged(RULES, before, after)


@given(before=states(), after=states(), seed=st.integers(0, 9))
def test_the_order_of_rules_does_not_sway_a_judgement(before: Any, after: Any, seed: int) -> None:
    rules = random.Random(seed).sample(RULES, len(RULES))
    assert judged(rules, before, after) == judged(RULES, before, after)


@given(document=states())
def test_a_record_that_did_not_change_is_not_spoken_of(document: Any) -> None:
    assert judged(RULES, document, document) == ()


@given(before=states(), after=states())
def test_one_change_is_claimed_once_by_each_rule(before: Any, after: Any) -> None:
    verdicts = judged(RULES, before, after)
    for rule in RULES:
        claimed = [
            position for verdict in verdicts if verdict.rule == rule.id for position in verdict.changes
        ]
        assert len(set(claimed)) == len(claimed)


def test_facts_that_differ_in_spelling_alone_give_no_verdict_beside_a_real_change(
    rules: tuple[Rule, ...],
) -> None:
    before = with_status("TERMINATED", whyStopped="Slow  accrual")
    after = with_status("TERMINATED", whyStopped="Slow accrual", statusVerifiedDate="2026-02")
    assert [verdict.rule for verdict in judged(rules, before, after)] == ["record.housekeeping"]


def seed_pairs() -> Iterator[Pair]:
    for file in sorted((SEEDS / "clinicaltrials.gov").glob("*.json")):
        studies = [state["study"] for state in json.loads(file.read_text())["states"] if state.get("study")]
        yield from pairwise(studies)


@pytest.mark.parametrize(("before", "after"), list(seed_pairs()))
def test_the_histories_of_the_seeds_are_judged_soundly(before: Any, after: Any) -> None:
    case = a_case(before, after)
    verdicts = assess(case, RULES)
    assert verdicts
    assert_sound(case, verdicts)


def test_transitions_that_a_registry_really_made_are_judged_soundly(registry_data: Path) -> None:
    cases = [a_case(before, after) for before, after in successive(registry_data)]
    for case in cases:
        assert_sound(case, assess(case, RULES))
    assert sum(1 for case in cases if case.changes) == 26


def test_any_two_trials_are_judged_soundly_as_if_one_became_the_other(registry_data: Path) -> None:
    studies = [study for study in lines(registry_data / "corpus.jsonl.xz") if len(json.dumps(study)) < 60_000]
    chance = random.Random(1)
    for _ in range(40):
        case = a_case(*chance.sample(studies, 2))
        assert_sound(case, assess(case, RULES))
