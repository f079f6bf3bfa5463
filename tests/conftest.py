"""What every test has: no way out of the loopback interface, a quiet environment, recorded registry data if there are any."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.canary import sings

REPOSITORY = Path(__file__).parents[1]
pytest_plugins = ("tests.browser", "tests.canaries")  # fixtures: browser, pages, secret_places

# HYPOTHESIS_PROFILE chooses: `dev` looks somewhere new each time, `ci` at the same few places, `thorough` for long.
_ANY_MACHINE: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("dev", max_examples=60, **_ANY_MACHINE)
settings.register_profile(
    "ci", max_examples=40, derandomize=True, database=None, print_blob=True, **_ANY_MACHINE
)
settings.register_profile("thorough", max_examples=2000, **_ANY_MACHINE)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))

# What a shell, a service manager or a proxy may have set must not decide a test.
for _name in (
    "TRIALMON_CONFIG",
    "CREDENTIALS_DIRECTORY",
    "STATE_DIRECTORY",
    "NOTIFY_SOCKET",
    "WATCHDOG_USEC",
    "WATCHDOG_PID",
    "NO_COLOR",
    "FORCE_COLOR",
):
    os.environ.pop(_name, None)


class OutsideTheLoopback(AssertionError):
    """A test tried to reach another machine."""


class LoopbackOnly:
    """Stands before the connecting calls of `socket` in this process.

    An attempt to leave the machine raises, and is remembered, so that the test fails even if the code under test swallows
    the error. Names below `.invalid` are refused as a resolver refuses them, without asking one.
    """

    def __init__(self) -> None:
        self.attempts: list[str] = []

    def put_up(self) -> None:
        """From now on, for the whole process."""
        for name in ("connect", "connect_ex", "sendto"):
            setattr(socket.socket, name, self._guarded(getattr(socket.socket, name)))
        look_up = socket.getaddrinfo

        def getaddrinfo(host: Any, *rest: Any, **named: Any) -> Any:
            if self._is_outside(host):
                if str(host).rstrip(".").endswith(".invalid"):
                    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
                self._stop(f"look up {host}")
            return look_up(host, *rest, **named)

        socket.getaddrinfo = getaddrinfo

    def _guarded(self, call: Any) -> Any:
        def guarded(sock: socket.socket, *given: Any) -> Any:
            address = given[-1]
            if sock.family in (socket.AF_INET, socket.AF_INET6) and self._is_outside(address[0]):
                self._stop(f"{call.__name__} to {address}")
            return call(sock, *given)

        return guarded

    @staticmethod
    def _is_outside(host: Any) -> bool:
        name = host.decode() if isinstance(host, bytes) else host
        return not (
            name in (None, "", "localhost", "0.0.0.0", "::", "::1", socket.gethostname())
            or name.startswith(("127.", "::ffff:127."))
        )

    def _stop(self, what: str) -> None:
        self.attempts.append(what)
        raise OutsideTheLoopback(f"a test tried to {what}; tests stay on 127.0.0.1")


LOOPBACK_ONLY = LoopbackOnly()
LOOPBACK_ONLY.put_up()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are named by their argument: written out they are no name, and gzip puts the time in them, so that two workers
    would not collect the same tests. So is a secret: a test's name is written in many places."""
    return argname if isinstance(val, bytes) or (isinstance(val, str) and sings(val)) else None


@pytest.fixture(autouse=True)
def _stay_on_this_machine() -> Iterator[None]:
    LOOPBACK_ONLY.attempts.clear()
    yield
    attempts, LOOPBACK_ONLY.attempts[:] = list(LOOPBACK_ONLY.attempts), []
    if attempts:
        pytest.fail(f"tried to leave the loopback interface: {', '.join(attempts)}", pytrace=False)


@pytest.fixture(scope="session")
def registry_data() -> Path:
    """The recorded ClinicalTrials.gov data (payloads, corpus, replay), on machines that have them.

    They are no part of the project: $TRIALMON_REGISTRY_DATA names their folder, else it is looked for beside the checkout.
    """
    root = Path(os.environ.get("TRIALMON_REGISTRY_DATA", REPOSITORY.parent / "shared" / "registry-data"))
    folder = root / "clinicaltrials.gov"
    if not folder.is_dir():
        pytest.skip(f"no recorded registry data in {root} (set TRIALMON_REGISTRY_DATA)")
    return folder
