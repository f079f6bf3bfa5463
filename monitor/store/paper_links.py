"""Which trials a paper is tied to, what was told of that, and what was there at the first look, of which nobody is told."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.core.paper import Link
from monitor.core.trial import Alias, TrialId
from monitor.store.also import Also
from monitor.store.database import Connection, Database
from monitor.store.observations import StaleSnapshot
from monitor.store.trials import ASKED, asked_for, trial_row, write_aliases
from monitor.store.values import moment, stamp

# The surest first.
_RANK = "CASE {} WHEN 'registry' THEN 0 WHEN 'number' THEN 1 ELSE 2 END"


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing that is told of a paper, or need not be: `paper` is its row, `once` the verdict's."""

    paper: int
    once: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the first look for a trial found: `numbers` are all that it was then asked for by, `links` the papers and how they are tied
    to it, `known` what could be told of them, and is not."""

    trial: TrialId
    numbers: tuple[str, ...]
    links: Mapping[int, Link]
    known: tuple[Telling, ...]


def papers_told(db: Database, trial: TrialId) -> frozenset[str]:
    """The PubMed numbers of the publications that were told of a trial because the literature had them."""
    with db.reading() as connection:
        return _papers_told(connection, trial)


def _papers_told(connection: Connection, trial: TrialId) -> frozenset[str]:
    rows = connection.execute(
        "SELECT DISTINCT p.pmid FROM trials AS t JOIN paper_told AS x ON x.trial = t.id AND x.event IS NOT NULL"
        " JOIN papers AS p ON p.id = x.paper WHERE t.registry = ? AND t.number = ? AND p.pmid <> ''",
        (trial.registry, trial.number),
    )
    return frozenset(row["pmid"] for row in rows)


def still_told(trial: TrialId, papers: frozenset[str]) -> Also:
    """For `record(…, also=)`: raises StaleSnapshot unless just these papers were told of the trial when it was judged; another thread may
    have told of one meanwhile."""

    def insist(connection: Connection) -> None:
        if _papers_told(connection, trial) != papers:
            raise StaleSnapshot(f"a paper of {trial} was told meanwhile")

    return insist


def numbers_of(db: Database, trials: Sequence[TrialId]) -> dict[TrialId, tuple[str, ...]]:
    """The numbers by which each of these trials is looked for, its own first: its aliases too, as far as a reader or the registry gave
    them. A number that only a publication proposed is not looked for: a mistake in it would bring others' papers."""
    found = {trial: [trial.number] for trial in trials}
    with db.reading() as connection:
        for row in connection.execute(
            f"SELECT t.registry, t.number, a.number AS other FROM {ASKED} JOIN aliases AS a ON a.trial = t.id"
            " WHERE a.said_by IN ('reader', 'registry') ORDER BY a.number",
            {"trials": asked_for(trials)},
        ):
            found[TrialId(row["registry"], row["number"])].append(row["other"])
    return {trial: tuple(dict.fromkeys(numbers)) for trial, numbers in found.items()}


def without_baseline(
    db: Database, source: str, numbers: Mapping[TrialId, Sequence[str]]
) -> dict[TrialId, tuple[str, ...]]:
    """The trials, with those of their numbers that this source was never asked for."""
    asked: dict[TrialId, set[str]] = {}
    with db.reading() as connection:
        for row in connection.execute(
            "SELECT t.registry, t.number, b.asked FROM paper_baselines AS b JOIN trials AS t ON t.id = b.trial WHERE b.source = ?",
            (source,),
        ):
            asked[TrialId(row["registry"], row["number"])] = set(json.loads(row["asked"]))
    new = {
        trial: tuple(one for one in known if one not in asked.get(trial, ()))
        for trial, known in numbers.items()
    }
    return {trial: known for trial, known in new.items() if known}


def note_baselines(db: Database, source: str, first: Sequence[Baseline], now: datetime) -> None:
    """The first look at a source for these trials, in one transaction: papers are tied to them, and what could be told counts as told."""
    at = stamp(now)
    with db.writing() as connection:
        for one in first:
            row = trial_row(connection, one.trial)
            _tie(connection, row, one.links, at)
            _write_told(connection, row, one.known, at)
            connection.execute(
                "INSERT INTO paper_baselines (source, trial, asked, at) VALUES (?1, ?2, ?3, ?4)"
                " ON CONFLICT (source, trial) DO UPDATE SET asked = ?3",
                (source, row, json.dumps(list(one.numbers)), at),
            )
        db.at("papers:baseline-before-commit")
    db.at("papers:baseline-after-commit")


def links_of(db: Database, papers: Iterable[int]) -> dict[int, dict[TrialId, Link]]:
    """The trials that each of these papers (by row) is tied to, and how."""
    found: dict[int, dict[TrialId, Link]] = {}
    with db.reading() as connection:
        for row in connection.execute(
            "SELECT x.paper, t.registry, t.number, x.link FROM json_each(?) AS asked JOIN paper_trials AS x ON x.paper = asked.value"
            " JOIN trials AS t ON t.id = x.trial",
            (json.dumps(list(papers)),),
        ):
            found.setdefault(row["paper"], {})[TrialId(row["registry"], row["number"])] = row["link"]
    return found


