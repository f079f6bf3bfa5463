from typing import Any

import orjson
import pytest

from monitor.core.errors import Outdated, Rejected, TooLarge, Unreadable
from monitor.core.source import Batch, Found, Missing, Moved, Request, Response, Unchanged, Wanted, answered
from monitor.sources.clinicaltrials_gov import SOURCE
from tests.sources.registry import a_page, a_record, asked, number_of, ok, one_after_another

ONE, TWO, THREE, FOUR, FIVE = (f"NCT0000010{n}" for n in range(1, 6))


def read(numbers: list[str] | list[Wanted], *pages: bytes, oldest: str = "") -> Batch:
    wanted = [one if isinstance(one, Wanted) else Wanted(one) for one in numbers]
    return answered(SOURCE.read(wanted, oldest), one_after_another(*(ok(page) for page in pages)))


def found(batch: Batch, number: str) -> Found:
    reading = batch.readings[number]
    assert isinstance(reading, Found)
    return reading


def known(*records: dict[str, Any]) -> list[Wanted]:
    """The records as they were read last time."""
    batch = read([number_of(record) for record in records], a_page(*records))
    return [
        Wanted(number_of(record), found(batch, number_of(record)).record.raw_digest, known=True)
        for record in records
    ]


class TestRecords:
    def test_every_record_of_a_page_is_found_under_its_number(self) -> None:
        batch = read([ONE, TWO], a_page(a_record(ONE), a_record(TWO)))
        assert found(batch, ONE).record.document == a_record(ONE)
        assert found(batch, TWO).record.trial.number == TWO
        assert not batch.failed
        assert batch.data_date == "2026-03-13"

    def test_a_whole_batch_is_asked_for_in_one_request(self) -> None:
        flow = SOURCE.read([Wanted(ONE), Wanted(TWO)], "")
        assert next(flow) == Request(
            "/api/v2/studies", (("filter.ids", f"{ONE},{TWO}"), ("pageSize", "1000"))
        )

    @pytest.mark.parametrize(
        "layout",
        [
            lambda records: orjson.dumps({"studies": records}),
            lambda records: orjson.dumps({"studies": records}, option=orjson.OPT_INDENT_2),
            lambda records: orjson.dumps({"nextPageToken": "", "studies": records}),
            lambda records: b"\xef\xbb\xbf" + a_page(*records),
            lambda records: a_page(*records).replace(b"\n", b"\r\n"),
            lambda records: a_page(*records).replace(b'"studies":[\n', b'"studies":['),
            lambda records: a_page(*records).replace(b"\n]}", b"]}"),
            lambda records: a_page(*records).replace(b'"studies":[\n', b'"studies": [\n') + b"\n\n",
        ],
    )
    def test_the_layout_of_a_page_does_not_matter(self, layout: Any) -> None:
        records = [a_record(ONE), a_record(TWO)]
        batch = read([ONE, TWO], layout(records))
        assert [found(batch, number).record.document for number in (ONE, TWO)] == records

    def test_further_pages_are_read_with_the_same_question(self) -> None:
        flow = SOURCE.read([Wanted(ONE), Wanted(TWO)], "")
        first = next(flow)
        second = flow.send(ok(a_page(a_record(ONE), token="abc")))
        assert second.params == (*first.params, ("pageToken", "abc"))
        with pytest.raises(StopIteration) as end:
            flow.send(ok(a_page(a_record(TWO))))
        assert set(end.value.value.readings) == {ONE, TWO}

    def test_pages_that_go_round_in_circles_are_refused(self) -> None:
        with pytest.raises(Unreadable, match="circles"):
            read([ONE], a_page(a_record(ONE), token="a"), a_page(a_record(TWO), token="a"))

    def test_pages_without_end_are_refused(self) -> None:
        with pytest.raises(Unreadable, match="more than 10 pages"):
            read([ONE], *(a_page(token=f"t{n}") for n in range(20)))


