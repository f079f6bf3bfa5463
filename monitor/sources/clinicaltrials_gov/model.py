"""Every field that ClinicalTrials.gov's records are known to have: those of its published model (API 2.0.5, `/api/v2/studies/metadata`),
and a few beside it that its records hold all the same. `[]` is any item of a list.

What is not here is drift: the registry changed its model, and nobody has looked yet at what that means.
"""

# Parent: fields.
_MODEL = """
annotationSection.annotationModule.unpostedAnnotation.unpostedEvents[]: date dateUnknown type
annotationSection.annotationModule.unpostedAnnotation: unpostedResponsibleParty
annotationSection.annotationModule.violationAnnotation.violationEvents[]: creationDate description issuedDate postedDate releaseDate type
derivedSection.conditionBrowseModule.ancestors[]: id term
derivedSection.conditionBrowseModule.browseBranches[]: abbrev name
derivedSection.conditionBrowseModule.browseLeaves[]: asFound id name relevance
derivedSection.conditionBrowseModule.meshes[]: id term
derivedSection.interventionBrowseModule.ancestors[]: id term
derivedSection.interventionBrowseModule.browseBranches[]: abbrev name
derivedSection.interventionBrowseModule.browseLeaves[]: asFound id name relevance
derivedSection.interventionBrowseModule.meshes[]: id term
derivedSection.miscInfoModule.modelPredictions.bmiLimits: maxBmi minBmi
derivedSection.miscInfoModule: removedCountries[] versionHolder
derivedSection.miscInfoModule.submissionTracking: estimatedResultsFirstSubmitDate
derivedSection.miscInfoModule.submissionTracking.firstMcpInfo.postDateStruct: date type
derivedSection.miscInfoModule.submissionTracking.submissionInfos[]: mcpReleaseN releaseDate resetDate unreleaseDate unreleaseDateUnknown
documentSection.largeDocumentModule.largeDocs[]: date filename hasIcf hasProtocol hasSap label size typeAbbrev uploadDate
documentSection.largeDocumentModule: noSap
.: hasResults
protocolSection.armsInterventionsModule.armGroups[]: description interventionNames[] label type
protocolSection.armsInterventionsModule.interventions[]: armGroupLabels[] description interventionMappedName[] name otherNames[] type
protocolSection.conditionsModule: conditions[] keywords[]
protocolSection.contactsLocationsModule.centralContacts[]: email name phone phoneExt role
protocolSection.contactsLocationsModule.locations[]: city country facility state status zip
protocolSection.contactsLocationsModule.locations[].contacts[]: email name phone phoneExt role
protocolSection.contactsLocationsModule.locations[].geoPoint: lat lon
protocolSection.contactsLocationsModule.locations_nested[]: city country facility state status zip
protocolSection.contactsLocationsModule.locations_nested[].contacts[]: email name phone role
protocolSection.contactsLocationsModule.locations_nested[].geoPoint: lat lon
protocolSection.contactsLocationsModule.overallOfficials[]: affiliation name role
protocolSection.descriptionModule: briefSummary detailedDescription
protocolSection.designModule.bioSpec: description retention
protocolSection.designModule.designInfo: allocation interventionModel interventionModelDescription observationalModel primaryPurpose
    timePerspective
protocolSection.designModule.designInfo.maskingInfo: masking maskingDescription whoMasked[]
protocolSection.designModule.enrollmentInfo: count type
protocolSection.designModule.expandedAccessTypes: individual intermediate treatment
protocolSection.designModule: nPtrsToThisExpAccNctId patientRegistry phases[] studyType targetDuration
protocolSection.eligibilityModule: eligibilityCriteria genderBased genderDescription healthyVolunteers maximumAge minimumAge
    samplingMethod sex stdAges[] studyPopulation
protocolSection.identificationModule: acronym briefTitle nctId nctIdAliases[] officialTitle
protocolSection.identificationModule.orgStudyIdInfo: id link type
protocolSection.identificationModule.organization: class fullName
protocolSection.identificationModule.secondaryIdInfos[]: domain id link type
protocolSection.ipdSharingStatementModule: accessCriteria description infoTypes[] ipdSharing timeFrame url
protocolSection.outcomesModule.otherOutcomes[]: description measure timeFrame
protocolSection.outcomesModule.primaryOutcomes[]: description measure timeFrame
protocolSection.outcomesModule.secondaryOutcomes[]: description measure timeFrame
protocolSection.oversightModule: fdaaa801Violation isFdaRegulatedDevice isFdaRegulatedDrug isPpsd isUnapprovedDevice isUsExport
    oversightHasDmc
protocolSection.referencesModule.availIpds[]: comment id type url
protocolSection.referencesModule.references[]: citation pmid type
protocolSection.referencesModule.references[].retractions[]: pmid source
protocolSection.referencesModule.seeAlsoLinks[]: label url
protocolSection.sponsorCollaboratorsModule.collaborators[]: class name
protocolSection.sponsorCollaboratorsModule.leadSponsor: class name
protocolSection.sponsorCollaboratorsModule.responsibleParty: investigatorAffiliation investigatorFullName investigatorTitle oldNameTitle
    oldOrganization type
protocolSection.statusModule.completionDateStruct: date type
protocolSection.statusModule: delayedPosting dispFirstSubmitDate dispFirstSubmitQcDate lastKnownStatus lastUpdateSubmitDate overallStatus
    resultsFirstSubmitDate resultsFirstSubmitQcDate resultsWaived statusVerifiedDate studyFirstSubmitDate studyFirstSubmitQcDate
    whyStopped
protocolSection.statusModule.dispFirstPostDateStruct: date type
protocolSection.statusModule.expandedAccessInfo: hasExpandedAccess nctId statusForNctId
protocolSection.statusModule.lastUpdatePostDateStruct: date type
protocolSection.statusModule.primaryCompletionDateStruct: date type
protocolSection.statusModule.resultsFirstPostDateStruct: date type
protocolSection.statusModule.startDateStruct: date type
protocolSection.statusModule.studyFirstPostDateStruct: date type
resultsSection.adverseEventsModule: allCauseMortalityComment description frequencyThreshold timeFrame
resultsSection.adverseEventsModule.eventGroups[]: deathsNumAffected deathsNumAtRisk description id otherNumAffected otherNumAtRisk
    seriousNumAffected seriousNumAtRisk title
resultsSection.adverseEventsModule.otherEvents[]: assessmentType notes organSystem sourceVocabulary term
resultsSection.adverseEventsModule.otherEvents[].stats[]: groupId numAffected numAtRisk numEvents
resultsSection.adverseEventsModule.seriousEvents[]: assessmentType notes organSystem sourceVocabulary term
resultsSection.adverseEventsModule.seriousEvents[].stats[]: groupId numAffected numAtRisk numEvents
resultsSection.baselineCharacteristicsModule.denoms[].counts[]: groupId value
resultsSection.baselineCharacteristicsModule.denoms[]: units
resultsSection.baselineCharacteristicsModule.groups[]: description id title
resultsSection.baselineCharacteristicsModule.measures[]: calculatePct denomUnitsSelected description dispersionType paramType
    populationDescription title unitOfMeasure
resultsSection.baselineCharacteristicsModule.measures[].classes[].categories[].measurements[]: comment groupId lowerLimit spread
    upperLimit value
resultsSection.baselineCharacteristicsModule.measures[].classes[].categories[]: title
resultsSection.baselineCharacteristicsModule.measures[].classes[].denoms[].counts[]: groupId value
resultsSection.baselineCharacteristicsModule.measures[].classes[].denoms[]: units
resultsSection.baselineCharacteristicsModule.measures[].classes[]: title
resultsSection.baselineCharacteristicsModule.measures[].denoms[].counts[]: groupId value
resultsSection.baselineCharacteristicsModule.measures[].denoms[]: units
resultsSection.baselineCharacteristicsModule: populationDescription typeUnitsAnalyzed
resultsSection.moreInfoModule.certainAgreement: otherDetails piSponsorEmployee restrictionType restrictiveAgreement
resultsSection.moreInfoModule.limitationsAndCaveats: description
resultsSection.moreInfoModule.pointOfContact: email organization phone phoneExt title
resultsSection.outcomeMeasuresModule.outcomeMeasures[].analyses[]: ciLowerLimit ciLowerLimitComment ciNumSides ciPctValue ciUpperLimit
    ciUpperLimitComment dispersionType dispersionValue estimateComment groupDescription groupIds[] nonInferiorityComment
    nonInferiorityType otherAnalysisDescription pValue pValueComment paramType paramValue statisticalComment statisticalMethod
    testedNonInferiority
resultsSection.outcomeMeasuresModule.outcomeMeasures[]: anticipatedPostingDate calculatePct denomUnitsSelected description dispersionType
    paramType populationDescription reportingStatus timeFrame title type typeUnitsAnalyzed unitOfMeasure
resultsSection.outcomeMeasuresModule.outcomeMeasures[].classes[].categories[].measurements[]: comment groupId lowerLimit spread upperLimit
    value
resultsSection.outcomeMeasuresModule.outcomeMeasures[].classes[].categories[]: title
resultsSection.outcomeMeasuresModule.outcomeMeasures[].classes[].denoms[].counts[]: groupId value
resultsSection.outcomeMeasuresModule.outcomeMeasures[].classes[].denoms[]: units
resultsSection.outcomeMeasuresModule.outcomeMeasures[].classes[]: title
resultsSection.outcomeMeasuresModule.outcomeMeasures[].denoms[].counts[]: groupId value
resultsSection.outcomeMeasuresModule.outcomeMeasures[].denoms[]: units
resultsSection.outcomeMeasuresModule.outcomeMeasures[].groups[]: description id title
resultsSection.participantFlowModule.groups[]: description id title
resultsSection.participantFlowModule.periods[].dropWithdraws[]: comment type
resultsSection.participantFlowModule.periods[].dropWithdraws[].reasons[]: comment groupId numSubjects numUnits
resultsSection.participantFlowModule.periods[].milestones[].achievements[]: comment groupId numSubjects numUnits
resultsSection.participantFlowModule.periods[].milestones[]: comment type
resultsSection.participantFlowModule.periods[]: title
resultsSection.participantFlowModule: preAssignmentDetails recruitmentDetails typeUnitsAnalyzed
"""


def _paths() -> frozenset[str]:
    found, parent = set[str](), ""
    for word in _MODEL.split():
        if word.endswith(":"):
            parent = "" if word == ".:" else word[:-1] + "."
        else:
            found.add(parent + word)
    return frozenset(found)


PATHS = _paths()
