"""Thresholds, weekdays, snooze, mute, language and the like: what they mean, and what is said about wrong ones."""

import subprocess
import sys
from collections.abc import Callable
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.config.watchlists import Loaded
from monitor.core.significance import Significance
from monitor.core.watch import Quiet, Slot, Subscriber, Wishes

Read = Callable[[str], Loaded]
Problems = Callable[[str], list[str]]


def a_subscriber(*lines: str) -> str:
    wishes = "".join(f"    {line}\n" for line in lines)
    return f"watch: [{{trial: NCT03737461}}]\nsubscribers:\n  - name: me\n    to: [desk]\n{wishes}"


def read_subscriber(watchlist: Read, *lines: str) -> Subscriber:
    (read,) = watchlist(a_subscriber(*lines)).watchlists
    return read.subscribers[0]


def test_a_subscriber_may_wish_for_large_changes_only(watchlist: Read) -> None:
    me = read_subscriber(watchlist, "slip_of: 30d", "enrollment_by: 12.5%")
    assert (me.slip_of, me.enrollment_by) == (timedelta(days=30), 0.125)
    plain = read_subscriber(watchlist)
    assert (plain.slip_of, plain.enrollment_by) == (None, None)


@pytest.mark.parametrize(
    ("when", "slots"),
    [
        ("at once", ()),
        ("mon 07:30", (Slot(time(7, 30), 0),)),
        ("weekdays 07:30", tuple(Slot(time(7, 30), day) for day in range(5))),
        ("mon, wed, fri 07:30", tuple(Slot(time(7, 30), day) for day in (0, 2, 4))),
        ("tues thursday 9:00", (Slot(time(9), 1), Slot(time(9), 3))),
        ("weekly sat, sun 10:00", (Slot(time(10), 5), Slot(time(10), 6))),
        ("[daily 07:30, daily 17:30, Fri 12:00]", (Slot(time(7, 30)), Slot(time(17, 30)), Slot(time(12), 4))),
        ("[weekdays 07:30, mon 07:30]", tuple(Slot(time(7, 30), day) for day in range(5))),
    ],
)
def test_times_of_delivery_may_name_days(watchlist: Read, when: str, slots: tuple[Slot, ...]) -> None:
    assert read_subscriber(watchlist, f"when: {when}").slots == slots


def test_quiet_hours_may_hold_back_what_is_critical_too(watchlist: Read) -> None:
    night = "quiet: 22:00-07:00"
    assert read_subscriber(watchlist, night).quiet == Quiet(time(22), time(7))
    assert read_subscriber(watchlist, night, "quiet_all: true").quiet == Quiet(time(22), time(7), True)
    assert read_subscriber(watchlist, night, "quiet_all: false").quiet == Quiet(time(22), time(7))


def test_what_a_list_snoozes_and_mutes_is_so_for_each_of_its_subscribers(watchlist: Read) -> None:
    text = a_subscriber("snooze: {NCT00000001: 2026-06-01}", "mute: [sites, dates.edited]")
    text += "  - {name: you, to: [desk]}\n"
    text += "snooze: {nct00000001: 2027-01-01, NCT00000002: 2026-12-01}\nmute: [NCT00000003]\n"
    (read,) = watchlist(text).watchlists
    me, you = read.subscribers
    assert dict(you.snooze) == {"NCT00000001": date(2027, 1, 1), "NCT00000002": date(2026, 12, 1)}
    assert dict(me.snooze) == {"NCT00000001": date(2026, 6, 1), "NCT00000002": date(2026, 12, 1)}
    assert me.mute == {"sites", "dates.edited", "NCT00000003"}
    assert you.mute == {"NCT00000003"}


def test_a_subscriber_may_have_a_language_templates_and_a_word_on_quiet_days(
    watchlist: Read, tmp_path: Path
) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "my-own.txt.j2").write_text("{{ title }}")
    me = read_subscriber(
        watchlist, "language: de-at", "template: my-own", "all_clear: true", "when: daily 07:30"
    )
    assert (me.language, me.template, me.all_clear) == ("de_AT", "my-own", True)
    plain = read_subscriber(watchlist)
    assert (plain.language, plain.template, plain.all_clear) == ("en", "", False)


