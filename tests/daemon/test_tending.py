"""Feeds, metrics and the heartbeat in a daemon at work: they come by themselves, and what hangs there holds up nothing else."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from tests.daemon.builders import TUESDAY, House, a_house, a_receiver, eventually
from tests.daemon.test_supervisor import QUICK, Running
from tests.loopback import say, serving


@contextmanager
def an_ear(answers: threading.Event) -> Iterator[tuple[str, threading.Event]]:
    """Its address, and what is set once it was asked for; it answers no sooner than it is allowed to."""
    asked = threading.Event()

    def answer(request: BaseHTTPRequestHandler, _: bytes) -> None:
        asked.set()
        answers.wait(20)
        say(request, 200)

    with serving(answer) as port:
        try:
            yield f"http://127.0.0.1:{port}/", asked
        finally:
            answers.set()


def configured(house: House, ear: str, destination: str) -> None:
    house.settings(
        "1s",
        f"destinations:\n  desk: {destination}\nfeeds: {{folder: out}}\nmetrics: out/trialmon.prom\n"
        f"heartbeat: {{url: '{ear}', private: true}}\n",
    )
    house.watchlist("mine", ["NCT00000001", "NCT00000002"], to="desk")


def test_a_heartbeat_that_hangs_holds_up_no_look_and_no_message_nor_the_end(tmp_path: Path) -> None:
    never = threading.Event()
    with a_house(tmp_path) as house, a_receiver() as receiver, an_ear(never) as (ear, asked):
        configured(house, ear, receiver.url)
        running = Running(house, {}, QUICK)
        assert asked.wait(20)
        house.registry.go_to(TUESDAY)
        eventually(lambda: any("Terminated" in one["title"] for one in receiver.messages), "an alert")
        assert running.stop() == 0
        assert running.abandoned_with == [0], "nobody waits for an answer of a heartbeat"


def test_files_follow_the_looks(tmp_path: Path) -> None:
    at_once = threading.Event()
    at_once.set()
    with a_house(tmp_path) as house, a_receiver() as receiver, an_ear(at_once) as (ear, asked):
        configured(house, ear, receiver.url)
        running = Running(house, {}, QUICK)
        # The files are there before the first look, on a busy machine long before: only a heartbeat says that Monday was seen.
        assert asked.wait(20)
        feed = house.folder / "out" / "mine.atom"
        eventually(feed.exists, "a feed")
        house.registry.go_to(TUESDAY)
        eventually(lambda: "Terminated" in feed.read_text(), "an entry")
        metrics = house.folder / "out" / "trialmon.prom"
        counted = re.compile(r'trialmon_recorded_total\{kind="events"\} [1-9]')
        eventually(lambda: counted.search(metrics.read_text()) is not None, "a number")
        assert running.stop() == 0
        assert running.abandoned_with == []
