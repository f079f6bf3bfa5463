"""Results on their way: each step told once, with its round, wherever the registry tells it first."""

from collections.abc import Sequence
from copy import deepcopy
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.significance import Significance
from tests.builders import a_document
from tests.core.recorded import lines
from tests.rules.conftest import RULES
from tests.rules.judging import a_case, headlines, judged

Steps = Sequence[tuple[str, str]]

CYCLE: Steps = (
    ("RELEASE", "2026-01-12"),
    ("RESET", "2026-02-10"),
    ("RELEASE", "2026-03-02"),
    ("UNRELEASE", "2026-03-09"),
    ("RELEASE", "2026-03-10"),
    ("RESET", "2026-04-01"),
)
FIELDS = {"RELEASE": "releaseDate", "RESET": "resetDate", "UNRELEASE": "unreleaseDate"}


def told_by_events(document: dict[str, Any], steps: Steps) -> dict[str, Any]:
    events = [{"type": name, "date": day} for name, day in steps]
    document["annotationSection"] = {
        "annotationModule": {
            "unpostedAnnotation": {"unpostedResponsibleParty": "Made University", "unpostedEvents": events}
        }
    }
    return document


def told_by_rounds(document: dict[str, Any], steps: Steps) -> dict[str, Any]:
    rounds: list[dict[str, str]] = []
    for name, day in steps:
        if name == "RELEASE":
            rounds.append({})
        rounds[-1][FIELDS[name]] = day
    document["derivedSection"]["miscInfoModule"]["submissionTracking"] = {
        "estimatedResultsFirstSubmitDate": steps[0][1],
        "submissionInfos": rounds,
    }
    return document


def on_its_way(*steps: tuple[str, str]) -> dict[str, Any]:
    """A record whose results went through these steps, told in both places."""
    if not steps:
        return a_document()
    return told_by_rounds(told_by_events(a_document(), steps), steps)


def test_the_cycle_of_quality_control_is_told_step_by_step() -> None:
    states = [on_its_way(*CYCLE[:n]) for n in range(len(CYCLE) + 1)]
    told = [headlines(judged(RULES, before, after)) for before, after in pairwise(states)]
    assert told == [
        [
            "submission.submitted: Results submitted on 12 January 2026; not posted yet, in the registry's quality control"
        ],
        [
            "submission.returned: Results returned to the sponsor by quality control on 10 February 2026 (round 1); "
            "round 2 follows once they are submitted again"
        ],
        [
            "submission.again: Results submitted again on 2 March 2026 (round 2); in the registry's quality control"
        ],
        [
            "submission.cancelled: Results submission cancelled on 9 March 2026 (round 2), before quality control had ended"
        ],
        [
            "submission.again: Results submitted again on 10 March 2026 (round 3); in the registry's quality control"
        ],
        [
            "submission.returned: Results returned to the sponsor by quality control on 1 April 2026 (round 3); "
            "round 4 follows once they are submitted again"
        ],
    ]


def test_a_step_that_the_registry_told_by_itself_says_so() -> None:
    [verdict] = judged(RULES, on_its_way(*CYCLE[:1]), on_its_way(*CYCLE[:2]))
    assert "registry-made" in verdict.because
    assert verdict.significance == Significance.NOTABLE


def test_steps_that_were_missed_are_all_told() -> None:
    verdicts = judged(RULES, on_its_way(), on_its_way(*CYCLE))
    assert sorted(verdict.rule for verdict in verdicts) == [
        "submission.again",
        "submission.again",
        "submission.cancelled",
        "submission.returned",
        "submission.returned",
        "submission.submitted",
    ]


def test_the_second_place_that_tells_a_step_is_held_back() -> None:
    tracked = told_by_rounds(a_document(), CYCLE[:1])
    [first] = judged(RULES, a_document(), tracked)
    assert first.rule == "submission.submitted"
    [second] = judged(RULES, tracked, on_its_way(*CYCLE[:1]))
    assert (second.rule, second.significance) == ("submission.repeated", Significance.NOISE)


def test_a_round_that_the_registry_numbers_has_that_number() -> None:
    before, after = a_document(), a_document()
    for document, second in ((before, {}), (after, {"resetDate": "2021-07-23"})):
        document["derivedSection"]["miscInfoModule"]["submissionTracking"] = {
            "submissionInfos": [
                {"releaseDate": "2021-05-25", "resetDate": "2021-06-18", "mcpReleaseN": 6},
                {"releaseDate": "2021-07-01", "mcpReleaseN": 7, **second},
            ]
        }
    [verdict] = judged(RULES, before, after)
    assert "on 23 July 2021 (round 7); round 8 follows" in verdict.headline


