import orjson
import pytest

from monitor.core.errors import Outdated, Overloaded, Unreadable
from monitor.core.source import (
    Found,
    Freshness,
    Membership,
    Missing,
    Moved,
    Reading,
    Request,
    Response,
    answered,
)
from monitor.sources.clinicaltrials_gov import SOURCE
from tests.sources.registry import a_page, a_record, a_version, ok, one_after_another

ONE, TWO, THREE = "NCT00000101", "NCT00000102", "NCT00000103"


def text(status: int, body: str = "", **headers: str) -> Response:
    return Response(status, {"content-type": "text/plain", **headers}, body.encode())


def look_up(number: str, *answers: Response | Exception, oldest: str = "") -> Reading:
    return answered(SOURCE.look_up(number, oldest), one_after_another(*answers))


def the_record(record: dict[str, object]) -> Response:
    return ok(orjson.dumps(record))


class TestLookingUp:
    def test_a_trial_is_asked_for_under_its_own_address(self) -> None:
        assert next(SOURCE.look_up(ONE, "")).path == f"/api/v2/studies/{ONE}"

    def test_the_record_is_found(self) -> None:
        reading = look_up(ONE, the_record(a_record(ONE)))
        assert isinstance(reading, Found)
        assert reading.record.document == a_record(ONE)

    def test_the_fingerprint_is_that_of_the_same_record_in_a_batch(self) -> None:
        batch = answered(SOURCE.read([], ""), one_after_another())
        assert not batch.readings
        alone = look_up(ONE, the_record(a_record(ONE)))
        other_day = look_up(ONE, the_record(a_record(ONE, data_date="2026-03-16")))
        assert isinstance(alone, Found)
        assert isinstance(other_day, Found)
        assert alone.record.raw_digest == other_day.record.raw_digest != ""

    def test_a_plain_no_is_certain_once_the_registry_has_shown_that_it_is_there(self) -> None:
        no = text(404, f"NCT number {ONE} not found")
        assert look_up(ONE, no, a_version()) == Missing(ONE, certain=True)
        assert look_up(ONE, text(410), a_version()) == Missing(ONE, certain=True)

    def test_when_everything_is_404_the_interface_is_gone_and_not_the_trial(self) -> None:
        with pytest.raises(Unreadable):
            look_up(ONE, text(404, "not found"), Unreadable("404 for the version too"))

    @pytest.mark.parametrize(
        "no",
        [text(404, "<html>"), Response(404, {"content-type": "text/html"}, b"x"), text(404, '{"error":1}')],
    )
    def test_a_page_that_says_404_is_no_answer_of_the_registry(self, no: Response) -> None:
        with pytest.raises(Unreadable):
            look_up(ONE, no, a_version())

    @pytest.mark.parametrize(
        "place", [f"/api/v2/studies/{TWO}", f"https://clinicaltrials.gov/api/v2/studies/{TWO}?format=json"]
    )
    def test_a_merged_number_follows_to_the_new_one(self, place: str) -> None:
        reading = look_up(ONE, text(301, location=place), the_record(a_record(TWO, aliases=[ONE])))
        assert isinstance(reading, Moved)
        assert (reading.number, reading.to) == (ONE, TWO)
        assert reading.record is not None

    def test_a_redirect_is_followed_by_asking_our_own_registry(self) -> None:
        flow = SOURCE.look_up(ONE, "")
        next(flow)
        assert (
            flow.send(text(301, location=f"https://evil.example/api/v2/studies/{TWO}")).path
            == f"/api/v2/studies/{TWO}"
        )

    @pytest.mark.parametrize(
        "place",
        [
            "",
            "/login",
            f"/api/v2/studies/{ONE}",
            "file:///api/v2/studies/NCT00000102",
            "/api/v2/studies/../version",
            "https://[",
        ],
    )
    def test_a_redirect_to_anything_but_a_trial_is_refused(self, place: str) -> None:
        with pytest.raises(Unreadable):
            look_up(ONE, text(301, location=place), the_record(a_record(TWO)))

    def test_a_chain_of_redirects_is_refused(self) -> None:
        moved = text(301, location=f"/api/v2/studies/{TWO}")
        for then in (
            text(301, location=f"/api/v2/studies/{ONE}"),
            text(404, "no"),
            the_record(a_record(THREE, aliases=[TWO])),
        ):
            with pytest.raises(Unreadable):
                look_up(ONE, moved, then)

    def test_another_trials_record_is_refused(self) -> None:
        with pytest.raises(Unreadable, match="was asked for"):
            look_up(ONE, the_record(a_record(TWO)))

    def test_data_from_before_what_was_seen_are_refused(self) -> None:
        with pytest.raises(Outdated):
            look_up(ONE, the_record(a_record(ONE)), oldest="2026-03-16")

    def test_what_is_no_number_is_not_asked_for(self) -> None:
        with pytest.raises(Unreadable):
            next(SOURCE.look_up("../version", ""))
        with pytest.raises(ValueError, match=r"not a ClinicalTrials\.gov number"):
            SOURCE.page_url("javascript:alert(1)")


