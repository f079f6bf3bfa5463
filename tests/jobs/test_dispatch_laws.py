"""Whatever destinations answer, whenever the process dies, is started again or the clock jumps: nothing is lost, nothing is told twice but
where nobody could know, and what is told of a trial comes in order."""

import tempfile
import threading
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from monitor import bootstrap
from monitor.config.load import settings_in_force
from monitor.core.notification import Envelope, Message, Payload
from monitor.deliver.gateway import Gateway
from monitor.deliver.outcome import Accepted, Outcome, Refused, Retry, Unknown
from monitor.jobs.context import Context
from monitor.jobs.dispatch import dispatch
from monitor.store import outbox, queries
from monitor.store.database import Database
from monitor.store.destinations import breaker_of
from tests.journeys.office import FakeClock
from tests.store.builders import NOW, a_notification, a_trial

DESTINATIONS = ("desk", "hall")
TRIALS = [str(a_trial(n)) for n in (1, 2, 3)]
MINUTE = timedelta(minutes=1)


class Died(BaseException):
    """The process is gone: nobody may catch it."""


@dataclass
class FakeGateway:
    """Destinations that answer as they are told to; long messages come in parts. What arrived is kept, with the bytes of each attempt."""

    mood: dict[str, str] = field(default_factory=dict)
    accepted: list[tuple[str, str]] = field(default_factory=list)
    unsure: Counter[str] = field(default_factory=Counter)
    bytes_of: dict[str, set[Payload]] = field(default_factory=dict)

    def prepare(self, destination: str, message: Message, envelope: Envelope) -> tuple[Payload, ...]:
        if "unspeakable" in message.title:
            raise ValueError("https://secret@example.org")
        count = 2 if "long" in message.title else 1
        stamped = f"{message.text} {envelope.sent_at}"
        return tuple(Payload(message.title, stamped, "html", "", (), n, count) for n in range(1, count + 1))

    def plainer(self, destination: str, payload: Payload) -> Payload | None:
        return Payload(payload.title, "short", "text", "", (), payload.part, payload.parts)

    def send(self, destination: str, payload: Payload, key: str) -> Outcome:
        self.bytes_of.setdefault(key, set()).add(payload)
        mood = self.mood.get(destination, "well")
        if mood in ("well", "loses its answer"):
            self.accepted.append((destination, key))
        if mood in ("loses its answer", "hangs"):
            self.unsure[key] += 1
            return Unknown("no answer")
        if mood == "well" or (mood == "refuses markup" and payload.form == "text"):
            if mood != "well":
                self.accepted.append((destination, key))
            return Accepted()
        return _FAILURES[mood]


_FAILURES: Mapping[str, Outcome] = {
    "down": Retry("503"),
    "busy": Retry("429", 3600.0),
    "moved": Retry("302", telling=True),
    "wrong": Refused("401", "destination"),
    "refuses markup": Refused("400", "message"),
}
MOODS = ["well", "loses its answer", "hangs", *_FAILURES]


