"""The world that a soaked monitor lives in: a registry whose trials are edited at random and which lies and breaks, inboxes that fail in
their own ways, a clock that is set, a person who edits watchlists, a process that dies. Everything that happens follows from one seed."""

import json
import random
import socket
import time as real_time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from typing import Any, Literal
from urllib.parse import quote

from monitor.embedded import FAULTS, EmbeddedRegistry, Fault
from tests import canary
from tests.journeys.made import FIRST, MadeTrials
from tests.loopback import say, serving

Study = dict[str, Any]
Mood = Literal["well", "down", "loses", "picky"]
# As often as each stands here.
MOODS: tuple[Mood, ...] = ("well", "well", "well", "down", "loses", "picky")

# The last two are watched only later: they have a past by then.
NUMBERS = [f"NCT9990{n:04d}" for n in range(1, 10)]
# Inboxes that are picky refuse for good what bears this word in its title, which is this trial's.
WORD, UNWANTED = "Xylophone", NUMBERS[3]
# These take real time, or hundreds of megabytes.
_SLOW = {"slow_drip", "slow_headers", "never_answers", "bomb", "deep_nesting", "endless_pages"}
# Lies that are consistent for a day are believed: these are told only after a look at which all was sound.
LIES = {"empty_result", "missing_half", "status_404", "stale_records", "null_fields"}
_REMEMBERED = 80
# Of so few trials it would be believed at once: nothing tells it from what a sponsor takes out.
_BELIEVED = {"field_gone"}
_FAULTS = [fault for fault in FAULTS.values() if fault.name not in _SLOW | _BELIEVED]
_STATUSES = ("RECRUITING", "ACTIVE_NOT_RECRUITING", "SUSPENDED", "TERMINATED", "COMPLETED")


class SetClock:
    """A clock that somebody sets: `pass_by` is time that passes, `set_by` only moves the hands. What is waited for passes at once."""

    def __init__(self, moment: datetime) -> None:
        self._moment, self._monotonic = moment, real_time.monotonic()

    def now(self) -> datetime:
        return self._moment

    def monotonic(self) -> float:
        return self._monotonic

    def sleep(self, seconds: float) -> None:
        self.pass_by(timedelta(seconds=seconds))

    def pass_by(self, span: timedelta) -> None:
        self._moment += span
        self._monotonic += span.total_seconds()

    def set_by(self, span: timedelta) -> None:
        self._moment += span


@dataclass
class Registry:
    """What the registry truly says: `published` are the records of each trial, oldest first; `gone` those that it does not give now."""

    chance: random.Random
    trials: MadeTrials = field(default_factory=lambda: MadeTrials(*NUMBERS, sponsor="Sponsor of {}"))
    published: dict[str, list[Study]] = field(default_factory=dict)
    gone: dict[str, date] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.trials.edit(0, UNWANTED, identificationModule={"briefTitle": f"Made {WORD} Trial"})
        for number in NUMBERS:
            self._note(number)

    def live_through(self, day: date, *, stormy: bool = False) -> None:
        """A day on which some trials are edited, most of them in a storm; now and then one goes away, and comes back after days."""
        ahead = (day - FIRST).days
        for number, since in list(self.gone.items()):
            if (day - since).days > 4:
                del self.gone[number]
                self._edit(ahead, number)
        for number in NUMBERS:
            if number not in self.gone and self.chance.random() < (0.9 if stormy else 0.12):
                self._edit(ahead, number)
        if self.chance.random() < 0.02 and not self.gone:
            number = self.chance.choice(NUMBERS)
            self.gone[number] = day
            self.trials.history.put(number, day, None)

    def _edit(self, ahead: int, number: str) -> None:
        protocol = self.published[number][-1]["protocolSection"]
        more: dict[str, dict[str, Any]] = {"statusModule": {"statusVerifiedDate": f"{_day(ahead):%Y-%m}"}}
        for what in self.chance.sample(
            ("status", "date", "count", "outcome", "sites", "text", "back"), self.chance.randint(1, 3)
        ):
            match what:
                case "status":
                    more["statusModule"] |= {"overallStatus": self.chance.choice(_STATUSES)}
                case "date":
                    month = f"{self.chance.randint(2028, 2031)}-{self.chance.randint(1, 12):02d}"
                    more["statusModule"] |= {
                        "primaryCompletionDateStruct": {"date": month, "type": "ESTIMATED"}
                    }
                case "count":
                    more["designModule"] = {
                        "enrollmentInfo": {"count": self.chance.randint(10, 900), "type": "ESTIMATED"}
                    }
                case "outcome":
                    measure = f"Walking distance & <b>pain</b> {self.chance.randrange(5)}"
                    more["outcomesModule"] = {
                        "primaryOutcomes": [{"measure": measure, "timeFrame": "12 weeks"}]
                    }
                case "sites":
                    sites = protocol["contactsLocationsModule"]["locations"][::-1]
                    place = {
                        "facility": f"Made Hospital {self.chance.randrange(9)}",
                        "city": "Lyon",
                        "country": "France",
                    }
                    more["contactsLocationsModule"] = {"locations": [*sites[-3:], place]}
                case "text":
                    more["descriptionModule"] = {
                        "briefSummary": f"Cells \\> {self.chance.randrange(99)} days. " * 60
                    }
                case "back":  # A, B, A: as it was before
                    more["designModule"] = deepcopy(
                        self.published[number][0]["protocolSection"]["designModule"]
                    )
        self.trials.edit(ahead, number, submitted=True, **more)
        self._note(number)

    def _note(self, number: str) -> None:
        """What the registry says of it from now on; what is long over is forgotten."""
        self.published.setdefault(number, []).append(self.trials.now(number))
        del self.published[number][1:-_REMEMBERED]


