"""Whose turn it is: which deliveries may be sent now, in which order."""

from datetime import datetime, timedelta

from monitor.core.breaker import WITHIN
from monitor.core.notification import LONGEST_WAIT
from monitor.store.database import Database
from monitor.store.values import stamp

# Whatever is due further ahead than anything can be was written before the clock went back. What was not tried yet may wait for its
# reader's weekly digest moment.
_SLACK = timedelta(hours=1)
_LONGEST_SLOT = timedelta(days=8)

# In turn: what is earlier for one of the same trials and for the same destination goes first, whole messages before the next one's
# parts. One that is only being held back by quiet hours does not stop a critical one that passes them.
_IN_TURN = (
    "NOT EXISTS (SELECT 1 FROM delivery_trials AS mine JOIN delivery_trials AS theirs ON theirs.trial = mine.trial"
    " JOIN deliveries AS e ON e.id = theirs.delivery"
    " WHERE mine.delivery = d.id AND e.destination = d.destination AND e.state IN ('pending', 'sending')"
    " AND (COALESCE(e.part_of, e.id), e.part) < (COALESCE(d.part_of, d.id), d.part)"
    " AND (e.state = 'sending' OR e.part > 1 OR e.due <= :now OR e.due > :impossible"
    " OR (e.attempts > 0 AND (e.quiet_until IS NULL OR e.quiet_until <= :now))))"
    " AND (d.part_of IS NULL OR NOT EXISTS (SELECT 1 FROM deliveries AS p WHERE (p.id = d.part_of OR p.part_of = d.part_of)"
    " AND p.part < d.part AND p.state IN ('pending', 'sending')))"
)
# A destination that rests gets nothing; one whose breaker is open, one message at a time; in a storm no alert that came after it began.
_LETS = (
    "(b.rests_until IS NULL OR b.rests_until <= :now OR b.rests_until > :impossible)"
    " AND (COALESCE(b.openings, 0) = 0 OR NOT EXISTS (SELECT 1 FROM deliveries AS s"
    " WHERE s.destination = d.destination AND s.state = 'sending'))"
    " AND (b.storm_until IS NULL OR b.storm_until <= :now OR b.storm_until > :no_storm"
    " OR d.id <= b.storm_after OR d.attempts > 0 OR d.part > 1"
    " OR (SELECT n.kind FROM notifications AS n WHERE n.id = d.notification) <> 'alert')"
)
_DUE = (
    "FROM deliveries AS d LEFT JOIN destinations AS b ON b.name = d.destination"
    " WHERE d.state = 'pending' AND (d.due <= :now OR d.due > IIF(d.attempts, :impossible, :no_slot))"
    f" AND (:destination IS NULL OR d.destination = :destination) AND {_LETS} AND {_IN_TURN}"
)
# Whether a broken destination works again is tried with the message that was tried least: one that it chokes on must not decide for all.
NEXT = (
    f"SELECT d.id, d.destination, COALESCE(b.openings, 0) AS openings {_DUE}"
    " ORDER BY IIF(COALESCE(b.openings, 0), d.attempts, 0), d.due, COALESCE(d.part_of, d.id), d.part LIMIT :limit"
)


def due_destinations(db: Database, now: datetime) -> list[str]:
    """The destinations for which something can be sent now, that of the oldest message first."""
    with db.reading() as connection:
        rows = connection.execute(
            f"SELECT d.destination {_DUE} GROUP BY d.destination ORDER BY MIN(d.due), MIN(d.id)",
            moments_of(now, None),
        )
        return [row["destination"] for row in rows]


def moments_of(now: datetime, destination: str | None) -> dict[str, str | int | None]:
    """The parameters of the statements here; `destination` None: any."""
    return {
        "now": stamp(now),
        "impossible": stamp(now + LONGEST_WAIT + _SLACK),
        "no_slot": stamp(now + _LONGEST_SLOT),
        "no_storm": stamp(now + WITHIN),
        "destination": destination,
    }
