"""A record → the facts that people ask about. Whatever is absent or not of the right form is left empty; nothing here fails."""

from collections.abc import Iterator, Mapping

from monitor.core.canonical import canonical_text
from monitor.core.dates import PartialDate
from monitor.core.facts import DateType, TrialFacts, TypedDate
from monitor.core.json import Json, JsonObject

# Secondary numbers under which other registries know the same trial; grants and sponsors' own codes are none.
_ALIAS_TYPES = frozenset({"EUDRACT_NUMBER", "CTIS", "REGISTRY"})

# A site that enrols, whether anybody may ask or only those who are invited.
_TAKING_PARTICIPANTS = frozenset({"RECRUITING", "ENROLLING_BY_INVITATION"})


def facts(document: JsonObject) -> TrialFacts:
    """The facts of one record of ClinicalTrials.gov."""
    protocol = _object(document, "protocolSection")
    identity = _object(protocol, "identificationModule")
    status = _object(protocol, "statusModule")
    design = _object(protocol, "designModule")
    enrollment = _object(design, "enrollmentInfo")
    sites = _objects(_object(protocol, "contactsLocationsModule"), "locations")
    return TrialFacts(
        title=_text(identity, "briefTitle") or _text(identity, "officialTitle"),
        acronym=_text(identity, "acronym"),
        sponsor=_text(_object(_object(protocol, "sponsorCollaboratorsModule"), "leadSponsor"), "name"),
        status=_text(status, "overallStatus"),
        last_known_status=_text(status, "lastKnownStatus"),
        why_stopped=_text(status, "whyStopped"),
        start=_date(status, "startDateStruct"),
        primary_completion=_date(status, "primaryCompletionDateStruct"),
        completion=_date(status, "completionDateStruct"),
        enrollment=_count(enrollment, "count"),
        enrollment_type=_text(enrollment, "type"),
        has_results=document.get("hasResults") is True,
        results_submitted=_text(status, "resultsFirstSubmitDate"),
        results_posted=_text(_object(status, "resultsFirstPostDateStruct"), "date"),
        registry_date=_text(_object(status, "lastUpdatePostDateStruct"), "date"),
        submitted_date=_text(status, "lastUpdateSubmitDate"),
        data_date=_text(_object(_object(document, "derivedSection"), "miscInfoModule"), "versionHolder"),
        phases=tuple(_texts(design, "phases")),
        conditions=tuple(_texts(_object(protocol, "conditionsModule"), "conditions")),
        countries=tuple(sorted({country for site in sites if (country := _text(site, "country"))})),
        sites=len(sites),
        sites_recruiting=sum(1 for site in sites if _text(site, "status") in _TAKING_PARTICIPANTS),
        aliases=tuple(_aliases(identity)),
        verified=_text(status, "statusVerifiedDate"),
        study_type=_text(design, "studyType"),
        primary_purpose=_text(_object(design, "designInfo"), "primaryPurpose"),
        fda_regulated=_fda_regulated(_object(protocol, "oversightModule")),
        certificate_of_delay=_text(status, "dispFirstSubmitDate"),
        submissions=tuple(sorted(set(_submissions(document)))),
        primary_results=tuple(sorted(set(_primary_results(document)))),
    )


def _fda_regulated(oversight: JsonObject) -> bool | None:
    said = [oversight[key] for key in ("isFdaRegulatedDrug", "isFdaRegulatedDevice") if key in oversight]
    return None if not said else any(value is True for value in said)


def _aliases(identity: JsonObject) -> Iterator[str]:
    yield from _texts(identity, "nctIdAliases")
    for other in _objects(identity, "secondaryIdInfos"):
        if _text(other, "type") in _ALIAS_TYPES and (number := _text(other, "id")):
            yield number


# A round of a results submission in the registry's tracking: the field, or the mark that its day is unknown, and the event's name.
_STEPS = (
    ("releaseDate", "", "RELEASE"),
    ("unreleaseDate", "unreleaseDateUnknown", "UNRELEASE"),
    ("resetDate", "", "RESET"),
)


def _submissions(document: JsonObject) -> Iterator[str]:
    """The registry tells each step in two places, and in one of them sometimes months before the other."""
    annotation = _object(_object(document, "annotationSection"), "annotationModule")
    for event in _objects(_object(annotation, "unpostedAnnotation"), "unpostedEvents"):
        if name := _text(event, "type"):
            yield f"{_text(event, 'date') or '?'} {name}"
    derived = _object(_object(document, "derivedSection"), "miscInfoModule")
    for info in _objects(_object(derived, "submissionTracking"), "submissionInfos"):
        for field, unknown, name in _STEPS:
            if _text(info, field) or (unknown and info.get(unknown) is True):
                yield f"{_text(info, field) or '?'} {name}"
        # Where the list does not begin with the first round, the registry numbers those it has.
        if _text(info, "releaseDate") and (number := _count(info, "mcpReleaseN")) is not None:
            yield f"{_text(info, 'releaseDate')} ROUND {number}"


def _primary_results(document: JsonObject) -> Iterator[str]:
    measures = _object(_object(document, "resultsSection"), "outcomeMeasuresModule")
    for measure in _objects(measures, "outcomeMeasures"):
        if _text(measure, "type") == "PRIMARY" and (title := canonical_text(_text(measure, "title"))):
            yield title


def _object(parent: JsonObject, key: str) -> JsonObject:
    value = parent.get(key)
    return value if isinstance(value, Mapping) else {}


def _list(parent: JsonObject, key: str) -> list[Json]:
    value = parent.get(key)
    return value if isinstance(value, list) else []


def _objects(parent: JsonObject, key: str) -> list[JsonObject]:
    return [item for item in _list(parent, key) if isinstance(item, Mapping)]


def _texts(parent: JsonObject, key: str) -> list[str]:
    return [item for item in _list(parent, key) if isinstance(item, str)]


def _text(parent: JsonObject, key: str) -> str:
    value = parent.get(key)
    return value if isinstance(value, str) else ""


def _count(parent: JsonObject, key: str) -> int | None:
    value = parent.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _date(parent: JsonObject, key: str) -> TypedDate | None:
    struct = _object(parent, key)
    try:
        date = PartialDate.parse(_text(struct, "date"))
    except ValueError:
        return None
    return TypedDate(date, _date_type(_text(struct, "type")))


def _date_type(text: str) -> DateType:
    if text == "ACTUAL":
        return "ACTUAL"
    return "ESTIMATED" if text == "ESTIMATED" else ""