class TestUnchanged:
    def test_the_bytes_of_last_time_are_unchanged_though_the_data_date_moved(self) -> None:
        wanted = known(a_record(ONE), a_record(TWO))
        batch = read(
            wanted, a_page(a_record(TWO, data_date="2026-03-16"), a_record(ONE, data_date="2026-03-16"))
        )
        assert batch.readings == {n: Unchanged(n, "2026-03-16") for n in (ONE, TWO)}
        assert batch.data_date == "2026-03-16"

    def test_one_changed_byte_is_found(self) -> None:
        wanted = known(a_record(ONE), a_record(TWO))
        batch = read(wanted, a_page(a_record(ONE, status="TERMINATED"), a_record(TWO)))
        assert found(batch, ONE).record.facts.status == "TERMINATED"
        assert batch.readings[TWO] == Unchanged(TWO, "2026-03-13")

    def test_a_number_that_was_read_in_full_is_never_unchanged(self) -> None:
        assert isinstance(read([Wanted(ONE, known=True)], a_page(a_record(ONE))).readings[ONE], Found)

    def test_a_second_data_date_in_a_record_takes_away_its_fingerprint(self) -> None:
        record = a_record(ONE)
        record["protocolSection"]["identificationModule"]["versionHolder"] = "2026-01-01"
        assert found(read([ONE], a_page(record)), ONE).record.raw_digest == ""

    def test_a_data_date_that_stands_elsewhere_is_part_of_the_record(self) -> None:
        record = a_record(ONE)
        record["protocolSection"]["identificationModule"]["versionHolder"] = "2026-01-01"
        del record["derivedSection"]
        assert found(read([ONE], a_page(record)), ONE).record.raw_digest == ""

    def test_text_that_imitates_a_data_date_is_text(self) -> None:
        sly = a_record(ONE, title='x","versionHolder":"2026-01-01')
        wanted = known(sly)
        other = a_record(ONE, title='x","versionHolder":"2026-01-02')
        assert wanted[0].raw_digest
        assert isinstance(read(wanted, a_page(other)).readings[ONE], Found)

    def test_broken_bytes_around_unchanged_records_are_refused(self) -> None:
        wanted = known(a_record(ONE), a_record(TWO))
        page = a_page(a_record(ONE), a_record(TWO))
        for broken in (
            page[:-1],
            page + b"]",
            page.replace(b",\n", b"\n"),
            b'{"x":' + page,
            page.replace(b"studies", b"trials"),
        ):
            with pytest.raises(Unreadable):
                read(wanted, broken)

    def test_unchanged_records_of_a_page_with_other_contents_are_not_taken_for_its_studies(self) -> None:
        wanted = known(a_record(ONE))
        line = orjson.dumps(a_record(ONE))
        with pytest.raises(Unreadable):
            read(wanted, b'{"old":[\n' + line + b'\n],"studies":[0]}')


class TestAbsence:
    def test_a_number_that_does_not_come_is_missing_but_not_for_certain(self) -> None:
        assert read([ONE, TWO], a_page(a_record(ONE))).readings[TWO] == Missing(TWO, certain=False)

    def test_an_empty_answer_for_known_trials_is_refused(self) -> None:
        records = [a_record(number) for number in (ONE, TWO, THREE, FOUR)]
        with pytest.raises(Unreadable, match="only 0 of 4"):
            read(known(*records), a_page())
        with pytest.raises(Unreadable, match="only 1 of 4"):
            read([Wanted(number_of(r), known=True) for r in records], a_page(records[0]))

    def test_half_of_the_known_trials_is_enough_to_be_believed(self) -> None:
        records = [a_record(number) for number in (ONE, TWO, THREE, FOUR)]
        batch = read(known(*records), a_page(*records[:2]))
        assert batch.readings[THREE] == Missing(THREE)

    def test_unknown_numbers_alone_may_all_be_missing(self) -> None:
        batch = read([ONE, TWO, THREE, FOUR], a_page())
        assert set(batch.readings.values()) == {Missing(n) for n in (ONE, TWO, THREE, FOUR)}


