"""What readers' templates are given is what the reference says, and nothing that does anything."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.core.dates import PartialDate
from monitor.core.receipt import Receipt
from monitor.core.upcoming import Deadline
from monitor.render.contexts import (
    AlertContext,
    ComingUp,
    DigestContext,
    DigestSection,
    Note,
    Reason,
    WatchingContext,
)
from monitor.render.offered import OFFERED, Told, offered
from monitor.render.sinks import Ours
from tests.hostile import HOSTILE
from tests.render.builders import NOON, RESPINE, a_change, a_verdict, a_watched_trial, an_alert

COMING = ComingUp(a_watched_trial(), Deadline("results_due", PartialDate(2026, 3, 1), True, "as estimated"))
ALERT = an_alert(
    also_in=("Cells",),
    reasons=(Reason("Backs", "you watch this trial"), Reason("Cells", "it is in a search")),
)
DIGEST = DigestContext(
    (
        DigestSection("Backs", (ALERT,), (a_watched_trial("NCT00000001"),), (COMING,)),
        DigestSection("Cells", (ALERT,)),
    ),
    NOON,
    receipt=Receipt(noise={"housekeeping": 2}, noise_trials=1),
    receipt_since=NOON - timedelta(days=1),
    lead="a destination was away",
    notes=(Note("About the monitor", ("a line", "another")),),
)
WATCHING = WatchingContext("Backs", (a_watched_trial(),))
ALL: list[Told] = [ALERT, DIGEST, WATCHING]


def kinds(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every path of a value with its kind, as the reference writes them."""
    if isinstance(value, dict):
        if path:
            yield path, "mapping"
        for name, inner in value.items():
            yield from kinds(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        yield path, "list"
        for inner in value:
            yield from ((f"{path}[]{rest.removeprefix(path)}", kind) for rest, kind in kinds(inner, path))
    else:
        words = {str: "text", Ours: "address", bool: "yes or no", int: "number"}
        yield path, words[type(value)]


def given(told: Told) -> dict[str, Any]:
    return offered(told, "the title", "desk")


def test_the_reference_describes_what_is_given() -> None:
    described = {(path, kind) for path, (kind, _) in OFFERED.items()}
    found = {one for told in ALL for one in kinds(given(told))}
    items = {(f"{path}[]", "mapping") for path, kind in described if kind == "list"}
    texts = {
        ("notes[].lines[]", "text"),
        ("trials[].also_in[]", "text"),
        ("sections[].trials[].also_in[]", "text"),
    }
    assert found - items - texts == described


def test_every_kind_of_message_has_the_same_values_at_the_top() -> None:
    assert [given(told)["kind"] for told in ALL] == ["alert", "digest", "watching"]
    assert {frozenset(given(told)) for told in ALL} == {
        frozenset(path for path in OFFERED if path.isidentifier())
    }


@pytest.mark.parametrize("told", ALL, ids=lambda told: type(told).__name__)
def test_what_is_given_is_plain(told: Told) -> None:
    values = given(told)
    assert json.loads(json.dumps(values)) == values


def test_an_alert_names_each_list_and_a_digest_each_trial_once() -> None:
    assert [section["watchlist"] for section in given(ALERT)["sections"]] == ["Backs", "Cells"]
    assert len(given(DIGEST)["trials"]) == 1
    assert given(DIGEST)["sections"][0]["coming"][0]["what"] == "results due"


def test_a_change_says_what_was_and_what_is() -> None:
    (trial,) = given(ALERT)["trials"]
    (event,) = trial["events"]
    assert (event["headline"], event["significance"]) == ("Terminated (was: recruiting)", "critical")
    assert event["changes"] == [
        {
            "label": "Overall status",
            "field": "protocolSection.statusModule.overallStatus",
            "kind": "changed",
            "before": "Recruiting (RECRUITING)",
            "after": "Terminated (TERMINATED)",
        }
    ]


@pytest.mark.parametrize(
    "page", ["javascript:alert(1)", "https://x.example/<script>", "http://x.example/", ""]
)
def test_an_address_that_is_none_is_not_given_as_one(page: str) -> None:
    assert given(an_alert(page=page))["trials"][0]["page"] == ""


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_given_is_bounded(text: str) -> None:
    facts = replace(RESPINE, title=text, acronym=text, sponsor=text, status=text)
    alert: AlertContext = an_alert(
        facts=facts,
        changes=(a_change(text, text + "!"),),
        verdicts=(a_verdict(text, because=text),),
        reasons=(Reason(text, text),),
    )
    assert len(json.dumps(given(alert))) < 40_000
