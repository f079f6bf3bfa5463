"""The made week: what the differ finds is what was written down beside the records by hand."""

from typing import Any

from monitor.core.diff import diff
from monitor.core.shape import split
from monitor.sources.clinicaltrials_gov.shape import SHAPE
from tests.core.seeds import expected_days, made_transitions


def by_field(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(changes, key=lambda change: change["field"])


def test_every_day_of_the_made_week_is_told_as_expected() -> None:
    found: dict[str, dict[str, list[dict[str, Any]]]] = {day: {} for day in expected_days()}
    for day, number, before, after in made_transitions():
        told = [
            {
                "field": str(change.path),
                "kind": change.kind,
                **({"before": change.before} if change.before is not None else {}),
                **({"after": change.after} if change.after is not None else {}),
            }
            for change in diff(split(before), split(after), SHAPE)
        ]
        if told:
            found[day][number] = by_field(told)
    expected = {
        day: {number: by_field(changes) for number, changes in told["changes"].items()}
        for day, told in expected_days().items()
    }
    assert found == expected
