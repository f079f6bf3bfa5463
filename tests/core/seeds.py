"""The made week of `seeds/made`, as plain values: registry day by registry day."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MADE = Path(__file__).parents[2] / "seeds" / "made"


def expected_days() -> dict[str, Any]:
    """What was written down by hand beside the records, by day."""
    days: dict[str, Any] = json.loads((MADE / "expected.json").read_text())["days"]
    return days


def made_transitions() -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """(day, number, before, after) of every record that the week gives again."""
    newest: dict[str, dict[str, Any]] = {}
    for line in (MADE / "week.jsonl").read_text().splitlines():
        state = json.loads(line)
        if not state.get("study"):
            continue
        number = state["study"]["protocolSection"]["identificationModule"]["nctId"]
        if number in newest:
            yield state["dataDate"], number, newest[number], state["study"]
        newest[number] = state["study"]
