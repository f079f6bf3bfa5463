"""Until when results are due by law, as estimated; or why the law is not thought to apply."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from monitor.core.facts import TrialFacts
from monitor.core.results_due import results_due
from tests.builders import a_typed_date

APPLICABLE = TrialFacts(
    status="COMPLETED",
    study_type="INTERVENTIONAL",
    phases=("PHASE3",),
    fda_regulated=True,
    start=a_typed_date("2020-05", "ACTUAL"),
    primary_completion=a_typed_date("2024-09", "ACTUAL"),
)


def test_a_year_after_the_last_day_of_primary_completion() -> None:
    due = results_due(APPLICABLE)
    assert (due.day, due.applies, due.reached) == (date(2025, 9, 30), True, True)


def test_a_certificate_of_delay_makes_it_three() -> None:
    due = results_due(replace(APPLICABLE, certificate_of_delay="2025-08-01"))
    assert due.day == date(2027, 9, 30)
    assert "certificate of delay submitted 2025-08-01" in due.because


def test_before_primary_completion_the_day_moves_with_it() -> None:
    due = results_due(replace(APPLICABLE, primary_completion=a_typed_date("2027-04")))
    assert (due.day, due.reached) == (date(2028, 4, 30), False)
    assert results_due(replace(APPLICABLE, primary_completion=None)).day is None


@pytest.mark.parametrize(
    ("less", "because"),
    [
        ({"study_type": "OBSERVATIONAL"}, "observational, not interventional"),
        ({"study_type": "EXPANDED_ACCESS"}, "expanded access, not interventional"),
        ({"study_type": ""}, "the record does not name the type of study"),
        ({"status": "WITHDRAWN"}, "withdrawn before anyone was enrolled"),
        ({"phases": ("EARLY_PHASE1",)}, "phase 1 only"),
        ({"fda_regulated": None}, "the record does not say whether the FDA regulates what is studied"),
        ({"fda_regulated": False}, "the FDA does not regulate what is studied, as the record says"),
        ({"primary_purpose": "DEVICE_FEASIBILITY"}, "a feasibility study of a device"),
        (
            {
                "start": a_typed_date("2012-05", "ACTUAL"),
                "primary_completion": a_typed_date("2016-12", "ACTUAL"),
            },
            "over before the final rule of 18 January 2017",
        ),
    ],
)
def test_where_the_law_is_not_thought_to_apply_the_reason_is_given(
    less: dict[str, Any], because: str
) -> None:
    due = results_due(replace(APPLICABLE, **less))
    assert (due.applies, due.day, due.because) == (False, None, because)


@pytest.mark.parametrize(
    "still", [{"phases": ("PHASE1", "PHASE2")}, {"phases": ()}, {"start": a_typed_date("2012-05", "ACTUAL")}]
)
def test_what_does_not_exempt_a_trial(still: dict[str, Any]) -> None:
    assert results_due(replace(APPLICABLE, **still)).applies
