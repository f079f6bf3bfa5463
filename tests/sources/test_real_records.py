"""What the registry really sent must be read; what it never sent must be refused, not misread."""

import copy
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.dates import PartialDate
from monitor.core.errors import CouldNotFindOut, Unreadable
from monitor.core.facts import TypedDate
from monitor.core.source import Batch, Found, Unchanged, Wanted, answered
from monitor.sources.clinicaltrials_gov import SOURCE
from monitor.sources.clinicaltrials_gov.facts import facts
from tests.sources.registry import a_page, a_record, number_of, ok, one_after_another, real_lines

BATCH = 100


def read(wanted: list[Wanted], page: bytes, oldest: str = "") -> Batch:
    return answered(SOURCE.read(wanted, oldest), one_after_another(ok(page)))


@pytest.fixture(scope="module")
def corpus(registry_data: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in real_lines(registry_data / "corpus.jsonl.xz")]


class TestRecordedData:
    def test_every_recorded_record_is_read_and_recognised_the_next_day(
        self, corpus: list[dict[str, Any]]
    ) -> None:
        for start in range(0, len(corpus), BATCH):
            records = corpus[start : start + BATCH]
            numbers = [number_of(record) for record in records]
            batch = read([Wanted(number) for number in numbers], a_page(*records))
            assert not batch.failed
            wanted = []
            for number, record in zip(numbers, records, strict=True):
                reading = batch.readings[number]
                assert isinstance(reading, Found)
                assert reading.record.document == record
                wanted.append(Wanted(number, reading.record.raw_digest, known=True))
            tomorrow = [on_day(record, "2099-01-01") for record in records]
            again = read(wanted, a_page(*tomorrow), "2098-12-31")
            assert all(isinstance(reading, Unchanged) for reading in again.readings.values())
            assert again.data_date == "2099-01-01"

    def test_recorded_answers_are_read_as_they_came(self, registry_data: Path) -> None:
        pages = sorted(registry_data.glob("studies_*.json"))
        assert pages
        for path in pages:
            body = path.read_bytes()
            numbers = [number_of(study) for study in orjson.loads(body)["studies"]]
            answers = one_after_another(ok(body), ok(a_page()))
            batch = answered(SOURCE.read([Wanted(number) for number in numbers], ""), answers)
            assert set(batch.readings) == set(numbers)
            assert all(isinstance(reading, Found) for reading in batch.readings.values())

    def test_recorded_single_answers_are_read_as_they_came(self, registry_data: Path) -> None:
        answers = sorted(registry_data.glob("study_*.json"))
        assert answers
        for path in answers:
            body = path.read_bytes()
            number = number_of(orjson.loads(body))
            reading = answered(SOURCE.look_up(number, ""), one_after_another(ok(body)))
            assert isinstance(reading, Found)
            assert reading.record.trial.number == number

    def test_facts_of_recorded_records_are_complete(self, corpus: list[dict[str, Any]]) -> None:
        all_facts = [facts(record) for record in corpus]
        assert all(one.title and one.status and one.sponsor and one.registry_date for one in all_facts)
        for dated in ("start", "primary_completion", "completion"):
            given_dates = [record for record in corpus if f"{_camel(dated)}DateStruct" in _status(record)]
            assert len(given_dates) == sum(1 for one in all_facts if getattr(one, dated) is not None)


def _status(record: dict[str, Any]) -> dict[str, Any]:
    module: dict[str, Any] = record["protocolSection"]["statusModule"]
    return module


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def on_day(record: dict[str, Any], day: str) -> dict[str, Any]:
    record = copy.deepcopy(record)
    record["derivedSection"]["miscInfoModule"]["versionHolder"] = day
    return record


def a_full_record(number: str) -> dict[str, Any]:
    record = a_record(
        number, title="Cells for backs — phase 2 “pilot”", status_module={"statusVerifiedDate": "2026-02"}
    )
    protocol = record["protocolSection"]
    protocol["statusModule"] |= {
        "startDateStruct": {"date": "2024-05", "type": "ACTUAL"},
        "primaryCompletionDateStruct": {"date": "2027", "type": "ESTIMATED"},
        "completionDateStruct": {"date": "2027-03-31"},
        "lastUpdatePostDateStruct": {"date": "2026-03-11", "type": "ACTUAL"},
        "whyStopped": "Sponsor's decision",
    }
    protocol["designModule"] = {"phases": ["PHASE2"], "enrollmentInfo": {"count": 112, "type": "ESTIMATED"}}
    protocol["contactsLocationsModule"] = {
        "locations": [
            {
                "facility": "Hôpital",
                "city": "Paris",
                "country": "France",
                "geoPoint": {"lat": 48.85, "lon": 2.35},
            },
            {
                "facility": "Clinic",
                "city": "Bern",
                "country": "Switzerland",
                "contacts": [{"name": "A", "role": "CONTACT"}],
            },
        ]
    }
    return record


ONE, TWO = "NCT00000101", "NCT00000102"


