"""Whether a JSON object is a record of ClinicalTrials.gov, and of which trial and day."""

import re
from collections.abc import Mapping
from typing import Final

from monitor.core.errors import Unreadable
from monitor.core.json import Json, JsonObject
from monitor.sources.clinicaltrials_gov.form import in_words, require_form

_NUMBER = re.compile(r"NCT[0-9]{8}")
_STATUS = re.compile(r"[A-Z][A-Z0-9_]{1,60}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_STAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?", re.ASCII)

SECTIONS: Final = (
    "protocolSection",
    "resultsSection",
    "annotationSection",
    "documentSection",
    "derivedSection",
)


def is_number(text: str) -> bool:
    """Whether it has the form of a ClinicalTrials.gov number that can exist."""
    return _NUMBER.fullmatch(text) is not None and text != "NCT00000000"


def is_stamp(text: str) -> bool:
    """Whether it has the form of the registry's data timestamp, and is a moment."""
    from datetime import datetime

    if _STAMP.fullmatch(text) is None:
        return False
    try:
        datetime.fromisoformat(text[:19])
    except ValueError:
        return False
    return True


def require_record(document: JsonObject) -> None:
    """Raises Unreadable, saying what is wrong, for an object that is no record."""
    for section in SECTIONS:
        body = document.get(section, {})
        if not isinstance(body, dict):
            raise Unreadable(f"{section} is {in_words(body)}, not an object")
        for module, content in body.items():
            if content is None:
                raise Unreadable(f"{section}.{module[:60]} is null")
    for name, body in document.items():
        if body is None:
            raise Unreadable(f"{name[:60]} is null")
    require_form(document)
    number = number_of(document)
    if number is None:
        raise Unreadable("the record carries no trial number")
    if not _STATUS.fullmatch(_text_at(document, "protocolSection", "statusModule", "overallStatus")):
        raise Unreadable("the record carries no overall status")
    day = data_date_of(document)
    if day and not is_day(day):
        raise Unreadable(f"the record's data date is no day: {day[:40]!r}")


def number_of(document: JsonObject) -> str | None:
    """The record's own number, if it carries a well-formed one."""
    number = _text_at(document, "protocolSection", "identificationModule", "nctId")
    return number if is_number(number) else None


def aliases_of(document: JsonObject) -> tuple[str, ...]:
    """Other numbers of ClinicalTrials.gov under which the trial was once registered."""
    aliases = _at(document, "protocolSection", "identificationModule", "nctIdAliases")
    return tuple(alias for alias in aliases if isinstance(alias, str)) if isinstance(aliases, list) else ()


def data_date_of(document: JsonObject) -> str:
    """The date of the registry's data that the record is from; empty where it does not say."""
    return _text_at(document, "derivedSection", "miscInfoModule", "versionHolder")


def _at(document: Json, *keys: str) -> Json:
    for key in keys:
        if not isinstance(document, Mapping):
            return None
        document = document.get(key)
    return document


def _text_at(document: JsonObject, *keys: str) -> str:
    value = _at(document, *keys)
    return value if isinstance(value, str) else ""


def is_day(text: str) -> bool:
    """Whether it is a day, written `2026-02-09`."""
    from datetime import date

    if _DAY.fullmatch(text) is None:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
