"""Study documents that are posted, replaced or taken down, and violations that the registry annotates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from monitor.core.change import Change, Item
from monitor.core.json import Json
from monitor.core.significance import Case, Example, Rule, Significance, Verdict
from monitor.rules._stage import Stage, moment
from monitor.rules.words import partial_date_words, shortened

_LONGEST = 200
_PARTS = {"prot": "study protocol", "sap": "statistical analysis plan", "icf": "informed consent form"}
_MARK = "fdaaa801Violation"
_GRAVE = frozenset({"VIOLATION_IDENTIFIED", "PENALTY_IMPOSED"})
_EVENTS = {
    "VIOLATION_IDENTIFIED": "violation identified",
    "PENALTY_IMPOSED": "penalty imposed",
    "CORRECTION_CONFIRMED": "correction confirmed",
    "ISSUES_IN_LETTER_ADDRESSED_CONFIRMED": "the issues are confirmed as addressed",
}


@dataclass(frozen=True, slots=True)
class _Document:
    """A document that came, went or was replaced; dates are of the document itself, as the registry gives them."""

    parts: tuple[str, ...]
    positions: tuple[int, ...]
    was: str = ""
    now: str = ""
    what: str = "posted"

    @property
    def name(self) -> str:
        named = [_PARTS[part] for part in _PARTS if part in self.parts]
        return " and ".join(part for part in (", ".join(named[:-1]), *named[-1:]) if part) or "study document"

    @property
    def words(self) -> str:
        dates = f" (dated {partial_date_words(self.now)})" if self.now else ""
        if self.what == "taken down":
            dates = f" (dated {partial_date_words(self.was)})" if self.was else ""
        elif self.was and self.now and self.was != self.now:
            dates = f" (now dated {partial_date_words(self.now)}, was {partial_date_words(self.was)})"
        return f"{self.name} {self.what}{dates}"


def _documents(case: Case) -> list[_Document]:
    """What happened to the documents, one entry a document, in an order that comes from their names."""
    come: dict[str, _Document] = {}
    gone: dict[str, _Document] = {}
    edited: dict[str, _Document] = {}
    for n, change in enumerate(case.changes):
        if change.topic != "documents" or "largeDocs" not in change.path.steps:
            continue
        name = next((str(step) for step in change.path.steps if isinstance(step, Item)), "")
        value = change.after if change.after is not None else change.before
        if (
            isinstance(change.path.steps[-1], Item)
            and isinstance(value, Mapping)
            and change.kind != "changed"
        ):
            side = come if change.kind == "added" else gone
            dated = _text(value.get("date"))
            document = _Document(_parts_of(value, name), (n,))
            side[name] = replace(document, now=dated) if side is come else replace(document, was=dated)
        else:
            edited[name] = _edited(edited.get(name) or _Document(_parts_in(name), ()), n, change)
    said = list(edited.values())
    for _, document in sorted(gone.items()):
        successor = next((other for other in sorted(come) if come[other].parts == document.parts), None)
        if successor is None:
            said.append(replace(document, what="taken down"))
        else:
            new = come.pop(successor)
            positions = document.positions + new.positions
            said.append(replace(document, positions=positions, now=new.now, what="replaced"))
    return sorted([*said, *come.values()], key=lambda one: (one.what, one.words, one.positions))


def _edited(document: _Document, position: int, change: Change) -> _Document:
    """A document of the same file name with another date, size or label."""
    document = replace(document, positions=(*document.positions, position), what="replaced")
    if change.path.steps[-1] == "date":
        return replace(document, was=_text(change.before), now=_text(change.after))
    return document


def _text(value: Json) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _parts_of(value: Mapping[str, Json], name: str) -> tuple[str, ...]:
    flags = {"hasProtocol": "prot", "hasSap": "sap", "hasIcf": "icf"}
    flagged = tuple(part for flag, part in flags.items() if value.get(flag) is True)
    return flagged or _parts_in(_text(value.get("typeAbbrev")) or name)


def _parts_in(name: str) -> tuple[str, ...]:
    """From the registry's own file names: `Prot_SAP_000.pdf`."""
    words = set(name.strip("[]").lower().replace(".", "_").split("_"))
    return tuple(part for part in _PARTS if part in words)


def _uploaded(case: Case) -> Iterable[Verdict]:
    documents = _documents(case)
    if not documents:
        return
    when = moment(case)
    late = when.stage >= Stage.AFTER_PRIMARY_COMPLETION
    with_results = case.after.has_results and not case.before.has_results
    grave = any(
        {"prot", "sap"} & set(one.parts)
        and (late or one.what == "taken down")
        # With the results the law wants protocol and analysis plan.
        and not (with_results and one.what == "posted")
        for one in documents
    )
    said = "; ".join(one.words for one in documents)
    headline = f"{said[:1].upper()}{said[1:]}" + (f", {when.when}" if late and len(documents) == 1 else "")
    if len(headline) > _LONGEST:
        headline = f"{len(documents)} study documents posted, replaced or taken down: {said}"
    yield Verdict(
        "documents.changed",
        "documents",
        Significance.NOTABLE if grave else Significance.ROUTINE,
        shortened(headline, _LONGEST),
        f"protocols and analysis plans are meant to be fixed before the data are seen; {when.because}",
        tuple(sorted(n for one in documents for n in one.positions)),
    )


