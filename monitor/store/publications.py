"""Papers as people ask for them: of a trial, of a watchlist, or all; and a trial's numbers with who said so. Read-only."""

import json
from collections.abc import Iterator
from typing import Any

from monitor.core.numbers import number_in
from monitor.core.trial import TrialId
from monitor.store.database import Database


def publications(
    db: Database, trial: TrialId | None = None, watchlist: str | None = None
) -> Iterator[dict[str, Any]]:
    """Papers and the trials that they are tied to, one line for each pair, the newest seen first, as `publications --json` gives them
    but for `source_id`, the paper's number at its source.
    One that only a reader's own query found has no trial and no link."""
    with db.reading() as connection:
        for row in connection.execute(
            "SELECT p.*, x.seen_at AS tied_at, x.link, t.number FROM papers AS p JOIN paper_trials AS x ON x.paper = p.id"
            " JOIN trials AS t ON t.id = x.trial"
            " WHERE (:number IS NULL OR (t.registry = :registry AND t.number = :number))"
            " AND (:watchlist IS NULL OR t.id IN (SELECT w.trial FROM watched AS w WHERE w.watchlist = :watchlist))"
            " UNION ALL SELECT p.*, MIN(m.seen_at), '', '' FROM papers AS p JOIN paper_versions AS v ON v.paper = p.id"
            " JOIN paper_watches AS w ON w.source = v.source"
            " JOIN paper_members AS m ON m.watch = w.watch AND m.source_id = v.source_id"
            " WHERE :number IS NULL AND (:watchlist IS NULL OR w.watch IN (SELECT l.watch FROM paper_watch_lists AS l"
            " WHERE l.watchlist = :watchlist))"
            " AND NOT EXISTS (SELECT 1 FROM paper_trials AS x WHERE x.paper = p.id) GROUP BY p.id"
            " ORDER BY tied_at DESC, 1 DESC, number",
            {
                "registry": trial.registry if trial is not None else None,
                "number": trial.number if trial is not None else None,
                "watchlist": watchlist,
            },
        ):
            yield _row(row)


def _row(row: Any) -> dict[str, Any]:
    return {
        "id": row["id"],
        "pmid": row["pmid"] or None,
        "doi": row["doi"] or None,
        "source": row["source"],
        "source_id": row["source_id"],
        "title": row["title"],
        "journal": row["journal"],
        "published": row["published"] or None,
        "seen_at": row["tied_at"],
        "trial": row["number"] or None,
        "link": row["link"] or None,
        "types": json.loads(row["types"]),
    }


def papers_of_event(db: Database, event: int) -> list[dict[str, Any]]:
    """The papers that an event tells of: `pmid`, `doi`, `title`, `journal`, `published`, `link`, and `records`: what each source had of it
    by then, as `source`, `id` there, `version`, `seen_at`, `digest`."""
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT p.*, l.link, e.seen_at AS told_at FROM paper_told AS x"
            " JOIN events AS e ON e.id = x.event JOIN papers AS p ON p.id = x.paper"
            " LEFT JOIN paper_trials AS l ON l.paper = x.paper AND l.trial = x.trial WHERE x.event = ? ORDER BY p.id",
            (event,),
        ).fetchall()
        return [
            {
                **{
                    name: row[name] or None
                    for name in ("pmid", "doi", "title", "journal", "published", "link")
                },
                "records": [
                    dict(record)
                    for record in connection.execute(
                        "SELECT source, source_id AS id, version, seen_at, digest FROM paper_versions WHERE paper = ? AND seen_at <= ?"
                        " ORDER BY seen_at, source, version",
                        (row["id"], row["told_at"]),
                    )
                ],
            }
            for row in rows
        ]


def numbers_with_sayers(db: Database, trial: TrialId) -> list[dict[str, Any]]:
    """The other numbers for a trial: `number`, `said_by` (each who said so; of a publication, which), and `conflict`: another number of
    the same kind is said of it too. Which of them is right is not for us to say."""
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT a.number, a.said_by, a.note FROM aliases AS a JOIN trials AS t ON t.id = a.trial"
            " WHERE t.registry = ? AND t.number = ? ORDER BY a.said_by = 'reader' DESC, a.number, a.said_by",
            (trial.registry, trial.number),
        ).fetchall()
    own = number_in(trial.number)
    said: dict[str, dict[str, Any]] = {}
    kinds: dict[str, set[str]] = {own.kind: {own.text}} if own is not None else {}
    for row in rows:
        known = number_in(row["number"])
        text, kind = (known.text, known.kind) if known is not None else (row["number"], "")
        one = said.setdefault(text, {"number": row["number"], "said_by": [], "kind": kind})
        one["said_by"].append(
            f"{row['said_by']} {row['note']}" if row["said_by"] == "publication" else row["said_by"]
        )
        # An older number that the registry itself merged into this one contradicts nothing.
        if own is None or kind != own.kind or row["said_by"] != "registry":
            kinds.setdefault(kind, set()).add(text)
    return [
        {
            "number": one["number"],
            "said_by": one["said_by"],
            "conflict": bool(one["kind"])
            and text in kinds.get(one["kind"], ())
            and len(kinds[one["kind"]]) > 1,
        }
        for text, one in sorted(said.items(), key=lambda item: item[1]["number"])
    ]
