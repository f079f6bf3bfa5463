"""A year in two time zones, with both nights in which clocks change: every digest once, at its local time; quiet hours kept; nothing
lost, nothing twice.

What is expected is reckoned here anew, from a table of the zones' offsets, without the code that is tried and without a database of time
zones. The clock is set to a minute before each moment at which somebody should hear something, and to that moment.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from monitor import bootstrap
from monitor.config.load import settings_in_force
from monitor.embedded import EmbeddedRegistry
from monitor.jobs.check import check
from monitor.jobs.context import Context
from monitor.jobs.dispatch import dispatch
from tests.journeys.collector import Collector
from tests.journeys.made import FIRST, MadeTrials
from tests.journeys.office import FakeClock, Office

NUMBERS = [f"NCT9990{n:04d}" for n in range(1, 13)]
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PARIS, YORK = "Europe/Paris", "America/New_York"
# Clocks are so many hours ahead of UTC, until then.
OFFSETS = {
    PARIS: [(1, "2026-03-29T01:00"), (2, "2026-10-25T01:00"), (1, "2027-03-28T01:00")],
    YORK: [(-5, "2026-03-08T07:00"), (-4, "2026-11-01T06:00"), (-5, "2027-03-14T07:00")],
}
CHANGES_OF_CLOCKS = [date(2026, 3, 8), date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 1)]


@dataclass(frozen=True)
class Reader:
    """`at` are the local times of digests, on `weekday` (0 is Monday) or every day; without any all comes at once, but for quiet hours."""

    name: str
    zone: str
    at: tuple[str, ...] = ()
    weekday: int | None = None
    quiet: tuple[str, str] | None = None
    quiet_all: bool = False

    @property
    def line(self) -> str:
        word = (
            "daily"
            if self.weekday is None
            else ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[self.weekday]
        )
        more = f", when: [{', '.join(f'{word} {at}' for at in self.at)}]" if self.at else ""
        if self.quiet:
            more += f", quiet: {'-'.join(self.quiet)}" + (", quiet_all: true" if self.quiet_all else "")
        return f"  - {{name: {self.name}, to: [{self.name}], timezone: {self.zone}{more}}}\n"


READERS = [
    Reader("daily", PARIS, ("07:30",)),
    Reader("several", PARIS, ("09:00", "17:30")),
    Reader("night-paris", PARIS, ("02:30",)),
    Reader("night-york", YORK, ("02:30",)),
    Reader("twice-york", YORK, ("01:30",)),
    Reader("weekly", YORK, ("08:00",), weekday=0),
    Reader("quiet", YORK, quiet=("22:00", "07:00")),
    Reader("hush", PARIS, quiet=("21:30", "02:30"), quiet_all=True),
]


def utc(zone: str, day: date, at: str) -> datetime:
    """When it is that time there: at its first coming; an hour on where the night skips it."""
    local = datetime.combine(day, time.fromisoformat(at), UTC)
    since = datetime.min.replace(tzinfo=UTC)
    skipped = local
    for hours, until in OFFSETS[zone]:
        end = datetime.fromisoformat(until).replace(tzinfo=UTC)
        moment = local - hours * HOUR
        if since <= moment < end:
            return moment
        if moment >= end:
            skipped = moment
        since = end
    return skipped


def expected(reader: Reader, seen: datetime, critical: bool) -> datetime:
    """When a reader should hear of what was seen then."""
    days = [seen.date() + ahead * DAY for ahead in range(-2, 10)]
    if reader.at:
        slots = (
            utc(reader.zone, day, at)
            for day in days
            if reader.weekday in (None, day.weekday())
            for at in reader.at
        )
        return min(slot for slot in slots if slot >= seen)
    assert reader.quiet is not None
    begins, ends = reader.quiet
    if critical and not reader.quiet_all:
        return seen
    for day in days:
        start, end = utc(reader.zone, day, begins), utc(reader.zone, day + DAY, ends)
        if start <= seen < end:
            return end
    return seen


@dataclass(frozen=True)
class Event:
    seen: datetime
    headline: str
    critical: bool


def made_year(trials: MadeTrials) -> dict[datetime, date]:
    """Edits sprinkled over the year and around the nights in question; the moments of the looks that see them, with their registry days.
    Each has a headline like no other."""
    chance = random.Random(20260302)
    days = {FIRST + n * DAY for n in chance.sample(range(2, 360), 45)}
    for night in CHANGES_OF_CLOCKS:
        days |= {night - DAY, night, night + DAY}
    looks: dict[datetime, date] = {}
    counts = dict.fromkeys(NUMBERS, 100)
    running = list(NUMBERS)
    for n, day in enumerate(sorted(days)):
        looks[datetime.combine(day, time(chance.randrange(24), chance.randrange(60)), UTC)] = day
        ahead = (day - FIRST).days
        if day in CHANGES_OF_CLOCKS or n % 8 == 7:
            gone = running.pop(chance.randrange(len(running)))
            reason = {"overallStatus": "TERMINATED", "whyStopped": f"Made reason {n}"}
            trials.edit(ahead, gone, statusModule=reason)
        number = chance.choice(running)
        counts[number] += 100 + n
        target = {"enrollmentInfo": {"count": counts[number] * 1000 + n, "type": "ESTIMATED"}}
        verified = {"statusVerifiedDate": f"{day:%Y-%m}"}
        trials.edit(ahead, number, designModule=target, statusModule=verified)
    return looks


@contextmanager
def an_office(
    folder: Path, registry: EmbeddedRegistry, post: Collector
) -> Iterator[tuple[Office, Context, FakeClock]]:
    office = Office(folder, registry, more={reader.name: post.url(reader.name) for reader in READERS})
    watch = "".join(f"  - trial: {number}\n" for number in NUMBERS)
    lines = "".join(reader.line for reader in READERS)
    text = f"title: A year\nwatch:\n{watch}subscribers:\n{lines}"
    (folder / "watchlists" / "year.yaml").write_text(text, encoding="utf-8")
    clock = FakeClock(datetime.combine(FIRST, time(12), UTC))
    with bootstrap.context(settings_in_force(office.config, {}), {}, clock=clock) as context:
        yield office, context, clock


def events_of(office: Office) -> list[Event]:
    """Everything notable that was seen, once each."""
    found = [
        Event(datetime.fromisoformat(row["seen_at"]), row["headline"], row["significance"] == "critical")
        for row in office.events()
        if row["significance"] in ("notable", "critical")
    ]
    assert len({event.headline for event in found}) == len(found), "each has a headline of its own"
    return found


def test_every_digest_comes_once_at_its_local_time_and_nothing_is_lost_or_told_twice(tmp_path: Path) -> None:
    trials = MadeTrials(*NUMBERS, sponsor="Sponsor of {}")
    looks = made_year(trials)
    arrived: dict[tuple[str, datetime], list[str]] = defaultdict(list)
    with (
        EmbeddedRegistry(trials.history).serving() as registry,
        Collector().listening() as post,
        an_office(tmp_path, registry, post) as (office, context, clock),
    ):

        def at(moment: datetime) -> None:
            clock.moment = moment
            clock.waited.clear()
            if moment in looks:
                registry.go_to(looks[moment])
                assert check(context).failed == []
            assert dispatch(context).failed == []
            for got in post.taken():
                if "Now watching" not in got.title:
                    arrived[got.inbox, moment].append(f"{got.title}\n{got.text}")

        looks[clock.moment] = FIRST
        ticks, told = set(looks), 0
        while ticks:
            moment = min(ticks)
            ticks.remove(moment)
            at(moment)
            events = events_of(office) if moment in looks else []
            for event in events[told:]:
                # What it leads to is looked for a minute before each moment that is expected, and then.
                expected_at = {expected(reader, event.seen, event.critical) for reader in READERS}
                ticks |= {tick for due in expected_at for tick in (due - MINUTE, due) if tick > moment}
            told = max(told, len(events))
        seen = events_of(office)
    assert_told(seen, arrived)


def assert_told(seen: list[Event], arrived: dict[tuple[str, datetime], list[str]]) -> None:
    assert sum(event.critical for event in seen) >= 8
    assert len(seen) >= 60
    for reader in READERS:
        if not reader.at:
            held = [event for event in seen if expected(reader, event.seen, event.critical) != event.seen]
            assert held, "somebody's night was disturbed, or would have been"
            assert any(event.critical for event in held) == reader.quiet_all
    should: dict[tuple[str, datetime], set[str]] = defaultdict(set)
    for event in seen:
        for reader in READERS:
            should[reader.name, expected(reader, event.seen, event.critical)].add(event.headline)
    headlines = {event.headline for event in seen}
    did = {
        place: {headline for text in texts for headline in headlines if headline in text}
        for place, texts in arrived.items()
    }
    assert did == should
    for reader in READERS:
        mine = {place: texts for place, texts in arrived.items() if place[0] == reader.name}
        if reader.at:
            assert all(len(texts) == 1 for texts in mine.values()), "a digest came twice"
        said = [text for texts in mine.values() for text in texts]
        for headline in headlines:
            assert sum(headline in text for text in said) == 1, f"{reader.name}: {headline}"
