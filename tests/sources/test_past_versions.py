"""The registry's own record history: what is asked, what is believed, and what becomes of it."""

from typing import Any

import orjson
import pytest

from monitor.core.errors import CouldNotFindOut, Refused, Unreadable
from monitor.core.source import PastVersion, Remembering, Response, answered
from monitor.sources.clinicaltrials_gov import SOURCE
from tests.sources.registry import a_record, ok, one_after_another

ONE = "NCT00000101"
assert isinstance(SOURCE, Remembering)
REMEMBERING: Remembering = SOURCE


def a_line(n: int, date: str = "2025-01-02", **more: Any) -> dict[str, Any]:
    return {"version": n, "date": date, "status": "RECRUITING", "moduleLabels": [], **more}


def outline(*changes: Any, **more: Any) -> tuple[PastVersion, ...]:
    answer = ok(orjson.dumps({"changes": list(changes), **more}))
    return answered(REMEMBERING.past_versions(ONE), one_after_another(answer))


def test_versions_are_asked_for_at_an_address_of_their_own_and_a_no_is_for_us_to_judge() -> None:
    request = next(REMEMBERING.past_versions(ONE))
    assert request.path == f"/api/int/studies/{ONE}/history"
    assert 403 in request.answers
    assert next(REMEMBERING.past_version(ONE, 3)).path == f"/api/int/studies/{ONE}/history/3"


def test_an_outline_is_read_whatever_else_stands_in_it() -> None:
    found = outline(a_line(0), a_line(1, "2025-03-04", lastUpdateSubmitQcDate="2025-03-04"), originalData={})
    assert found == (
        PastVersion(0, "2025-01-02", "RECRUITING"),
        PastVersion(1, "2025-03-04", "RECRUITING"),
    )


@pytest.mark.parametrize(
    "changes",
    [
        (),
        ("x",),
        (a_line(1),),
        (a_line(0), a_line(0)),
        (a_line(0), a_line(2)),
        (a_line(0, "soon"),),
        (a_line(True),),
    ],
)
def test_what_is_no_list_of_versions_is_not_believed(changes: tuple[Any, ...]) -> None:
    with pytest.raises(Unreadable):
        outline(*changes)


@pytest.mark.parametrize(
    ("status", "error"), [(401, Refused), (403, Refused), (404, Unreadable), (410, Unreadable)]
)
def test_a_refusal_is_no_news_of_the_trial(status: int, error: type[CouldNotFindOut]) -> None:
    with pytest.raises(error, match=f"HTTP {status}"):
        answered(REMEMBERING.past_versions(ONE), one_after_another(Response(status, {}, b"Forbidden")))


def past_version(body: Any, n: int = 2) -> Any:
    return answered(REMEMBERING.past_version(ONE, n), one_after_another(ok(orjson.dumps(body))))


def test_a_version_is_the_record_in_it() -> None:
    assert past_version({"studyVersion": 2, "study": a_record(ONE)}) == a_record(ONE)


@pytest.mark.parametrize(
    "body",
    [
        {"studyVersion": 3, "study": a_record(ONE)},
        {"studyVersion": 2},
        {"studyVersion": 2, "study": a_record("NCT00000102")},
        {"studyVersion": 2, "study": {"protocolSection": None}},
    ],
)
def test_another_version_or_another_trial_is_not_believed(body: Any) -> None:
    with pytest.raises(CouldNotFindOut):
        past_version(body)


def with_summary(text: str) -> dict[str, Any]:
    record = a_record(ONE)
    record["protocolSection"]["descriptionModule"] = {"briefSummary": text}
    return record


def summary_of(past: str, *known: str) -> Any:
    record = REMEMBERING.settled(with_summary(past), [with_summary(text) for text in known])
    module: Any = record.modules["protocolSection.descriptionModule"]
    return module["briefSummary"]


def test_a_text_that_says_the_same_today_is_taken_as_it_is_today() -> None:
    today = "Ages:\n\n-   18 to 65\n-   over 65\n\nPain \\> 5"
    assert (
        summary_of("<p>Ages:</p><ul><li>18 to 65</li><li>over 65</li></ul><p>Pain &gt; 5</p>", today) == today
    )


def test_a_text_that_said_something_else_is_spelled_as_today() -> None:
    assert summary_of("<p>Pain &gt; 4</p>", "Pain \\> 5") == "Pain \\> 4"


def test_the_nearest_record_wins_where_two_spell_a_text_differently() -> None:
    assert summary_of("<p>18 to 65</p>", "18 to\n65", "18 to 65") == "18 to\n65"


def test_a_title_is_no_marked_up_text() -> None:
    record = REMEMBERING.settled(a_record(ONE, title="Pain < 5 & [rest]"), [])
    assert record.facts.title == "Pain < 5 & [rest]"
