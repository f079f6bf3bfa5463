"""Digests at their moments: on quiet days, after days on which nobody was at work, in the reader's own time and language."""

from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from monitor.embedded import EmbeddedRegistry
from monitor.jobs.check import check
from tests.journeys.collector import Collector, Got
from tests.journeys.made import MadeTrials, day_of
from tests.journeys.office import Office

ONE, OTHER = "NCT99900001", "NCT99900002"
EVERY_MORNING = "{name: reader, to: [desk], at_least: routine, when: daily 07:30"


def _write(office: Office, name: str, subscriber: str, *numbers: str) -> None:
    trials = ", ".join(f"{{trial: {number}}}" for number in numbers)
    (office.folder / "watchlists" / f"{name}.yaml").write_text(
        f"title: {name.title()}\nwatch: [{trials}]\nsubscribers:\n  - {subscriber}}}\n", encoding="utf-8"
    )


def _digests(got: list[Got]) -> list[Got]:
    return [one for one in got if "Now watching" not in one.title]


def test_on_a_quiet_day_a_reader_who_asked_for_it_is_told_once_that_nothing_changed(tmp_path: Path) -> None:
    trials = MadeTrials(ONE, OTHER)
    trials.edit(3, ONE, statusModule={"overallStatus": "SUSPENDED"})
    told: dict[tuple[int, int], list[Got]] = {}
    with EmbeddedRegistry(trials.history).serving() as registry, Collector().listening() as desk:
        office = Office(tmp_path, registry, destination=desk.url())
        _write(office, "cells", EVERY_MORNING + ", all_clear: true", ONE, OTHER)
        for ahead, hour in ((0, 6), (0, 8), (1, 6), (1, 8), (1, 9), (3, 6), (3, 8), (4, 8), (8, 12), (8, 13)):
            office.check_on(day_of(ahead), hour=hour)
            told[ahead, hour] = _digests(desk.taken())
    counts = {moment: len(messages) for moment, messages in told.items() if messages}
    # The first moment passed on the evening before it was watched; of those that nobody was there for, the last is spoken of.
    assert counts == {(0, 8): 1, (1, 8): 1, (3, 6): 1, (3, 8): 1, (4, 8): 1, (8, 12): 1}
    [quiet] = told[1, 8]
    assert quiet.title == "No changes"
    assert quiet.text.startswith(
        "Nothing changed. 2 trials looked at, last look at 3 March 2026 08:00 UTC.\n"
    )
    [news] = told[3, 8]
    assert "Nothing" not in news.text
    assert "CRITICAL · Suspended" in news.text
    keys = [one.key for messages in told.values() for one in messages]
    assert len(set(keys)) == len(keys)


def test_what_was_held_back_is_counted_on_one_quiet_day_and_not_on_the_next(tmp_path: Path) -> None:
    trials = MadeTrials(ONE)
    trials.edit(1, ONE, statusModule={"statusVerifiedDate": "2026-03"})
    with EmbeddedRegistry(trials.history).serving() as registry, Collector().listening() as desk:
        office = Office(tmp_path, registry, destination=desk.url())
        _write(office, "cells", EVERY_MORNING + ", all_clear: true", ONE)
        texts = []
        for ahead in (0, 1, 2):
            office.check_on(day_of(ahead), hour=6)
            office.check_on(day_of(ahead), hour=8)
            texts += [one.text for one in _digests(desk.taken())]
    plainly, held_back, again = texts
    assert plainly.startswith("Nothing changed. 1 trial looked at")
    assert held_back.startswith("Nothing that you asked for changed. 1 trial looked at")
    assert "Held back: " in held_back
    assert again.startswith("Nothing changed. ")
    assert "Held back" not in again


