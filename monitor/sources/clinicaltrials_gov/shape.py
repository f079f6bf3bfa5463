"""The form of ClinicalTrials.gov's records: what identifies the items of each list, which topic a field belongs to, what people call it."""

from monitor.core.shape import Shape
from monitor.core.significance import Topic
from monitor.sources.clinicaltrials_gov.facts import facts
from monitor.sources.clinicaltrials_gov.labels import LABELS
from monitor.sources.clinicaltrials_gov.model import PATHS
from monitor.sources.clinicaltrials_gov.particulars import particulars

REGISTRY = "clinicaltrials.gov"

_PROTOCOL = "protocolSection"
_STATUS = f"{_PROTOCOL}.statusModule"
_DESIGN = f"{_PROTOCOL}.designModule"
_SITES = f"{_PROTOCOL}.contactsLocationsModule"
_IDENTITY = f"{_PROTOCOL}.identificationModule"
_ELIGIBILITY = f"{_PROTOCOL}.eligibilityModule"
_MISC = "derivedSection.miscInfoModule"
_ANNOTATION = "annotationSection.annotationModule"

# By the list's own name, which means the same wherever it stands. An item that is a plain value identifies itself and needs no key.
_KEYS: dict[str, tuple[str, ...]] = {
    "secondaryIdInfos": ("id",),
    "collaborators": ("name",),
    "armGroups": ("label",),
    "interventions": ("name",),
    "primaryOutcomes": ("measure",),
    "secondaryOutcomes": ("measure",),
    "otherOutcomes": ("measure",),
    "centralContacts": ("name|role",),
    "overallOfficials": ("name",),
    "locations": ("facility", "city", "country"),
    "locations_nested": ("facility", "city", "country"),
    "contacts": ("name|role",),
    "references": ("pmid|citation",),
    "retractions": ("pmid|source",),
    "seeAlsoLinks": ("url|label",),
    "availIpds": ("id|url|comment", "type"),
    # Results. Groups are named by their ids because everything else in the results refers to them by these.
    "groups": ("id|title",),
    "eventGroups": ("id|title",),
    "periods": ("title",),
    "milestones": ("type",),
    "achievements": ("groupId",),
    "dropWithdraws": ("type",),
    "reasons": ("groupId",),
    "denoms": ("units",),
    "counts": ("groupId",),
    "measures": ("title",),
    "classes": ("title",),
    "categories": ("title",),
    "measurements": ("groupId",),
    "outcomeMeasures": ("title",),
    "analyses": ("statisticalMethod|otherAnalysisDescription|nonInferiorityType", "paramType", "groupIds"),
    "seriousEvents": ("term", "organSystem"),
    "otherEvents": ("term", "organSystem"),
    "stats": ("groupId",),
    # Around the record.
    "unpostedEvents": ("type", "date"),
    "violationEvents": ("type", "issuedDate|creationDate|releaseDate"),
    "submissionInfos": ("releaseDate",),
    "largeDocs": ("filename|label",),
    "meshes": ("id|term",),
    "ancestors": ("id|term",),
    "browseLeaves": ("id|name",),
    "browseBranches": ("abbrev|name",),
}

_TIE_BREAKERS: dict[str, tuple[str, ...]] = {
    "secondaryIdInfos": ("type", "domain"),
    "interventions": ("type",),
    "primaryOutcomes": ("timeFrame", "description"),
    "secondaryOutcomes": ("timeFrame", "description"),
    "otherOutcomes": ("timeFrame", "description"),
    "centralContacts": ("role", "email", "phone"),
    "overallOfficials": ("affiliation", "role"),
    "locations": ("state", "zip", "contacts", "geoPoint"),
    "locations_nested": ("state", "zip", "contacts", "geoPoint"),
    "contacts": ("role", "email", "phone"),
    "references": ("type",),
    "outcomeMeasures": ("type", "timeFrame", "description"),
    "analyses": ("groupDescription", "pValue", "paramValue"),
    "measures": ("paramType", "unitOfMeasure"),
    "seriousEvents": ("sourceVocabulary", "assessmentType"),
    "otherEvents": ("sourceVocabulary", "assessmentType"),
    "largeDocs": ("date", "typeAbbrev", "size"),
}