class Life(RuleBasedStateMachine):
    """A monitor that sends, its receivers, and what may befall them."""

    @initialize()
    def begin(self) -> None:
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.path = folder / "trialmon.db"
        config = folder / "trialmon.yaml"
        config.write_text("database: unused.db\n", encoding="utf-8")
        (folder / "watchlists").mkdir()
        self.clock = FakeClock(NOW)
        settings = settings_in_force(config, {})
        self.built = self.stack.enter_context(bootstrap.context(settings, {}, clock=self.clock))
        self.gateway = FakeGateway()
        self.written = self.processes = 0
        self.went_back = self.by_hand = False
        self.start()

    def start(self) -> None:
        """A process begins."""
        self.dies_at, self.dead = 0, False
        self.processes += 1
        self.database = Database.open(self.path, at=self.at)

    def at(self, point: str) -> None:
        """Passed at every named point; all of a dead process's threads end at the next one."""
        self.dies_at -= 1
        self.dead = self.dead or self.dies_at == 0
        if self.dead:
            raise Died(point)

    @property
    def context(self) -> Context:
        me = f"process {self.processes}"
        return replace(
            self.built,
            database=self.database,
            gateway=cast("Gateway", self.gateway),
            random=lambda: 0.5,
            at=self.at,
            owner=me,
            owner_is_gone=lambda owner: owner != me,
        )

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @rule(
        trial=st.sampled_from(["", *TRIALS]),
        to=st.sampled_from([("desk",), ("hall",), DESTINATIONS]),
        long=st.booleans(),
        count=st.sampled_from([1, 1, 2, 25]),
    )
    def write(self, trial: str, to: tuple[str, ...], long: bool, count: int) -> None:
        for _ in range(count):
            self.written += 1
            name = f"{self.written}{' long' if long else ''}"
            outbox.notify(
                self.database, [a_notification(name, destinations=to, trial=trial, due=self.now)], self.now
            )

    @rule(
        trial=st.sampled_from(["", *TRIALS]),
        to=st.sampled_from([("desk",), DESTINATIONS]),
        hours=st.sampled_from([0, 1, 24]),
    )
    def write_for_a_digest(self, trial: str, to: tuple[str, ...], hours: int) -> None:
        self.written += 1
        slot = self.now + timedelta(hours=hours)
        waiting = a_notification(f"{self.written}", destinations=to, trial=trial, slot=slot)
        outbox.notify(self.database, [waiting], self.now)

    @rule(destination=st.sampled_from(DESTINATIONS), mood=st.sampled_from(MOODS))
    def change(self, destination: str, mood: str) -> None:
        self.gateway.mood[destination] = mood

    @rule(minutes=st.sampled_from([-60, 1, 12, 400, 2000]))
    def wait(self, minutes: int) -> None:
        self.clock.moment += minutes * MINUTE
        self.went_back = self.went_back or minutes < 0

    @rule(dies_at=st.sampled_from([0, 0, 0, 1, 2, 3, 4, 5, 7, 11]))
    def send(self, dies_at: int) -> None:
        before = Counter(self.gateway.accepted)
        self.dies_at = dies_at
        try:
            dispatch(self.context)
        except Died:
            for thread in threading.enumerate():
                if thread.name.startswith("lane-"):
                    thread.join()
            for _, key in Counter(self.gateway.accepted) - before:
                self.gateway.unsure[key] += 1  # perhaps it was not written down any more
            self.database.close()
            self.start()
        self.dies_at = 0

    @rule()
    def retry_what_was_given_up(self) -> None:
        given_up = [row["id"] for row in queries.outbox(self.database, ["gave_up"])]
        self.by_hand = self.by_hand or bool(given_up)  # what comes again by hand comes late
        outbox.retry(self.database, given_up, self.now)

    @invariant()
    def no_key_is_accepted_twice_unless_nobody_could_know(self) -> None:
        for key, times in Counter(key for _, key in self.gateway.accepted).items():
            assert times <= 1 + self.gateway.unsure[key]

    def teardown(self) -> None:
        self.dies_at = 0
        for _ in range(12):
            self.gateway.mood.clear()
            self.clock.moment += timedelta(hours=25)
            dispatch(self.context)
            self.retry_what_was_given_up()
        self.all_arrived()
        self.each_attempt_was_the_same()
        if not self.went_back and not self.by_hand:
            self.in_order()
        self.database.close()
        self.stack.close()

    def all_arrived(self) -> None:
        rows = list(queries.outbox(self.database))
        assert {row["state"] for row in rows} <= {"sent", "suppressed"}
        arrived = {key for _, key in self.gateway.accepted}
        assert arrived == {row["key"] for row in rows if row["state"] == "sent"}
        with self.database.reading() as connection:
            told = connection.execute(
                "SELECT n.key, COUNT(*) FROM notifications AS n JOIN deliveries AS d ON d.notification = n.id"
                " LEFT JOIN deliveries AS f ON f.id = d.folded_into"
                " WHERE d.part = 1 AND (d.state = 'sent' OR f.state = 'sent' OR f.folded_into IS NOT NULL)"
                " AND n.kind = 'alert' GROUP BY n.key"
            ).fetchall()
            destinations = connection.execute(
                "SELECT key, json_array_length(destinations) FROM notifications WHERE kind = 'alert' AND slot IS NULL"
            ).fetchall()
            in_digests = connection.execute(
                "SELECT g.kind, json_array_length(n.destinations) = COUNT(d.id) AS everywhere"
                " FROM notifications AS n LEFT JOIN notifications AS g ON g.id = n.folded_into"
                " LEFT JOIN deliveries AS d ON d.notification = g.id AND d.part = 1 WHERE n.slot IS NOT NULL GROUP BY n.id"
            ).fetchall()
        assert dict(map(tuple, told)) == dict(map(tuple, destinations))
        assert all(row["kind"] == "digest" and row["everywhere"] for row in in_digests)

    def each_attempt_was_the_same(self) -> None:
        for payloads in self.gateway.bytes_of.values():
            assert len({payload.form for payload in payloads}) == len(payloads), "one in each form, at most"

    def in_order(self) -> None:
        place: dict[str, int] = {}
        for n, (_, key) in enumerate(self.gateway.accepted):
            place.setdefault(key, n)
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT d.destination, d.trial, COALESCE(g.key, f.key, d.key) AS key FROM deliveries AS d"
                " LEFT JOIN deliveries AS f ON f.id = d.folded_into LEFT JOIN deliveries AS g ON g.id = f.folded_into"
                " WHERE d.trial <> '' ORDER BY COALESCE(d.part_of, d.id), d.part"
            ).fetchall()
        last: dict[tuple[str, str], int] = {}
        for row in rows:
            where = row["destination"], row["trial"]
            assert last.get(where, -1) <= place[row["key"]], where
            last[where] = place[row["key"]]


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)


def test_a_message_that_cannot_be_prepared_holds_up_no_other_and_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "trialmon.yaml").write_text("{}", encoding="utf-8")
    gateway = FakeGateway()
    settled = settings_in_force(tmp_path / "trialmon.yaml", {})
    with bootstrap.context(settled, {}, clock=FakeClock(NOW)) as context:
        names = ("unspeakable", "plain")
        outbox.notify(context.database, [a_notification(name, trial="") for name in names], NOW)
        dispatch(replace(context, gateway=cast("Gateway", gateway)))
        rows = list(queries.outbox(context.database))
    assert [row["state"] for row in rows] == ["sent", "gave_up"]
    assert "ValueError" in rows[1]["error"]
    assert "secret" not in caplog.text + rows[1]["error"]


def test_a_destination_that_sends_elsewhere_is_tried_once_more_and_then_left_alone(tmp_path: Path) -> None:
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "trialmon.yaml").write_text("{}", encoding="utf-8")
    clock, gateway = FakeClock(NOW), FakeGateway({"desk": "down"})
    settled = settings_in_force(tmp_path / "trialmon.yaml", {})
    with bootstrap.context(settled, {}, clock=clock) as built:
        context = replace(built, gateway=cast("Gateway", gateway))
        outbox.notify(context.database, [a_notification(destinations=("desk",))], NOW)
        seen = []
        for mood in ("down", "moved", "moved"):
            gateway.mood["desk"] = mood
            dispatch(context)
            seen.append(breaker_of(context.database, "desk").is_open)
            clock.moment += timedelta(minutes=7)
        assert seen == [False, False, True]
        assert [row["state"] for row in queries.outbox(context.database)] == ["pending"]
