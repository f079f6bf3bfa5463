"""The `fields` parameter: a record cut down to the parts that are asked for."""

from typing import Any

from monitor.embedded.essie import DATE_FIELDS, VALUE_FIELDS, NotUnderstood

_SECTIONS = (
    "protocolSection",
    "resultsSection",
    "annotationSection",
    "documentSection",
    "derivedSection",
    "hasResults",
)
_IDENTITY = "protocolSection.identificationModule."
_STATUS = "protocolSection.statusModule."
_PIECES = {
    **DATE_FIELDS,
    **VALUE_FIELDS,
    "NCTIdAlias": _IDENTITY + "nctIdAliases",
    "OrgStudyId": _IDENTITY + "orgStudyIdInfo.id",
    "SecondaryIdInfo": _IDENTITY + "secondaryIdInfos",
    "BriefTitle": _IDENTITY + "briefTitle",
    "OfficialTitle": _IDENTITY + "officialTitle",
    "Acronym": _IDENTITY + "acronym",
    "WhyStopped": _STATUS + "whyStopped",
    "StatusVerifiedDate": _STATUS + "statusVerifiedDate",
    "Condition": "protocolSection.conditionsModule.conditions",
    "Keyword": "protocolSection.conditionsModule.keywords",
    "EnrollmentCount": "protocolSection.designModule.enrollmentInfo.count",
    "InterventionName": "protocolSection.armsInterventionsModule.interventions.name",
    "VersionHolder": "derivedSection.miscInfoModule.versionHolder",
    "HasResults": "hasResults",
}

Projection = dict[str, "Projection"]
"""A tree of the keys to keep; an empty branch keeps all that is below it."""


def projection(fields: list[str]) -> Projection:
    """The tree that keeps `fields`: JSON paths, pieces (`NCTId`), modules and sections (`StatusModule`)."""
    kept: Projection = {}
    # The deepest first: a whole branch then swallows whatever was asked of it.
    for path in sorted((_path(name) for name in fields), key=lambda path: -path.count(".")):
        branch = kept
        for key in path.split("."):
            branch = branch.setdefault(key, {})
        branch.clear()
    return kept


def _path(name: str) -> str:
    if name in _PIECES:
        return _PIECES[name]
    as_key = name[:1].lower() + name[1:]
    if name.partition(".")[0] in _SECTIONS:
        return name
    if as_key in _SECTIONS:
        return as_key
    if name.endswith("Module") and as_key in _MODULES:
        return f"{_MODULES[as_key]}.{as_key}"
    raise NotUnderstood(f"Unknown field: '{name}'")


_MODULES = {
    module: section
    for section, modules in {
        "protocolSection": "identification status sponsorCollaborators oversight description conditions design "
        "armsInterventions outcomes eligibility contactsLocations references ipdSharingStatement",
        "resultsSection": "participantFlow baselineCharacteristics outcomeMeasures adverseEvents moreInfo",
        "annotationSection": "annotation",
        "documentSection": "largeDocument",
        "derivedSection": "miscInfo conditionBrowse interventionBrowse",
    }.items()
    for module in (f"{name}Module" for name in modules.split())
}


def project(node: Any, kept: Projection) -> Any:
    """`node` with nothing but what `kept` names; lists keep their length."""
    if not kept:
        return node
    if isinstance(node, list):
        return [project(item, kept) for item in node]
    if isinstance(node, dict):
        return {key: project(node[key], below) for key, below in kept.items() if key in node}
    return node
