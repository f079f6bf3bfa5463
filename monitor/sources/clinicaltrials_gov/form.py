"""The form of a record: what each field of ClinicalTrials.gov's data model may hold.

A registry that changes the type of a field has changed its form, not a trial: such a record is refused for its number, so that no change
is invented. What the model does not name may hold anything; it is stored and compared like the rest.
"""

from dataclasses import dataclass, field
from functools import cache

from monitor.core.errors import Unreadable
from monitor.core.json import Json

# name: a text · name# a number · name? yes or no · name[] a list of texts · name{ … } an object · name[ … ] a list of objects
_MODEL = """
protocolSection{
  identificationModule{
    nctId nctIdAliases[] orgStudyIdInfo{ id type link } secondaryIdInfos[ id type domain link ]
    briefTitle officialTitle acronym organization{ fullName class }
  }
  statusModule{
    statusVerifiedDate overallStatus lastKnownStatus delayedPosting? whyStopped expandedAccessInfo{
    hasExpandedAccess? nctId statusForNctId } startDateStruct{ date type }
    primaryCompletionDateStruct{ date type } completionDateStruct{ date type } studyFirstSubmitDate
    studyFirstSubmitQcDate studyFirstPostDateStruct{ date type } resultsWaived?
    resultsFirstSubmitDate resultsFirstSubmitQcDate resultsFirstPostDateStruct{ date type }
    dispFirstSubmitDate dispFirstSubmitQcDate dispFirstPostDateStruct{ date type }
    lastUpdateSubmitDate lastUpdatePostDateStruct{ date type }
  }
  sponsorCollaboratorsModule{
    responsibleParty{
      type investigatorFullName investigatorTitle investigatorAffiliation oldNameTitle
      oldOrganization
    }
    leadSponsor{ name class } collaborators[ name class ]
  }
  oversightModule{
    oversightHasDmc? isFdaRegulatedDrug? isFdaRegulatedDevice? isUnapprovedDevice? isPpsd?
    isUsExport? fdaaa801Violation?
  }
  descriptionModule{ briefSummary detailedDescription } conditionsModule{ conditions[] keywords[] }
  designModule{
    studyType nPtrsToThisExpAccNctId# expandedAccessTypes{ individual? intermediate? treatment? }
    patientRegistry? targetDuration phases[]
    designInfo{
      allocation interventionModel interventionModelDescription primaryPurpose observationalModel
      timePerspective maskingInfo{ masking maskingDescription whoMasked[] }
    }
    bioSpec{ retention description } enrollmentInfo{ count# type }
  }
  armsInterventionsModule{
    armGroups[ label type description interventionNames[] ]
    interventions[ type name description armGroupLabels[] otherNames[] ]
  }
  outcomesModule{
    primaryOutcomes[ measure description timeFrame ] secondaryOutcomes[ measure description timeFrame
    ] otherOutcomes[ measure description timeFrame ]
  }
  eligibilityModule{
    eligibilityCriteria healthyVolunteers? sex genderBased? genderDescription minimumAge maximumAge
    stdAges[] studyPopulation samplingMethod
  }
  contactsLocationsModule{
    centralContacts[ name role phone phoneExt email ] overallOfficials[ name affiliation role ]
    locations[
      facility status city state zip country contacts[ name role phone phoneExt email ] geoPoint{
      lat# lon# }
    ]
  }
  referencesModule{
    references[ pmid type citation retractions[ pmid source ] ] seeAlsoLinks[ label url ] availIpds[
    id type url comment ]
  }
  ipdSharingStatementModule{ ipdSharing description infoTypes[] timeFrame accessCriteria url }
}
resultsSection{
  participantFlowModule{
    preAssignmentDetails recruitmentDetails typeUnitsAnalyzed groups[ id title description ]
    periods[
      title
      milestones[ type comment achievements[ groupId comment numSubjects numUnits ] ]
      dropWithdraws[ type comment reasons[ groupId comment numSubjects numUnits ] ]
    ]
  }
  baselineCharacteristicsModule{
    populationDescription typeUnitsAnalyzed groups[ id title description ] denoms[ units counts[
    groupId value ] ]
    measures[
      title description populationDescription paramType dispersionType unitOfMeasure calculatePct?
      denomUnitsSelected denoms[ units counts[ groupId value ] ]
      classes[
        title denoms[ units counts[ groupId value ] ]
        categories[ title measurements[ groupId value spread lowerLimit upperLimit comment ] ]
      ]
    ]
  }
  outcomeMeasuresModule{
    outcomeMeasures[
      type title description populationDescription reportingStatus anticipatedPostingDate paramType
      dispersionType unitOfMeasure calculatePct? timeFrame typeUnitsAnalyzed denomUnitsSelected
      groups[ id title description ] denoms[ units counts[ groupId value ] ]
      classes[
        title denoms[ units counts[ groupId value ] ]
        categories[ title measurements[ groupId value spread lowerLimit upperLimit comment ] ]
      ]
      analyses[
        paramType paramValue dispersionType dispersionValue statisticalMethod statisticalComment
        pValue pValueComment ciNumSides ciPctValue ciLowerLimit ciUpperLimit ciLowerLimitComment
        ciUpperLimitComment estimateComment testedNonInferiority? nonInferiorityType
        nonInferiorityComment otherAnalysisDescription groupDescription groupIds[]
      ]
    ]
  }
  adverseEventsModule{
    frequencyThreshold timeFrame description allCauseMortalityComment
    eventGroups[
      id title description deathsNumAffected# deathsNumAtRisk# seriousNumAffected# seriousNumAtRisk#
      otherNumAffected# otherNumAtRisk#
    ]
    seriousEvents[
      term organSystem sourceVocabulary assessmentType notes stats[ groupId numEvents# numAffected#
      numAtRisk# ]
    ]
    otherEvents[
      term organSystem sourceVocabulary assessmentType notes stats[ groupId numEvents# numAffected#
      numAtRisk# ]
    ]
  }
  moreInfoModule{
    limitationsAndCaveats{ description }
    certainAgreement{ piSponsorEmployee? restrictionType restrictiveAgreement? otherDetails }
    pointOfContact{ title organization email phone phoneExt }
  }
}
annotationSection{
  annotationModule{
    unpostedAnnotation{ unpostedResponsibleParty unpostedEvents[ type date dateUnknown? ] }
    violationAnnotation{
      violationEvents[ type description creationDate issuedDate releaseDate postedDate ]
    }
  }
}
documentSection{
  largeDocumentModule{
    noSap?
    largeDocs[ typeAbbrev hasProtocol? hasSap? hasIcf? label date uploadDate filename size# ]
  }
}
derivedSection{
  miscInfoModule{
    versionHolder removedCountries[]
    submissionTracking{
      estimatedResultsFirstSubmitDate firstMcpInfo{ postDateStruct{ date type } }
      submissionInfos[ releaseDate unreleaseDate unreleaseDateUnknown? resetDate mcpReleaseN# ]
    }
  }
  conditionBrowseModule{
    meshes[ id term ] ancestors[ id term ] browseLeaves[ id name asFound relevance ] browseBranches[
    abbrev name ]
  }
  interventionBrowseModule{
    meshes[ id term ] ancestors[ id term ] browseLeaves[ id name asFound relevance ] browseBranches[
    abbrev name ]
  }
}
hasResults?
"""

