"""Days go by without an edit: what comes near, passes or is forgotten is told once each."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from monitor.core.significance import Case, Rule, Verdict
from monitor.embedded import EmbeddedRegistry, History
from monitor.jobs.check import check
from monitor.jobs.dispatch import dispatch
from tests.journeys.office import Office

SEED = Path(__file__).parents[2] / "seeds" / "made" / "week.jsonl"
FIRST = date(2026, 3, 2)


def test_deadlines_are_told_once_each_and_never_on_the_first_day(tmp_path: Path) -> None:
    line = json.loads(SEED.read_text(encoding="utf-8").splitlines()[0])
    study, history = line["study"], History()
    study["protocolSection"]["statusModule"].update(
        {
            "overallStatus": "RECRUITING",
            "statusVerifiedDate": "2026-02",
            "primaryCompletionDateStruct": {"date": "2026-04-10", "type": "ESTIMATED"},
        }
    )
    history.put("NCT99900001", FIRST, study)
    with EmbeddedRegistry(history).serving() as registry:
        office = Office(tmp_path, registry)
        office.watch(["NCT99900001"])
        for ahead in range(60):
            assert office.check_on(FIRST + timedelta(days=ahead)).failed == []
            office.check_on(FIRST + timedelta(days=ahead), hour=20)
    told = [(event["seen_at"][:10], event["rule"], event["headline"]) for event in office.events()]
    assert told == [
        (
            "2026-03-11",
            "deadlines.near",
            "Primary completion is expected in 30 days: 10 April 2026",
        ),
        ("2026-04-03", "deadlines.near", "Primary completion is expected in 7 days: 10 April 2026"),
        (
            "2026-04-11",
            "deadlines.passed",
            "Still recruiting although primary completion was expected by 10 April 2026",
        ),
    ]
    assert all(event["changes"] == [] and event["version"] is None for event in office.events())


def test_a_rule_that_stumbles_over_the_day_keeps_nothing_from_being_told(tmp_path: Path) -> None:
    def stumble(case: Case) -> Iterable[Verdict]:
        raise ZeroDivisionError(case.trial)

    broken = Rule("broken.day", "Stumbles", "Always.", "deadlines", stumble, on="clock")
    with EmbeddedRegistry(History.load(SEED)).serving() as registry:
        office = Office(tmp_path, registry)
        office.watch(["NCT99900001"])
        with office.context(datetime(2026, 3, 2, 15, tzinfo=UTC)) as context:
            report = check(replace(context, rules=[*context.rules, broken]))
            assert dispatch(context, report).told == 1
        (failure,) = report.failed
        assert "an error of trialmon itself (ZeroDivisionError)" in failure["why"]
        assert office.check_on(FIRST + timedelta(days=1)).failed == []