def told(db: Database, papers: Iterable[int]) -> dict[tuple[TrialId, int], dict[str, str | None]]:
    """What needs no more telling of these papers: (trial, paper) → once → the significance of the event that told it, None: silent."""
    found: dict[tuple[TrialId, int], dict[str, str | None]] = {}
    with db.reading() as connection:
        for row in connection.execute(
            "SELECT t.registry, t.number, x.paper, x.once, e.significance FROM json_each(?) AS asked"
            " JOIN paper_told AS x ON x.paper = asked.value JOIN trials AS t ON t.id = x.trial"
            " LEFT JOIN events AS e ON e.id = x.event",
            (json.dumps(list(papers)),),
        ):
            key = TrialId(row["registry"], row["number"]), row["paper"]
            found.setdefault(key, {})[row["once"]] = row["significance"]
    return found


def note_silent(
    db: Database, trial: TrialId, links: Mapping[int, Link], known: Iterable[Telling], now: datetime
) -> None:
    """Tie papers to a trial of which nothing is told: the registry told it first, or there is nothing to tell."""
    at = stamp(now)
    with db.writing() as connection:
        row = trial_row(connection, trial)
        _tie(connection, row, links, at)
        _write_told(connection, row, known, at)


def tells_of_papers(
    trial: TrialId,
    links: Mapping[int, Link],
    tellings: Sequence[Telling],
    members: Sequence[tuple[str, str]],
    title: str,
    now: datetime,
) -> Also:
    """For `record(…, also=)`: this observation's verdicts tell these things, in this order. `members` are (watch, id at the source)
    that are told by it; `title` is for the row of a number that is a paper's own. Raises StaleSnapshot if another process told one
    meanwhile."""

    def write(connection: Connection) -> None:
        row, at = trial_row(connection, trial), stamp(now)
        _tie(connection, row, links, at)
        newest = connection.execute(
            "SELECT id FROM events WHERE trial = ? ORDER BY id DESC LIMIT ?", (row, len(tellings))
        ).fetchall()
        for one, (event,) in zip(tellings, reversed(newest), strict=True):
            written = connection.execute(
                "INSERT INTO paper_told (trial, paper, once, at, event) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (row, one.paper, one.once, at, event),
            )
            if not written.rowcount:
                raise StaleSnapshot(f"another process has told of this paper of {trial} meanwhile")
        _write_members(connection, members, at)
        if title:
            connection.execute("UPDATE trials SET title = ? WHERE id = ? AND version = 0", (title, row))

    return write


def propose_aliases(db: Database, trial: TrialId, aliases: Sequence[Alias]) -> None:
    """Other numbers that a publication gives beside the trial's own. Nothing is looked for by them until a reader says so."""
    with db.writing() as connection:
        write_aliases(connection, trial_row(connection, trial), aliases)


def _write_told(connection: Connection, trial: int, known: Iterable[Telling], at: str) -> None:
    """What needs no telling."""
    connection.executemany(
        "INSERT INTO paper_told (trial, paper, once, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(trial, one.paper, one.once, at) for one in known],
    )


def _tie(connection: Connection, trial: int, links: Mapping[int, Link], at: str) -> None:
    connection.executemany(
        "INSERT INTO paper_trials (paper, trial, link, seen_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (paper, trial) DO UPDATE"
        f" SET link = ?3 WHERE {_RANK.format('?3')} < {_RANK.format('link')}",
        [(paper, trial, link, at) for paper, link in links.items()],
    )


def _write_members(connection: Connection, members: Iterable[tuple[str, str]], at: str) -> None:
    connection.executemany(
        "INSERT INTO paper_members (watch, source_id, seen_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(watch, identity, at) for watch, identity in members],
    )


def watch_baseline(
    db: Database, watch: str, source: str, title: str, found: int, ids: Iterable[str], now: datetime
) -> None:
    """The first reading of a reader's query: how many papers it finds, and which of them are known; nobody is told of any."""
    at = stamp(now)
    with db.writing() as connection:
        connection.execute(
            "INSERT INTO paper_watches (watch, source, title, read_at, found) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (watch, source, title, at, found),
        )
        _write_members(connection, ((watch, identity) for identity in ids), at)
        db.at("papers:watch-before-commit")


def watches_read(db: Database, watches: Iterable[str], now: datetime) -> None:
    """These queries were read, and all that they found new was told."""
    with db.writing() as connection:
        connection.executemany(
            "UPDATE paper_watches SET read_at = ? WHERE watch = ?", [(stamp(now), watch) for watch in watches]
        )


def last_read(db: Database, watches: Iterable[str]) -> dict[str, datetime]:
    """When each of these queries was last read, with all of it told; one never read is not in the answer."""
    with db.reading() as connection:
        return {
            row["watch"]: moment(row["read_at"])
            for row in connection.execute(
                "SELECT watch, read_at FROM paper_watches WHERE watch IN (SELECT value FROM json_each(?))",
                (json.dumps(list(watches)),),
            )
        }


def note_members(db: Database, members: Iterable[tuple[str, str]], now: datetime) -> None:
    """Papers of a reader's query of which there is nothing more to tell."""
    with db.writing() as connection:
        _write_members(connection, members, stamp(now))


def known_members(db: Database, watch: str, ids: Iterable[str]) -> frozenset[str]:
    """Which of these ids, at their source, a query was known to find before."""
    with db.reading() as connection:
        return frozenset(
            row["source_id"]
            for row in connection.execute(
                "SELECT source_id FROM paper_members WHERE watch = ? AND source_id IN (SELECT value FROM json_each(?))",
                (watch, json.dumps(list(ids))),
            )
        )