def _day(ahead: int) -> date:
    return FIRST + timedelta(days=ahead)


@dataclass
class Inboxes:
    """`json://` destinations, each with a mood. `accepted` counts the messages by (inbox, key);
    `words` are digests of what came under each key."""

    names: tuple[str, ...] = ("desk", "hall", "yard")
    mood: dict[str, Mood] = field(default_factory=dict)
    accepted: Counter[tuple[str, str]] = field(default_factory=Counter)
    words: dict[str, set[bytes]] = field(default_factory=dict)
    port: int = 0

    def urls(self) -> dict[str, str]:
        """The destination that leads to each, by name. They hold secrets."""
        user = f"{canary.USER}:{quote(canary.PASSWORD, safe='')}"
        return {
            name: f"json://{user}@127.0.0.1:{self.port}/{name}?rto=5&+X-Token={canary.HEADER}"
            for name in self.names
        }

    @contextmanager
    def listening(self) -> Iterator["Inboxes"]:
        with serving(self._take) as self.port:
            yield self

    def _take(self, request: BaseHTTPRequestHandler, body: bytes) -> None:
        inbox = request.path.strip("/").partition("?")[0]
        mood = self.mood.get(inbox, "well")
        refused = mood == "picky" and WORD in json.loads(body)["title"]
        if mood != "down" and not refused:
            key = request.headers["Idempotency-Key"]
            self.accepted[inbox, key] += 1
            self.words.setdefault(key, set()).add(sha256(body).digest())
        if mood == "loses":
            with suppress(OSError):
                request.connection.shutdown(socket.SHUT_RDWR)
            return
        say(request, 503 if mood == "down" else 400 if refused else 200)


def a_fault(chance: random.Random, *, lies: bool) -> Fault:
    """Some way in which a registry misbehaves; one of those that would be believed if they lasted only with `lies`."""
    return chance.choice([fault for fault in _FAULTS if lies or fault.name not in LIES])


def watchlists(chance: random.Random, today: date) -> dict[str, str]:
    """The lists as somebody leaves them that day. `main` always watches the same seven trials for a reader who wants all that is notable
    at once; the other readers and lists change."""
    steady = "".join(f"  - trial: {number}\n" for number in NUMBERS[:7])
    snoozed = chance.choice(NUMBERS[:7])
    silences = chance.choice(
        [
            "",
            f", snooze: {{{snoozed}: {today + timedelta(days=chance.randint(1, 9))}}}",
            f", mute: [{snoozed}]",
            ", mute: [sites]",
        ]
    )
    main = (
        f"title: Main\nwatch:\n{steady}subscribers:\n"
        "  - {name: at-once, to: [desk]}\n"
        "  - {name: daily, to: [hall], when: [daily 08:00], timezone: Europe/Paris, all_clear: true}\n"
        "  - {name: quiet, to: [hall, yard], quiet: 22:00-07:00, timezone: America/New_York}\n"
        f"  - {{name: moody, to: [yard], at_least: routine{silences}}}\n"
    )
    others = "".join(
        f"  - trial: {number}\n" for number in sorted(chance.sample(NUMBERS, chance.randint(1, 9)))
    )
    return {
        "main": main,
        "other": f"title: Other\nwatch:\n{others}subscribers:\n  - {{name: other, to: [yard], when: [mon 09:00]}}\n",
    }


def noon(day: date) -> datetime:
    """Noon of a day, UTC."""
    return datetime.combine(day, time(12), UTC)


def told_to(registry: EmbeddedRegistry, chance: random.Random, *, lies: bool) -> str:
    """Let the registry misbehave for a few requests; gives how."""
    fault = a_fault(chance, lies=lies)
    registry.misbehave(fault.name, times=chance.randint(1, 4), after=chance.randint(0, 3))
    return fault.name
