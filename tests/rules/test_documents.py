"""Study documents, and the registry's annotation of violations."""

from typing import Any

import pytest

from monitor.core.significance import Significance, Verdict
from tests.builders import a_date_struct, a_document
from tests.rules.conftest import RULES
from tests.rules.judging import judged

FAR = a_date_struct("2027-10")
PAST = a_date_struct("2025-10-31", "ACTUAL")


def a_file(name: str, date: str = "2024-01-15", **more: Any) -> Any:
    return {"filename": name, "date": date, "uploadDate": "2026-01-09T12:00", "size": 1000, **more}


def a_trial_with(*files: Any, completion: Any = FAR, results: bool = False) -> dict[str, Any]:
    """A trial with these documents."""
    document = a_document(statusModule={"primaryCompletionDateStruct": completion})
    return {
        **document,
        "documentSection": {"largeDocumentModule": {"largeDocs": list(files)}},
        "hasResults": results,
    }


def of_documents(before: Any, after: Any) -> list[Verdict]:
    return [verdict for verdict in judged(RULES, before, after) if verdict.rule.startswith("documents.")]


def the_verdict(before: Any, after: Any) -> Verdict:
    [verdict] = of_documents(before, after)
    return verdict


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Prot_000.pdf", "Study protocol"),
        ("SAP_001.pdf", "Statistical analysis plan"),
        ("ICF_002.pdf", "Informed consent form"),
        ("Prot_SAP_000.pdf", "Study protocol and statistical analysis plan"),
        ("Prot_SAP_ICF_000.pdf", "Study protocol, statistical analysis plan and informed consent form"),
        ("thesis.pdf", "Study document"),
    ],
)
def test_a_document_is_called_what_it_is(name: str, words: str) -> None:
    verdict = the_verdict(a_trial_with(), a_trial_with(a_file(name)))
    assert verdict.headline == f"{words} posted (dated 15 January 2024)"
    assert verdict.significance == Significance.ROUTINE


def test_what_the_registry_says_of_a_document_counts_more_than_its_file_name() -> None:
    after = a_trial_with(a_file("document.pdf", hasProtocol=True, hasSap=False))
    assert the_verdict(a_trial_with(), after).headline.startswith("Study protocol posted")


@pytest.mark.parametrize("name", ["SAP_000.pdf", "SAP_001.pdf"])
def test_a_newer_plan_under_the_same_or_another_name_is_a_replacement(name: str) -> None:
    before = a_trial_with(a_file("SAP_000.pdf"))
    verdict = the_verdict(before, a_trial_with(a_file(name, "2025-02-01", size=2000)))
    assert (
        verdict.headline
        == "Statistical analysis plan replaced (now dated 1 February 2025, was 15 January 2024)"
    )
    assert verdict.significance == Significance.ROUTINE


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((), (a_file("SAP_000.pdf"),)),
        ((a_file("Prot_000.pdf"),), (a_file("Prot_001.pdf", "2026-01-05"),)),
    ],
)
def test_a_protocol_or_plan_that_comes_after_primary_completion_is_notable(before: Any, after: Any) -> None:
    verdict = the_verdict(a_trial_with(*before, completion=PAST), a_trial_with(*after, completion=PAST))
    assert verdict.significance == Significance.NOTABLE
    assert verdict.headline.endswith(", after primary completion")


def test_what_comes_with_the_results_is_routine_for_the_law_wants_it() -> None:
    before = a_trial_with(completion=PAST)
    after = a_trial_with(a_file("Prot_SAP_000.pdf"), completion=PAST, results=True)
    assert the_verdict(before, after).significance == Significance.ROUTINE


def test_a_consent_form_is_routine_whenever_it_comes() -> None:
    before, after = a_trial_with(completion=PAST), a_trial_with(a_file("ICF_000.pdf"), completion=PAST)
    assert the_verdict(before, after).significance == Significance.ROUTINE


def test_many_documents_are_one_line() -> None:
    files = [a_file(f"{kind}_{n:03}.pdf") for kind in ("Prot", "SAP", "ICF") for n in range(3)]
    verdict = the_verdict(a_trial_with(), a_trial_with(*files))
    assert verdict.headline.startswith("9 study documents posted, replaced or taken down: ")
    assert len(verdict.headline) <= 200


class TestViolations:
    def a_violator(self, *events: Any, marked: bool = True) -> dict[str, Any]:
        document = a_document(oversightModule={"fdaaa801Violation": True} if marked else {})
        annotation = {"violationAnnotation": {"violationEvents": list(events)}} if events else {}
        return {**document, "annotationSection": {"annotationModule": annotation}}

    def test_a_penalty_is_critical_and_told_with_its_reason(self) -> None:
        identified = {"type": "VIOLATION_IDENTIFIED", "issuedDate": "2026-01-12", "description": "No results"}
        penalty = {"type": "PENALTY_IMPOSED", "issuedDate": "2026-02-03"}
        verdict = the_verdict(self.a_violator(identified), self.a_violator(identified, penalty))
        assert verdict.headline == "FDAAA 801: penalty imposed on 3 February 2026"
        assert verdict.significance == Significance.CRITICAL

    def test_the_mark_alone_is_critical(self) -> None:
        verdict = the_verdict(self.a_violator(marked=False), self.a_violator())
        assert verdict.headline == "The registry marks this trial as violating FDAAA 801"
        assert verdict.significance == Significance.CRITICAL

    def test_a_mark_taken_back_is_notable(self) -> None:
        verdict = the_verdict(self.a_violator(), self.a_violator(marked=False))
        assert verdict.significance == Significance.NOTABLE

    def test_it_is_said_to_be_the_registry_s_act(self) -> None:
        event = {"type": "VIOLATION_IDENTIFIED", "issuedDate": "2026-01-12"}
        verdict = the_verdict(self.a_violator(marked=False), self.a_violator(event))
        assert "by the registry" in verdict.because
        assert len(verdict.changes) == 2
