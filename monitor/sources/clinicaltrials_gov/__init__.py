"""ClinicalTrials.gov, the registry of the U.S. National Library of Medicine."""

from monitor.sources.clinicaltrials_gov.source import SOURCE

__all__ = ["SOURCE"]