class TestAliases:
    def test_a_number_that_was_merged_follows_to_the_new_one(self) -> None:
        batch = read([ONE], a_page(a_record(TWO, aliases=[ONE])))
        reading = batch.readings[ONE]
        assert isinstance(reading, Moved)
        assert reading.to == TWO
        assert reading.record is not None
        assert reading.record.trial.number == TWO

    def test_both_numbers_of_a_merged_trial_may_be_asked_for(self) -> None:
        batch = read([ONE, TWO], a_page(a_record(TWO, aliases=[ONE])))
        assert isinstance(batch.readings[TWO], Found)
        assert isinstance(batch.readings[ONE], Moved)

    def test_the_alias_of_an_unchanged_record_is_followed_too(self) -> None:
        wanted = known(a_record(TWO, aliases=[ONE]))
        batch = read([*wanted, Wanted(ONE)], a_page(a_record(TWO, aliases=[ONE])))
        assert isinstance(batch.readings[TWO], Unchanged)
        assert isinstance(batch.readings[ONE], Moved)


class TestDistrust:
    def test_a_record_that_nobody_asked_for_casts_doubt_on_what_is_absent(self) -> None:
        batch = read([ONE, TWO], a_page(a_record(ONE), a_record(FIVE)))
        assert set(batch.readings) == {ONE}
        assert "nobody asked for" in batch.failed[TWO]

    def test_the_same_record_twice_counts_once(self) -> None:
        assert set(read([ONE], a_page(a_record(ONE), a_record(ONE))).readings) == {ONE}
        assert set(read(known(a_record(ONE)), a_page(a_record(ONE), a_record(ONE))).readings) == {ONE}

    def test_one_number_with_two_contents_is_not_believed(self) -> None:
        other = a_record(ONE, status="COMPLETED")
        for wanted in ([Wanted(ONE)], known(a_record(ONE)), known(other)):
            batch = read(wanted, a_page(a_record(ONE), other))
            assert not batch.readings
            assert "twice" in batch.failed[ONE]

    def test_data_from_before_what_was_seen_are_refused(self) -> None:
        with pytest.raises(Outdated):
            read([ONE], a_page(a_record(ONE)), oldest="2026-03-16")
        with pytest.raises(Outdated):
            read(known(a_record(ONE)), a_page(a_record(ONE)), oldest="2026-03-16")

    def test_one_outdated_record_fails_alone(self) -> None:
        fresh, stale = a_record(ONE, data_date="2026-03-16"), a_record(TWO, data_date="2026-03-13")
        batch = read([ONE, TWO], a_page(fresh, stale), oldest="2026-03-16")
        assert set(batch.readings) == {ONE}
        assert "2026-03-13" in batch.failed[TWO]
        assert batch.data_date == "2026-03-16"

    @pytest.mark.parametrize(
        ("spoil", "why"),
        [
            (lambda line: line.replace(b'"RECRUITING"', b"NaN"), "well-formed"),
            (lambda line: line.replace(b'"RECRUITING"', b"1e999"), "well-formed"),
            (lambda line: line.replace(b'"RECRUITING"', b'"\\ud800"'), "well-formed"),
            (lambda line: line.replace(b"RECRUITING", "R\xe9".encode("latin-1")), "well-formed"),
            (lambda line: line.replace(b'"RECRUITING"', b"null"), "overallStatus is null"),
            (lambda line: line.replace(b'"RECRUITING"', b'""'), "no overall status"),
            (lambda line: line.replace(b'{"overallStatus":"RECRUITING"}', b"null"), "statusModule is null"),
            (lambda line: line.replace(b'{"overallStatus":"RECRUITING"}', b"[]"), "statusModule is a list"),
            (lambda line: line.replace(b'"hasResults":false', b'"hasResults":"no"'), "hasResults is a text"),
            (lambda line: line.replace(b'"hasResults":false', b'"new":null'), "new is null"),
            (
                lambda line: line.replace(b'"hasResults"', b'"hasResults":true,"hasResults"'),
                "says one thing twice",
            ),
            (lambda line: line.replace(b"2026-03-13", b"2026-02-30"), "no day"),
            (
                lambda line: line.replace(b'"RECRUITING"', b'"RECRUITING","x":' + b"[" * 150 + b"]" * 150),
                "nested deeper",
            ),
            (
                lambda line: line.replace(b'"RECRUITING"', b'"RECRUITING","x":' + b"[" * 9000 + b"]" * 9000),
                "well-formed",
            ),
            (
                lambda line: line.replace(b'"RECRUITING"', b'"RECRUITING","startDateStruct":"2026"'),
                "startDateStruct is a text, not an object",
            ),
        ],
    )
    def test_a_bad_record_fails_its_own_number_and_no_other(self, spoil: Any, why: str) -> None:
        spoiled = spoil(orjson.dumps(a_record(ONE)))
        assert spoiled != orjson.dumps(a_record(ONE))
        batch = read([ONE, TWO], a_page(spoiled, a_record(TWO)))
        assert set(batch.readings) == {TWO}
        assert why in batch.failed[ONE]

    def test_while_a_record_cannot_be_read_nothing_is_missing(self) -> None:
        garbled = orjson.dumps(a_record(ONE)).replace(ONE.encode(), b"NCT0000\xff\xff")
        batch = read([ONE, TWO], a_page(garbled, a_record(TWO)))
        assert set(batch.readings) == {TWO}
        assert "did not come" in batch.failed[ONE]

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"<html>Just a moment...</html>",
            b"null",
            b"[]",
            b"{}",
            b'{"studies":null}',
            b'{"studies":[1]}',
            b'{"studies":[],"nextPageToken":5}',
            b'{"studies":[],"totalCount":"many"}',
            b'{"error":"x"}',
            b'{"studies":[],"studies":[]}',
            b"[" * 200_000,
            "studies".encode("utf-16"),
        ],
    )
    def test_what_is_no_page_is_refused_whole(self, body: bytes) -> None:
        with pytest.raises(Unreadable):
            read([ONE, TWO], body)


