"""The literature, looked at over real HTTP: what names a watched trial is told once, by whichever source or registry has it first."""

import json
import signal
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.core.significance import Case, Occurrence, Rule, Verdict
from monitor.embedded import EmbeddedRegistry, History, Shelf
from monitor.jobs.check import check
from monitor.jobs.context import Context, Report
from monitor.jobs.dispatch import dispatch
from monitor.jobs.literature import look_at_literature
from tests.builders import a_document
from tests.house.crash_points import crash_points
from tests.journeys.office import Office

TRIAL, OTHER = "NCT09990001", "NCT09990002"
EUDRACT = "2017-002092-25"
MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 2, day) for day in (9, 10, 11, 12))
CRASHES = sorted(point for point in crash_points() if point.startswith(("papers:", "literature:")))


def a_paper(pmid: str, **more: Any) -> dict[str, Any]:
    return {
        "pmid": pmid,
        "title": f"Disc cells relieve back pain, part {pmid}",
        "journal": "J Made Med",
        "published": "2026-02",
        "types": ["Journal Article"],
        **more,
    }


def about(number: str) -> dict[str, Any]:
    return {"registered": [["ClinicalTrials.gov", number]]}


class Library(Office):
    """An office that asks the embedded literature too."""

    def __init__(self, folder: Path, registry: EmbeddedRegistry, **more: Any) -> None:
        super().__init__(folder, registry, **more)
        lines = self.config.read_text(encoding="utf-8")
        both = "".join(f"  {name}:\n    base_url: {registry.base_url}\n" for name in ("pubmed", "europepmc"))
        self.config.write_text(lines.replace("sources:\n", f"sources:\n{both}"), encoding="utf-8")

    def told(self) -> list[str]:
        """`rule trial significance` of each event about a paper, oldest first."""
        return [
            f"{one['rule']} {one['trial']} {one['significance']}"
            for one in self.events()
            if one["rule"].startswith(("papers.", "publications."))
        ]

    def titles(self) -> list[str]:
        """The titles of the alerts that were written."""
        database = self.database()
        try:
            with database.reading() as connection:
                rows = connection.execute("SELECT title FROM notifications WHERE kind = 'alert' ORDER BY id")
                return [row["title"] for row in rows]
        finally:
            database.close()


@pytest.fixture
def registry() -> Iterator[EmbeddedRegistry]:
    history = History()
    for number in (TRIAL, OTHER):
        history.put(number, MONDAY, a_document(number))
    with EmbeddedRegistry(history, shelf=Shelf()).serving() as registry:
        yield registry


@pytest.fixture
def library(tmp_path: Path, registry: EmbeddedRegistry) -> Library:
    library = Library(tmp_path / "library", registry)
    library.watch([TRIAL, OTHER])
    return library


def look(library: Library, *days: date) -> None:
    for day in days:
        assert library.check_on(day).failed == []


def test_papers_that_are_there_at_the_first_look_are_no_news(
    library: Library, registry: EmbeddedRegistry
) -> None:
    registry.shelf.put("old", MONDAY, a_paper("90000001", **about(TRIAL)))
    look(library, MONDAY, TUESDAY, WEDNESDAY)
    assert library.told() == []
    shown = library.command("publications", TRIAL, "--json").stdout
    assert '"pmid":"90000001"' in shown.replace(" ", "")
    assert '"link":"number"' in shown.replace(" ", "")


def test_a_new_paper_is_told_once_though_both_services_have_it(
    library: Library, registry: EmbeddedRegistry
) -> None:
    look(library, MONDAY)
    registry.shelf.put("new", TUESDAY, a_paper("90000002", **about(TRIAL)))
    look(library, TUESDAY, WEDNESDAY, THURSDAY)
    assert library.told() == [f"papers.found {TRIAL} notable"]
    [event] = library.events()
    assert event["headline"].startswith(
        "A publication about this trial, before the register has results: PMID"
    )
    assert "result" not in event["headline"].replace("before the register has results", "")


