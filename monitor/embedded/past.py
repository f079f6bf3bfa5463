"""The registry's own record history, as its site asks for it: which versions there are, and each in HTML.

Every distinct state that was served up to a day is a version, whatever brought it about: the real history has only what was submitted.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from monitor.embedded.records import State, Study
from monitor.sources.clinicaltrials_gov.markup import MARKED_UP

_SECTION = "protocolSection"
_LABELS = {
    "identificationModule": "Study Identification",
    "statusModule": "Study Status",
    "sponsorCollaboratorsModule": "Sponsor/Collaborators",
    "oversightModule": "Oversight",
    "descriptionModule": "Study Description",
    "conditionsModule": "Conditions",
    "designModule": "Study Design",
    "armsInterventionsModule": "Arms and Interventions",
    "outcomesModule": "Outcome Measures",
    "eligibilityModule": "Eligibility",
    "contactsLocationsModule": "Contacts/Locations",
    "ipdSharingStatementModule": "IPDSharing",
    "referencesModule": "References",
}


def versions(states: Sequence[State]) -> list[State]:
    """The states with a record, without those that say the same as the one before, oldest first."""
    kept: list[State] = []
    for state in states:
        if state.present and (not kept or kept[-1].study != state.study):
            kept.append(state)
    return kept


def outline(versions: Sequence[State]) -> dict[str, Any]:
    """What `…/history` says."""
    changes = []
    for n, state in enumerate(versions):
        status = state.study[_SECTION].get("statusModule", {})
        changes.append(
            {
                "version": n,
                "date": status.get("lastUpdateSubmitDate", state.day.isoformat()),
                "status": status.get("overallStatus", "UNKNOWN"),
                "moduleLabels": _moved(versions[n - 1].study, state.study) if n else [],
            }
        )
    return {"changes": changes}


def _moved(before: Study, after: Study) -> list[str]:
    return [
        label
        for module, label in _LABELS.items()
        if before[_SECTION].get(module) != after[_SECTION].get(module)
    ]


def in_html(study: Study) -> Study:
    """The record with its marked-up texts as HTML."""
    return _in_html(study, "")  # type: ignore[no-any-return]


def _in_html(value: Any, path: str) -> Any:
    if isinstance(value, dict):
        return {key: _in_html(inner, f"{path}.{key}" if path else key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_in_html(inner, path) for inner in value]
    return _html(value) if isinstance(value, str) and path in MARKED_UP else value


@lru_cache(maxsize=4096)
def _html(markdown: str) -> str:
    from markdown_it import MarkdownIt

    rendered: str = MarkdownIt("commonmark").render(markdown)
    return rendered.strip()
