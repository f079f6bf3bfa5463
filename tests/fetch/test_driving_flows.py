"""A source's flow over a real socket."""

from collections.abc import Sequence

import pytest

from monitor.core.errors import (
    CouldNotFindOut,
    Overloaded,
    Refused,
    Rejected,
    Resting,
    Unreachable,
    Unreadable,
)
from monitor.core.source import Flow, Found, Freshness, Missing, Request, T, Wanted
from monitor.fetch.client import Client
from monitor.fetch.flow import drive
from monitor.fetch.politeness import Politeness
from monitor.sources.clinicaltrials_gov import SOURCE
from tests.fetch.wire import FakeClock, Say, Wire, an_answer, compressed, then_close
from tests.sources.registry import a_page, a_record, a_version

FAILS = an_answer(b"", status="503 Service Unavailable")
NUMBERS = ["NCT00000101", "NCT00000102"]


def two_questions() -> Flow[list[bytes]]:
    first = yield Request("/1")
    second = yield Request("/2")
    return [first.body, second.body]


class Drive:
    """A wire, a clock that does not wait in truth, and one process's politeness."""

    def __init__(self, *sayings: Say) -> None:
        self.wire = Wire(sayings)
        self.clock = FakeClock()
        self.politeness = Politeness(self.clock, lambda: 0.5)

    def __call__(self, flow: Flow[T]) -> T:
        with self.wire.listening(), Client(self.wire.base_url, "trialmon/1", self.clock) as client:
            return drive(flow, client, self.politeness)


def paths(asked: Sequence[str]) -> list[str]:
    return [head.split(" ")[1] for head in asked]


def test_answers_are_given_to_the_flow_and_its_value_comes_out() -> None:
    run = Drive(an_answer(b"1"), an_answer(b"2"))
    assert run(two_questions()) == [b"1", b"2"]
    assert paths(run.wire.asked) == ["/1", "/2"]
    assert run.clock.waits == [1.0]


def test_a_passing_failure_is_overcome_within_the_look() -> None:
    run = Drive(FAILS, then_close(b""), an_answer(b"1"), compressed(b"2", cut=3), an_answer(b"2"))
    assert run(two_questions()) == [b"1", b"2"]
    assert paths(run.wire.asked) == ["/1", "/1", "/1", "/2", "/2"]


def test_after_three_attempts_the_failure_comes_out() -> None:
    run = Drive(FAILS)
    with pytest.raises(Overloaded):
        run(two_questions())
    assert paths(run.wire.asked) == ["/1"] * 3


def test_a_flow_may_react_to_a_failure() -> None:
    def undeterred() -> Flow[str]:
        try:
            yield Request("/1")
        except Overloaded:
            answer = yield Request("/2")
            return answer.body.decode()
        return "unreachable"

    assert Drive(FAILS, FAILS, FAILS, an_answer(b"other way"))(undeterred()) == "other way"


def test_a_refusal_is_not_repeated() -> None:
    run = Drive(an_answer(b"", status="403 Forbidden"))
    with pytest.raises(Refused):
        run(two_questions())
    with pytest.raises(Resting):
        run(two_questions())
    assert paths(run.wire.asked) == ["/1"]


def test_a_question_that_is_not_accepted_is_not_repeated() -> None:
    run = Drive(an_answer(b"no", status="400 Bad Request"))
    with pytest.raises(Rejected):
        run(two_questions())
    assert len(run.wire.asked) == 1


def test_retry_after_is_obeyed_within_the_look() -> None:
    run = Drive(
        an_answer(b"", "Retry-After: 30", status="429 Too Many Requests"), an_answer(b"1"), an_answer(b"2")
    )
    run(two_questions())
    assert sum(run.clock.waits) == 31


def test_a_host_that_keeps_failing_is_left_alone_until_its_rest_is_over() -> None:
    run = Drive(*[FAILS] * 5, an_answer(b"1"), an_answer(b"2"))
    with pytest.raises(Overloaded):
        run(two_questions())
    with pytest.raises(CouldNotFindOut):
        run(two_questions())
    with pytest.raises(Resting):
        run(two_questions())
    assert len(run.wire.asked) == 5
    run.clock.pass_by(300)
    assert run(two_questions()) == [b"1", b"2"]


def test_a_flow_that_is_given_up_is_closed() -> None:
    ended: list[str] = []

    def careful() -> Flow[None]:
        try:
            yield Request("/1")
        finally:
            ended.append("closed")

    with pytest.raises(Overloaded):
        Drive(FAILS)(careful())
    assert ended == ["closed"]


class TestClinicalTrialsGov:
    def test_a_look_over_the_wire(self) -> None:
        page = a_page(a_record(NUMBERS[0]))
        run = Drive(compressed(a_version().body), compressed(page))
        assert run(SOURCE.freshness()) == Freshness("2026-03-13T09:00:05")
        batch = run(SOURCE.read([Wanted(number) for number in NUMBERS], ""))
        assert isinstance(batch.readings[NUMBERS[0]], Found)
        assert batch.readings[NUMBERS[1]] == Missing(NUMBERS[1])

    def test_a_number_that_spoils_a_batch_is_found_by_its_name(self) -> None:
        words = an_answer(f"{NUMBERS[1]} has incorrect format".encode(), status="400 Bad Request")
        numbers = [*NUMBERS, "NCT00000103"]
        run = Drive(words, an_answer(a_page(a_record(NUMBERS[0]), a_record(numbers[2]))), words)
        batch = run(SOURCE.read([Wanted(number) for number in numbers], ""))
        assert set(batch.failed) == {NUMBERS[1]}

    def test_an_unknown_number_is_certain_after_asking_for_it_alone(self) -> None:
        run = Drive(an_answer(b"NCT number not found", status="404 Not Found"), an_answer(a_version().body))
        assert run(SOURCE.look_up(NUMBERS[0], "")) == Missing(NUMBERS[0], certain=True)

    @pytest.mark.parametrize(
        ("saying", "error"),
        [
            (an_answer(b"<html>Checking your browser</html>", "Content-Type: text/html"), Unreadable),
            (an_answer(b""), Unreadable),
            (an_answer(a_page(a_record(NUMBERS[0]))[:-9]), Unreadable),
            (compressed(a_page(a_record(NUMBERS[0])), cut=20), Unreadable),
            (then_close(b""), Unreachable),
            (an_answer(b"", status="403 Forbidden"), Refused),
        ],
    )
    def test_a_bad_answer_is_no_reading(self, saying: Say, error: type[CouldNotFindOut]) -> None:
        with pytest.raises(error):
            Drive(saying)(SOURCE.read([Wanted(NUMBERS[0])], ""))
