"""A house for a daemon, and the daemon's log as a test reads it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemon.builders import House, a_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with a_house(tmp_path) as made:
        yield made
