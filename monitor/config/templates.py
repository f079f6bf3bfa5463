"""Whether the templates that a subscriber names are there. What is in them is tried where they are used (`monitor/drafting/`)."""

from collections.abc import Mapping
from typing import Any

from monitor.config.document import Notes
from monitor.config.settings import Settings
from monitor.config.shapes import Found, meant
from monitor.core.forms import ENDING, FORMS, file_of


def note_missing_template(fields: Mapping[str, Found[Any]], settings: Settings, notes: Notes) -> None:
    """Note it if `template:` names templates of which not one form is in the folder."""
    named = fields.get("template")
    if named is None:
        return
    there = _there(settings)
    if not any(file_of(named.value, form) in there for form in FORMS):
        names = sorted({file.rsplit(".", 2)[0] for file in there if file.endswith(_ENDINGS)})
        near = meant(named.value, names) if names else f"write {file_of(named.value, 'txt')}"
        notes.add(named.line, f"there is no template {named.value} in {settings.templates}", near)


_ENDINGS = tuple(f".{form}{ENDING}" for form in FORMS)


def _there(settings: Settings) -> frozenset[str]:
    try:
        return frozenset(entry.name for entry in settings.templates.iterdir())
    except OSError:
        return frozenset()