def _violation(case: Case) -> Iterable[Verdict]:
    """The annotation's events, and the flag beside them that tells the same."""
    events, flags = [], []
    for n, change in enumerate(case.changes):
        steps = change.path.steps
        last = steps[-1]
        if change.kind == "added" and isinstance(last, Item) and "violationEvents" in steps:
            events.append(n)
        elif (isinstance(last, str) and last == _MARK) or "violationAnnotation" in steps:
            flags.append(n)
    if not events and not flags:
        return
    told = sorted(
        (_event(case.changes[n].after) for n in events), key=lambda event: (event[0] not in _GRAVE, event)
    )
    marked = [
        case.changes[n].after for n in flags if case.changes[n].path.plain.endswith(".fdaaa801Violation")
    ]
    if told:
        grave = told[0][0] in _GRAVE
        headline = f"FDAAA 801: {'; '.join(words for _, words in told)}"
    else:
        grave = marked == [True]
        headline = (
            "The registry marks this trial as violating FDAAA 801"
            if grave
            else "The registry's note of an FDAAA 801 violation was edited or taken out"
        )
    yield Verdict(
        "documents.violation",
        "results",
        Significance.CRITICAL if grave else Significance.NOTABLE,
        shortened(headline, _LONGEST),
        "an annotation by the registry for the FDA, not an edit by the sponsor",
        tuple(sorted(events + flags)),
    )


def _event(value: Json) -> tuple[str, str]:
    body: Mapping[str, Json] = value if isinstance(value, Mapping) else {}
    type_, description = _text(body.get("type")), _text(body.get("description"))
    words = _EVENTS.get(type_) or shortened(type_.replace("_", " ").lower(), 40) or "an event"
    issued = _text(body.get("issuedDate")) or _text(body.get("postedDate")) or _text(body.get("creationDate"))
    on = f" on {partial_date_words(issued)}" if issued else ""
    return type_, f"{words}{on}" + (f" (“{shortened(description, 90)}”)" if description else "")


def _posted(*documents: tuple[str, str], status: str = "RECRUITING") -> dict[str, Json]:
    listed: list[Json] = [{"filename": name, "date": date} for name, date in documents]
    return {
        "protocolSection": {"statusModule": {"overallStatus": status}},
        "documentSection": {"largeDocumentModule": {"largeDocs": listed}},
    }


def _annotated(*types: str) -> dict[str, Json]:
    events: list[Json] = [
        {"type": type_, "issuedDate": f"2026-0{n}-15", "description": "Failure to submit results"}
        for n, type_ in enumerate(types, 2)
    ]
    return {
        "protocolSection": {"oversightModule": {"fdaaa801Violation": True}} if types else {},
        "annotationSection": {"annotationModule": {"violationAnnotation": {"violationEvents": events}}}
        if types
        else {},
    }


RULES = (
    Rule(
        "documents.changed",
        "Study documents are posted, replaced or taken down",
        "Protocol, statistical analysis plan, informed consent form. A protocol or plan that is replaced or first posted after primary"
        " completion is notable, unless it comes with the results, where the law wants it.",
        "documents",
        _uploaded,
        (
            Example(
                "a consent form",
                _posted(),
                _posted(("ICF_000.pdf", "2026-01-15")),
                Significance.ROUTINE,
                "Informed consent form posted (dated 15 January 2026)",
            ),
            Example(
                "the analysis plan rewritten after the end",
                _posted(("SAP_000.pdf", "2024-01-15"), status="COMPLETED"),
                _posted(("SAP_001.pdf", "2026-01-20"), status="COMPLETED"),
                Significance.NOTABLE,
                "Statistical analysis plan replaced (now dated 20 January 2026, was 15 January 2024), after primary completion",
            ),
            Example(
                "a protocol taken down",
                _posted(("Prot_SAP_000.pdf", "2024-01-15")),
                _posted(),
                Significance.NOTABLE,
                "Study protocol and statistical analysis plan taken down (dated 15 January 2024)",
            ),
        ),
    ),
    Rule(
        "documents.violation",
        "A violation of FDAAA 801 is annotated",
        "The registry notes that the FDA found a trial in violation of its duty to report, imposed a penalty, or confirmed a correction.",
        "results",
        _violation,
        (
            Example(
                "a violation",
                _annotated(),
                _annotated("VIOLATION_IDENTIFIED"),
                Significance.CRITICAL,
                "FDAAA 801: violation identified on 15 February 2026 (“Failure to submit results”)",
            ),
            Example(
                "put right",
                _annotated("VIOLATION_IDENTIFIED"),
                _annotated("VIOLATION_IDENTIFIED", "CORRECTION_CONFIRMED"),
                Significance.NOTABLE,
                "FDAAA 801: correction confirmed on 15 March 2026 (“Failure to submit results”)",
            ),
        ),
    ),
)