def test_what_was_found_and_where_is_explained(library: Library, registry: EmbeddedRegistry) -> None:
    look(library, MONDAY)
    registry.shelf.put("new", TUESDAY, a_paper("90000002", **about(TRIAL)))
    look(library, TUESDAY)
    [event] = library.events()
    told = library.command("explain", str(event["id"])).stdout
    assert "What was found\n  Disc cells relieve back pain, part 90000002 · J Made Med" in told
    assert "its record gives the number\n      pubmed 90000002, version 1, seen " in told
    assert "no edit: it follows from the literature, not from a new version" in told
    assert "What changed" not in told
    [chain] = map(json.loads, library.command("explain", str(event["id"]), "--json").stdout.splitlines())
    assert [one["link"] for one in chain["events"][0]["papers"]] == ["number"]


def test_who_asks_is_said_and_the_key_stays_between_us(library: Library, registry: EmbeddedRegistry) -> None:
    config = library.config.read_text(encoding="utf-8")
    library.config.write_text(
        config.replace("  pubmed:\n", "  pubmed:\n    email: desk@example.org\n    api_key: ${KEY}\n"),
        encoding="utf-8",
    )
    registry.shelf.put("old", MONDAY, a_paper("90000001", **about(TRIAL)))
    registry.go_to(MONDAY)
    registry.misbehave("pubmed_rate_limit", times=None)
    said = library.command("check", "--now", "2026-02-09T15:00Z", KEY="a-key-of-ours")
    assert said.returncode == 1
    asked = [request for request in registry.requests if request.path.startswith("/entrez")]
    assert asked
    for request in asked:
        assert request.query["tool"] == "trialmon"
        assert request.query["email"] == "desk@example.org"
        assert request.query["api_key"] == "a-key-of-ours"
    for command in ("status", "doctor", "publications", "events"):
        also = library.command(command, KEY="a-key-of-ours")
        said.stdout, said.stderr = said.stdout + also.stdout, said.stderr + also.stderr
    for private in ("a-key-of-ours", "desk@example.org"):
        assert private not in said.stdout + said.stderr
        for file in library.folder.rglob("trialmon.db*"):
            assert private.encode() not in file.read_bytes()


def test_a_mention_in_the_text_is_routine_and_says_so(library: Library, registry: EmbeddedRegistry) -> None:
    look(library, MONDAY)
    registry.shelf.put("new", TUESDAY, a_paper("90000003", abstract=f"As in {TRIAL}, cells were given."))
    look(library, TUESDAY, WEDNESDAY)
    assert library.told() == [f"papers.found {TRIAL} routine"]
    assert "mentions this trial" in library.events()[0]["headline"]


def referring(*pmids: str) -> dict[str, Any]:
    references = [
        {"pmid": pmid, "type": "DERIVED", "citation": f"Made A. Disc cells, part {pmid}. J Made Med. 2026."}
        for pmid in pmids
    ]
    return a_document(TRIAL, referencesModule={"references": references})


def test_what_the_literature_told_the_registry_does_not_tell_again(
    library: Library, registry: EmbeddedRegistry
) -> None:
    look(library, MONDAY)
    registry.shelf.put("new", TUESDAY, a_paper("90000004", **about(TRIAL)))
    registry.put(TRIAL, WEDNESDAY, referring("90000004"))
    look(library, TUESDAY, WEDNESDAY)
    assert library.told() == [f"papers.found {TRIAL} notable", f"publications.told_before {TRIAL} noise"]


def test_what_the_registry_told_the_literature_does_not_tell_again(
    library: Library, registry: EmbeddedRegistry
) -> None:
    look(library, MONDAY)
    registry.put(TRIAL, TUESDAY, referring("90000005"))
    registry.shelf.put("new", WEDNESDAY, a_paper("90000005", **about(TRIAL)))
    look(library, TUESDAY, WEDNESDAY)
    assert library.told() == [f"publications.linked {TRIAL} notable"]
    assert '"link":"registry"' in library.command("publications", TRIAL, "--json").stdout.replace(" ", "")


def test_a_paper_of_before_that_is_retracted_is_critical(
    library: Library, registry: EmbeddedRegistry
) -> None:
    registry.shelf.put("old", MONDAY, a_paper("90000006", **about(TRIAL)))
    look(library, MONDAY)
    types = ["Journal Article", "Retracted Publication"]
    registry.shelf.put("old", TUESDAY, a_paper("90000006", **about(TRIAL) | {"types": types}))
    look(library, TUESDAY, WEDNESDAY)
    assert library.told() == [f"papers.retracted {TRIAL} critical"]