_IN_WORDS = {
    dict: "an object",
    list: "a list",
    bool: "a yes or no",
    int: "a number",
    float: "a number",
    str: "a text",
    type(None): "null",
}


@dataclass(slots=True)
class _Node:
    """What a field may hold; `fields` are those of the object, or of the objects in the list; `texts`: a list of texts."""

    kinds: tuple[type, ...]
    fields: dict[str, "_Node"] = field(default_factory=dict)
    texts: bool = False


def require_form(document: Json) -> None:
    """Raises Unreadable, naming the field, where one does not hold what it may."""
    _require(document, _model(), "")


def in_words(value: Json) -> str:
    """What kind of value it is, as people say it."""
    return _IN_WORDS.get(type(value), "something else")


@cache
def _model() -> _Node:
    root = _Node((dict,))
    open_nodes = [root]
    for token in _MODEL.split():
        if token in ("}", "]"):
            open_nodes.pop()
            continue
        name = token.rstrip("{}[]#?")
        mark = token[len(name) :]
        node = _Node(_KINDS[mark], texts=mark == "[]")
        open_nodes[-1].fields[name] = node
        if mark in ("{", "["):
            open_nodes.append(node)
    return root


_KINDS: dict[str, tuple[type, ...]] = {
    "": (str,),
    "#": (int, float),
    "?": (bool,),
    "{": (dict,),
    "[": (list,),
    "[]": (list,),
}


def _require(value: Json, node: _Node, path: str) -> None:
    """Most of what a record holds are texts and numbers: they are judged where they are met, and named only if they are wrong."""
    if type(value) not in node.kinds:
        raise Unreadable(f"{path[1:]} is {in_words(value)}, not {_IN_WORDS[node.kinds[0]]}")
    if isinstance(value, dict):
        _require_fields(value, node, path)
    elif isinstance(value, list):
        kind = str if node.texts else dict
        for item in value:
            if type(item) is not kind:
                raise Unreadable(f"an item of {path[1:]} is {in_words(item)}, not {_IN_WORDS[kind]}")
            if isinstance(item, dict):
                _require_fields(item, node, path)


def _require_fields(value: dict[str, Json], node: _Node, path: str) -> None:
    fields = node.fields
    for name, inner in value.items():
        expected = fields.get(name)
        if expected is None:
            continue
        kind = type(inner)
        if kind is dict or kind is list or kind not in expected.kinds:
            _require(inner, expected, f"{path}.{name}")
