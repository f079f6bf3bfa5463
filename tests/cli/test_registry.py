"""`trialmon registry`: the embedded registry on a port of this machine."""

import socket
from pathlib import Path

from tests.cli.conftest import Trialmon

WEEK = Path(__file__).parents[2] / "seeds" / "made" / "week.jsonl"


def test_a_port_that_is_taken_is_said_so(trialmon: Trialmon) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = trialmon("registry", str(WEEK), "--port", str(port))
    assert (answer.returncode, answer.stdout) == (3, "")
    assert f"port {port} of 127.0.0.1 cannot be listened on" in answer.stderr
    assert "Traceback" not in answer.stderr
