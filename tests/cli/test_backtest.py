"""`backtest`: what the present rules and subscriptions would have told, from what is stored."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from monitor.core.notification import Message, Notification
from monitor.core.significance import Significance
from monitor.core.source import Found, Moved
from monitor.embedded import EmbeddedRegistry, History
from tests.builders import NUMBER, a_date_struct, a_document, a_moment, a_record, a_trial
from tests.cli.archive import Answer, Archive
from tests.journeys.office import Office

WEEK = Path(__file__).parents[2] / "seeds" / "made" / "week.jsonl"
READERS = """title: The made week
watch:
{watch}
subscribers:
  - {{name: reader, to: [terminal]}}
  - {{name: daily, to: [terminal], at_least: noise, when: daily 07:30}}
  - {{name: board, to: [terminal], at_least: critical}}
  - {{name: dates, to: [terminal], at_least: routine, topics: [dates]}}
"""


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The made week, looked at day by day over HTTP, for four readers with different wishes."""
    history = History.load(WEEK)
    with EmbeddedRegistry(history).serving() as registry:
        office = Office(tmp_path_factory.mktemp("week"), registry)
        watch = "\n".join(f"  - trial: {number}" for number in history.trials)
        (office.folder / "watchlists" / "all.yaml").write_text(READERS.format(watch=watch))
        for day in history.days:
            office.check_on(day)
        yield office


def summary(answer: Answer) -> dict[str, Any]:
    return answer.rows[-1]


def backtest(archive: Archive, *options: str, name: str = "backs") -> Answer:
    return archive.ask("backtest", name, "--since", "2020-01-01", *options)


def slips(archive: Archive) -> None:
    """The primary completion slips on Sunday 1 March 2026, and again on Monday 2 March."""
    archive.see(a_document(), "2026-02-09")
    for at, date in (("2026-03-01T23:59", "2027-04"), ("2026-03-02", "2028-04")):
        archive.see(a_document(statusModule={"primaryCompletionDateStruct": a_date_struct(date)}), at)


def test_with_the_same_rules_and_readers_it_would_tell_what_was_told(week: Office) -> None:
    ran = week.command("backtest", "all", "--since", "2026-01-01", "--json")
    assert (ran.returncode, ran.stderr) == (0, "")
    *messages, end = [json.loads(line) for line in ran.stdout.splitlines()]
    assert (end["fewer"], end["more"]) == (0, 0)
    assert end["told"] == end["would_tell"] == len(messages)
    assert set(end["subscribers"]) == {"reader", "daily", "board", "dates"}
    database = week.database()
    with database.reading() as connection:
        told = {
            (row["subscriber"], row["title"])
            for row in connection.execute(
                "SELECT n.subscriber, n.title FROM notifications AS n JOIN notification_events AS x"
                " ON x.notification = n.id JOIN events AS e ON e.id = x.event"
                " WHERE e.version IS NOT NULL AND n.kind = 'alert'"
            )
        }
    database.close()
    assert {(one["subscriber"], one["title"]) for one in messages} == told


def test_an_edited_copy_is_compared_with_what_its_readers_were_told(week: Office) -> None:
    text = (week.folder / "watchlists" / "all.yaml").read_text()
    copy = week.folder / "stricter.yaml"
    copy.write_text(text.replace("{name: reader, to: [terminal]}", "{name: reader, to: [terminal], at_least: critical}"))  # fmt: skip
    before = json.loads(
        week.command("backtest", "all", "--since", "2026-01-01", "--json").stdout.splitlines()[-1]
    )
    after = json.loads(
        week.command("backtest", str(copy), "--since", "2026-01-01", "--json").stdout.splitlines()[-1]
    )
    assert after["more"] == 0
    assert after["fewer"] == before["subscribers"]["reader"] - after["subscribers"]["board"] > 0
    assert after["told"] == before["told"]
    assert after["subscribers"]["daily"] == before["subscribers"]["daily"]


