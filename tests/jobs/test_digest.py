"""What a digest tells, made of notifications as they stand in the store."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from monitor.core.notification import Kind, Message, Notification
from monitor.core.significance import Significance
from monitor.embedded import EmbeddedRegistry
from monitor.jobs.context import Context
from monitor.jobs.digest import digest_of
from monitor.store.outbox import notify
from tests.journeys.made import MadeTrials, day_of
from tests.journeys.office import Office

ONE, OTHER = "NCT99900001", "NCT99900002"
EVENING = datetime.combine(day_of(2), time(20), tzinfo=UTC)
LISTS = {
    "a-cells": f"title: Cells\nwatch: [{{trial: {ONE}}}]\nsubscribers:\n  - {{name: reader, to: [terminal], at_least: routine}}\n",
    "b-backs": (
        f"title: Backs\nwatch: [{{trial: {ONE}}}, {{trial: {OTHER}}}]\nsubscribers:\n"
        "  - {name: reader, to: [terminal], at_least: routine}\n"
    ),
}


@contextmanager
def an_office_after_two_days(folder: Path, **lists: str) -> Iterator[Context]:
    """Trial ONE slips, then slips again and is suspended; OTHER gets a new summary."""
    trials = MadeTrials(ONE, OTHER)
    slip = {"primaryCompletionDateStruct": {"date": "2028-09", "type": "ESTIMATED"}}
    again = {"primaryCompletionDateStruct": {"date": "2029-03", "type": "ESTIMATED"}}
    trials.edit(1, ONE, statusModule=slip)
    trials.edit(1, OTHER, descriptionModule={"briefSummary": "Another summary of a made trial."})
    trials.edit(2, ONE, statusModule={**again, "overallStatus": "SUSPENDED"})
    with EmbeddedRegistry(trials.history).serving() as registry:
        office = Office(folder, registry)
        for name, text in (lists or LISTS).items():
            (folder / "watchlists" / f"{name}.yaml").write_text(text, encoding="utf-8")
        for ahead in (0, 1, 2):
            office.check_on(day_of(ahead))
        with office.context(EVENING) as context:
            yield context


def all_notifications(context: Context, kind: Kind = "alert") -> list[int]:
    with context.database.reading() as connection:
        return [
            row["id"]
            for row in connection.execute("SELECT id FROM notifications WHERE kind = ? ORDER BY id", (kind,))
        ]


def test_what_was_told_singly_is_told_again_in_one_message_each_trial_once(tmp_path: Path) -> None:
    with an_office_after_two_days(tmp_path) as context:
        alerts = all_notifications(context)
        digest = digest_of(context, "reader", "terminal", alerts, "more than 20 messages within 10 minutes")
        told = {row["event"] for row in _told(context, alerts)}
    assert set(digest.events) == told
    assert (digest.kind, digest.destinations, digest.slot) == ("digest", ("terminal",), None)
    assert digest.significance is Significance.CRITICAL
    text = digest.message.text
    assert text.startswith("Folded into one message: more than 20 messages within 10 minutes.\n")
    assert text.count(ONE) > 0
    assert text.count("CRITICAL · Suspended") == 1
    assert text.index("CRITICAL · Suspended") < text.index("slipped 6 months")
    assert "Primary completion date: June 2028 → September 2028" in text
    assert "Primary completion date: September 2028 → March 2029" in text


def test_a_trial_of_two_lists_is_told_in_the_first_which_names_the_other(tmp_path: Path) -> None:
    with an_office_after_two_days(tmp_path) as context:
        text = digest_of(context, "reader", "terminal", all_notifications(context), "a storm").message.text
    cells, backs = text.split("== Backs ==")
    assert "CRITICAL · Suspended" in cells
    assert "Cells: you watch this trial; Backs: you watch this trial" in cells
    assert ONE not in backs
    assert OTHER in backs


def test_a_digest_that_cannot_be_put_together_is_told_as_its_members_were_written(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with an_office_after_two_days(tmp_path) as context:
        lost = replace(context, sources={})  # a source that is no longer there
        digest = digest_of(lost, "reader", "terminal", all_notifications(context), "a storm")
        told = {row["event"] for row in _told(context, all_notifications(context))}
    assert set(digest.events) == told
    assert "a storm" in digest.message.text
    assert "CRITICAL · Suspended" in digest.message.text
    assert OTHER in digest.message.html
    assert "KeyError" in caplog.text


def test_messages_about_no_trial_are_quoted(tmp_path: Path) -> None:
    with an_office_after_two_days(tmp_path) as context:
        now = context.clock.now()
        words = Message("The registry is silent", "No answer for a day.\n\nWhat to do: wait\n", "", "")
        notice = Notification(
            "n", "notice", "reader", (), ("terminal",), words, Significance.NOTABLE, "", now
        )
        notify(context.database, [notice], now)
        both = all_notifications(context, "notice") + all_notifications(context, "watching")
        digest = digest_of(context, "reader", "terminal", both, "a storm")
    for form in (digest.message.text, digest.message.markdown, digest.message.html):
        assert "The registry is silent" in form
        assert "What to do: wait" in form
        assert "Now watching 2 trials" in form
    assert digest.events == ()


def test_notices_of_one_title_are_quoted_under_it_once(tmp_path: Path) -> None:
    with an_office_after_two_days(tmp_path) as context:
        now = context.clock.now()
        for which in ("first", "second"):
            words = Message("A message was given up", f"Its title: the {which}\n", "", "")
            notice = Notification(
                which, "notice", "", (), ("terminal",), words, Significance.NOTABLE, "", now
            )
            notify(context.database, [notice], now)
        both = all_notifications(context, "notice")
        text = digest_of(context, "reader", "terminal", both, "a storm").message.text
    assert text.count("== A message was given up ==") == 1
    assert "Its title: the first\nIts title: the second\n" in text


def test_the_same_messages_folded_again_make_the_same_digest(tmp_path: Path) -> None:
    with an_office_after_two_days(tmp_path) as context:
        alerts = all_notifications(context)
        first, second = (digest_of(context, "reader", "terminal", alerts, "a storm") for _ in range(2))
        fewer = digest_of(context, "reader", "terminal", alerts[1:], "a storm")
    assert first == second
    assert fewer.key != first.key


def _told(context: Context, notifications: list[int]) -> list[dict[str, int]]:
    with context.database.reading() as connection:
        return [
            dict(row)
            for one in notifications
            for row in connection.execute(
                "SELECT event FROM notification_events WHERE notification = ?", (one,)
            )
        ]
