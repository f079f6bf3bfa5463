"""Whatever happens in whatever order, every message arrives; twice only if it was interrupted; a trial's messages in turn."""

import os
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.notification import Delivery
from monitor.store import outbox, queries, sending
from monitor.store.database import Database
from tests.store.builders import NOW, a_notification

LEASE = timedelta(minutes=5)

# One thing that happens: to write a message for a trial and destination; to claim; to let one claimed delivery end somehow;
# to lose all that is claimed (the process dies); to let the clock jump by minutes, back too.
events = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(["", "x:1", "x:2"]), st.sampled_from(["desk", "mailbox"])),
    st.tuples(st.just("claim"), st.integers(1, 3), st.just("")),
    st.tuples(st.just("end"), st.integers(0, 9), st.sampled_from(["sent", "retry", "sent, unheard"])),
    st.tuples(st.just("die"), st.just(0), st.just("")),
    st.tuples(st.just("clock"), st.sampled_from([-100_000, -30, 1, 4, 6, 600]), st.just("")),
)


class Life:
    """A dispatcher, its clock, and a receiver that remembers what reached it."""

    def __init__(self, path: Path) -> None:
        self.db = Database.open(path)
        self.now = NOW
        self.written = 0
        self.held: list[Delivery] = []
        self.arrived: list[int] = []

    def write(self, trial: str, destination: str) -> None:
        self.written += 1
        note = a_notification(str(self.written), destinations=[destination], trial=trial, due=self.now)
        outbox.notify(self.db, [note], self.now)

    def claim(self, limit: int, _: str = "") -> None:
        self.held += sending.claim(self.db, self.now, LEASE, limit, "me")

    def end(self, which: int, how: str) -> None:
        if not self.held:
            return
        delivery = self.held.pop(which % len(self.held))
        if how in ("sent", "sent, unheard"):
            self.arrived.append(delivery.id)
        if how == "sent":
            sending.settle_sent(self.db, delivery, self.now)
        elif how == "retry":
            sending.settle_retry(self.db, delivery, self.now, self.now + timedelta(minutes=2), "refused")

    def die(self, *_: object) -> None:
        self.held.clear()

    def clock(self, minutes: int, _: str) -> None:
        self.now += timedelta(minutes=minutes)

    def faults_end(self) -> None:
        self.die()
        sending.recover(self.db, self.now, is_dead=lambda owner: True)
        for _ in range(3):
            self.now += timedelta(hours=30)
            for _ in range(self.written + 1):
                self.claim(9)
                while self.held:
                    self.end(0, "sent")


@settings(max_examples=40, deadline=None)
@given(happenings=st.lists(events, max_size=30))
def test_every_message_arrives_whatever_happens(happenings: list[tuple[str, object, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        life = Life(Path(folder) / "trialmon.db")
        for name, first, second in happenings:
            happen: Callable[..., None] = getattr(life, name)
            happen(first, second)
        life.faults_end()
        rows = {row["id"]: row for row in queries.outbox(life.db)}
        assert {row["state"] for row in rows.values()} <= {"sent"}
        assert set(life.arrived) == set(rows) == set(range(1, life.written + 1))
        for identity in rows:
            attempts = queries.attempts(life.db, identity)
            outcomes = [attempt["outcome"] for attempt in attempts]
            assert outcomes.count("sent") == 1
            assert outcomes[-1] == "sent"
            assert life.arrived.count(identity) <= 1 + outcomes.count("unknown")
            assert [attempt["n"] for attempt in attempts] == list(range(1, len(attempts) + 1))
        life.db.close()


@settings(max_examples=25, deadline=None)
@given(fails=st.lists(st.booleans(), max_size=12), count=st.integers(1, 6))
def test_messages_about_a_trial_arrive_in_the_order_they_were_written(fails: list[bool], count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        life = Life(Path(folder) / "trialmon.db")
        for _ in range(count):
            life.write("x:1", "desk")
        for fail in fails:
            life.claim(5)
            assert len(life.held) <= 1
            life.end(0, "retry" if fail else "sent")
            life.clock(2, "")
        life.faults_end()
        assert life.arrived == sorted(life.arrived)
        assert len(life.arrived) == count
        life.db.close()


def test_no_file_grows_beyond_its_quota_and_the_old_state_stays(tmp_path: Path) -> None:
    """A quota shows as a failing write, not as a full disk."""
    import subprocess
    import sys

    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from monitor.core.errors import TrialmonError\n"
        "from monitor.store import outbox, sending; from monitor.store.database import Database\n"
        "from tests.store.builders import NOW, a_notification\n"
        "db = Database.open(Path(sys.argv[1])); db.empty_log()  # else what is written fits into the old log\n"
        "outbox.notify(db, [a_notification('first')], NOW)\n"
        "size = Path(sys.argv[1] + '-wal').stat().st_size\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (size + 8192, -1))\n"
        "try:\n"
        "    outbox.notify(db, [a_notification(str(n)) for n in range(500)], NOW)\n"
        "except TrialmonError as error:\n"
        "    print(error); sys.exit(7)\n"
    )
    path = tmp_path / "trialmon.db"
    done = subprocess.run(
        [sys.executable, "-c", script, os.fspath(path)],
        check=False,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 7, done.stderr
    assert "nothing was written" in done.stdout
    with Database.open_readonly(path) as db:
        assert len(list(queries.outbox(db))) == 1
