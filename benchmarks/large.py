"""A large database out of few records: hundreds of thousands of trials whose versions came day by day for years.

It goes straight into the tables, through the real schema with its triggers. What a version holds is prepared once for each recorded
trial and said again under other numbers: what is measured is finding and reading, and neither asks whether two trials are alike.
"""

import json
import random
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.records import records
from monitor.core.dates import PartialDate
from monitor.core.facts import TypedDate
from monitor.core.particulars import Particulars
from monitor.core.record import Record
from monitor.core.trial import TrialId
from monitor.sources.clinicaltrials_gov.shape import SHAPE
from monitor.store.catalogue import catalogue, keep_up
from monitor.store.database import Database
from monitor.store.values import FACTS_COLUMNS, facts_row, pack, stamp

BEGIN, END = datetime(2020, 1, 6, tzinfo=UTC), datetime(2026, 3, 13, tzinfo=UTC)
_KINDS = 784  # as many different trials as there are recorded ones
_VARIANTS = 12  # of each trial's later versions; the thirteenth looks like the first
_PORTION = 5000
_STATUS = "protocolSection.statusModule"
_SITES = "protocolSection.contactsLocationsModule"
_DESIGN = "protocolSection.designModule"
_SUMMARY = "protocolSection.descriptionModule"

Doing = Callable[[str], None]
Stored = tuple[str, str, bytes]  # module, digest, body
Edited = tuple[str, str, str, str, str, str, int]  # field, before, after, topic, label, role, housekeeping
Said = tuple[str, str, str, str]  # rule, topic, significance, headline


@dataclass(frozen=True, slots=True)
class Variant:
    """What one later version brings: bodies, changes, verdicts, and the facts as they are then."""

    bodies: tuple[Stored, ...]
    changes: tuple[Edited, ...]
    verdict: Said
    facts: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """A recorded trial, ready to be stored many times."""

    bodies: tuple[Stored, ...]
    facts: tuple[object, ...]
    particulars: Particulars
    variants: tuple[Variant, ...]


def build(path: Path, trials: int, versions: int, *, made: bool, doing: Doing) -> None:
    """Make a database of so many trials and, about, so many versions. Raises FileExistsError where there is a file."""
    if path.exists():
        raise FileExistsError(path)
    Database.open(path).close()
    doing("preparing records")
    kinds = [_kind(number, study) for number, study in records(min(trials, _KINDS), made=made)]
    connection = sqlite3.connect(path, isolation_level=None)
    connection.row_factory = sqlite3.Row
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -1500000", "foreign_keys = OFF"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    connection.execute(
        "INSERT INTO runs (source, began_at, ended_at, complete, is_full, looked) VALUES (?, ?, ?, 1, 1, ?)",
        (SHAPE.registry, stamp(BEGIN), stamp(BEGIN), trials),
    )
    _fill(connection, kinds, trials, versions, doing)
    _watch(connection, trials)
    doing("indexing")
    while _index(connection):
        pass
    for index in ("trials_found", "changes_found", "events_found"):
        connection.execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')")
    connection.execute("PRAGMA analysis_limit = 1000")
    connection.execute("ANALYZE")
    connection.execute("PRAGMA journal_mode = WAL").fetchall()
    connection.close()


def _index(connection: sqlite3.Connection) -> int:
    connection.execute("BEGIN")
    done = keep_up(connection, most=20 * _PORTION)
    connection.execute("COMMIT")
    return done


def _fill(
    connection: sqlite3.Connection, kinds: Sequence[Kind], trials: int, versions: int, doing: Doing
) -> None:
    chance = random.Random(20260316)
    # As in the registry: most trials have few versions, some have hundreds.
    more = versions / trials - 1
    wanted = [1 + min(300, int(chance.expovariate(1 / more) + 0.5)) if more else 1 for _ in range(trials)]
    total = sum(wanted)
    step = (END - BEGIN) / total
    done, round_, now = 0, 1, list(range(trials))
    while now:
        doing(f"version {round_} of {len(now):,} trials, {done:,} of {total:,} versions done")
        for start in range(0, len(now), _PORTION):
            portion = now[start : start + _PORTION]
            moments = [stamp(BEGIN + (done + n) * step) for n in range(len(portion))]
            connection.execute("BEGIN")
            _write(connection, kinds, portion, round_, moments)
            connection.execute("COMMIT")
            done += len(portion)
        now = [trial for trial in now if wanted[trial] > round_]
        round_ += 1


_FACTS = ", ".join(FACTS_COLUMNS)
_HOLES = ", ?" * len(FACTS_COLUMNS)
_SET = ", ".join(f"{name} = ?" for name in FACTS_COLUMNS)