class TestFreshness:
    def ask(self, body: bytes) -> Freshness:
        return answered(SOURCE.freshness(), one_after_another(ok(body)))

    def test_the_data_timestamp_is_the_stamp(self) -> None:
        assert self.ask(a_version().body) == Freshness("2026-03-13T09:00:05")
        assert self.ask(a_version("2026-03-13T09:00:05Z").body) == Freshness("2026-03-13T09:00:05")

    def test_a_registry_that_does_not_say_has_no_stamp(self) -> None:
        assert self.ask(b'{"apiVersion":"2.0.5"}') == Freshness("")

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"<html>",
            b"[]",
            b"{}",
            b'{"apiVersion":"2","dataTimestamp":null}',
            b'{"apiVersion":"2","dataTimestamp":5}',
            b'{"apiVersion":"2","dataTimestamp":"yesterday"}',
            b'{"apiVersion":"2","dataTimestamp":"2026-13-01T00:00:00"}',
            b'{"apiVersion":"2","dataTimestamp":"2026-03-13T25:00:00"}',
            b'{"apiVersion":"2","dataTimestamp":"2026-03-13T09:00:05","dataTimestamp":"2026-03-14T09:00:05"}',
        ],
    )
    def test_what_is_no_version_is_refused(self, body: bytes) -> None:
        with pytest.raises(Unreadable):
            self.ask(body)


class TestSearching:
    QUERY = (("query.cond", "low back pain"),)

    def search(self, *answers: Response | Exception) -> Membership:
        return answered(SOURCE.search(self.QUERY), one_after_another(*answers))

    def ids(self, *numbers: str) -> list[dict[str, object]]:
        return [{"protocolSection": {"identificationModule": {"nctId": number}}} for number in numbers]

    def page(self, *numbers: str, token: str = "", total: int | None = None) -> Response:
        return ok(a_page(*self.ids(*numbers), token=token, total=total))

    def test_only_numbers_are_asked_for_and_their_count(self) -> None:
        flow = SOURCE.search(self.QUERY)
        next(flow)
        assert flow.send(a_version()).params == (
            ("query.cond", "low back pain"),
            ("fields", "NCTId"),
            ("pageSize", "1000"),
            ("countTotal", "true"),
        )

    def test_pages_are_read_to_the_end_even_if_the_last_is_empty(self) -> None:
        found = self.search(
            a_version(),
            self.page(ONE, TWO, token="a", total=3),
            self.page(THREE, token="b"),
            self.page(),
            a_version(),
        )
        assert found == Membership((ONE, TWO, THREE), 3)

    def test_a_search_may_find_nothing(self) -> None:
        assert self.search(a_version(), self.page(total=0), a_version()) == Membership((), 0)

    def test_an_empty_page_without_a_count_does_not_prove_that_there_is_nothing(self) -> None:
        with pytest.raises(Unreadable, match="neither finds a trial nor says"):
            self.search(a_version(), self.page(), a_version())

    def test_pages_without_a_count_are_taken_for_what_they_hold(self) -> None:
        assert self.search(a_version(), self.page(ONE), a_version()) == Membership((ONE,), None)

    def test_pages_that_give_fewer_than_the_count_are_refused(self) -> None:
        with pytest.raises(Unreadable, match="should find 3 trials; its pages give 2"):
            self.search(a_version(), self.page(ONE, TWO, total=3), a_version())

    def test_a_number_that_two_pages_hold_is_counted_once(self) -> None:
        with pytest.raises(Unreadable, match="should find 3 trials; its pages give 2"):
            self.search(a_version(), self.page(ONE, TWO, token="a", total=3), self.page(TWO), a_version())

    def test_a_refresh_in_the_middle_begins_it_again(self) -> None:
        monday = a_version("2026-03-16T09:00:05")
        found = self.search(
            a_version(), self.page(ONE, total=1), monday, monday, self.page(TWO, total=1), monday
        )
        assert found.numbers == (TWO,)

    def test_a_page_that_a_refresh_spoiled_begins_it_again(self) -> None:
        monday = a_version("2026-03-16T09:00:05")
        found = self.search(a_version(), Unreadable("token"), monday, monday, self.page(TWO, total=1), monday)
        assert found.numbers == (TWO,)

    def test_a_second_refresh_is_too_much(self) -> None:
        stamps = [a_version(f"2026-03-{day}T09:00:05") for day in (16, 17, 18)]
        with pytest.raises(Unreadable, match="twice"):
            self.search(a_version(), self.page(ONE), stamps[0], stamps[0], self.page(ONE), stamps[1])

    def test_a_failure_without_a_refresh_is_a_failure(self) -> None:
        with pytest.raises(Overloaded):
            self.search(a_version(), Overloaded("503"), a_version())

    @pytest.mark.parametrize("body", [b"<html>", b'{"studies":[{}]}', b'{"studies":[{"protocolSection":7}]}'])
    def test_what_is_no_list_of_numbers_is_refused(self, body: bytes) -> None:
        with pytest.raises(Unreadable):
            self.search(a_version(), ok(body), a_version())

    def test_pages_that_go_round_in_circles_are_refused(self) -> None:
        with pytest.raises(Unreadable, match="circles"):
            self.search(a_version(), self.page(ONE, token="a"), self.page(TWO, token="a"), a_version())

    def test_pages_without_end_are_refused(self) -> None:
        count = 0

        def endless(request: Request) -> Response:
            nonlocal count
            if request.path.endswith("version"):
                return a_version()
            count += 1
            return self.page(f"NCT{count:08d}", token=f"t{count}")

        with pytest.raises(Unreadable, match="more than 250 pages"):
            answered(SOURCE.search(self.QUERY), endless)