def test_a_quiet_day_does_not_speak_for_a_trial_that_could_not_be_read(tmp_path: Path) -> None:
    trials = MadeTrials(ONE, OTHER)
    trials.edit(1, ONE, statusModule={"overallStatus": ["no", "status"]})
    trials.edit(2, ONE, statusModule={"overallStatus": "RECRUITING"})
    told: dict[int, list[Got]] = {}
    with EmbeddedRegistry(trials.history).serving() as registry, Collector().listening() as desk:
        office = Office(tmp_path, registry, destination=desk.url())
        _write(office, "cells", EVERY_MORNING + ", all_clear: true", ONE, OTHER)
        _write(office, "others", "{name: other, to: [desk], when: daily 07:30, all_clear: true", OTHER)
        for ahead in (0, 1, 2):
            office.check_on(day_of(ahead), hour=6)
            office.check_on(day_of(ahead), hour=8)
            told[ahead] = [one for one in _digests(desk.taken()) if one.title.startswith("No changes")]
    looked = "last look at 3 March 2026 08:00 UTC."
    assert {one.title: one.text.partition("\n")[0] for one in told[1]} == {
        "No changes in what could be read": f"Nothing changed in what could be read. 2 trials looked at, {looked} Not known of {ONE}.",
        "No changes": f"Nothing changed. 1 trial looked at, {looked}",
    }
    assert {one.title for one in told[2]} == {"No changes"}


def test_a_word_on_a_quiet_day_that_comes_late_does_not_deny_what_was_seen_meanwhile(tmp_path: Path) -> None:
    trials = MadeTrials(ONE)
    trials.edit(1, ONE, statusModule={"overallStatus": "SUSPENDED"})
    with EmbeddedRegistry(trials.history).serving() as registry, Collector().listening() as desk:
        office = Office(tmp_path, registry, destination=desk.url())
        _write(office, "cells", EVERY_MORNING + ", all_clear: true", ONE)
        office.check_on(day_of(0), hour=6)
        office.check_on(day_of(0), hour=8)
        desk.taken()
        office.check_on(day_of(1), hour=9)  # nobody looked at half past seven
        [late] = _digests(desk.taken())
        office.check_on(day_of(2), hour=8)
        [next_one] = _digests(desk.taken())
    assert late.title == "No changes until 3 March 2026 07:30 UTC"
    assert late.text.startswith(
        "Nothing changed until 3 March 2026 07:30 UTC. 1 trial looked at, last look at 3 March 2026 09:00 UTC;"
        " what was seen since then comes with the next digest."
    )
    assert "CRITICAL · Suspended" in next_one.text


def test_who_did_not_ask_for_it_hears_nothing_on_a_quiet_day(tmp_path: Path) -> None:
    with EmbeddedRegistry(MadeTrials(ONE).history).serving() as registry, Collector().listening() as desk:
        office = Office(tmp_path, registry, destination=desk.url())
        _write(office, "cells", EVERY_MORNING, ONE)
        for ahead in range(3):
            office.check_on(day_of(ahead), hour=8)
        assert _digests(desk.taken()) == []


def test_several_digests_that_were_missed_become_one(tmp_path: Path) -> None:
    trials = MadeTrials(ONE, OTHER)
    trials.edit(1, ONE, statusModule={"overallStatus": "SUSPENDED"})
    trials.edit(2, OTHER, descriptionModule={"briefSummary": "Another summary of a made trial."})
    with EmbeddedRegistry(trials.history).serving() as registry, Collector().listening() as desk:
        office = Office(tmp_path, registry, destination=desk.url())
        _write(office, "cells", EVERY_MORNING, ONE, OTHER)
        office.check_on(day_of(0), hour=6)
        for ahead in (1, 2):  # looked at, but the machine sleeps before the reader's moment
            registry.go_to(day_of(ahead))
            with office.context(datetime.combine(day_of(ahead), time(6), tzinfo=UTC)) as context:
                check(context)
        desk.taken()
        office.check_on(day_of(5), hour=8)
        [digest] = _digests(desk.taken())
    assert "in 2 trials" in digest.title
    assert "CRITICAL · Suspended" in digest.text
    assert "Brief summary: " in digest.text


