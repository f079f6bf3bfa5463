"""What one look at one trial leads to."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from monitor.core.decide import GONE_AFTER, decide, modules_to_compare
from monitor.core.facts import TrialFacts
from monitor.core.observation import Observation
from monitor.core.record import Absence, Snapshot
from monitor.core.significance import Significance
from monitor.core.source import Found, Missing, Moved, Reading, Unchanged
from monitor.discovery import rules
from monitor.sources.clinicaltrials_gov.shape import SHAPE
from tests.builders import NOON, NUMBER, a_document, a_record, a_snapshot, a_trial, with_status
from tests.core.made_json import shuffled

RULES = rules()
OTHER = "NCT09990002"


def look(before: Snapshot | None, reading: Reading, now: datetime = NOON) -> Observation:
    return decide(a_trial(), before, reading, SHAPE, RULES, now)


def found(document: Any = None) -> Found:
    return Found(a_record(document))


def spoken(observation: Observation) -> list[str]:
    return [verdict.rule for verdict in observation.verdicts]


@pytest.mark.parametrize("before", [None, a_snapshot(version=0)])
def test_a_baseline_is_never_news(before: Snapshot | None) -> None:
    seen = look(before, found(with_status("TERMINATED")))
    assert (seen.outcome, seen.version, seen.expected_version) == ("baseline", 1, 0)
    assert seen.record is not None
    assert (seen.changes, seen.verdicts, seen.notifications) == ((), (), ())


def test_the_very_bytes_of_last_time_are_no_change() -> None:
    seen = look(a_snapshot(version=3), Unchanged(NUMBER))
    assert (seen.outcome, seen.version, seen.record, seen.changes) == ("unchanged", 3, None, ())


def test_nobody_can_be_unchanged_who_was_never_seen() -> None:
    for before in (None, a_snapshot(version=0)):
        with pytest.raises(ValueError, match="never seen"):
            look(before, Unchanged(NUMBER))


def test_the_same_record_is_unchanged() -> None:
    seen = look(a_snapshot(), found())
    assert (seen.outcome, seen.version, seen.verdicts) == ("unchanged", 1, ())


def test_a_record_in_another_order_is_unchanged_but_its_bytes_are_kept() -> None:
    turned = shuffled(a_document(), random.Random(3))
    seen = look(a_snapshot(), found(turned))
    assert (seen.outcome, seen.version, seen.changes) == ("unchanged", 1, ())
    assert seen.record is not None
    assert modules_to_compare(a_snapshot(), seen.record), "the bytes differ, the sense does not"


def test_a_changed_record_is_the_next_version() -> None:
    before = a_snapshot(with_status("RECRUITING"), version=4)
    seen = look(before, found(with_status("SUSPENDED", whyStopped="Supply")))
    assert (seen.outcome, seen.expected_version, seen.version) == ("version", 4, 5)
    assert [change.role for change in seen.changes] == ["status", "why_stopped"]
    assert spoken(seen) == ["status.halted"]
    assert seen.verdicts[0].changes == (0, 1)


def test_only_modules_that_differ_are_needed_of_the_version_before() -> None:
    whole = a_snapshot(with_status("RECRUITING"))
    after = a_record(with_status("COMPLETED"))
    names = modules_to_compare(whole, after)
    assert names == ["protocolSection.statusModule"]
    light = Snapshot(
        whole.trial, 1, NOON, whole.digests, whole.facts, {name: whole.modules[name] for name in names}
    )
    assert look(light, Found(after)) == look(whole, Found(after))


def test_a_module_that_comes_or_goes_is_to_be_compared() -> None:
    more = a_document(oversightModule={"isUsExport": True})
    assert modules_to_compare(a_snapshot(more), a_record()) == ["protocolSection.oversightModule"]
    assert modules_to_compare(a_snapshot(), a_record(more)) == ["protocolSection.oversightModule"]


def test_the_versions_before_count_in_a_judgement() -> None:
    def promised(date: str) -> dict[str, Any]:
        return a_document(statusModule={"primaryCompletionDateStruct": {"date": date, "type": "ESTIMATED"}})

    past = tuple(SHAPE.facts(promised(date)) for date in ("2025-03", "2025-09"))
    seen = look(a_snapshot(promised("2026-03"), version=3, past=past), found(promised("2026-10")))
    assert "the third slip, 19 months in all" in seen.verdicts[0].headline


def test_other_numbers_of_the_trial_are_passed_on() -> None:
    seen = look(None, found(a_document(identificationModule={"nctIdAliases": [OTHER]})))
    assert [(alias.number, alias.said_by) for alias in seen.aliases] == [(OTHER, "registry")]


def test_one_missing_answer_is_no_news() -> None:
    seen = look(a_snapshot(), Missing(NUMBER, certain=True))
    assert (seen.outcome, seen.absence, seen.verdicts) == ("absent", Absence(NOON, 1), ())


def test_every_look_in_vain_is_counted_from_the_first_one() -> None:
    before = a_snapshot(absence=Absence(NOON - timedelta(hours=2), 4))
    assert look(before, Missing(NUMBER)).absence == Absence(NOON - timedelta(hours=2), 5)


@pytest.mark.parametrize(
    ("since", "looks", "certain", "outcome"),
    [
        (GONE_AFTER, 1, True, "gone"),
        (GONE_AFTER + timedelta(days=9), 1, True, "gone"),
        (GONE_AFTER - timedelta(seconds=1), 30, True, "absent"),
        (GONE_AFTER, 1, False, "absent"),
        (timedelta(days=30), 90, False, "absent"),
    ],
)
def test_a_trial_is_gone_after_a_day_two_looks_and_a_question_for_it_alone(
    since: timedelta, looks: int, certain: bool, outcome: str
) -> None:
    before = a_snapshot(version=2, absence=Absence(NOON - since, looks))
    seen = look(before, Missing(NUMBER, certain))
    assert (seen.outcome, seen.version) == (outcome, 2)
    assert spoken(seen) == (["record.gone"] if outcome == "gone" else [])


def test_a_trial_is_told_gone_once() -> None:
    before = a_snapshot(absence=Absence(NOON - timedelta(days=9), 9), gone=True)
    seen = look(before, Missing(NUMBER, certain=True))
    assert (seen.outcome, seen.verdicts) == ("absent", ())


def test_an_absence_ends_when_the_record_comes() -> None:
    seen = look(a_snapshot(absence=Absence(NOON - timedelta(hours=3), 2)), found())
    assert (seen.outcome, seen.absence, seen.verdicts) == ("unchanged", None, ())


def test_a_trial_that_had_gone_is_told_back() -> None:
    seen = look(a_snapshot(version=2, gone=True), found())
    assert (seen.outcome, seen.version, spoken(seen)) == ("back", 2, ["record.back"])


def test_a_trial_that_comes_back_changed_is_told_with_its_changes() -> None:
    seen = look(a_snapshot(with_status("RECRUITING"), gone=True), found(with_status("TERMINATED")))
    assert (seen.outcome, seen.version, spoken(seen)) == ("back", 2, ["status.halted", "record.back"])


def test_a_trial_that_comes_back_to_the_byte_is_told_back() -> None:
    seen = look(a_snapshot(gone=True), Unchanged(NUMBER))
    assert (seen.outcome, seen.record, spoken(seen)) == ("back", None, ["record.back"])


@pytest.mark.parametrize("before", [None, a_snapshot(version=0)])
def test_an_unknown_number_is_told_when_the_answer_is_certain(before: Snapshot | None) -> None:
    assert look(before, Missing(NUMBER)).outcome == "absent"
    seen = look(before, Missing(NUMBER, certain=True))
    assert (seen.outcome, seen.version, spoken(seen)) == ("unknown", 0, ["record.unknown_number"])


def test_an_unknown_number_is_told_once() -> None:
    seen = look(a_snapshot(version=0, gone=True), Missing(NUMBER, certain=True))
    assert (seen.outcome, seen.verdicts) == ("absent", ())


def test_an_unknown_number_that_is_registered_at_last_is_a_baseline() -> None:
    assert look(a_snapshot(version=0, gone=True), found()).outcome == "baseline"


def test_a_number_that_became_anothers_is_told_and_followed() -> None:
    seen = look(a_snapshot(version=2), Moved(NUMBER, OTHER, a_record(number=OTHER)))
    assert (seen.outcome, seen.version, seen.moved_to) == ("moved", 2, OTHER)
    assert spoken(seen) == ["record.moved"]
    assert [alias.number for alias in seen.aliases] == [OTHER]


def test_a_number_that_was_never_seen_may_be_anothers() -> None:
    seen = look(None, Moved(NUMBER, OTHER))
    assert (seen.outcome, seen.version, seen.moved_to) == ("moved", 0, OTHER)


def test_a_move_is_told_once_unless_it_moves_on() -> None:
    before = a_snapshot(moved_to=OTHER)
    assert look(before, Moved(NUMBER, OTHER)).verdicts == ()
    assert spoken(look(before, Moved(NUMBER, "NCT09990003"))) == ["record.moved"]


def test_the_gravest_verdict_comes_first() -> None:
    before = a_snapshot(with_status("RECRUITING", statusVerifiedDate="2025-01"))
    seen = look(before, found(with_status("TERMINATED", statusVerifiedDate="2026-01")))
    assert [verdict.significance for verdict in seen.verdicts] == [Significance.CRITICAL, Significance.NOISE]


def test_the_same_look_is_decided_the_same() -> None:
    before, reading = a_snapshot(with_status("RECRUITING")), found(with_status("UNKNOWN"))
    assert look(before, reading) == look(before, reading)


def test_no_look_changes_what_it_is_given() -> None:
    before = a_snapshot(with_status("RECRUITING"))
    kept = a_snapshot(with_status("RECRUITING"))
    look(before, found(with_status("COMPLETED")))
    assert before == kept
    assert before.facts != TrialFacts()
