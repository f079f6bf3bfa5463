"""Events as they were written down."""

from collections.abc import Mapping
from typing import Any

from monitor.core.significance import Significance
from monitor.core.trial import TrialId
from monitor.store.values import moment

# Joined behind `events AS e JOIN trials AS t`: the paper that an event tells of, of which `OF_PAPER` is read.
WITH_PAPER = "LEFT JOIN paper_told AS its ON its.event = e.id LEFT JOIN papers AS p ON p.id = its.paper"
OF_PAPER = "p.source, p.source_id"


def event_values(row: Mapping[str, Any]) -> dict[str, Any]:
    """What an `Event` says, out of a row of `events` with its trial's `registry` and `number`, and `OF_PAPER`."""
    return {
        "id": row["id"],
        "trial": TrialId(row["registry"], row["number"]),
        "version": row["version"],
        "rule": row["rule"],
        "topic": row["topic"],
        "significance": Significance.parse(row["significance"]),
        "headline": row["headline"],
        "because": row["because"],
        "seen_at": moment(row["seen_at"]),
        "registry_date": row["registry_date"],
        "paper": TrialId(row["source"], row["source_id"]) if row["source"] else None,
    }