def test_a_message_is_a_line_with_its_week_and_the_summary_comes_last(archive: Archive) -> None:
    slips(archive)
    first, second, end = backtest(archive, "--json").rows
    told = ["week", "seen_at", "trial", "subscriber", "significance", "headline", "title", "summarised"]
    assert list(first) == told
    assert (first["week"], second["week"]) == ("2026-W09", "2026-W10")
    assert (first["seen_at"], first["trial"], first["subscriber"]) == ("2026-03-01T23:59:00Z", NUMBER, "me")
    assert first["headline"].startswith("Primary completion slipped 6 months")
    assert first["title"].endswith(first["headline"])
    assert (end["trials"], end["versions"], end["would_tell"]) == (1, 2, 2)
    assert end["subscribers"] == {"me": 2}
    assert sum(end["significance"].values()) == 2
    assert "what the clock brings (deadlines, silence)" in end["left_out"]


def test_earlier_slips_are_remembered_as_of_the_version(archive: Archive) -> None:
    slips(archive)
    first, second, _ = backtest(archive, "--json").rows
    assert "second slip" not in first["headline"]
    assert "second slip" in second["headline"]


def test_people_read_weeks_examples_and_the_difference(archive: Archive) -> None:
    slips(archive)
    shown = backtest(archive).out
    in_order = (
        "Backs · 2020-01-01 to now",
        "2 versions of 1 trial judged by the present rules: 2 messages.",
        "week      versions  notable",
        "2026-W09  1         1",
        "2026-W10  1         1",
        "2026-W09 · 2026-02-23 to 2026-03-01",
        "  notable  Disc Cells for Chronic Low Back Pain: Primary completion slipped 6 months",
        "2026-W10 · 2026-03-02 to 2026-03-08",
        "Messages to me 2.",
        "Nothing was told of these versions when they were seen",
        "Left out, since no version tells it: what the clock brings (deadlines, silence);",
    )
    places = [shown.find(part) for part in in_order]
    assert -1 not in places
    assert places == sorted(places)


def test_what_was_told_then_and_would_be_told_no_more_is_named(archive: Archive) -> None:
    archive.see(a_document(), "2026-02-09")
    told = Notification(
        "k", "alert", "me", ("backs",), ("desk",), Message("Keywords edited", "", "", ""), Significance.ROUTINE,
        "why", a_moment("2026-03-01"), trial=str(a_trial()), events=(0,),
    )  # fmt: skip
    archive.read(
        Found(a_record(a_document(conditionsModule={"keywords": ["disc"]}))), "2026-03-01", NUMBER, told
    )
    answer = backtest(archive)
    assert "nothing would be told" in answer.out
    assert "Told then: 1 message; would be told now: 0; 1 fewer, 0 more." in answer.out
    assert "fewer 2026-03-01 to me: Keywords edited" in answer.out


def test_what_another_list_told_the_same_reader_is_not_counted(archive: Archive) -> None:
    slips(archive)
    archive.watch()
    told = Notification(
        "k", "alert", "me", ("another",), ("desk",), Message("Completed", "", "", ""), Significance.NOTABLE,
        "why", a_moment("2026-03-03"), trial=str(a_trial()), events=(0,),
    )  # fmt: skip
    archive.read(
        Found(a_record(a_document(statusModule={"overallStatus": "COMPLETED"}))), "2026-03-03", NUMBER, told
    )
    assert summary(backtest(archive, "--json"))["told"] == 0
    copy = archive.folder / "copy.yaml"
    copy.write_text((archive.folder / "watchlists" / "backs.yaml").read_text())
    assert summary(backtest(archive, "--json", name=str(copy)))["told"] == 1


def test_only_the_versions_of_the_period_are_judged(archive: Archive) -> None:
    slips(archive)
    assert summary(backtest(archive, "--json", "--until", "2026-03-01"))["versions"] == 1
    assert summary(archive.ask("backtest", "backs", "--since", "2026-03-02", "--json"))["versions"] == 1
    assert archive.ask("backtest", "backs", "--since", "2026-03-03").out.splitlines()[1].endswith("nothing would be told.")  # fmt: skip


