"""Europe PMC: PubMed's papers, and beside them preprints and the full texts of what may be read freely."""

from monitor.sources.europepmc.source import LITERATURE

__all__ = ["LITERATURE"]
