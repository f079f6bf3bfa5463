"""What a watchlist means, and what is said about one that is wrong."""

from collections.abc import Callable
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.config.load import load_settings
from monitor.config.settings import Settings
from monitor.config.watchlists import Loaded, load_watchlists
from monitor.core.significance import TOPICS, Significance
from monitor.core.watch import Place, Quiet, Slot
from tests import canary

Read = Callable[[str], Loaded]
Problems = Callable[[str], list[str]]

WHOLE = """\
title: Cell therapy for chronic low back pain
watch:
  - trial: NCT03737461
    note: RESPINE, Montpellier
    also: [EudraCT 2017-002092-25]
  - trial: nct06325566
  - search: {condition: Low back pain, intervention: stem cells}
  - search: https://clinicaltrials.gov/search?cond=Sciatica&intr=stem%20cells
  - sponsor: Mesoblast
subscribers:
  - name: desk
    to: [desk]
    at_least: critical
    topics: [status, dates, results]
    when: weekly mon 07:30
    timezone: America/New_York
    quiet: 22:00-07:00
  - name: me
    to: [terminal]
"""


def a_subscriber(line: str) -> str:
    return f"watch: [{{trial: NCT03737461}}]\nsubscribers:\n  - name: me\n    to: [desk]\n    {line}\n"


def a_watch(line: str) -> str:
    return f"watch:\n  - {line}\n"


def test_a_watchlist_says_what_is_watched(watchlist: Read) -> None:
    (read,) = watchlist(WHOLE).watchlists
    assert (read.name, read.title) == ("list", "Cell therapy for chronic low back pain")
    respine, msb, pasted, spelt, sponsor = read.watches
    assert (respine.key, respine.note) == ("clinicaltrials.gov:NCT03737461", "RESPINE, Montpellier")
    assert respine.also == ("EudraCT 2017-002092-25",)
    assert msb.number == "NCT06325566"
    assert pasted.key == "clinicaltrials.gov?query.cond=low back pain&query.intr=stem cells"
    assert pasted.title == "Low back pain · stem cells"
    assert dict(spelt.query) == {"query.cond": "sciatica", "query.intr": "stem cells"}
    assert (sponsor.kind, sponsor.title, sponsor.query) == (
        "sponsor",
        "Mesoblast",
        (("query.spons", "mesoblast"),),
    )


def test_a_watchlist_says_who_is_told(watchlist: Read) -> None:
    (read,) = watchlist(WHOLE).watchlists
    desk, me = read.subscribers
    assert (desk.name, desk.to, desk.at_least) == ("desk", ("desk",), Significance.CRITICAL)
    assert desk.topics == {"status", "dates", "results"}
    assert desk.slots == (Slot(time(7, 30), 0),)
    assert desk.timezone == ZoneInfo("America/New_York")
    assert desk.quiet == Quiet(time(22), time(7))
    assert (me.at_least, me.topics, me.slots, me.quiet) == (Significance.NOTABLE, frozenset(TOPICS), (), None)
    assert me.timezone == ZoneInfo("UTC")


def test_several_times_of_delivery_may_be_given(watchlist: Read) -> None:
    (read,) = watchlist(a_subscriber("when: [daily 07:30, weekly friday 16:00]")).watchlists
    assert read.subscribers[0].slots == (Slot(time(7, 30)), Slot(time(16), 4))


def test_a_list_without_a_title_is_called_by_its_file(watchlist: Read) -> None:
    assert watchlist("watch: []").watchlists[0].title == "list"


