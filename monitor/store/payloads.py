"""What a destination is handed, fixed at the first attempt: every retry sends the same bytes."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from monitor.core.notification import Delivery, Payload, key_of
from monitor.store.database import Connection, Database
from monitor.store.values import stamp


def freeze(db: Database, delivery: Delivery, parts: Sequence[Payload], now: datetime) -> Delivery:
    """Keep what is to be sent, before it is; `now` is the moment that it speaks of as sent. Gives the delivery with its first part.

    Of several parts each is a delivery of its own with a key of its own, and is sent after the one before it.
    """
    with db.writing() as connection:
        write_payload(connection, delivery.id, parts[0], now)
        connection.execute(
            "UPDATE deliveries SET parts = ? WHERE id = ?",
            (len(parts), delivery.id),
        )
        for number, payload in enumerate(parts[1:], start=2):
            (identity,) = connection.execute(
                "INSERT INTO deliveries (key, notification, destination, trial, state, due, part, parts, part_of)"
                " SELECT ?, notification, destination, trial, 'pending', ?, ?, parts, id FROM deliveries WHERE id = ? RETURNING id",
                (key_of(delivery.key, f"part {number}"), stamp(now), number, delivery.id),
            ).fetchone()
            connection.execute(
                "INSERT INTO delivery_trials (trial, delivery) SELECT trial, ? FROM delivery_trials WHERE delivery = ?",
                (identity, delivery.id),
            )
            write_payload(connection, identity, payload, now)
        db.at("freeze:before-commit")
    db.at("freeze:after-commit")
    return replace(delivery, payload=parts[0])


def write_payload(connection: Connection, delivery: int, payload: Payload, now: datetime) -> None:
    """Within a write transaction: from now on this is what is sent."""
    connection.execute(
        "INSERT INTO payloads (delivery, n, sent_at, title, body, form, text, headers) SELECT ?1,"
        " 1 + COALESCE(MAX(n), 0), COALESCE(MIN(sent_at), ?2), ?3, ?4, ?5, ?6, ?7 FROM payloads WHERE delivery = ?1",
        (
            *(delivery, stamp(now), payload.title, payload.body, payload.form, payload.text),
            json.dumps(payload.headers),
        ),
    )


def payload_of(connection: Connection, delivery: int) -> Payload | None:
    """What is sent of a delivery, as it was fixed; None before its first attempt."""
    row = connection.execute(
        "SELECT p.*, d.part, d.parts FROM payloads AS p JOIN deliveries AS d ON d.id = p.delivery"
        " WHERE p.delivery = ? ORDER BY p.n DESC LIMIT 1",
        (delivery,),
    ).fetchone()
    if row is None:
        return None
    headers = tuple((name, value) for name, value in json.loads(row["headers"]))
    return Payload(row["title"], row["body"], row["form"], row["text"], headers, row["part"], row["parts"])


def was_made_plainer(db: Database, delivery: int) -> bool:
    """Whether the payload in force is already the plainer form of one that was refused."""
    with db.reading() as connection:
        row = connection.execute("SELECT MAX(n) FROM payloads WHERE delivery = ?", (delivery,)).fetchone()
    return bool(row[0] is not None and row[0] > 1)