def test_a_corrected_record_is_a_version(library: Library, registry: EmbeddedRegistry) -> None:
    registry.shelf.put("old", MONDAY, a_paper("90000007", **about(TRIAL)))
    look(library, MONDAY)
    registry.shelf.put(
        "old", TUESDAY, a_paper("90000007", **about(TRIAL) | {"title": "Disc cells: a correction"})
    )
    look(library, TUESDAY, WEDNESDAY)
    assert library.told() == [f"papers.corrected {TRIAL} routine"]
    assert "Disc cells: a correction" in library.events()[0]["because"]


def test_a_query_begins_with_a_silent_count_and_then_tells_what_is_new(
    library: Library, registry: EmbeddedRegistry
) -> None:
    library.watch([OTHER], more="  - publications: rexlemestrocel-L\n")
    registry.shelf.put("old", MONDAY, a_paper("90000008", abstract="On rexlemestrocel-L."))
    look(library, MONDAY)
    registry.shelf.put("new", TUESDAY, a_paper("90000009", abstract="More on rexlemestrocel-L."))
    look(library, TUESDAY, WEDNESDAY, THURSDAY)
    assert library.told() == ["papers.watched 90000009 notable"]
    assert len(library.titles()) == 1


def test_what_a_query_finds_about_a_watched_trial_is_one_message(
    library: Library, registry: EmbeddedRegistry
) -> None:
    library.watch([TRIAL], more="  - publications: rexlemestrocel-L\n")
    look(library, MONDAY)
    registry.shelf.put("new", TUESDAY, a_paper("90000010", abstract="On rexlemestrocel-L.", **about(TRIAL)))
    look(library, TUESDAY, WEDNESDAY)
    assert library.told() == [f"papers.found {TRIAL} notable"]
    assert len(library.titles()) == 1


def test_a_paper_that_gives_two_registers_numbers_proposes_an_alias(
    library: Library, registry: EmbeddedRegistry
) -> None:
    both = [["ClinicalTrials.gov", TRIAL], ["EudraCT", EUDRACT]]
    look(library, MONDAY)
    registry.shelf.put("new", TUESDAY, a_paper("90000011", registered=both))
    look(library, TUESDAY)
    shown = library.command("show", TRIAL).stdout
    assert f"{EUDRACT} (publication pmid:90000011)" in " ".join(shown.split())


def test_a_service_that_fails_is_told_of_in_the_health_report_and_loses_nothing(
    library: Library, registry: EmbeddedRegistry
) -> None:
    look(library, MONDAY)
    registry.shelf.put("new", TUESDAY, a_paper("90000012", **about(TRIAL)))
    registry.misbehave("status_500", times=None, path="/entrez")
    registry.misbehave("status_500", times=None, path="/europepmc")
    failed = library.check_on(TUESDAY).failed
    assert {one["source"] for one in failed} == {"pubmed", "europepmc"}
    assert library.told() == []
    registry.behave()
    look(library, WEDNESDAY)
    assert library.told() == [f"papers.found {TRIAL} notable"]


def test_what_the_registry_brought_is_sent_before_a_service_of_papers_is_asked(
    library: Library, registry: EmbeddedRegistry
) -> None:
    look(library, MONDAY)
    registry.go_to(TUESDAY)
    registry.put(TRIAL, TUESDAY, a_document(TRIAL, statusModule={"overallStatus": "TERMINATED"}))
    asked = len(registry.requests)
    seen: list[tuple[int, int]] = []

    def send(context: Context, report: Report) -> None:
        dispatch(context, report)
        papers = [one for one in registry.requests[asked:] if one.path.startswith("/e")]
        seen.append((report.told, len(papers)))

    with library.context(datetime(2026, 2, 10, 15, tzinfo=UTC)) as context:
        check(context, send=send)
    assert seen == [(1, 0)]