class TestPoison:
    def registry(self, *poison: str, named: bool = False) -> Any:
        self.questions: list[list[str]] = []

        def answer(request: Request) -> Response:
            numbers = asked(request)
            self.questions.append(numbers)
            if bad := [number for number in numbers if number in poison]:
                raise Rejected(
                    f"registry answered 400: {bad[0] if named else 'a parameter'} has incorrect format"
                )
            return ok(a_page(*(a_record(number) for number in numbers)))

        return answer

    @pytest.mark.parametrize("named", [True, False])
    def test_a_poisoned_number_fails_alone(self, named: bool) -> None:
        numbers = [f"NCT{n:08d}" for n in range(1, 101)]
        batch = answered(
            SOURCE.read([Wanted(n) for n in numbers], ""), self.registry(numbers[57], named=named)
        )
        assert set(batch.failed) == {numbers[57]}
        assert "incorrect format" in batch.failed[numbers[57]]
        assert set(batch.readings) == set(numbers) - {numbers[57]}
        assert len(self.questions) == (3 if named else 15)

    def test_a_registry_that_refuses_everything_is_not_asked_about_every_number(self) -> None:
        numbers = [f"NCT{n:08d}" for n in range(1, 101)]
        with pytest.raises(Unreadable, match="refuses whatever"):
            answered(SOURCE.read([Wanted(n) for n in numbers], ""), self.registry(*numbers))
        assert len(self.questions) < 20

    def test_a_number_that_cannot_exist_is_not_asked_for(self) -> None:
        wanted = [Wanted("NCT00000000"), Wanted("nonsense"), Wanted(ONE), Wanted("NCT٠٠٠٠٠١٠٢")]
        batch = answered(SOURCE.read(wanted, ""), self.registry())
        assert self.questions == [[ONE]]
        assert set(batch.failed) == {"NCT00000000", "nonsense", "NCT٠٠٠٠٠١٠٢"}

    def test_an_answer_that_is_too_long_is_asked_for_in_parts(self) -> None:
        def answer(request: Request) -> Response:
            if len(asked(request)) > 2:
                raise TooLarge("longer than 32 MiB")
            return ok(a_page(*(a_record(number) for number in asked(request))))

        numbers = [ONE, TWO, THREE, FOUR, FIVE]
        batch = answered(SOURCE.read([Wanted(n) for n in numbers], ""), answer)
        assert set(batch.readings) == set(numbers)