def test_no_stays_the_word_no(watchlist: Read) -> None:
    (read,) = watchlist("title: no\nwatch: [{trial: NCT03737461, note: 0123}]").watchlists
    assert (read.title, read.watches[0].note) == ("no", "0123")


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(watchlist: Read) -> None:
    assert watchlist("\ufeff" + WHOLE.replace("\n", "\r\n")).watchlists == watchlist(WHOLE).watchlists


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            a_watch("trial: NCT0373746"),
            "2: NCT0373746: 7 digits, 8 needed (NCT and 8 digits, like NCT03737461)",
        ),
        (
            a_watch("trial: NCT 03737461"),
            "2: “NCT 03737461” is not written like a trial number (NCT03737461)",
        ),
        (a_watch("trial: NCT00000000"), "2: NCT00000000 is a dummy, no trial has it"),
        (
            a_watch("trial: ISRCTN123"),
            "2: “ISRCTN123” is not a trial number (NCT and 8 digits, like NCT03737461)",
        ),
        (
            a_watch("trial: NCT٠٣٧٣٧٤٦١"),
            "2: “NCT٠٣٧٣٧٤٦١” is not a trial number (NCT and 8 digits, like NCT03737461)",
        ),
        (a_watch("trial:"), "2: here a trial number is expected, but nothing is written"),
        (
            a_watch("trail: NCT03737461"),
            "2: this does not say what is meant by an entry of “watch:” (did you mean “trial”?)",
        ),
        (
            a_watch("publications: (disc cells"),
            "2: the brackets () in the query do not match",
        ),
        (
            a_watch("{trial: NCT03737461, sponsor: X}"),
            "2: “trial” and “sponsor” stand in one entry (begin a new one with a dash)",
        ),
        (
            a_watch("NCT03737461"),
            "2: here an entry of “watch:” is expected, not a single value (one of: trial, search, sponsor, publications)",
        ),
        (a_watch("search: {colour: red}"), "2: “colour” is not a search term"),
        (
            a_watch("search: {condition: pain, phase: 9}"),
            "2: the search is not understood: phase: “9” is not one of early 1, 1, 2, 3, 4",
        ),
        (
            a_watch("search: https://clinicaltrials.gov/search?cond=x&moon=full"),
            "2: the search is not understood: moon: this part",
        ),
        (a_watch("sponsor: {name: X}"), "2: here a sponsor's name is expected, not a mapping"),
        (
            a_watch("trial: NCT03737461\n  - trial: nct03737461"),
            "3: NCT03737461 is watched twice in this list (first in line 2)",
        ),
        ("title: x\ntitle: y\nwatch: []", "2: “title” is given twice (first in line 1; keep one of them)"),
        ("titel: x\nwatch: []", "1: “titel” is not a key of a watchlist (did you mean “title”?)"),
        ("title: x", "1: “watch” is missing from a watchlist"),
        ("- a", "1: here a watchlist is expected (key: value), not a list"),
        ("watch: {trial: NCT03737461}", "1: here a list is expected, not a mapping"),
        (a_subscriber("name: you"), "5: “name” is given twice"),
        (a_subscriber("at_least: importent"), "5: “importent” is not a significance"),
        (
            a_subscriber("at_least: Critical"),
            "5: “Critical” is not a significance (did you mean “critical”?)",
        ),
        (a_subscriber("topics: [statuses]"), "5: “statuses” is not a topic (did you mean “status”?)"),
        (a_subscriber("topics: []"), "5: this list is empty"),
        (
            a_subscriber("when: sometimes"),
            "5: “sometimes” is not a time of delivery (write: at once · daily 07:30 · weekly mon 07:30 ·",
        ),
        (a_subscriber("when: daily 24:00"), "5: “24:00” is not a time of day (00:00 to 23:59, like 07:30)"),
        (a_subscriber("when: weekly day 07:30"), "5: “day” is not a day of the week"),
        (a_subscriber("when: [at once, daily 07:30]"), "5: “at once” does not go with other times"),
        (
            a_subscriber("timezone: Europe/Pariss"),
            "5: “Europe/Pariss” is not a time zone (did you mean “Europe/Paris”?)",
        ),
        (a_subscriber("timezone: ../../etc/passwd"), "5: “../../etc/passwd” is not a time zone"),
        (a_subscriber("timezone: America"), "5: “America” is not a time zone"),
        (a_subscriber("quiet: late"), "5: “late” are no quiet hours (write 22:00-07:00)"),
        (a_subscriber("quiet: 22:00-22:00"), "5: “22:00-22:00” begins when it ends"),
        (a_subscriber("email: x"), "5: “email” is not a key of a subscriber"),
        (
            "watch: []\nsubscribers: [{name: a, to: [desc]}]",
            "2: there is no destination called “desc” (did you mean “desk”?; declare it in trialmon.yaml)",
        ),
        ("watch: []\nsubscribers: [{name: a, to: []}]", "2: this list is empty"),
        ("watch: []\nsubscribers: [{name: a}]", "2: “to” is missing from a subscriber"),
        (
            "watch: []\nsubscribers: [{name: a, to: [desk]}, {name: a, to: [desk]}]",
            "2: two subscribers are called “a” (first in line 2)",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line_and_a_hint(problems: Problems, text: str, said: str) -> None:
    assert [problem for problem in problems(text) if problem.startswith(said)], problems(text)


def test_every_problem_is_told_at_once_in_the_order_of_the_lines(problems: Problems) -> None:
    text = (
        WHOLE.replace("NCT03737461", "NCT1")
        .replace("note:", "nota:")
        .replace("weekly mon", "weekly")
        .replace("[desk]", "[dusk]")
    )
    assert [int(problem.partition(":")[0]) for problem in problems(text)] == [3, 4, 12, 15]


def test_a_search_in_terms_and_as_its_link_is_one_watch(watchlist: Read) -> None:
    loaded = watchlist(
        a_watch("search: {condition: pain}\n  - search: https://clinicaltrials.gov/search?cond=Pain&rank=1")
    )
    assert [one.title for one in loaded.watchlists[0].watches] == ["pain"]


def test_the_same_search_twice_is_a_mistake_where_the_second_says_more(problems: Problems) -> None:
    text = a_watch(
        "search: {condition: pain}\n  - search: https://clinicaltrials.gov/search?cond=Pain&rank=1\n    at_least: critical"
    )
    assert problems(text) == ["3: this search (Pain) is watched twice in this list (first in line 2)"]


def test_an_address_in_a_watchlist_is_a_destination_of_its_own(watchlist: Read) -> None:
    url = "json://127.0.0.1/hook"
    loaded = watchlist(a_subscriber("").replace("desk", f"{url}, desk"))
    (name, desk) = loaded.watchlists[0].subscribers[0].to
    assert desk == "desk"
    assert name.startswith("url-")
    assert len(name) == len("url-") + 10
    assert loaded.inline[name].url.reveal() == url
    assert url not in repr(loaded)


def test_a_renewed_token_does_not_make_another_destination(tmp_path: Path) -> None:
    names = []
    (tmp_path / "w.yaml").write_text("watch: []\nsubscribers: [{name: a, to: ['slack://${TOKEN}/#c']}]")
    for token in (canary.TOKEN, canary.PATH):
        loaded = load_watchlists(tmp_path, load_settings(None, {"TOKEN": token}))
        ((name, destination),) = loaded.inline.items()
        assert destination.url.reveal() == f"slack://{token}/#c"
        names.append(name)
    assert names[0] == names[1]


@pytest.mark.parametrize(
    "url",
    [
        f"json://{canary.HOST}/?optional=yes",
        f"exec://{canary.WORD}",
        f"json://{canary.WORD}, json://b",
        f"slack://${{MISSING}}/{canary.WORD}",
        f"://{canary.WORD}",
        f"http://{canary.WORD}/x",
    ],
)
def test_an_address_that_must_not_be_used_is_refused_without_showing_it(watchlist: Read, url: str) -> None:
    loaded = watchlist(f"watch: []\nsubscribers:\n- name: a\n  to:\n  - '{url}'\n")
    (problem,) = loaded.problems
    assert problem.line == 5
    assert not canary.sings(str(problem))


def test_a_folder_is_read_in_the_order_of_names_and_says_what_it_leaves_out(
    tmp_path: Path, settings: Settings
) -> None:
    folder = tmp_path / "watchlists"
    folder.mkdir()
    for name in ("b.yaml", "a.yaml", "c.yml", ".hidden.yaml", "notes.txt"):
        (folder / name).write_text("watch: []")
    loaded = load_watchlists(folder, settings)
    assert [watchlist.name for watchlist in loaded.watchlists] == ["a", "b"]
    assert [str(problem) for problem in loaded.problems] == [
        f"{folder}/c.yml: is not read (a watchlist's name ends in .yaml)"
    ]


def test_a_good_watchlist_is_there_beside_a_bad_one(tmp_path: Path, settings: Settings) -> None:
    folder = tmp_path / "watchlists"
    folder.mkdir()
    (folder / "good.yaml").write_text(WHOLE)
    (folder / "bad.yaml").write_text(WHOLE.replace("NCT03737461", "NCT1"))
    loaded = load_watchlists(folder, settings)
    assert [watchlist.name for watchlist in loaded.watchlists] == ["good"]
    assert [problem.line for problem in loaded.problems] == [3]


def test_a_missing_folder_is_a_problem(tmp_path: Path, settings: Settings) -> None:
    (problem,) = load_watchlists(tmp_path / "none", settings).problems
    assert "no such folder" in problem.message


def test_a_subscriber_may_say_where_it_is(watchlist: Read) -> None:
    def place(line: str) -> Place | None:
        (read,) = watchlist(a_subscriber(line)).watchlists
        return read.subscribers[0].near

    assert place("near: {country: France, city: Lyon}") == Place("France", city="Lyon")
    assert place("near: {country: United States, state: Ohio}") == Place("United States", state="Ohio")
    assert place("near: {country: France}") == Place("France")
    assert place("quiet: 22:00-07:00") is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("near: Lyon", "5: here “near” is expected"),
        ("near: {city: Lyon}", "5: “country” is missing from “near”"),
        ("near: {country: France, town: Lyon}", "5: “town” is not a key of “near”"),
        ("near: {country: United States, state: OH}", "5: “OH” is not a state as registries write it"),
        ("near: {country: France}\n    at_least: critical", "5: “near” makes news of a site notable"),
        ("near: {country: France}\n    topics: [status]", "5: “near” is about sites"),
    ],
)
def test_a_place_that_could_never_be_heard_of_is_a_mistake(problems: Problems, line: str, said: str) -> None:
    [problem] = problems(a_subscriber(line))
    assert problem.startswith(said)
