"""Whether a JSON object is a record of ClinicalTrials.gov: what must be there, and what each name in it may hold.

A registry that changes the type of a field has changed its form, not a trial. Such a record is refused for its number; an unknown name or
value is not: it is stored and compared like any other.
"""

import re
from collections.abc import Mapping
from typing import Final

from monitor.core.errors import Unreadable
from monitor.core.json import Json, JsonObject

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

# The registry uses one name for one kind of thing, wherever it stands.
_OBJECTS = """
    identificationModule statusModule sponsorCollaboratorsModule oversightModule descriptionModule conditionsModule designModule
    armsInterventionsModule outcomesModule eligibilityModule contactsLocationsModule referencesModule ipdSharingStatementModule
    participantFlowModule baselineCharacteristicsModule outcomeMeasuresModule adverseEventsModule moreInfoModule annotationModule
    largeDocumentModule miscInfoModule conditionBrowseModule interventionBrowseModule orgStudyIdInfo expandedAccessInfo startDateStruct
    primaryCompletionDateStruct completionDateStruct studyFirstPostDateStruct resultsFirstPostDateStruct dispFirstPostDateStruct
    lastUpdatePostDateStruct responsibleParty leadSponsor expandedAccessTypes designInfo maskingInfo bioSpec enrollmentInfo geoPoint
    limitationsAndCaveats certainAgreement pointOfContact unpostedAnnotation violationAnnotation submissionTracking firstMcpInfo
    postDateStruct
"""
_LISTS = """
    nctIdAliases secondaryIdInfos collaborators conditions keywords phases whoMasked armGroups interventionNames interventions
    armGroupLabels otherNames primaryOutcomes secondaryOutcomes otherOutcomes stdAges centralContacts overallOfficials locations contacts
    references retractions seeAlsoLinks availIpds infoTypes groups periods milestones achievements dropWithdraws reasons denoms counts
    measures classes categories measurements outcomeMeasures analyses groupIds eventGroups seriousEvents stats otherEvents unpostedEvents
    violationEvents largeDocs removedCountries submissionInfos meshes ancestors browseLeaves browseBranches
"""
_FLAGS = """
    delayedPosting hasExpandedAccess resultsWaived oversightHasDmc isFdaRegulatedDrug isFdaRegulatedDevice isUnapprovedDevice isPpsd
    isUsExport fdaaa801Violation individual intermediate treatment patientRegistry healthyVolunteers genderBased calculatePct
    testedNonInferiority piSponsorEmployee restrictiveAgreement dateUnknown noSap hasProtocol hasSap hasIcf unreleaseDateUnknown hasResults
"""
_NUMBERS = """
    nPtrsToThisExpAccNctId count deathsNumAffected deathsNumAtRisk seriousNumAffected seriousNumAtRisk otherNumAffected otherNumAtRisk
    numEvents numAffected numAtRisk size mcpReleaseN lat lon
"""
_TEXTS = """
    nctId id link domain briefTitle officialTitle acronym fullName statusVerifiedDate whyStopped date studyFirstSubmitDate
    studyFirstSubmitQcDate resultsFirstSubmitDate resultsFirstSubmitQcDate dispFirstSubmitDate dispFirstSubmitQcDate lastUpdateSubmitDate
    investigatorFullName investigatorTitle investigatorAffiliation name briefSummary detailedDescription targetDuration description label
    measure timeFrame eligibilityCriteria minimumAge maximumAge studyPopulation phone email affiliation facility city state zip country
    pmid citation source url comment title groupId value unitOfMeasure units versionHolder releaseDate resetDate unreleaseDate filename
    overallStatus lastKnownStatus statusForNctId studyType allocation interventionModel primaryPurpose masking sex samplingMethod role
    status type paramType term organSystem class
"""
_KINDS: Final[dict[str, tuple[type, ...]]] = (
    dict.fromkeys(_OBJECTS.split(), (dict,))
    | dict.fromkeys(_LISTS.split(), (list,))
    | dict.fromkeys(_FLAGS.split(), (bool,))
    | dict.fromkeys(_NUMBERS.split(), (int, float))
    | dict.fromkeys(_TEXTS.split(), (str,))
)
_IN_WORDS = {
    dict: "an object",
    list: "a list",
    bool: "a yes or no",
    int: "a number",
    float: "a number",
    str: "a text",
    type(None): "null",
}


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
            raise Unreadable(f"{section} is {_in_words(body)}, not an object")
        for module, content in body.items():
            if not isinstance(content, dict):
                raise Unreadable(f"{section}.{module} is {_in_words(content)}, not an object")
    for name, body in document.items():
        if body is None:
            raise Unreadable(f"{name} is null")
    _require_kinds(document, "")
    number = number_of(document)
    if number is None:
        raise Unreadable("the record carries no trial number")
    if not _STATUS.fullmatch(_text_at(document, "protocolSection", "statusModule", "overallStatus")):
        raise Unreadable("the record carries no overall status")
    day = data_date_of(document)
    if day and not _is_day(day):
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


def _is_day(text: str) -> bool:
    from datetime import date

    if _DAY.fullmatch(text) is None:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _require_kinds(value: dict[str, Json] | list[Json] | JsonObject, path: str) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            kind = type(inner)
            expected = _KINDS.get(key)
            if expected is not None and kind not in expected:
                raise Unreadable(f"{path}{key[:60]} is {_in_words(inner)}, not {_IN_WORDS[expected[0]]}")
            if kind is dict or kind is list:
                _require_kinds(inner, f"{path}{key[:60]}.")  # type: ignore[arg-type]
    elif isinstance(value, list):
        for inner in value:
            if type(inner) is dict or type(inner) is list:
                _require_kinds(inner, path)


def _in_words(value: Json) -> str:
    return _IN_WORDS.get(type(value), "something else")
