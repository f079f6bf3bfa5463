"""A dashboard on a real socket, over a database that the real pipeline wrote."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import uvicorn

from monitor import bootstrap
from monitor.config.settings import Settings
from monitor.core.secret import Secret
from monitor.discovery import sources
from monitor.store.database import Database
from monitor.web.app import application
from monitor.web.page import House

REPOSITORY = Path(__file__).parents[2]
HOSTS = ("127.0.0.1", "localhost")
# The seeds' last registry day: what the demo's database knows last.
NOW = datetime(2026, 5, 19, 16, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def demo_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `trialmon demo` leaves: the seeds, replayed through the whole pipeline. For reading only."""
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "monitor", "demo", "--into", str(folder / "run")]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, timeout=120)
    return folder / "run" / "trialmon.db"


@contextmanager
def serving(database: Path, *, now: datetime = NOW, token: Secret | None = None) -> Iterator[str]:
    """The dashboard over a database, on a free port of the loopback interface; gives its address."""
    with Database.open_readonly(database) as db:
        settings = Settings(None, database, database.parent, database.parent)
        house = House(
            bootstrap.Published(db, settings, bootstrap.clock_at(now)),
            sources(),
        )
        config = uvicorn.Config(
            application(house, HOSTS, token), port=0, log_config=None, lifespan="off", ws="none"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            thread.join(0.01)
            assert thread.is_alive()
        try:
            yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


@pytest.fixture(scope="session")
def dashboard(demo_database: Path) -> Iterator[str]:
    """The dashboard over the demo's database, as of its last day; gives its address."""
    with serving(demo_database) as address:
        yield address


@pytest.fixture(scope="session")
def get(dashboard: str) -> Iterator[Callable[..., httpx.Response]]:
    """Ask the dashboard for a path: `get("/")`."""
    with httpx.Client(base_url=dashboard, trust_env=False, timeout=30) as client:

        def ask(path: str, **headers: str) -> httpx.Response:
            return client.get(
                path, headers={name.replace("_", "-"): value for name, value in headers.items()}
            )

        yield ask
