"""A monitor at work, a registry that can be told what to be, and an inbox."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.embedded import EmbeddedRegistry, History
from tests.builders import a_document
from tests.faults.desk import KNEES, MONDAY, NUMBERS, Desk, on_knees
from tests.journeys.collector import Collector


@pytest.fixture
def registry() -> Iterator[EmbeddedRegistry]:
    history = History()
    for number in NUMBERS:
        history.put(number, MONDAY, a_document(number))
    for number in KNEES:
        history.put(number, MONDAY, on_knees(number))
    with EmbeddedRegistry(history).serving() as serving:
        yield serving


@pytest.fixture
def inbox() -> Iterator[Collector]:
    with Collector().listening() as collector:
        yield collector


@pytest.fixture
def desk(tmp_path: Path, registry: EmbeddedRegistry, inbox: Collector) -> Desk:
    """Monday's baseline is seen and told."""
    desk = Desk(tmp_path, registry, inbox)
    assert desk.look("2026-02-09T15:00").failed == []
    desk.told()
    return desk
