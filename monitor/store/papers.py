"""Papers as we know them: one row for each, however many sources gave it, and every version of each source's record."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from typing import Any

from monitor.core.dates import PartialDate
from monitor.core.paper import Named, Paper, Tie
from monitor.store.database import Connection, Database
from monitor.store.values import stamp

# What a source said differently is told where it is one of these; any other difference makes a version all the same.
_TOLD_FIELDS = ("title", "doi")
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Kept:
    """A paper as it is kept: its row, what all sources together say of it, and in words what the newest version of this source's record
    corrected (empty: nothing that is told) with that version's number."""

    id: int
    paper: Paper
    correction: str = ""
    version: int = 1


def keep(db: Database, papers: Sequence[Paper], now: datetime) -> list[Kept]:
    """Write these records down, each as a version where it is new or differs; gives what is then known of each, in their order."""
    if not papers:
        return []
    with db.writing() as connection:
        rows = [_keep(connection, paper, stamp(now)) for paper in papers]
        # Two of them may have turned out to be one paper: asked for after all are written.
        kept = [
            _kept(connection, paper, _row_of(connection, paper) or row)
            for paper, row in zip(papers, rows, strict=True)
        ]
        db.at("papers:before-commit")
    db.at("papers:after-commit")
    return kept


def by_keys(db: Database, keys: Iterable[str]) -> dict[str, Kept]:
    """The papers that are known by these keys (`pmid:…`, `doi:…`, `europepmc:…`)."""
    with db.reading() as connection:
        return {
            row["key"]: Kept(row["id"], _paper(row))
            for row in connection.execute(
                "SELECT k.key, p.* FROM json_each(?) AS asked JOIN paper_keys AS k ON k.key = asked.value"
                " JOIN papers AS p ON p.id = k.paper",
                (json.dumps(list(keys)),),
            )
        }


