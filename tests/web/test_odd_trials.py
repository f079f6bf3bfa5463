"""Trials that are unlike others: dates of another age, none at all, hundreds of versions, a past from before the first look."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from monitor.core.dates import PartialDate
from monitor.core.facts import TrialFacts, TypedDate
from monitor.core.json import Json
from monitor.core.watch import Watch, Watchlist
from monitor.store.database import Database
from monitor.store.observations import record
from monitor.store.past import Past, write_past
from monitor.store.watches import sync_watchlists
from tests.builders import a_subscriber
from tests.store.builders import DAY, RESPINE, a_baseline, a_record, a_run, a_version, hash_of
from tests.web.conftest import serving

BEGAN = datetime(2026, 2, 9, 14, tzinfo=UTC)
NUMBER = RESPINE.number


def dated(completion: str, type_: str = "ESTIMATED", **more: object) -> TrialFacts:
    date = PartialDate.parse(completion)
    return TrialFacts(
        title="Made Trial",
        status="RECRUITING",
        primary_completion=TypedDate(date, type_),  # type: ignore[arg-type]
        completion=TypedDate(date, "ESTIMATED"),
        **more,  # type: ignore[arg-type]
    )


def a_database(path: Path, versions: Sequence[TrialFacts], past: Sequence[TrialFacts] = ()) -> Path:
    """A trial with these versions, a day apart, watched by a list; `past` was fetched on the day after the first look."""
    with Database.open(path) as db:
        run = a_run(db, BEGAN)
        sync_watchlists(
            db,
            (Watchlist("backs", "Backs", (Watch("trial", RESPINE.registry, NUMBER),), (a_subscriber(),)),),
            BEGAN,
        )
        for n, facts in enumerate(versions):
            modules: dict[str, Json] = {
                "protocolSection.statusModule": {"overallStatus": hash_of(n)},
                # The registry derives it, and its own history does not give it.
                "derivedSection.conditionBrowseModule": {
                    "meshes": [{"id": "D017116", "term": "Low Back Pain"}]
                },
            }
            of_it = a_record(modules=modules, facts=facts, raw_digest=str(n))
            at = BEGAN + n * DAY
            look = a_version(n + 1, record=of_it, at=at) if n else a_baseline(record=of_it, at=at)
            record(db, look, run)
        fetched = [
            Past(a_record(modules={"hasResults": n % 2 == 0}, facts=facts), (), BEGAN + DAY)
            for n, facts in enumerate(past)
        ]
        if fetched:
            write_past(db, RESPINE, fetched, (), BEGAN + DAY)
    return path


def pages(path: Path, *addresses: str) -> list[str]:
    """What the dashboard answers, a year after."""
    found = []
    with serving(path, now=BEGAN + timedelta(days=400)) as dashboard, httpx.Client(trust_env=False) as client:
        for address in addresses:
            answer = client.get(dashboard + address)
            assert answer.status_code == 200, f"{address}: {answer.text[-400:]}"
            found.append(answer.text)
    return found


ODD = {
    "the end of time": [dated("9999-12-31"), dated("9999-12")],
    "the beginning of time": [dated("0001-01-01"), dated("0001")],
    "all of time": [dated("0001-01"), dated("9999-12")],
    "years alone": [dated("2026"), dated("2028"), dated("2028-06")],
    "reached, then promised again": [dated("2026-01-31", "ACTUAL"), dated("2027-01")],
    "nothing known": [TrialFacts()],
    "no sites any more": [dated("2027-01", sites=4, countries=("France",)), dated("2027-01", sites=0)],
    "nobody and very many": [dated("2027", enrollment=0), dated("2027", enrollment=2_000_000_000)],
}
TELLING = (
    f"/trial/{NUMBER}",
    f"/api/trials/{NUMBER}",
    "/watchlist/backs",
    *(f"/feeds/{of}.{ending}" for of in (f"trial/{NUMBER}", "watchlist/backs") for ending in ("atom", "ics")),
)


@pytest.mark.parametrize("versions", ODD.values(), ids=ODD.keys())
def test_an_odd_trial_is_shown_wherever_it_is_told_of(tmp_path: Path, versions: list[TrialFacts]) -> None:
    answers = pages(a_database(tmp_path / "trialmon.db", versions), *TELLING)
    assert len(answers[0]) < 60_000, "an axis with a tick for every year there is"


def test_of_hundreds_of_versions_the_newest_stand_open(tmp_path: Path) -> None:
    course = [dated(f"{2026 + n // 12}-{n % 12 + 1:02d}", enrollment=n) for n in range(120)]
    [page] = pages(a_database(tmp_path / "trialmon.db", course), f"/trial/{NUMBER}")
    open_part, _, folded = page.partition("90 earlier versions, back to 2026-02-09")
    assert "version 91," in open_part
    assert "version 90," not in open_part
    assert "version 90," in folded
    assert folded.count("the first that is known") == 1
    assert 20 < open_part.count('<circle class="dot primary_completion') < 100, (
        "dots that lie upon one another are none"
    )


def test_a_country_is_drawn_from_when_to_when_a_site_was_listed_there(tmp_path: Path) -> None:
    course = [
        dated("2028", sites=1, countries=("France",), registry_date="2025-01-10"),
        dated("2028", sites=2, countries=("France", "Côte d'Ivoire"), registry_date="2025-03-10"),
        dated("2028", sites=1, countries=("Côte d'Ivoire",), registry_date="2025-06-01"),
        dated("2028", sites=2, countries=("France", "Côte d'Ivoire"), registry_date="2025-09-01"),
    ]
    [page] = pages(a_database(tmp_path / "trialmon.db", course), f"/trial/{NUMBER}")
    assert "2025-01-10 to 2025-06-01, since 2025-09-01" in page
    assert "Côte d&#39;Ivoire: since 2025-03-10" in page


def test_what_the_registrys_history_does_not_give_is_no_difference(tmp_path: Path) -> None:
    database = a_database(tmp_path / "trialmon.db", [dated("2027")], [dated("2026")])
    page, answer = pages(
        database, f"/trial/{NUMBER}/compare?a=0&b=1", f"/api/trials/{NUMBER}/versions/0/diff/1"
    )
    for told in (page, answer):
        assert "overallStatus" in told.replace("<wbr>", "")
        assert "Low Back Pain" not in told


def test_sites_of_which_no_state_is_known_are_not_said_not_to_recruit(tmp_path: Path) -> None:
    silent = dated("2028", sites=3, sites_recruiting=0)
    [page] = pages(a_database(tmp_path / "a.db", [silent]), f"/trial/{NUMBER}")
    assert "of these recruiting" not in page
    told = [dated("2028", sites=3, sites_recruiting=2), silent]
    [page] = pages(a_database(tmp_path / "b.db", told), f"/trial/{NUMBER}")
    assert "of these recruiting 2 from" in page


def test_the_past_stands_on_its_own_days_though_it_was_fetched_later(tmp_path: Path) -> None:
    past = [
        dated("2025-06", submitted_date="2023-01-05", registry_date="2023-01-10"),
        dated("2026-06", submitted_date="2024-02-05"),
        dated("2026-12"),
    ]
    now = [dated("2027-06", registry_date="2025-03-01")]
    [page] = pages(a_database(tmp_path / "trialmon.db", now, past), f"/trial/{NUMBER}")
    promised = [
        "promised on 2023-01-10 for June 2025",
        "promised on 2024-02-05 for June 2026, 1 year later",
        "promised on 2025-03-01 for December 2026, 6 months later",
        "promised on 2025-03-01 for June 2027, 6 months later",
    ]
    places = [page.index(words) for words in promised]
    assert places == sorted(places)
    assert (
        page.count("from the registry&#39;s own history") + page.count("from the registry's own history") == 3
    )
