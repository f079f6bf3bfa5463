"""A real database in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.store.database import Database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "trialmon.db"


@pytest.fixture
def db(path: Path) -> Iterator[Database]:
    database = Database.open(path)
    yield database
    database.close()
