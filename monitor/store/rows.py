"""Rows of the store in the form in which `--json` and machines get them."""

import json
from collections.abc import Mapping
from typing import Any

from monitor.store.values import read_json

# What `change_row` reads: of the change `c`, its trial `t` and its version `v`.
OF_CHANGE = "c.*, t.registry, t.number, v.seen_at, v.registry_date"
# What `event_row` reads: of the event `e` and its trial `t`.
OF_EVENT = (
    "e.*, t.registry, t.number,"
    " (SELECT json_group_array(x.change) FROM event_changes AS x WHERE x.event = e.id) AS of_changes"
)


def change_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of `changes` with its trial and version, as `changes --json` gives it."""
    return {
        **_where_and_when(row),
        "topic": row["topic"],
        "field": row["field"],
        "label": row["label"],
        "kind": row["kind"],
        "before": read_json(row["before"]),
        "after": read_json(row["after"]),
    }


def event_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of `events` with its trial and the ids of its changes (`of_changes`), as `events --json` gives it."""
    return {
        **_where_and_when(row),
        "rule": row["rule"],
        "topic": row["topic"],
        "significance": row["significance"],
        "headline": row["headline"],
        "because": row["because"],
        "changes": json.loads(row["of_changes"]),
    }


def _where_and_when(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "trial": row["number"],
        "registry": row["registry"],
        "version": row["version"],
        "seen_at": row["seen_at"],
        "registry_date": row["registry_date"] or None,
    }
