"""Papers, and from which day on the literature's services have them.

A paper's record is one object for both services:

    pmid, epmc     its numbers there: `39393844`, `PPR:PPR1000001`; one of them at least, and only services where it has one give it
    doi, title, journal, published, types, authors, abstract       as on the paper; `published` is yyyy, yyyy-MM or yyyy-MM-dd
    registered     [[data bank, number]]: the field that PubMed has for trial numbers
    full_text      what only Europe PMC's search sees
    ties           [[what, number]]: [["ErratumIn", "39000001"]], in PubMed's words
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from monitor.embedded.records import HistoryError

_KEYS = frozenset(
    "pmid epmc doi title journal published types authors abstract registered full_text ties".split()
)


@dataclass(frozen=True)
class Printed:
    """A paper as the services have it on some day: its record, since when they have it, and since when in this form."""

    record: Mapping[str, Any]
    entered: date
    revised: date

    def text(self, *keys: str) -> str:
        """Some of its fields, as one text to be searched."""
        return "\n".join(_texts(self.record.get(key, "")) for key in keys)


class Shelf:
    """Many papers, by day."""

    def __init__(self) -> None:
        self._states: dict[str, dict[date, Mapping[str, Any]]] = {}

    @classmethod
    def load(cls, folder: Path | str) -> "Shelf":
        """Reads all seeds in a folder: `{"paper", "states": [{"day", "record"}]}`; other files are passed over. Raises HistoryError."""
        shelf = cls()
        for file in sorted(Path(folder).glob("*.json")):
            try:
                seed = json.loads(file.read_bytes())
                if not isinstance(seed, dict) or "paper" not in seed:
                    continue
                for state in seed["states"]:
                    shelf.put(seed["paper"], date.fromisoformat(state["day"]), state["record"])
            except (ValueError, KeyError, TypeError) as error:
                raise HistoryError(f"{file}: no seed of a paper: {error}") from error
        return shelf

    def put(self, paper: str, day: date, record: Mapping[str, Any]) -> None:
        """From `day` on the services say `record` of `paper`, a name that tells it from the others here. Raises HistoryError."""
        unknown = set(record) - _KEYS
        if unknown or not record.get("title") or not (record.get("pmid") or record.get("epmc")):
            raise HistoryError(
                f"{paper}: a paper has a title and a pmid or epmc; {', '.join(sorted(unknown)) or 'nothing'} is not known"
            )
        self._states.setdefault(paper, {})[day] = record

    @property
    def days(self) -> list[date]:
        """All days on which some state begins, sorted."""
        return sorted({day for states in self._states.values() for day in states})

    def on(self, day: date) -> list[Printed]:
        """What the services have on `day`, the newest first."""
        printed = []
        for states in self._states.values():
            reached = sorted(one for one in states if one <= day)
            if reached:
                printed.append(Printed(states[reached[-1]], reached[0], reached[-1]))
        return sorted(printed, key=lambda one: (one.entered, str(one.record.get("pmid", ""))), reverse=True)


_DAY = re.compile(r"(\d{4})(?:[/-](\d{2})(?:[/-](\d{2}))?)?")


def between(papers: Sequence[Printed], revised: bool, first: str, last: str) -> set[int]:
    """The places of the papers that entered, or were last revised, from one day to another, as either service writes them."""
    since, until = _a_day(first, date.min), _a_day(last, date.max)
    return {
        place
        for place, one in enumerate(papers)
        if since <= (one.revised if revised else one.entered) <= until
    }


def with_words(papers: Sequence[Printed], phrase: str, *fields: str) -> set[int]:
    """The places of the papers that have the words of a phrase, one behind the other, in one of the fields."""
    wanted = _words(phrase)
    return {
        place
        for place, one in enumerate(papers)
        if wanted.strip() and any(wanted in _words(one.text(field)) for field in fields)
    }


def _a_day(written: str, otherwise: date) -> date:
    found = _DAY.match(written)
    return date(int(found[1]), int(found[2] or 1), int(found[3] or 1)) if found else otherwise


def _words(written: str) -> str:
    words = re.findall(r"[^\W_]+", written.lower())
    return f" {' '.join(words)} "


def _texts(value: Any) -> str:
    return (
        value if isinstance(value, str) else "\n".join(map(_texts, value)) if isinstance(value, list) else ""
    )
