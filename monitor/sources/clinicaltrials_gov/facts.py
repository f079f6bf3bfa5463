"""A record → the facts that people ask about. Whatever is absent or not of the right form is left empty; nothing here fails."""

from collections.abc import Iterator

from monitor.core.canonical import canonical_text
from monitor.core.dates import PartialDate
from monitor.core.facts import DateType, TrialFacts, TypedDate
from monitor.core.json import JsonObject
from monitor.sources.clinicaltrials_gov.reading import object_of, objects_of, text_of, texts_of

# Secondary numbers under which other registries know the same trial; grants and sponsors' own codes are none.
_ALIAS_TYPES = frozenset({"EUDRACT_NUMBER", "CTIS", "REGISTRY"})

# A site that enrols, whether anybody may ask or only those who are invited.
_TAKING_PARTICIPANTS = frozenset({"RECRUITING", "ENROLLING_BY_INVITATION"})


def facts(document: JsonObject) -> TrialFacts:
    """The facts of one record of ClinicalTrials.gov."""
    protocol = object_of(document, "protocolSection")
    identity = object_of(protocol, "identificationModule")
    status = object_of(protocol, "statusModule")
    design = object_of(protocol, "designModule")
    enrollment = object_of(design, "enrollmentInfo")
    sites = objects_of(object_of(protocol, "contactsLocationsModule"), "locations")
    return TrialFacts(
        title=text_of(identity, "briefTitle") or text_of(identity, "officialTitle"),
        acronym=text_of(identity, "acronym"),
        sponsor=text_of(object_of(object_of(protocol, "sponsorCollaboratorsModule"), "leadSponsor"), "name"),
        status=text_of(status, "overallStatus"),
        last_known_status=text_of(status, "lastKnownStatus"),
        why_stopped=text_of(status, "whyStopped"),
        start=_date(status, "startDateStruct"),
        primary_completion=_date(status, "primaryCompletionDateStruct"),
        completion=_date(status, "completionDateStruct"),
        enrollment=_count(enrollment, "count"),
        enrollment_type=text_of(enrollment, "type"),
        has_results=document.get("hasResults") is True,
        results_submitted=text_of(status, "resultsFirstSubmitDate"),
        results_posted=text_of(object_of(status, "resultsFirstPostDateStruct"), "date"),
        registry_date=text_of(object_of(status, "lastUpdatePostDateStruct"), "date"),
        submitted_date=text_of(status, "lastUpdateSubmitDate"),
        data_date=text_of(
            object_of(object_of(document, "derivedSection"), "miscInfoModule"), "versionHolder"
        ),
        phases=tuple(texts_of(design, "phases")),
        conditions=tuple(texts_of(object_of(protocol, "conditionsModule"), "conditions")),
        countries=tuple(sorted({country for site in sites if (country := text_of(site, "country"))})),
        sites=len(sites),
        sites_recruiting=sum(1 for site in sites if text_of(site, "status") in _TAKING_PARTICIPANTS),
        aliases=tuple(_aliases(identity)),
        verified=text_of(status, "statusVerifiedDate"),
        study_type=text_of(design, "studyType"),
        primary_purpose=text_of(object_of(design, "designInfo"), "primaryPurpose"),
        fda_regulated=_fda_regulated(object_of(protocol, "oversightModule")),
        certificate_of_delay=text_of(status, "dispFirstSubmitDate"),
        submissions=tuple(sorted(set(_submissions(document)))),
        primary_results=tuple(sorted(set(_primary_results(document)))),
    )


def _fda_regulated(oversight: JsonObject) -> bool | None:
    said = [oversight[key] for key in ("isFdaRegulatedDrug", "isFdaRegulatedDevice") if key in oversight]
    return None if not said else any(value is True for value in said)


def _aliases(identity: JsonObject) -> Iterator[str]:
    yield from texts_of(identity, "nctIdAliases")
    for other in objects_of(identity, "secondaryIdInfos"):
        if text_of(other, "type") in _ALIAS_TYPES and (number := text_of(other, "id")):
            yield number


# A round of a results submission in the registry's tracking: the field, or the mark that its day is unknown, and the event's name.
_STEPS = (
    ("releaseDate", "", "RELEASE"),
    ("unreleaseDate", "unreleaseDateUnknown", "UNRELEASE"),
    ("resetDate", "", "RESET"),
)


def _submissions(document: JsonObject) -> Iterator[str]:
    """The registry tells each step in two places, and in one of them sometimes months before the other."""
    annotation = object_of(object_of(document, "annotationSection"), "annotationModule")
    for event in objects_of(object_of(annotation, "unpostedAnnotation"), "unpostedEvents"):
        if name := text_of(event, "type"):
            yield f"{text_of(event, 'date') or '?'} {name}"
    derived = object_of(object_of(document, "derivedSection"), "miscInfoModule")
    for info in objects_of(object_of(derived, "submissionTracking"), "submissionInfos"):
        for field, unknown, name in _STEPS:
            if text_of(info, field) or (unknown and info.get(unknown) is True):
                yield f"{text_of(info, field) or '?'} {name}"
        # Where the list does not begin with the first round, the registry numbers those it has.
        if text_of(info, "releaseDate") and (number := _count(info, "mcpReleaseN")) is not None:
            yield f"{text_of(info, 'releaseDate')} ROUND {number}"


def _primary_results(document: JsonObject) -> Iterator[str]:
    measures = object_of(object_of(document, "resultsSection"), "outcomeMeasuresModule")
    for measure in objects_of(measures, "outcomeMeasures"):
        if text_of(measure, "type") == "PRIMARY" and (title := canonical_text(text_of(measure, "title"))):
            yield title


def _count(parent: JsonObject, key: str) -> int | None:
    value = parent.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _date(parent: JsonObject, key: str) -> TypedDate | None:
    struct = object_of(parent, key)
    try:
        date = PartialDate.parse(text_of(struct, "date"))
    except ValueError:
        return None
    return TypedDate(date, _date_type(text_of(struct, "type")))


def _date_type(text: str) -> DateType:
    if text == "ACTUAL":
        return "ACTUAL"
    return "ESTIMATED" if text == "ESTIMATED" else ""