def _write(
    connection: sqlite3.Connection,
    kinds: Sequence[Kind],
    trials: Sequence[int],
    version: int,
    moments: Sequence[str],
) -> None:
    """The version of that number of each of these trials."""
    if version == 1:
        _write_trials(connection, kinds, trials, moments)
    rows = [
        (trial + 1, at, _as_of(kinds[trial % len(kinds)], version))
        for trial, at in zip(trials, moments, strict=True)
    ]
    connection.executemany(
        "INSERT INTO versions (trial, version, seen_at, last_seen_at, first_data_date, last_data_date, origin, run, change_count,"
        f" {_FACTS}) VALUES (?, ?, ?, ?, ?, ?, 'poll', 1, ?{_HOLES})",
        [
            (trial, version, at, at, at[:10], at[:10], len(variant.changes), *_dated(variant.facts, at))
            for trial, at, variant in rows
        ],
    )
    connection.executemany(
        "INSERT INTO module_versions (trial, module, since_version, digest, body) VALUES (?, ?, ?, ?, ?)",
        [
            (trial, module, version, digest, body)
            for trial, _, variant in rows
            for module, digest, body in variant.bodies
        ],
    )
    if version > 1:
        _write_news(connection, rows, version)


def _write_trials(
    connection: sqlite3.Connection, kinds: Sequence[Kind], trials: Sequence[int], moments: Sequence[str]
) -> None:
    connection.executemany(
        "INSERT INTO trials (id, registry, number, version, first_seen_at, last_seen_at, last_looked_at)"
        " VALUES (?1, ?2, ?3, 1, ?4, ?4, ?4)",
        [
            (trial + 1, SHAPE.registry, f"NCT{trial + 1:08}", at)
            for trial, at in zip(trials, moments, strict=True)
        ],
    )
    for trial in trials:
        catalogue(connection, trial + 1, 1, kinds[trial % len(kinds)].particulars)


def _write_news(
    connection: sqlite3.Connection, rows: Sequence[tuple[int, str, Variant]], version: int
) -> None:
    change = connection.execute("SELECT COALESCE(MAX(id), 0) FROM changes").fetchone()[0]
    event = connection.execute("SELECT COALESCE(MAX(id), 0) FROM events").fetchone()[0]
    changes: list[tuple[object, ...]] = []
    events: list[tuple[object, ...]] = []
    rests_on: list[tuple[int, int]] = []
    for trial, at, variant in rows:
        event += 1
        events.append((event, trial, version, *variant.verdict, at, at[:10]))
        for one in variant.changes:
            change += 1
            changes.append((change, trial, version, *one))
            rests_on.append((event, change))
    connection.executemany(
        "INSERT INTO changes (id, trial, version, field, kind, before, after, topic, label, role, housekeeping)"
        " VALUES (?, ?, ?, ?, 'changed', ?, ?, ?, ?, ?, ?)",
        changes,
    )
    connection.executemany(
        "INSERT INTO events (id, trial, version, rule, topic, significance, headline, because, seen_at, registry_date)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 'made for a benchmark', ?, ?)",
        events,
    )
    connection.executemany("INSERT INTO event_changes (event, change) VALUES (?, ?)", rests_on)
    connection.executemany(
        f"UPDATE trials SET version = ?, last_seen_at = ?, last_looked_at = ?, data_date = ?, {_SET} WHERE id = ?",
        [(version, at, at, at[:10], *_dated(variant.facts, at), trial) for trial, at, variant in rows],
    )
    connection.executemany(
        "UPDATE trial_words SET version = ? WHERE trial = ?", [(version, trial) for trial, _, _ in rows]
    )


def _watch(connection: sqlite3.Connection, trials: int) -> None:
    """Ten lists of a hundred trials each."""
    chance = random.Random(1)
    for n in range(10):
        connection.execute(
            "INSERT INTO watchlists VALUES (?, ?, ?, NULL)", (f"list-{n}", f"List {n}", stamp(BEGIN))
        )
        for trial in chance.sample(range(trials), min(100, trials)):
            number = f"NCT{trial + 1:08}"
            connection.execute(
                "INSERT INTO watches (key, kind, registry, number, query, title) VALUES (?, 'trial', ?, ?, '', '')"
                " ON CONFLICT DO NOTHING",
                (number, SHAPE.registry, number),
            )
            connection.execute(
                "INSERT INTO watchlist_watches VALUES (?, ?, '', ?, NULL)",
                (f"list-{n}", number, stamp(BEGIN)),
            )


