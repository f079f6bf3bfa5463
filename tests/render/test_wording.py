import subprocess
import sys
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from monitor.core.dates import PartialDate
from monitor.core.facts import TypedDate
from monitor.core.json import Json
from monitor.render import wording
from monitor.render.values import ChangeLine, change_line
from tests.render.builders import COMPLETION, a_change


def test_a_status_reads_as_people_say_it_beside_the_registrys_word() -> None:
    assert wording.status("ACTIVE_NOT_RECRUITING") == "Active, not recruiting"
    assert wording.status_beside_the_word("UNKNOWN") == "Unknown (UNKNOWN)"
    assert wording.status_beside_the_word("NEW_WORD") == "NEW_WORD"


def test_dates_keep_the_precision_that_the_registry_gave() -> None:
    assert wording.date_text("2026-10") == "October 2026"
    assert wording.date_text("2026-10-08") == "8 October 2026"
    assert wording.date_text("soon") == "soon"
    assert wording.typed_date(TypedDate(PartialDate(2026, 10), "ESTIMATED")) == "October 2026 (estimated)"
    assert wording.typed_date(None) == ""


def test_a_moment_is_told_on_the_readers_clock() -> None:
    moment = datetime(2026, 2, 9, 23, 30, tzinfo=UTC)
    assert wording.moment(moment, UTC) == "9 February 2026 23:30 UTC"
    assert wording.moment(moment, ZoneInfo("Europe/Paris")) == "10 February 2026 00:30 CET"


def test_counts_agree_with_their_noun() -> None:
    assert wording.count(1, "trial") == "1 trial"
    assert wording.count(0, "trial") == "0 trials"
    assert wording.count(2, "country", "countries") == "2 countries"


def test_a_changed_status_shows_both_words() -> None:
    line = change_line(a_change("ACTIVE_NOT_RECRUITING", "COMPLETED"))
    assert line == ChangeLine(
        "Overall status", "Active, not recruiting (ACTIVE_NOT_RECRUITING)", "Completed (COMPLETED)"
    )


def test_a_word_that_is_a_status_elsewhere_is_itself_in_other_fields() -> None:
    line = change_line(a_change("UNKNOWN", "WITHHELD", path="a.doseLevel", label="Dose"))
    assert (line.before, line.after) == ("UNKNOWN", "WITHHELD")


def test_a_changed_date_is_written_out() -> None:
    line = change_line(a_change("2026-03", "2026-10-15", path=COMPLETION, label="Primary completion"))
    assert (line.before, line.after) == ("March 2026", "15 October 2026")


def test_a_year_is_a_date_only_where_a_date_stands() -> None:
    assert change_line(a_change("2025", "2026", path=COMPLETION)).after == "2026"
    assert change_line(a_change("2025", "2026-10", path="x.count")).before == "2025"


def test_an_item_that_comes_is_named_by_its_path_and_told_by_its_words() -> None:
    path = "protocolSection.contactsLocationsModule.locations[Hôpital Cochin | Paris | France]"
    site: Json = {
        "facility": "Hôpital Cochin",
        "status": "RECRUITING",
        "geoPoint": {"lat": 48.8},
        "main": True,
        "none": None,
    }
    line = change_line(a_change(None, site, path=path, label="Site", kind="added"))
    assert line.label == "Site (Hôpital Cochin | Paris | France)"
    assert line.before == ""
    assert line.after == "Hôpital Cochin; Recruiting (RECRUITING); lat 48.8; main"


def test_a_whole_part_of_a_record_says_how_much_there_is_of_what() -> None:
    results: Json = {
        "outcomeMeasures": [{"title": "Pain"}, {"title": "Sleep"}],
        "groups": [],
        "terms": ["a", "b"],
        "note": "n",
    }
    assert change_line(a_change(None, results, kind="added")).after == "outcome measures: 2; a; b; n"


def test_an_item_that_goes_says_what_went() -> None:
    line = change_line(a_change(["Pain", "Disability"], None, label="Keywords", kind="removed"))
    assert (line.before, line.after) == ("Pain; Disability", "")


def test_an_empty_item_that_comes_is_not_silent() -> None:
    assert change_line(a_change(None, {}, kind="added")).after == "added"
    assert change_line(a_change([], None, kind="removed")).before == "removed"


def test_numbers_and_truth_values_are_words() -> None:
    assert change_line(a_change(120, 60)).before == "120"
    assert change_line(a_change(False, True)).after == "yes"


def test_a_long_text_shows_only_its_changed_words() -> None:
    before = "Adults with pain for at least six months. " * 20 + "Age 18 to 65 years."
    after = before.replace("65", "75")
    line = change_line(a_change(before, after, path="x.eligibilityCriteria", label="Eligibility criteria"))
    assert [(piece.mark, piece.text) for piece in line.pieces] == [
        ("same", "… least six months. Age 18 to"),
        ("out", "65"),
        ("in", "75"),
        ("same", "years."),
    ]


def test_a_long_text_that_differs_in_nothing_to_see_is_shown_whole() -> None:
    line = change_line(a_change("word " * 60, "word  " * 60))
    assert line.pieces == ()
    assert line.after.endswith("…")


@pytest.mark.parametrize(
    ("language", "day", "month"),
    [
        ("de", "8. März 2026", "März 2026"),
        ("fr", "8 mars 2026", "mars 2026"),
        ("en_US", "March 8, 2026", "March 2026"),
        ("en-US", "March 8, 2026", "March 2026"),
        ("ja", "2026年3月8日", "2026年3月"),
    ],
)
def test_dates_are_written_as_cldr_has_them(language: str, day: str, month: str) -> None:
    assert wording.date_text("2026-03-08", language) == day
    assert wording.date_text("2026-03", language) == month
    assert wording.date_text("2026", language) == "2026"
    assert wording.date_text("soon", language) == "soon"


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (
            "de",
            "Slipped: Juni 2026 → 5. Dezember 2026 (reason: “not before May 2027”), 3rd of May, 32 May 2027",
        ),
        (
            "fr",
            "Slipped: juin 2026 → 5 décembre 2026 (reason: “not before May 2027”), 3rd of May, 32 May 2027",
        ),
        ("ja", "Slipped: 2026年6月 → 2026年12月5日 (reason: “not before May 2027”), 3rd of May, 32 May 2027"),
        (
            "en",
            "Slipped: June 2026 → 5 December 2026 (reason: “not before May 2027”), 3rd of May, 32 May 2027",
        ),
    ],
)
def test_a_sentence_of_ours_has_its_dates_in_the_readers_language_but_not_what_it_quotes(
    language: str, sentence: str
) -> None:
    ours = "Slipped: June 2026 → 5 December 2026 (reason: “not before May 2027”), 3rd of May, 32 May 2027"
    assert wording.dates_within(ours, language) == sentence


def test_the_clock_is_the_languages_too() -> None:
    afternoon = datetime(2026, 2, 9, 18, 30, tzinfo=UTC)
    assert wording.moment(afternoon, ZoneInfo("Europe/Paris"), "fr") == "9 février 2026 19:30 CET"
    assert "1:30" in wording.moment(afternoon, ZoneInfo("America/New_York"), "en_US")


def test_a_language_that_nobody_speaks_is_an_error() -> None:
    with pytest.raises(ValueError, match="no locale"):
        wording.date_words(PartialDate(2026, 3, 8), "xx_YY")


def test_english_needs_no_locales() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from monitor.render import wording; wording.date_text('2026-03-08'); sys.exit('babel' in sys.modules)",
        ],
        check=False,
    )
    assert done.returncode == 0