_TOPICS: dict[str, Topic] = {
    _IDENTITY: "record",
    f"{_IDENTITY}.organization": "sponsor",
    _STATUS: "dates",
    f"{_STATUS}.overallStatus": "status",
    f"{_STATUS}.lastKnownStatus": "status",
    f"{_STATUS}.whyStopped": "status",
    f"{_STATUS}.expandedAccessInfo": "status",
    f"{_STATUS}.delayedPosting": "results",
    f"{_STATUS}.resultsWaived": "results",
    f"{_STATUS}.resultsFirstSubmitDate": "results",
    f"{_STATUS}.resultsFirstSubmitQcDate": "results",
    f"{_STATUS}.resultsFirstPostDateStruct": "results",
    f"{_STATUS}.dispFirstSubmitDate": "results",
    f"{_STATUS}.dispFirstSubmitQcDate": "results",
    f"{_STATUS}.dispFirstPostDateStruct": "results",
    f"{_PROTOCOL}.sponsorCollaboratorsModule": "sponsor",
    f"{_PROTOCOL}.oversightModule": "record",
    f"{_PROTOCOL}.oversightModule.fdaaa801Violation": "results",
    f"{_PROTOCOL}.descriptionModule": "record",
    f"{_PROTOCOL}.conditionsModule": "record",
    _DESIGN: "design",
    f"{_DESIGN}.enrollmentInfo": "enrollment",
    f"{_PROTOCOL}.armsInterventionsModule": "design",
    f"{_PROTOCOL}.outcomesModule": "outcomes",
    _ELIGIBILITY: "eligibility",
    _SITES: "sites",
    f"{_PROTOCOL}.referencesModule": "publications",
    f"{_PROTOCOL}.referencesModule.seeAlsoLinks": "record",
    f"{_PROTOCOL}.referencesModule.availIpds": "documents",
    f"{_PROTOCOL}.ipdSharingStatementModule": "record",
    "resultsSection": "results",
    "hasResults": "results",
    _ANNOTATION: "results",
    "documentSection": "documents",
    "derivedSection": "record",
    f"{_MISC}.submissionTracking": "results",
    f"{_MISC}.removedCountries": "sites",
}

# The registry's own bookkeeping: it moves with every edit, or without any.
_HOUSEKEEPING = frozenset(
    {
        f"{_STATUS}.lastUpdateSubmitDate",
        f"{_STATUS}.lastUpdatePostDateStruct",
        f"{_STATUS}.statusVerifiedDate",
        f"{_STATUS}.studyFirstSubmitQcDate",
        f"{_STATUS}.studyFirstPostDateStruct",
        f"{_SITES}.locations.geoPoint",
        f"{_SITES}.locations_nested",
        "derivedSection.conditionBrowseModule",
        "derivedSection.interventionBrowseModule",
        f"{_MISC}.versionHolder",
        f"{_MISC}.modelPredictions",
    }
)

_ROLES = {
    f"{_IDENTITY}.briefTitle": "title",
    f"{_IDENTITY}.acronym": "acronym",
    f"{_IDENTITY}.nctIdAliases": "aliases",
    f"{_PROTOCOL}.sponsorCollaboratorsModule.leadSponsor.name": "sponsor",
    f"{_STATUS}.overallStatus": "status",
    f"{_STATUS}.lastKnownStatus": "last_known_status",
    f"{_STATUS}.whyStopped": "why_stopped",
    f"{_STATUS}.statusVerifiedDate": "verified",
    f"{_STATUS}.startDateStruct.date": "start",
    f"{_STATUS}.startDateStruct.type": "start_type",
    f"{_STATUS}.primaryCompletionDateStruct.date": "primary_completion",
    f"{_STATUS}.primaryCompletionDateStruct.type": "primary_completion_type",
    f"{_STATUS}.completionDateStruct.date": "completion",
    f"{_STATUS}.completionDateStruct.type": "completion_type",
    f"{_DESIGN}.enrollmentInfo.count": "enrollment",
    f"{_DESIGN}.enrollmentInfo.type": "enrollment_type",
    f"{_DESIGN}.phases": "phases",
    f"{_PROTOCOL}.conditionsModule.conditions": "conditions",
    f"{_SITES}.locations.country": "countries",
    "hasResults": "has_results",
    f"{_STATUS}.resultsFirstSubmitDate": "results_submitted",
    f"{_STATUS}.resultsFirstPostDateStruct.date": "results_posted",
    f"{_STATUS}.lastUpdatePostDateStruct.date": "registry_date",
    f"{_STATUS}.lastUpdateSubmitDate": "submitted_date",
    f"{_MISC}.versionHolder": "data_date",
}

SHAPE = Shape(
    registry=REGISTRY,
    volatile=frozenset({f"{_MISC}.versionHolder"}),
    keys=_KEYS,
    tie_breakers=_TIE_BREAKERS,
    topics=_TOPICS,
    labels=LABELS,
    roles=_ROLES,
    facts=facts,
    particulars=particulars,
    housekeeping=_HOUSEKEEPING,
    whole=("resultsSection",),
    model=PATHS,
)