def test_a_cancellation_of_an_unknown_day_is_told_without_one() -> None:
    before, after = on_its_way(*CYCLE[:1]), on_its_way(*CYCLE[:1])
    after["derivedSection"]["miscInfoModule"]["submissionTracking"]["submissionInfos"][0][
        "unreleaseDateUnknown"
    ] = True
    after["annotationSection"]["annotationModule"]["unpostedAnnotation"]["unpostedEvents"].append(
        {"type": "UNRELEASE", "dateUnknown": True}
    )
    assert headlines(judged(RULES, before, after)) == [
        "submission.cancelled: Results submission cancelled on a day that the registry does not know, before quality control had ended"
    ]


def test_the_posting_speaks_for_all_that_led_to_it() -> None:
    after = a_document(statusModule={"resultsFirstPostDateStruct": {"date": "2026-05-19", "type": "ACTUAL"}})
    after.update(hasResults=True, resultsSection={"moreInfoModule": {"pointOfContact": {"title": "Head"}}})
    [verdict] = judged(RULES, on_its_way(*CYCLE), after)
    assert verdict.rule == "results.posted"


def test_rounds_go_on_where_results_were_posted_with_comments() -> None:
    before, after = on_its_way(*CYCLE[:2]), on_its_way(*CYCLE[:3])
    for document in (before, after):
        document.update(
            hasResults=True, resultsSection={"moreInfoModule": {"pointOfContact": {"title": "Head"}}}
        )
    [verdict] = judged(RULES, before, after)
    assert (
        verdict.headline
        == "Results submitted again on 2 March 2026 (round 2); in the registry's quality control"
    )
    assert "while posted results are in review" in verdict.because


def test_the_end_of_quality_control_is_no_submission_that_vanishes() -> None:
    before, after = on_its_way(*CYCLE[:1]), on_its_way()
    for document in (before, after):
        document.update(
            hasResults=True, resultsSection={"moreInfoModule": {"pointOfContact": {"title": "Head"}}}
        )
    assert {verdict.rule for verdict in judged(RULES, before, after)} == {"record.edited"}


def test_a_submission_that_vanishes_is_told() -> None:
    [verdict] = judged(RULES, on_its_way(*CYCLE[:2]), on_its_way())
    assert verdict.rule == "submission.vanished"
    assert verdict.headline == (
        "Taken out of the record without results being posted: 2 steps of a results submission, submitted on 12 January 2026"
    )


def test_a_first_submission_known_by_its_date_is_not_told_again_by_the_list_of_steps() -> None:
    before = a_document(statusModule={"resultsFirstSubmitDate": "2026-01-12"})
    after = on_its_way(*CYCLE[:1])
    after["protocolSection"]["statusModule"]["resultsFirstSubmitDate"] = "2026-01-12"
    assert [verdict.significance for verdict in judged(RULES, before, after)] == [Significance.NOISE]


@given(st.integers(0, len(CYCLE)), st.integers(0, len(CYCLE)), st.booleans(), st.booleans())
def test_every_step_forward_is_told_once_whichever_place_tells_it(
    one: int, other: int, events: bool, rounds: bool
) -> None:
    def document(steps: Steps) -> dict[str, Any]:
        made = a_document()
        if steps and events:
            made = told_by_events(made, steps)
        return told_by_rounds(made, steps) if steps and rounds else made

    first, second = sorted((one, other))
    case = a_case(document(CYCLE[:first]), document(CYCLE[:second]))
    told = [
        v
        for v in judged(RULES, document(CYCLE[:first]), document(CYCLE[:second]))
        if v.significance > Significance.NOISE
    ]
    assert len(told) == (second - first if events or rounds else 0)
    assert {n for verdict in told for n in verdict.changes} == set(range(len(case.changes)))


def test_submissions_really_made_are_told_step_by_step(registry_data: Path) -> None:
    """Each record as it stood before each of its steps, by the events that it lists."""
    steps = 0
    for study in lines(registry_data / "corpus.jsonl.xz"):
        annotation = (
            study.get("annotationSection", {}).get("annotationModule", {}).get("unpostedAnnotation", {})
        )
        events = annotation.get("unpostedEvents", [])
        study["derivedSection"]["miscInfoModule"].pop("submissionTracking", None)
        for n in range(len(events)):
            before, after = deepcopy(study), deepcopy(study)
            for document, known in ((before, events[:n]), (after, events[: n + 1])):
                document["annotationSection"]["annotationModule"]["unpostedAnnotation"]["unpostedEvents"] = (
                    known
                )
            [verdict] = judged(RULES, before, after)
            first = events[n]["type"] == "RELEASE" and n == 0
            assert verdict.rule.startswith("submission.")
            assert (verdict.rule == "submission.submitted") == first
            steps += 1
    assert steps > 40