def _as_of(kind: Kind, version: int) -> Variant:
    if version == 1:
        return Variant(kind.bodies, (), ("", "", "", ""), kind.facts)
    return kind.variants[(version - 2) % len(kind.variants)]


_REGISTRY_DATE = FACTS_COLUMNS.index("registry_date")


def _dated(facts: tuple[object, ...], at: str) -> tuple[object, ...]:
    return (*facts[:_REGISTRY_DATE], at[:10], at[:10], *facts[_REGISTRY_DATE + 2 :])


def _kind(number: str, study: Any) -> Kind:
    record = Record.read(TrialId(SHAPE.registry, number), study, SHAPE)
    return Kind(
        tuple((name, record.digests[name], pack(body)) for name, body in record.modules.items()),
        facts_row(record.facts),
        record.particulars,
        tuple(_variants(record)),
    )


def _variants(record: Record) -> Iterator[Variant]:
    """Later versions in turn: a slip, a status, another enrolment, a site's state, other words, contacts."""
    modules: dict[str, Any] = json.loads(json.dumps(dict(record.modules)))
    facts = record.facts
    for n in range(_VARIANTS):
        before = json.loads(json.dumps(modules))
        status = modules.setdefault(_STATUS, {})
        status["lastUpdateSubmitDate"] = f"20{20 + n % 7}-03-{n + 1:02}"
        touched, edits = (
            [_STATUS],
            [("lastUpdateSubmitDate", "status", "Last update submitted", "submitted_date", 1)],
        )
        match n % 6:
            case 0:
                date = f"{2024 + n}-{n % 12 + 1:02}"
                status["primaryCompletionDateStruct"] = {"date": date, "type": "ESTIMATED"}
                facts = replace(facts, primary_completion=TypedDate(PartialDate.parse(date), "ESTIMATED"))
                edits.append(
                    (
                        "primaryCompletionDateStruct",
                        "dates",
                        "Primary completion date",
                        "primary_completion",
                        0,
                    )
                )
                said = ("dates.slipped", "dates", "notable", f"Primary completion slipped to {date}")
            case 1:
                facts = replace(facts, status="RECRUITING" if facts.status != "RECRUITING" else "SUSPENDED")
                status["overallStatus"] = facts.status
                status["whyStopped"] = "Supply of the study product"
                edits += [
                    ("overallStatus", "status", "Overall status", "status", 0),
                    ("whyStopped", "status", "Why stopped", "", 0),
                ]
                said = (
                    "status.halted",
                    "status",
                    "critical",
                    f"Now {facts.status.lower()}: supply of the study product",
                )
            case 2:
                facts = replace(facts, enrollment=100 + n, enrollment_type="ESTIMATED")
                modules.setdefault(_DESIGN, {})["enrollmentInfo"] = {"count": 100 + n, "type": "ESTIMATED"}
                touched.append(_DESIGN)
                edits.append(("enrollmentInfo", "enrollment", "Enrolment", "enrollment", 0))
                said = ("enrollment.target", "enrollment", "routine", f"Enrolment target now {100 + n}")
            case 3 | 5:
                places = modules.setdefault(_SITES, {}).setdefault("locations", [{"facility": "Hospital"}])
                places[0]["status"] = "RECRUITING" if n % 2 else "WITHDRAWN"
                touched.append(_SITES)
                edits.append(("locations", "sites", "Sites", "", 0))
                said = ("noise", "sites", "noise", "Contacts of a site")
            case _:
                summary = modules.setdefault(_SUMMARY, {})
                summary["briefSummary"] = (
                    f"In other words, {n}. " + str(summary.get("briefSummary", ""))[:2000]
                )
                touched.append(_SUMMARY)
                edits.append(("briefSummary", "design", "Brief summary", "", 0))
                said = ("design.words", "design", "routine", "The summary was rewritten")
        yield Variant(
            tuple(
                (name, f"{record.digests.get(name, name)[:28]}{n:04}", pack(modules[name]))
                for name in touched
            ),
            tuple(_edited(before, modules, touched, *edit) for edit in edits),
            said,
            facts_row(facts),
        )


def _edited(
    before: Any,
    after: Any,
    touched: Sequence[str],
    field: str,
    topic: str,
    label: str,
    role: str,
    housekeeping: int,
) -> Edited:
    module = next(name for name in reversed(touched) if field in after[name])
    if field == "locations":
        return (
            f"{module}.locations[Hospital].status", '"RECRUITING"', '"WITHDRAWN"', topic, label, role, housekeeping,
        )  # fmt: skip
    was, now = before.get(module, {}).get(field), after[module][field]
    return f"{module}.{field}", json.dumps(was), json.dumps(now), topic, label, role, housekeeping
