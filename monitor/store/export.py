"""The history as rows for other programs: streamed a page at a time, so that neither memory nor a waiting writer sets a limit.

What is stored is never rewritten and numbered as it comes, past changes downwards. So pages read one after the other, between the least and
the greatest number of the beginning, make up one state of the history, though others write meanwhile.
"""

import csv
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import orjson

from monitor.core.errors import NothingDone, TrialmonError
from monitor.core.shape import join
from monitor.store.cells import inert
from monitor.store.database import Connection, Database
from monitor.store.snapshots import modules_at
from monitor.store.values import read_json, stamp

What = Literal["changes", "events", "versions"]
Row = dict[str, Any]
Tick = Callable[[int], None]

_PAGE = 2000
_PAGE_OF_RECORDS = 50

_STATE = (
    "v.title, v.sponsor, v.status, v.why_stopped, v.start, v.start_type, v.primary_completion, v.primary_completion_type,"
    " v.completion, v.completion_type, v.enrollment, v.enrollment_type, v.has_results, v.results_submitted, v.results_posted"
)
_QUERIES: dict[What, str] = {
    "changes": "SELECT c.id, t.number AS trial, t.registry, c.version, v.seen_at, v.registry_date, v.origin, c.topic, c.field, c.label,"
    " c.kind, c.before, c.after, c.housekeeping FROM changes AS c JOIN trials AS t ON t.id = c.trial"
    " JOIN versions AS v ON v.trial = c.trial AND v.version = c.version"
    " WHERE c.id > :after AND c.id <= :newest AND v.seen_at >= :since ORDER BY c.id LIMIT :page",
    "events": "SELECT e.id, t.number AS trial, t.registry, t.title, e.version, e.seen_at, e.registry_date, e.rule, e.topic,"
    " e.significance, e.headline, e.because FROM events AS e JOIN trials AS t ON t.id = e.trial"
    " WHERE e.id > :after AND e.id <= :newest AND e.seen_at >= :since ORDER BY e.id LIMIT :page",
    "versions": "SELECT v.rowid AS id, t.number AS trial, t.registry, v.version, v.seen_at, v.last_seen_at, v.registry_date,"
    f" v.submitted_date, v.origin, v.change_count AS changes, {_STATE}, v.trial AS row FROM versions AS v"
    " JOIN trials AS t ON t.id = v.trial"
    " WHERE v.rowid > :after AND v.rowid <= :newest AND v.seen_at >= :since ORDER BY v.rowid LIMIT :page",
}
# Empty in the tables where the registry says nothing; nothing in what is handed on.
_EMPTY_IS_NOTHING = ("registry_date", "submitted_date", "results_submitted", "results_posted", "why_stopped")


def count(db: Database, what: What) -> int:
    """How many rows there are of a kind, at most: what their numbers span."""
    with db.reading() as connection:
        oldest, newest = _span(connection, what)
    return newest - oldest + 1


def rows(
    db: Database, what: What, since: datetime | None = None, *, records: bool = False, tick: Tick
) -> Iterator[Row]:
    """Every row by its number, changes of the past first; with `records` each version's whole record too. `tick`: how far it is."""
    with db.reading() as connection:
        oldest, newest = _span(connection, what)
    given = {"since": "" if since is None else stamp(since), "newest": newest}
    size = _PAGE_OF_RECORDS if records else _PAGE
    after = oldest - 1
    while page := _page(db, what, {**given, "after": after, "page": size}, records=records):
        reached = int(page[-1]["id"])
        for row in page:
            yield _handed_on(row)
        tick(reached - after)
        after = reached


def _span(connection: Connection, what: What) -> tuple[int, int]:
    """The least and the greatest number: changes of past versions have numbers below zero."""
    oldest, newest = connection.execute(f"SELECT MIN(rowid), MAX(rowid) FROM {what}").fetchone()
    return (1, 0) if oldest is None else (int(oldest), int(newest))


def _page(db: Database, what: What, given: Mapping[str, object], *, records: bool) -> list[Row]:
    with db.reading() as connection:
        page = [dict(row) for row in connection.execute(_QUERIES[what], given)]
        for row in page:
            if what == "versions":
                trial = row.pop("row")
                if records:
                    row["record"] = join(modules_at(connection, trial, row["version"]))
    return page


def _handed_on(row: Row) -> Row:
    for name in _EMPTY_IS_NOTHING:
        if row.get(name) == "":
            row[name] = None
    for name in ("before", "after"):
        if name in row:
            row[name] = read_json(row[name])
    for name in ("housekeeping", "has_results"):
        if name in row:
            row[name] = bool(row[name])
    if "changes" in row:  # a version is known by trial and number; the number of its row is ours
        del row["id"]
    return row


def write_json_lines(rows: Iterable[Row], target: Path) -> int:
    """One object a line, values as the registry has them. Gives how many."""
    written = 0
    with replacing(target) as partial, partial.open("wb") as file:
        for row in rows:
            file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
            written += 1
        _to_disk(file.fileno())
    return written


def write_csv(rows: Iterable[Row], target: Path, columns: Sequence[str]) -> int:
    """A line of names and one a row, for spreadsheets: UTF-8 with its mark, nothing that could be taken for a formula. Gives how many."""
    written = 0
    with replacing(target) as partial, partial.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow([inert(plain(row[name])) for name in columns])
            written += 1
        file.flush()
        _to_disk(file.fileno())
    return written


def plain(value: Any) -> Any:
    """A value as the views have it: a text as it is, an object, list or truth as JSON, nothing for null."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list | bool) else value


def columns_of(what: What, *, records: bool = False) -> list[str]:
    """The names in a row of a kind, in order."""
    names = [
        part.rpartition(".")[2].rpartition(" ")[2]
        for part in _QUERIES[what].partition(" FROM ")[0].split(",")
    ]
    if what == "versions":
        names = names[1:-1] + (["record"] if records else [])
    return [name.removeprefix("SELECT ") for name in names]


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A name beside the target to write to; it gets the target's name when all went well, and goes away when not.

    Raises NothingDone where nothing can be written there, TrialmonError where the disk is full or fails.
    """
    partial = target.with_name(f".{target.name}.partial")
    try:
        if partial.is_dir():
            shutil.rmtree(partial)
        partial.unlink(missing_ok=True)
        yield partial
        if target.is_dir():
            aside = target.with_name(f".{target.name}.before")
            target.rename(aside)
            partial.rename(target)
            shutil.rmtree(aside)
        else:
            partial.replace(target)
    except OSError as error:
        kind = TrialmonError if partial.exists() else NothingDone
        raise kind(
            f"{target} cannot be written: {error.strerror or error}",
            "check the folder and the space on its disk",
        ) from error
    finally:
        if partial.is_dir():
            shutil.rmtree(partial)
        else:
            partial.unlink(missing_ok=True)


def _to_disk(handle: int) -> None:
    os.fsync(handle)