def preprints_of(db: Database, paper: Kept) -> tuple[Kept, ...]:
    """The preprints that became this article, whichever of the two records says so."""
    said = [tie.to for tie in paper.paper.ties if tie.relation == "article of"]
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT DISTINCT p.* FROM papers AS p WHERE p.id <> ?1 AND (p.id IN (SELECT paper FROM paper_keys WHERE key IN"
            " (SELECT value FROM json_each(?2))) OR EXISTS (SELECT 1 FROM json_each(p.about) AS tie JOIN paper_keys AS k"
            " ON k.key = tie.value ->> 1 WHERE tie.value ->> 0 = 'preprint of' AND k.paper = ?1)) ORDER BY p.id",
            (paper.id, json.dumps(said)),
        )
        return tuple(Kept(row["id"], _paper(row)) for row in rows)


def _keep(connection: Connection, paper: Paper, at: str) -> int:
    found = _rows_of(connection, paper)
    row = found[0] if found else _new_row(connection, paper, at)
    for other in found[1:]:
        _become_one(connection, other, row)
    connection.executemany(
        "INSERT INTO paper_keys (key, paper) VALUES (?, ?) ON CONFLICT (key) DO NOTHING",
        [(key, row) for key in paper.keys],
    )
    _write_version(connection, row, paper, at)
    _write_row(connection, row)
    return row


def _rows_of(connection: Connection, paper: Paper) -> list[int]:
    """The rows of this paper, the oldest first. A DOI alone does not make papers one whose PubMed numbers differ: journals have given
    one to an article and to its erratum."""
    return [
        row["id"]
        for row in connection.execute(
            "SELECT DISTINCT p.id, p.pmid FROM json_each(?) AS asked JOIN paper_keys AS k ON k.key = asked.value"
            " JOIN papers AS p ON p.id = k.paper ORDER BY p.id",
            (json.dumps(paper.keys),),
        )
        if not (paper.pmid and row["pmid"] and paper.pmid != row["pmid"])
    ]


def _row_of(connection: Connection, paper: Paper) -> int | None:
    found = _rows_of(connection, paper)
    return found[0] if found else None


def _new_row(connection: Connection, paper: Paper, at: str) -> int:
    row = connection.execute(
        "INSERT INTO papers (source, source_id, title, journal, published, pmid, doi, authors, kinds, types, about, entered, seen_at)"
        " VALUES (?, ?, '', '', '', ?, ?, '', '[]', '[]', '[]', NULL, ?)",
        (paper.source, paper.id, paper.pmid, paper.doi, at),
    ).lastrowid
    assert row is not None
    return row


def _become_one(connection: Connection, other: int, row: int) -> None:
    """Two rows turn out to be one paper: all that is known of the later goes to the earlier. What was told of either was told."""
    connection.execute("UPDATE paper_keys SET paper = ?1 WHERE paper = ?2", (row, other))
    connection.execute("UPDATE paper_versions SET paper = ?1 WHERE paper = ?2", (row, other))
    for table in ("paper_trials", "paper_told"):
        connection.execute(f"UPDATE OR IGNORE {table} SET paper = ?1 WHERE paper = ?2", (row, other))
        connection.execute(f"DELETE FROM {table} WHERE paper = ?", (other,))
    connection.execute("DELETE FROM papers WHERE id = ?", (other,))


def _write_version(connection: Connection, row: int, paper: Paper, at: str) -> None:
    body = _body(paper)
    text = json.dumps(body, ensure_ascii=False, sort_keys=True)
    digest = blake2b(text.encode(), digest_size=16).hexdigest()
    last = connection.execute(
        "SELECT version, digest, body FROM paper_versions WHERE source = ? AND source_id = ? ORDER BY version DESC LIMIT 1",
        (paper.source, paper.id),
    ).fetchone()
    if last is not None and last["digest"] == digest:
        return
    differs = _differs(json.loads(last["body"]), body) if last is not None else ""
    connection.execute(
        "INSERT INTO paper_versions (source, source_id, version, paper, seen_at, digest, body, differs) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (paper.source, paper.id, (last["version"] if last else 0) + 1, row, at, digest, text, differs),
    )


def _body(paper: Paper) -> dict[str, Any]:
    """A record as it is compared and kept. A mention in the text is left out: which are seen depends on the numbers looked for."""
    return {
        "title": paper.title,
        "journal": paper.journal,
        "published": str(paper.published) if paper.published is not None else "",
        "pmid": paper.pmid,
        "doi": paper.doi,
        "authors": paper.authors,
        "abstract": paper.abstract,
        "kinds": sorted(paper.kinds),
        "types": list(paper.types),
        "named": sorted(one.number for one in paper.named if one.link == "number"),
        "ties": sorted([tie.relation, tie.to] for tie in paper.ties),
        "entered": paper.entered.isoformat() if paper.entered is not None else "",
    }


def _differs(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """What is other, in words, the fields that are told first."""
    moved = [name for name in after if before.get(name) != after[name]]
    told = [name for name in _TOLD_FIELDS if name in moved]
    rest = [name for name in moved if name not in _TOLD_FIELDS]
    words = [f"{name}: {_shown(before.get(name))} → {_shown(after[name])}" for name in told]
    return "; ".join([*words, f"also other: {', '.join(rest)}"] if rest else words)


def _shown(value: object) -> str:
    text = str(value or "none")
    return f"“{text if len(text) <= _LONGEST else text[: _LONGEST - 1] + '…'}”"


def _write_row(connection: Connection, row: int) -> None:
    """The row says what the newest records of all sources say together: the word of the one that gives papers their PubMed numbers, filled
    up from the others; what any of them calls it."""
    bodies = [
        json.loads(version["body"])
        for version in connection.execute(
            "SELECT body FROM paper_versions AS v WHERE paper = ? AND version = (SELECT MAX(version) FROM paper_versions AS n"
            " WHERE n.source = v.source AND n.source_id = v.source_id) ORDER BY source_id = body ->> 'pmid' DESC, source, source_id",
            (row,),
        )
    ]

    def first(name: str) -> str:
        return next((body[name] for body in bodies if body[name]), "")

    def union(name: str) -> str:
        return json.dumps(list({json.dumps(item): item for body in bodies for item in body[name]}.values()))

    connection.execute(
        "UPDATE papers SET title = ?, journal = ?, published = ?, pmid = ?, doi = ?, authors = ?, kinds = ?, types = ?, about = ?,"
        " entered = ? WHERE id = ?",
        (
            *(first(name) for name in ("title", "journal", "published", "pmid", "doi", "authors")),
            *(union("kinds"), union("types"), union("ties"), first("entered") or None, row),
        ),
    )


def _kept(connection: Connection, paper: Paper, row: int) -> Kept:
    stored = connection.execute("SELECT * FROM papers WHERE id = ?", (row,)).fetchone()
    newest = connection.execute(
        "SELECT version, differs FROM paper_versions WHERE source = ? AND source_id = ? ORDER BY version DESC LIMIT 1",
        (paper.source, paper.id),
    ).fetchone()
    differs: str = newest["differs"]
    told = differs if differs.startswith(tuple(f"{name}: " for name in _TOLD_FIELDS)) else ""
    return Kept(row, _paper(stored, paper.named), told, newest["version"])


def _paper(row: Any, named: tuple[Named, ...] = ()) -> Paper:
    return Paper(
        row["source"],
        row["source_id"],
        row["title"],
        row["journal"],
        PartialDate.parse(row["published"]) if row["published"] else None,
        row["pmid"],
        row["doi"],
        frozenset(json.loads(row["kinds"])),
        tuple(json.loads(row["types"])),
        named,
        tuple(Tie(relation, to) for relation, to in json.loads(row["about"])),
        row["authors"],
        entered=date.fromisoformat(row["entered"]) if row["entered"] else None,
    )