def test_a_digest_reminds_of_the_deadlines_of_the_next_thirty_days(tmp_path: Path) -> None:
    trials = MadeTrials(ONE, OTHER)
    near, far = (
        {"primaryCompletionDateStruct": {"date": day, "type": "ESTIMATED"}}
        for day in ((day_of(25)).isoformat(), (day_of(60)).isoformat())
    )
    trials.edit(1, ONE, statusModule=near)
    trials.edit(1, OTHER, statusModule=far)
    with EmbeddedRegistry(trials.history).serving() as registry, Collector().listening() as desk:
        office = Office(tmp_path, registry, destination=desk.url())
        _write(office, "cells", EVERY_MORNING, ONE, OTHER)
        office.check_on(day_of(0), hour=6)
        office.check_on(day_of(1), hour=6)
        desk.taken()
        office.check_on(day_of(1), hour=8)
        [digest] = _digests(desk.taken())
    ahead = digest.text.partition("Coming up:\n")[2].partition("\n\n")[0]
    assert ahead.strip() == f"27 March 2026: Made Trial 01 ({ONE}): primary completion expected"


def test_a_deadline_is_named_when_it_is_new_and_all_of_them_once_a_week(tmp_path: Path) -> None:
    def until(ahead: int) -> dict[str, object]:
        return {"primaryCompletionDateStruct": {"date": day_of(ahead).isoformat(), "type": "ESTIMATED"}}

    trials = MadeTrials(ONE, OTHER)
    trials.edit(0, ONE, statusModule=until(25))
    trials.edit(0, OTHER, statusModule=until(33))  # within thirty days from the fourth day on
    trials.edit(2, ONE, designModule={"enrollmentInfo": {"count": 10, "type": "ESTIMATED"}})
    trials.edit(4, ONE, statusModule=until(20))
    with EmbeddedRegistry(trials.history).serving() as registry, Collector().listening() as desk:
        office = Office(tmp_path, registry, destination=desk.url())
        _write(office, "cells", EVERY_MORNING + ", all_clear: true", ONE, OTHER)
        said = []
        for ahead in range(9):
            office.check_on(day_of(ahead), hour=6)
            office.check_on(day_of(ahead), hour=8)
            [digest] = _digests(desk.taken())
            said.append(digest.text.partition("Coming up:\n")[2].partition("\n\n")[0].split("\n"))
    one, other, moved = (
        f"  {day}: Made Trial 01 ({number}): primary completion expected"
        for day, number in (("27 March 2026", ONE), ("4 April 2026", OTHER), ("22 March 2026", ONE))
    )
    named = "named earlier this week; `trialmon calendar` shows all"
    assert said[:3] == [[one], [""], [f"  nothing new; 1 {named}"]]
    assert said[3:5] == [[other, f"  and 1 more {named}"], [moved, f"  and 1 more {named}"]]
    assert said[5:] == [[""], [""], [moved, other], [""]]


@pytest.mark.parametrize(
    ("language", "zone", "said"),
    [
        ("de", "Europe/Paris", "As of 3. März 2026 07:30 CET"),
        ("en_US", "America/New_York", "As of March 3, 2026 7:30"),
        ("en", "Asia/Kolkata", "As of 3 March 2026 07:30 IST"),
    ],
)
def test_a_digest_tells_the_readers_own_time_in_the_readers_language(
    tmp_path: Path, language: str, zone: str, said: str
) -> None:
    trials = MadeTrials(ONE, OTHER)
    trials.edit(1, ONE, statusModule={"overallStatus": "SUSPENDED"})
    with EmbeddedRegistry(trials.history).serving() as registry, Collector().listening() as post:
        inboxes = {"desk": post.url("desk"), "elsewhere": post.url("elsewhere")}
        office = Office(tmp_path, registry, more=inboxes)
        _write(office, "a-namesake", "{name: reader, to: [elsewhere], timezone: Pacific/Auckland", OTHER)
        _write(office, "b-cells", f"{EVERY_MORNING}, timezone: {zone}, language: {language}", ONE)
        office.check_on(day_of(0))
        registry.go_to(day_of(1))
        for day in (day_of(1), day_of(2)):
            office.check_at(datetime.combine(day, time(), tzinfo=UTC))
        [digest] = [one for one in _digests(post.taken()) if one.inbox == "desk"]
    assert said in digest.text.replace("\u202f", " ")
