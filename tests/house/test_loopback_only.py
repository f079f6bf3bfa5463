"""The guard in tests/conftest.py is no decoration."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import LOOPBACK_ONLY, REPOSITORY, OutsideTheLoopback

# TEST-NET-1 (RFC 5737): nobody has this address
NOBODY = ("192.0.2.1", 9)

A_TEST_THAT_SWALLOWS_THE_ERROR = """
import socket

def test_phoning_home():
    with socket.socket() as one:
        one.settimeout(0.2)
        try:
            one.connect(("192.0.2.1", 9))
        except BaseException:
            pass

def test_staying_here():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass
"""


def test_a_test_cannot_connect_to_another_machine() -> None:
    with socket.socket() as one, pytest.raises(OutsideTheLoopback):
        one.connect(NOBODY)
    with socket.socket(type=socket.SOCK_DGRAM) as one, pytest.raises(OutsideTheLoopback):
        one.sendto(b"hello", NOBODY)
    assert len(LOOPBACK_ONLY.attempts) == 2
    LOOPBACK_ONLY.attempts.clear()


def test_a_test_cannot_look_up_a_name() -> None:
    with pytest.raises(OutsideTheLoopback):
        socket.create_connection(("example.org", 443))
    with pytest.raises(socket.gaierror):
        socket.create_connection(("registry.invalid", 443))
    assert LOOPBACK_ONLY.attempts == ["look up example.org"]
    LOOPBACK_ONLY.attempts.clear()


def test_a_test_that_swallows_the_error_fails_all_the_same(tmp_path: Path) -> None:
    test = tmp_path / "test_phones.py"
    test.write_text(A_TEST_THAT_SWALLOWS_THE_ERROR)
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "tests.conftest",
            "-p",
            "no:cacheprovider",
            "-c",
            os.devnull,
            test,
        ],
        cwd=REPOSITORY,
        text=True,
        capture_output=True,
        timeout=60,
    )
    assert run.returncode == 1, run.stdout + run.stderr
    assert "tried to leave the loopback interface: connect to ('192.0.2.1', 9)" in run.stdout
    assert "2 passed, 1 error" in run.stdout