def test_who_watches_the_literature_alone_is_not_told_that_nobody_looked(
    library: Library, registry: EmbeddedRegistry
) -> None:
    library.watch([], more="  - publications: rexlemestrocel-L\n")
    registry.go_to(MONDAY)
    assert library.command("check").returncode == 0
    status = library.command("status")
    assert (status.returncode, status.stderr) == (0, "")


def test_a_paper_is_told_though_the_registry_has_not_refreshed_and_check_says_so(
    library: Library, registry: EmbeddedRegistry
) -> None:
    look(library, MONDAY)
    registry.shelf.put("new", MONDAY, a_paper("90000016", **about(TRIAL)))
    said = library.command("check", "--now", "2026-02-10T14:50Z")
    assert "has not refreshed since the last look. 1 event, 1 message sent.\n" in said.stdout


def meanwhile(occurrence: Occurrence, does: Callable[[], object]) -> Rule:
    """A rule that says nothing; the first time that it is asked, something happens in another thread of the daemon."""
    left = [does]

    def judge(case: Case) -> Iterable[Verdict]:
        if left:
            left.pop()()
        return ()

    return Rule("record.meanwhile", "", "", "record", judge, on=occurrence)


def test_what_both_find_at_one_time_is_told_once(library: Library, registry: EmbeddedRegistry) -> None:
    look(library, MONDAY)
    registry.shelf.put("new", TUESDAY, a_paper("90000017", **about(TRIAL)))
    registry.put(TRIAL, TUESDAY, referring("90000017"))
    registry.go_to(TUESDAY)
    with library.context(datetime(2026, 2, 10, 15, tzinfo=UTC)) as context:
        literature = meanwhile("changed", lambda: look_at_literature(context, Report()))
        check(replace(context, literature={}, rules=[*context.rules, literature]))
    assert library.told() == [f"papers.found {TRIAL} notable", f"publications.told_before {TRIAL} noise"]
    registry.shelf.put("next", WEDNESDAY, a_paper("90000018", **about(TRIAL)))
    registry.put(TRIAL, WEDNESDAY, referring("90000017", "90000018"))
    registry.go_to(WEDNESDAY)
    with library.context(datetime(2026, 2, 11, 15, tzinfo=UTC)) as context:
        a_look = meanwhile("paper", lambda: check(replace(context, literature={})))
        look_at_literature(replace(context, rules=[*context.rules, a_look]), Report())
    look(library, WEDNESDAY, THURSDAY)
    assert library.told()[2:] == [f"publications.linked {TRIAL} notable"]


def test_a_mistake_of_ours_about_papers_costs_no_news_of_trials(
    library: Library, registry: EmbeddedRegistry
) -> None:
    def broken() -> None:
        raise KeyError("a mistake")

    look(library, MONDAY)
    registry.shelf.put("new", TUESDAY, a_paper("90000019", **about(TRIAL)))
    registry.go_to(TUESDAY)
    with library.context(datetime(2026, 2, 10, 15, tzinfo=UTC)) as context:
        report = check(replace(context, rules=[*context.rules, meanwhile("paper", broken)]))
    assert [one["source"] for one in report.failed] == ["pubmed"]
    look(library, WEDNESDAY)
    assert library.told() == [f"papers.found {TRIAL} notable"]


@pytest.mark.parametrize("point", [*CRASHES, "record:before-commit", "record:after-commit"])
def test_a_kill_anywhere_in_a_look_at_the_literature_tells_once(
    library: Library, registry: EmbeddedRegistry, point: str
) -> None:
    first = point in (
        "papers:baseline-before-commit",
        "papers:baseline-after-commit",
        "papers:watch-before-commit",
    )
    library.watch([TRIAL, OTHER], more="  - publications: rexlemestrocel-L\n")
    registry.shelf.put("old", MONDAY, a_paper("90000013", abstract="On rexlemestrocel-L.", **about(OTHER)))
    registry.go_to(MONDAY)
    if first:
        killed = library.command("check", "--now", "2026-02-09T15:00Z", TRIALMON_CRASH_AT=point)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
    look(library, MONDAY)
    registry.shelf.put("new", TUESDAY, a_paper("90000014", **about(TRIAL)))
    registry.shelf.put("found", TUESDAY, a_paper("90000015", abstract="More on rexlemestrocel-L."))
    registry.go_to(TUESDAY)
    if not first:
        killed = library.command("check", "--now", "2026-02-10T15:00Z", TRIALMON_CRASH_AT=point)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
    look(library, TUESDAY, WEDNESDAY)
    assert sorted(library.told()) == [f"papers.found {TRIAL} notable", "papers.watched 90000015 notable"]
    assert len(library.titles()) == len(set(library.titles())) == 2