def test_babel_is_loaded_for_another_language_only() -> None:
    code = "import sys; from monitor.config.wishes import _language; _language({!r}); print('babel' in sys.modules)"
    for language, loaded in (("en", "False"), ("de", "True")):
        run = subprocess.run(
            [sys.executable, "-c", code.format(language)], capture_output=True, text=True, check=True
        )
        assert run.stdout.strip() == loaded


@pytest.mark.parametrize("watch", ["trial: NCT03737461", "search: {condition: pain}", "sponsor: Mesoblast"])
def test_a_watch_may_wish_for_something_of_its_own(watchlist: Read, watch: str) -> None:
    wishes = "{at_least: routine, topics: [dates, sites], slip_of: 14d, enrollment_by: 5%}"
    text = f"watch:\n  - {watch}\n" + "".join(
        f"    {one}\n" for one in wishes[1:-1].split(", ") if ":" in one
    )
    text = text.replace("topics: [dates\n", "topics: [dates, sites]\n")
    (read,) = watchlist(text).watchlists
    topics: Any = frozenset({"dates", "sites"})
    assert read.watches[0].wishes == Wishes(Significance.ROUTINE, topics, timedelta(days=14), 0.05)


def test_a_watch_that_says_nothing_leaves_it_to_the_subscribers(watchlist: Read) -> None:
    (read,) = watchlist("watch: [{trial: NCT03737461}]").watchlists
    assert read.watches[0].wishes == Wishes()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("slip_of: a month", "5: “a month” is not a number of days (write 30d; slips are counted in days)"),
        ("slip_of: 36h", "5: “36h” is not a number of days"),
        ("slip_of: 0d", "5: “0d” is not a number of days"),
        ("enrollment_by: 20", "5: “20” is not a share (write 20%)"),
        ("enrollment_by: 0%", "5: “0%” is not a share"),
        ("quiet_all: yes", "5: “yes” is neither true nor false"),
        ("quiet_all: true", "5: “quiet_all” without “quiet” says nothing (add quiet: 22:00-07:00)"),
        ("all_clear: true", "5: “all_clear” is about digests, and this subscriber gets none"),
        ("snooze: NCT03737461", "5: here trials and days are expected (like {NCT03737461: 2026-12-01})"),
        ("snooze: {NCT0373746: 2026-12-01}", "5: NCT0373746: 7 digits, 8 needed"),
        ("snooze: {NCT03737461: 2026-13-01}", "5: “2026-13-01” is not a day (write it like 2026-12-01)"),
        ("snooze: {NCT03737461: tomorrow}", "5: “tomorrow” is not a day"),
        (
            "snooze: {NCT03737461: 2026-12-01, nct03737461: 2027-01-01}",
            "5: NCT03737461 is snoozed twice here (keep one of them)",
        ),
        ("mute: [statuses]", "5: “statuses” is not a trial, a rule or a topic (did you mean “status”?)"),
        ("mute: [dates.slip]", "5: “dates.slip” is not a rule (did you mean “dates.slipped”?)"),
        ("mute: [NCT1]", "5: NCT1: 1 digit, 8 needed"),
        ("language: klingon", "5: “klingon” is not a language (like en, de or pt-BR)"),
        ("language: xx", "5: “xx” is not a language that is known here (like en, de or pt-BR)"),
        ("template: ../etc", "5: “../etc” is not a name for templates"),
        ("when: mon", "5: “mon” is not a time of delivery"),
        ("when: funday 07:30", "5: “funday” is not a day of the week"),
        ("when: weekdays 7", "5: “7” is not a time of day"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_a_hint(problems: Problems, line: str, said: str) -> None:
    [problem] = problems(a_subscriber(line))
    assert problem.startswith(said)


def test_every_mistake_is_told_at_once(problems: Problems) -> None:
    text = a_subscriber("slip_of: x", "mute: [y]", "language: z!") + "snooze: [1]\n"
    assert [int(problem.partition(":")[0]) for problem in problems(text)] == [5, 6, 7, 8]
