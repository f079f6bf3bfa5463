"""JSON Schema of what a webhook is posted, for whoever writes a receiver."""

from typing import Any

_MOMENT = {"type": "string", "format": "date-time"}
_DAY_OR_NONE = {"type": ["string", "null"], "description": "A day in the registry's own dates, YYYY-MM-DD."}
_TEXT = {"type": "string"}
_SIGNIFICANCE = {"enum": ["noise", "routine", "notable", "critical"]}
_VERSION = {
    "type": ["integer", "null"],
    "description": "The version of the record; null where none was made.",
}

# Which trial, and when: of a change and of an event.
_OF_A_TRIAL = {
    "id": {"type": "integer"},
    "trial": _TEXT,
    "registry": _TEXT,
    "version": _VERSION,
    "seen_at": _MOMENT,
    "registry_date": _DAY_OR_NONE,
}
_CHANGE = {
    **_OF_A_TRIAL,
    "topic": _TEXT,
    "field": {
        **_TEXT,
        "description": "The registry's own JSON path; an item of a list by what identifies it.",
    },
    "label": {**_TEXT, "description": "The field as people call it."},
    "kind": {"enum": ["added", "removed", "changed"]},
    "before": {"description": "The value before; any JSON."},
    "after": {"description": "The value after; any JSON."},
}
_EVENT = {
    **_OF_A_TRIAL,
    "rule": {**_TEXT, "description": "Which rule: see rules.md."},
    "topic": _TEXT,
    "significance": _SIGNIFICANCE,
    "headline": {**_TEXT, "description": "One plain sentence."},
    "because": _TEXT,
    "changes": {
        "type": "array",
        "items": {"type": "integer"},
        "description": "The ids of the changes that led to it.",
    },
}
_BODY = {
    "type": {
        "enum": [f"trialmon.{kind}" for kind in ("alert", "digest", "watching", "notice")],
        "description": "alert: one trial; digest: several messages in one; watching: what is watched from now on;"
        " notice: of the monitor itself.",
    },
    "key": {
        **_TEXT,
        "description": "Of the message: the same in all its parts. The key of one part is the header webhook-id.",
    },
    "part": {"type": "integer", "minimum": 1},
    "parts": {
        "type": "integer",
        "minimum": 1,
        "description": "A message of more than about 20 kB comes in parts.",
    },
    "sent_at": {
        **_MOMENT,
        "description": "The first attempt; the attempt itself is the header webhook-timestamp.",
    },
    "seen_at": {**_MOMENT, "description": "When we saw at the registry what is told."},
    "registry_date": _DAY_OR_NONE,
    "subscriber": _TEXT,
    "watchlists": {"type": "array", "items": _TEXT, "description": "Their titles."},
    "trial": {"type": ["string", "null"], "description": "Its number, if the message tells of one trial."},
    "significance": _SIGNIFICANCE,
    "title": _TEXT,
    "text": {**_TEXT, "description": "What a person would read, this part of it."},
    "events": {"type": "array", "items": {"$ref": "#/$defs/event"}},
    "changes": {"type": "array", "items": {"$ref": "#/$defs/change"}},
    "shortened": {
        "const": True,
        "description": "The receiver refused the message as it was; so this one has no events and no changes.",
    },
}
# What a later version may leave out or add: a receiver passes over keys that it does not know.
_OPTIONAL = frozenset({"shortened"})


def webhook_schema() -> dict[str, Any]:
    """What is posted to a webhook."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "trialmon webhook",
        "description": "The body that is posted to a webhook: one message, or one part of it.",
        **_object(_BODY),
        "$defs": {"event": _object(_EVENT), "change": _object(_CHANGE)},
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    required = [name for name in properties if name not in _OPTIONAL]
    return {"type": "object", "properties": properties, "required": required}
