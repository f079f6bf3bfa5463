"""JSON Schema of both files, from the very declarations that read them, for editors and for the reference."""

import json

from monitor.config.load import SETTINGS
from monitor.config.shapes import Fields, Schema
from monitor.config.watchlist_form import WATCHLIST

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def watchlist_schema() -> Schema:
    """What watchlists/NAME.yaml may hold."""
    return _titled("trialmon watchlist", "What is watched, and who is told.", WATCHLIST)


def settings_schema() -> Schema:
    """What trialmon.yaml may hold."""
    return _titled(
        "trialmon.yaml", "Where things are, which registries are asked, and where messages go.", SETTINGS
    )


def reference_files() -> dict[str, str]:
    """The schema files of docs/reference: name and text."""
    schemas = {"watchlist.schema.json": watchlist_schema(), "trialmon.schema.json": settings_schema()}
    return {name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for name, schema in schemas.items()}


def _titled(title: str, description: str, fields: Fields) -> Schema:
    return {"$schema": _DIALECT, "title": title, "description": description, **fields.schema()}
