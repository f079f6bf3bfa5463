"""PubMed, the index of the biomedical literature of the U.S. National Library of Medicine."""

from monitor.sources.pubmed.source import LITERATURE

__all__ = ["LITERATURE"]
