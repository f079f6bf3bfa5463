"""Receivers that are down, cut off, send elsewhere, deny in all calm, are busy or hang, for five days: each event reaches each
subscriber, once, in order."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from monitor.embedded import EmbeddedRegistry, History
from monitor.jobs.dispatch import dispatch
from monitor.store import queries, told
from tests.builders import a_document
from tests.journeys.collector import Got
from tests.journeys.office import Office
from tests.journeys.receivers import ANSWERS, MAY_HAVE_ARRIVED, Receivers

BEGIN = date(2026, 2, 9)
NUMBERS = [f"NCT0999000{n}" for n in range(1, 5)]
DOWN_FOR, DAYS = 5, 8
INBOXES = [*ANSWERS, "signed", "mail"]


def a_history() -> History:
    """Each day some of the trials slip by another two months, and one day one of them is halted."""
    history = History()
    for place, number in enumerate(NUMBERS):
        history.put(number, BEGIN, a_document(number))
        for day in range(1, DAYS):
            if (day + place) % 2 == 0 or place == 0:
                slipped = {"date": f"{2027 + day // 6}-{day * 2 % 12 + 1:02}", "type": "ESTIMATED"}
                status = "SUSPENDED" if (day, place) == (3, 0) else "RECRUITING"
                document = a_document(
                    number, statusModule={"primaryCompletionDateStruct": slipped, "overallStatus": status}
                )
                history.put(number, BEGIN + timedelta(days=day), document)
    return history


class Week:
    """What was written down, what was accepted where, and how each attempt ended."""

    def __init__(self, office: Office, receivers: Receivers) -> None:
        self.got, self.tried = list(receivers.got), receivers.tried
        database = office.database()
        try:
            self.told = list(told.deliveries(database))
            self.outbox = list(queries.outbox(database))
            self.outcomes = {
                row["key"]: [one["outcome"] for one in queries.attempts(database, row["id"])]
                for row in self.outbox
            }
            self.events = {event["id"]: event for event in queries.events(database)}
        finally:
            database.close()

    def at(self, inbox: str) -> list[Got]:
        """What an inbox accepted, each key once, in the order in which it first came."""
        return list({one.key: one for one in reversed(self.got) if one.inbox == inbox}.values())[::-1]


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Week]:
    with EmbeddedRegistry(a_history()).serving() as registry, Receivers().listening() as receivers:
        office = Office(tmp_path_factory.mktemp("receivers"), registry, more=receivers.urls())
        lines = [f"  - trial: {number}" for number in NUMBERS]
        people = [f"  - {{name: reader of {name}, to: [{name}], at_least: routine}}" for name in INBOXES]
        text = "\n".join(["title: Backs", "watch:", *lines, "subscribers:", *people])
        (office.folder / "watchlists" / "backs.yaml").write_text(text + "\n", encoding="utf-8")

        def live(first: int, last: int) -> None:
            for hours in range(first * 24, last * 24, 6):
                moment = datetime.combine(BEGIN, datetime.min.time(), tzinfo=UTC) + timedelta(
                    hours=15 + hours
                )
                registry.go_to(BEGIN + timedelta(days=hours // 24))
                if hours % 24 == 0:
                    office.check_at(moment)
                else:
                    with office.context(moment) as context:
                        dispatch(context)

        live(0, DOWN_FOR)
        receivers.well = True
        with receivers.mail_server():
            live(DOWN_FOR, DAYS)
            live(DAYS, DAYS + 1)
        yield Week(office, receivers)


def test_every_receiver_was_tried_while_it_misbehaved(week: Week) -> None:
    assert week.tried == {*ANSWERS, "signed"}
    outcomes = {name: set() for name in INBOXES}  # type: dict[str, set[str]]
    for row in week.outbox:
        outcomes[row["destination"]] |= set(week.outcomes[row["key"]])
    for name in INBOXES:
        expected = "unknown" if name in MAY_HAVE_ARRIVED | {"mail"} else "retry"
        assert expected in outcomes[name], name


@pytest.mark.parametrize("inbox", INBOXES)
def test_every_event_reaches_every_subscriber_in_exactly_one_message(week: Week, inbox: str) -> None:
    keys = [row["key"] for row in week.told if row["destination"] == inbox]
    assert sorted(one.key for one in week.at(inbox)) == sorted(keys), "missing, or not expected"
    told_events = Counter(
        event
        for row in week.told
        if row["destination"] == inbox and row["part"] == 1
        for event in row["events"]
    )
    wanted = [event["id"] for event in week.events.values() if event["significance"] != "noise"]
    assert told_events == Counter(wanted)
    words = "\n".join(one.text for one in week.at(inbox)).replace("\n", " ").replace("  ", " ")
    missing = [week.events[one]["headline"] for one in wanted if week.events[one]["headline"] not in words]
    assert missing == []


@pytest.mark.parametrize("inbox", INBOXES)
def test_no_key_is_accepted_twice_but_where_nobody_could_know(week: Week, inbox: str) -> None:
    for key, times in Counter(one.key for one in week.got if one.inbox == inbox).items():
        assert times <= 1 + week.outcomes[key].count("unknown"), (key, week.outcomes[key])
    same = {(one.key, one.title, one.text) for one in week.got}
    assert len(same) == len({one.key for one in week.got}), "one key, the same words"


@pytest.mark.parametrize("inbox", INBOXES)
def test_what_is_told_of_a_trial_comes_in_order(week: Week, inbox: str) -> None:
    events = {row["key"]: row["events"] if row["part"] == 1 else [] for row in week.told}
    for number in NUMBERS:
        came = [
            [one for one in events[got.key] if week.events[one]["trial"] == number] for got in week.at(inbox)
        ]
        flat = [one for message in came for one in message]
        assert flat == sorted(flat), number


def test_nothing_waits_any_more_and_nothing_was_given_up(week: Week) -> None:
    assert {row["state"] for row in week.outbox} == {"sent", "suppressed"}
    folded: list[Any] = [row for row in week.outbox if row["state"] == "suppressed"]
    assert folded, "what waited for more than a day came as one digest"
    assert all(row["error"].startswith("folded into ") for row in folded)
