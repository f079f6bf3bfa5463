"""The references in a registry's record: what came or went, and which of them are called the trial's own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from monitor.core.change import Item
from monitor.core.json import Json
from monitor.core.significance import Case
from monitor.rules._folding import folded
from monitor.rules.words import shortened

REFERENCES_MODULE = "protocolSection.referencesModule"
REFERENCES = f"{REFERENCES_MODULE}.references"
THEIRS = ("DERIVED", "RESULT")
# `Pers YM, Ware JE Jr, et al. Title of the paper. Journal. 2024 …`, as PubMed writes it.
_CITATION = re.compile(
    r"(?:[^.]*\b(?:[A-Z]{1,4}(?: (?:Jr|Sr|2nd|3rd))?|et al)|[^.]*;[^.]*)\. (.+?[.?!])(?: |$)"
)
# Some citations are whole bibliographies.
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference that came or went: the position of its change, and what it says."""

    position: int
    type: str
    pmid: str
    citation: str
    retracted: bool

    @property
    def told(self) -> str:
        """`PMID 39393844, “Title of the paper”`."""
        title = title_of(self.citation)
        quoted = f"“{shortened(title, 100)}”" if title else ""
        return (
            ", ".join(
                part for part in (f"PMID {shortened(self.pmid, 20)}" if self.pmid else "", quoted) if part
            )
            or "unnamed"
        )


def title_of(citation: str) -> str:
    """The paper's title out of a citation as PubMed writes it; of any other form the citation itself."""
    line = " ".join(citation[:_LONGEST].split())
    match = _CITATION.match(line)
    return (match[1] if match else line).rstrip(".")


def references_of(case: Case, kind: str) -> list[Reference]:
    """The references that came (`added`) or went (`removed`), each once; one that only got its PubMed number did neither."""
    sides: dict[str, list[Reference]] = {"added": [], "removed": []}
    for n, change in enumerate(case.changes):
        if (
            change.topic == "publications"
            and change.path.plain == REFERENCES
            and isinstance(change.path.steps[-1], Item)
            and change.kind in sides
        ):
            sides[change.kind].append(
                _reference(n, change.after if change.kind == "added" else change.before)
            )
    other = {folded(one.citation) for one in sides["removed" if kind == "added" else "added"] if one.citation}
    return [one for one in sides[kind] if folded(one.citation) not in other]


def _reference(position: int, value: Json) -> Reference:
    body: Mapping[str, Json] = value if isinstance(value, Mapping) else {}
    type_, pmid, citation = (
        text if isinstance(text := body.get(key), str) else "" for key in ("type", "pmid", "citation")
    )
    return Reference(position, type_, pmid, citation, bool(body.get("retractions")))


def listed_references(modules: Mapping[str, Json]) -> frozenset[str]:
    """The PubMed numbers that the registry's record calls a publication of the trial: found by its number, or named by the sponsor."""
    module = modules.get(REFERENCES_MODULE)
    listed = module.get("references") if isinstance(module, Mapping) else None
    return frozenset(
        pmid
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, Mapping) and one.get("type") in THEIRS
        if isinstance(pmid := one.get("pmid"), str) and pmid
    )
