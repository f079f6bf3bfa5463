"""JSON Schemas of what the API answers, for the OpenAPI document. The forms are those of `--json` (docs/reference)."""

from collections.abc import Mapping
from typing import Any

from monitor.core.significance import TOPICS, Significance

Schema = Mapping[str, Any]

TEXT: Schema = {"type": "string"}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
WHOLE: Schema = {"type": "integer"}
WHOLE_OR_NULL: Schema = {"type": ["integer", "null"]}
YES_OR_NO: Schema = {"type": "boolean"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
ANYTHING: Schema = {}
TOPIC: Schema = {"type": "string", "enum": list(TOPICS)}


def things(item: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": item}


def record(fields: Mapping[str, Schema]) -> Schema:
    """An object that has just these, all of them."""
    return {
        "type": "object",
        "required": list(fields),
        "additionalProperties": False,
        "properties": dict(fields),
    }


_OF_A_TRIAL: Mapping[str, Schema] = {
    "id": WHOLE,
    "trial": TEXT,
    "registry": TEXT,
    "version": WHOLE_OR_NULL,
    "seen_at": MOMENT,
    "registry_date": TEXT_OR_NULL,
    "topic": TOPIC,
}
CHANGE = record(
    {
        **_OF_A_TRIAL,
        "field": TEXT,
        "label": TEXT,
        "kind": {"type": "string", "enum": ["added", "removed", "changed"]},
        "before": ANYTHING,
        "after": ANYTHING,
    }
)
EVENT = record(
    {
        **_OF_A_TRIAL,
        "rule": TEXT,
        "significance": {"type": "string", "enum": [str(one) for one in Significance]},
        "headline": TEXT,
        "because": TEXT,
        "changes": things(WHOLE),
    }
)
RECORD: Schema = {
    "type": "object",
    "required": ["trial", "version", "seen_at", "record"],
    "properties": {"trial": TEXT, "version": WHOLE, "seen_at": MOMENT, "record": {"type": "object"}},
}
VERSION: Schema = {
    "type": "object",
    "required": ["trial", "version", "seen_at", "registry_date", "origin", "status", "changes"],
    "properties": {
        "trial": TEXT,
        "version": WHOLE,
        "seen_at": MOMENT,
        "registry_date": TEXT_OR_NULL,
        "origin": {"type": "string", "enum": ["poll", "backfill", "seed"]},
        "status": TEXT,
        "primary_completion": TEXT_OR_NULL,
        "completion": TEXT_OR_NULL,
        "enrollment": WHOLE_OR_NULL,
        "has_results": YES_OR_NO,
        "changes": WHOLE,
    },
}