def test_a_merged_number_is_judged_as_what_it_became(archive: Archive) -> None:
    successor = "NCT09990007"
    archive.watch()
    archive.see(a_document(), "2026-02-09")
    archive.see(a_document(successor), "2026-02-10", successor)
    archive.see(a_document(successor, statusModule={"overallStatus": "COMPLETED"}), "2026-03-01", successor)
    assert summary(backtest(archive, "--json"))["would_tell"] == 0
    archive.read(Moved(NUMBER, successor), "2026-03-02")
    assert backtest(archive, "--json").rows[0]["trial"] == successor


def test_a_field_that_goes_to_and_fro_would_wait_for_its_summary_from_the_fourth_time_on(
    archive: Archive,
) -> None:
    archive.watch()
    archive.see(a_document(), "2026-02-09")
    for hour, status in enumerate(("SUSPENDED", "RECRUITING") * 3, start=1):
        archive.see(a_document(statusModule={"overallStatus": status}), f"2026-03-01T{hour:02}:00")
    answer = backtest(archive, "--json")
    assert [row["summarised"] for row in answer.rows[:-1]] == [False] * 3 + [True] * 3
    assert summary(answer)["summarised"] == 3
    assert "Of these 3 in daily summaries, for a field kept changing." in backtest(archive).out


def test_what_was_muted_then_was_told_to_nobody(archive: Archive) -> None:
    archive.watch()
    slips(archive)
    told = Notification(
        "k", "alert", "me", ("backs",), ("desk",), Message("Completed", "", "", ""), Significance.NOTABLE,
        "why", a_moment("2026-03-03"), trial=str(a_trial()), events=(0,), withheld="muted", held_for="mute",
    )  # fmt: skip
    archive.read(
        Found(a_record(a_document(statusModule={"overallStatus": "COMPLETED"}))), "2026-03-03", NUMBER, told
    )
    assert summary(backtest(archive, "--json"))["told"] == 0


def test_nothing_is_written(archive: Archive) -> None:
    slips(archive)
    before = sha256(archive.path.read_bytes()).hexdigest()
    backtest(archive)
    assert sha256(archive.path.read_bytes()).hexdigest() == before


def test_a_search_that_was_never_read_is_said_to_be_unknown(archive: Archive) -> None:
    slips(archive)
    path = archive.folder / "copy.yaml"
    path.write_text(
        f"watch:\n  - trial: {NUMBER}\n  - search: {{condition: sciatica}}\n  - publications: stem cells\n"
        "subscribers:\n  - {name: me, to: [desk]}\n"
    )
    answer = backtest(archive, "--json", name=str(path))
    assert "what the search “sciatica” finds is not known: it was never read" in answer.err
    assert "stem cells" not in answer.err, "a query for papers finds no trials"
    assert summary(answer)["would_tell"] == 2


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        ("watch: 3\n", 2, "copy.yaml:1: "),
        (f"watch:\n  - trial: {NUMBER}\n", 3, "nobody is told of the list copy"),
        (None, 2, "there is no watchlist"),
    ],
)
def test_a_list_that_cannot_be_tried_says_why(
    archive: Archive, content: str | None, code: int, said: str
) -> None:
    slips(archive)
    path = archive.folder / "copy.yaml"
    if content is not None:
        path.write_text(content)
    answer = backtest(archive, name=str(path))
    assert (answer.code, answer.out) == (code, "")
    assert said in answer.err


def test_a_list_that_is_not_there_names_those_that_are(archive: Archive) -> None:
    slips(archive)
    assert "there is no watchlist back (there are: backs)" in backtest(archive, name="back").err


def test_a_period_that_ends_before_it_begins_is_wrong_usage(archive: Archive) -> None:
    assert backtest(archive, "--until", "2019").code == 2


def test_registry_text_cannot_act_on_the_reader(hostile: Archive) -> None:
    shown = backtest(hostile).out
    assert "2026-W07" in shown
    assert not [harm for harm in "\x1b\x07\r\u202e" if harm in shown]
