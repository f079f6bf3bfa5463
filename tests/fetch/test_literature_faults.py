"""Faults of the wire and of the services, in the middle of a look at the literature: no paper is lost in silence, none is invented."""

from collections.abc import Iterator
from datetime import date

import pytest

from monitor.core.errors import CouldNotFindOut
from monitor.core.paper import Literature, Paper
from monitor.core.source import Flow, T
from monitor.embedded import FAULTS, EmbeddedRegistry, History
from monitor.embedded.faults.literature import CALLER
from monitor.fetch.client import Client, Limits
from monitor.fetch.flow import drive
from monitor.fetch.politeness import Politeness
from monitor.sources import europepmc, pubmed
from tests.fetch.test_every_fault import Waiting
from tests.sources.papers import a_paper, a_shelf, registered
from tests.sources.registry import a_record

DAY = date(2026, 3, 13)
NUMBERS = [f"NCT0000010{n}" for n in range(1, 7)]
SOURCES: dict[str, Literature] = {"/entrez": pubmed.LITERATURE, "/europepmc": europepmc.LITERATURE}
# The others spoil studies of a registry, which papers are not. What spoils a body does so to a search and to the records after it.
CASES = [
    (name, after)
    for name, fault in FAULTS.items()
    if fault.category not in ("records", "freshness", "paging")
    for after in ((0,) if fault.category in ("time", "connection", "status") else (0, 1))
]


@pytest.fixture(scope="module")
def registry() -> Iterator[EmbeddedRegistry]:
    history = History()
    history.put(NUMBERS[0], DAY, a_record(NUMBERS[0]))
    papers = a_shelf(
        a_paper("39000001", registered=registered(NUMBERS[0]), full_text=NUMBERS[0], published="2026-03-02"),
        a_paper("39000002", abstract=f"As {NUMBERS[3]} found."),
        a_paper("39000003", abstract="Of no trial."),
        day=DAY,
    )
    with EmbeddedRegistry(history, shelf=papers).serving() as serving:
        yield serving


class Look:
    """A look at the literature over real HTTP."""

    def __init__(self, registry: EmbeddedRegistry, source: Literature, deadline: float = 20.0) -> None:
        self.source, self.clock = source, Waiting()
        self.client = Client(registry.base_url, "trialmon/1", self.clock, Limits(deadline=deadline))
        self.politeness = Politeness(self.clock, lambda: 0.5)

    def papers(self) -> dict[str, Paper]:
        with self.client:
            hits = self._driven(self.source.naming(NUMBERS, DAY)).hits
            return {paper.id: paper for paper in self._driven(self.source.read(hits, NUMBERS))}

    def _driven(self, flow: Flow[T]) -> T:
        return drive(flow, self.client, self.politeness)


@pytest.mark.parametrize("path", SOURCES)
@pytest.mark.parametrize(("name", "after"), CASES)
def test_no_fault_loses_or_invents_a_paper(
    registry: EmbeddedRegistry, name: str, after: int, path: str
) -> None:
    registry.behave()
    truth = Look(registry, SOURCES[path]).papers()
    assert {paper.pmid for paper in truth.values()} == {"39000001", "39000002"}
    fault = FAULTS[name]
    registry.misbehave(name, times=None, path=path, after=after)
    try:
        found = Look(registry, SOURCES[path], 0.3 if fault.category == "time" else 20.0).papers()
    except CouldNotFindOut as failed:
        assert not fault.harmless
        assert CALLER not in str(failed)  # noqa: PT017
    else:
        assert found == truth


def test_two_looks_of_a_hundred_numbers_are_made_at_the_pace_that_pubmed_allows(
    registry: EmbeddedRegistry,
) -> None:
    registry.behave()
    clock = Waiting()
    pause = pubmed.LITERATURE.pause(keyed=False)
    politeness = Politeness(clock, lambda: 0.5, pause=pause)
    with Client(registry.base_url, "trialmon/1", clock) as client:
        for _ in range(4):
            drive(pubmed.LITERATURE.naming(NUMBERS, DAY), client, politeness)
    assert clock.skipped.elapsed > 3 * pause - 0.2