class TestFacts:
    def test_dates_keep_their_precision_and_type(self) -> None:
        seen = facts(a_full_record(ONE))
        assert seen.start == TypedDate(PartialDate(2024, 5), "ACTUAL")
        assert seen.primary_completion == TypedDate(PartialDate(2027), "ESTIMATED")
        assert seen.completion == TypedDate(PartialDate(2027, 3, 31), "")
        assert (seen.enrollment, seen.enrollment_type) == (112, "ESTIMATED")
        assert seen.countries == ("France", "Switzerland")
        assert seen.phases == ("PHASE2",)

    def test_sites_are_counted_and_those_that_enrol(self) -> None:
        record = a_full_record(ONE)
        sites = record["protocolSection"]["contactsLocationsModule"]["locations"]
        sites[0]["status"] = "ENROLLING_BY_INVITATION"
        seen = facts(record)
        assert (seen.sites, seen.sites_recruiting) == (len(sites), 1)

    def test_what_is_absent_is_empty(self) -> None:
        seen = facts({})
        assert seen.status == ""
        assert seen.start is None
        assert seen.enrollment is None
        assert seen.has_results is False

    def test_a_date_that_does_not_exist_is_none(self) -> None:
        record = a_full_record(ONE)
        record["protocolSection"]["statusModule"]["startDateStruct"]["date"] = "2026-02-30"
        assert facts(record).start is None

    def test_numbers_at_other_registries_are_aliases_and_grants_are_none(self) -> None:
        record = a_record(ONE, aliases=[TWO])
        record["protocolSection"]["identificationModule"]["secondaryIdInfos"] = [
            {"id": "2017-002092-25", "type": "EUDRACT_NUMBER"},
            {"id": "R01 5", "type": "NIH"},
            {"id": 5, "type": "REGISTRY"},
        ]
        assert facts(record).aliases == (TWO, "2017-002092-25")

    def test_the_steps_of_a_results_submission_are_read_from_both_places_that_tell_them(self) -> None:
        told = [{"type": "RELEASE", "date": "2021-10-13"}, {"type": "UNRELEASE", "dateUnknown": True}]
        tracked = [
            {"releaseDate": "2021-10-13", "unreleaseDateUnknown": True},
            {"releaseDate": "2022-05-06", "resetDate": "2022-06-01"},
        ]
        record = {
            **a_record(ONE),
            "annotationSection": {"annotationModule": {"unpostedAnnotation": {"unpostedEvents": told}}},
            "derivedSection": {"miscInfoModule": {"submissionTracking": {"submissionInfos": tracked}}},
        }
        assert facts(record).submissions == (
            "2021-10-13 RELEASE",
            "2022-05-06 RELEASE",
            "2022-06-01 RESET",
            "? UNRELEASE",
        )

    def test_the_primary_outcomes_of_posted_results_are_known_by_their_titles(self) -> None:
        measures = [
            {"type": "PRIMARY", "title": "Pain  at rest"},
            {"type": "SECONDARY", "title": "Walking"},
            {"type": "PRIMARY"},
        ]
        record = {
            **a_record(ONE),
            "resultsSection": {"outcomeMeasuresModule": {"outcomeMeasures": measures}},
        }
        assert facts(record).primary_results == ("Pain at rest",)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def places(value: Any) -> list[tuple[Any, ...]]:
    """The way to every value inside a document."""
    found: list[tuple[Any, ...]] = [()]
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        found += [(step, *rest) for rest in places(inner)]
    return found


PLACES = [place for place in places(a_full_record(ONE)) if place]


class TestProperties:
    def test_of_an_answer_cut_anywhere_no_record_is_believed_that_is_not_whole(self) -> None:
        page = a_page(a_full_record(ONE), a_full_record(TWO))
        end_of_the_first = page.index(b"\n", page.index(b"\n") + 1) - 1
        for cut in range(len(page)):
            try:
                batch = read([Wanted(ONE), Wanted(TWO)], page[:cut])
            except Unreadable:
                continue
            # Cut within a record it may end as a page does: `]}`.
            whole = {ONE} if cut > end_of_the_first else set()
            assert (set(batch.readings), set(batch.failed)) == (whole, {ONE, TWO} - whole), page[:cut]

    @given(st.data())
    def test_an_altered_byte_never_becomes_a_record_of_another_number_or_an_error_out_of_the_tree(
        self, data: st.DataObject
    ) -> None:
        page = bytearray(a_page(a_full_record(ONE), a_full_record(TWO)))
        place = data.draw(st.integers(0, len(page) - 1))
        page[place] = data.draw(st.integers(0, 255))
        try:
            batch = read([Wanted(ONE), Wanted(TWO)], bytes(page))
        except CouldNotFindOut:
            return
        assert set(batch.readings) | set(batch.failed) == {ONE, TWO}
        for number, reading in batch.readings.items():
            if isinstance(reading, Found):
                assert reading.record.trial.number == number
                assert number_of(reading.record.document) == number

    @given(st.sampled_from(PLACES), JSON | st.just("…delete"))
    def test_any_value_anywhere_is_found_or_failed(self, place: tuple[Any, ...], value: Any) -> None:
        record = a_full_record(ONE)
        *way, last = place
        home: Any = record
        for step in way:
            home = home[step]
        if value == "…delete":
            del home[last]
        else:
            home[last] = value
        try:
            batch = read([Wanted(ONE), Wanted(TWO)], a_page(record, a_full_record(TWO)))
        except CouldNotFindOut:
            return
        assert isinstance(batch.readings[TWO], Found) or TWO in batch.failed
        reading = batch.readings.get(ONE)
        if reading is None:
            assert batch.failed[ONE]
        else:
            assert isinstance(reading, Found)
            assert reading.record.document == record

    @given(st.dictionaries(st.text(), JSON, max_size=4), st.text())
    def test_facts_never_fail(self, document: dict[str, Any], title: str) -> None:
        assert facts(document) == facts(document)
        assert facts(document | {"protocolSection": document}).status == ""
        assert facts(a_record(title=title)).title == title

    @given(JSON, st.sampled_from(PLACES))
    def test_facts_of_a_mistyped_record_never_fail(self, value: Any, place: tuple[Any, ...]) -> None:
        record = a_full_record(ONE)
        *way, last = place
        home: Any = record
        for step in way:
            home = home[step]
        home[last] = value
        assert facts(record).title is not None