def test_a_thousand_trials_of_which_nothing_is_new_cost_few_questions(
    tmp_path: Path, registry: EmbeddedRegistry
) -> None:
    numbers = [f"NCT0888{n:04}" for n in range(1000)]
    for number in numbers:
        registry.put(number, MONDAY, a_document(number))
    library = Library(tmp_path / "large", registry)
    library.watch(numbers)
    look(library, MONDAY)
    asked = len(registry.requests)
    look(library, TUESDAY)
    paths = [request.path for request in registry.requests[asked:]]
    for service in ("/entrez", "/europepmc"):
        assert 0 < sum(path.startswith(service) for path in paths) <= 20, service
    again = len(registry.requests)
    assert library.check_on(TUESDAY, hour=16).failed == []
    assert not [one for one in registry.requests[again:] if one.path.startswith(("/entrez", "/europepmc"))]


PAGE = "https://pubmed.ncbi.nlm.nih.gov/90000020/"


@pytest.mark.parametrize("when", ["at once", "daily 07:30"])
def test_a_message_leads_to_the_paper(library: Library, registry: EmbeddedRegistry, when: str) -> None:
    library.watch([TRIAL])
    lists = library.folder / "watchlists" / "all.yaml"
    lists.write_text(lists.read_text().replace("at_least:", f"when: {when}, at_least:"), encoding="utf-8")
    look(library, MONDAY)
    registry.shelf.put("new", TUESDAY, a_paper("90000020", **about(TRIAL)))
    look(library, TUESDAY, WEDNESDAY)
    database = library.database()
    try:
        with database.reading() as connection:
            rows = connection.execute(
                "SELECT title, text, markdown, html FROM notifications WHERE slot IS NULL ORDER BY id"
            )
            [told] = [row for row in rows if "90000020" in row["text"]]
    finally:
        database.close()
    assert f"\n  {PAGE}\n" in told["text"]
    assert f"<{PAGE}>" in told["markdown"]
    assert f'href="{PAGE}"' in told["html"]
    assert "[:]//" not in told["text"]


def test_a_feed_leads_to_the_paper_and_has_what_the_lists_own_queries_found(
    library: Library, registry: EmbeddedRegistry
) -> None:
    library.watch([TRIAL], more="  - publications: rexlemestrocel-L\n")
    look(library, MONDAY)
    registry.shelf.put("new", TUESDAY, a_paper("90000020", **about(TRIAL)))
    registry.shelf.put("found", TUESDAY, a_paper("90000021", abstract="More on rexlemestrocel-L."))
    look(library, TUESDAY)
    listed = library.command("events", "--watchlist", "all", "--json").stdout
    assert '"trial":"90000021"' in listed
    assert library.command("feeds", "--to", str(library.folder / "feeds")).returncode == 0
    feed = json.loads((library.folder / "feeds" / "all.json").read_text(encoding="utf-8"))
    assert {item["url"] for item in feed["items"]} == {PAGE, PAGE.replace("20/", "21/")}
    assert all("[:]//" not in item["content_text"] for item in feed["items"])


def test_a_number_that_was_added_long_after_the_paper_is_found_within_a_week(
    library: Library, registry: EmbeddedRegistry
) -> None:
    # A record whose dates do not move although the number is added: entered on Monday, changed in place a week later.
    registry.shelf.put("old", MONDAY, a_paper("90000022"))
    days = [MONDAY + timedelta(days=n) for n in range(16)]
    look(library, *days[:8])
    registry.shelf.put("old", MONDAY, a_paper("90000022", **about(TRIAL)))
    look(library, *days[8:])
    assert library.told() == [f"papers.found {TRIAL} notable"]
