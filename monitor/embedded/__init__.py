"""An embedded registry: ClinicalTrials.gov's API v2 on the loopback interface, from recorded or made histories; beside it, from a shelf of
papers, PubMed's and Europe PMC's.

The demo runs against it, the tests do, and so can anyone who wants to try rules before they go to the real registry.

    with EmbeddedRegistry(History.load("seeds/clinicaltrials.gov")).serving() as registry:
        ...  # registry.base_url, registry.next_day(), registry.misbehave("cut_gzip")
"""

from monitor.embedded.faults import FAULTS, Fault
from monitor.embedded.records import History, HistoryError
from monitor.embedded.registry import EmbeddedRegistry
from monitor.embedded.shelf import Shelf

__all__ = ["FAULTS", "EmbeddedRegistry", "Fault", "History", "HistoryError", "Shelf"]
