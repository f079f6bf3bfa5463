"""`trialmon registry`: the embedded registry for whoever wants to try something, papers included."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import httpx

from tests.cli.conftest import Trialmon

REPOSITORY = Path(__file__).parents[2]
WEEK = REPOSITORY / "seeds" / "made" / "week.jsonl"


def test_it_serves_trials_and_papers_until_it_is_stopped() -> None:
    program = [
        sys.executable,
        "-m",
        "monitor",
        "registry",
        "seeds/clinicaltrials.gov",
        "--literature",
        "seeds/literature",
    ]
    serving = subprocess.Popen(
        [*program, "--port", "0", "--day", "2024-10-23", "--json"],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert serving.stdout is not None
        said = json.loads(serving.stdout.readline())
        with httpx.Client(base_url=said["base_url"], trust_env=False, verify=False) as client:
            assert client.get("/api/v2/studies/NCT03737461").status_code == 200
            term = {"db": "pubmed", "retmode": "json", "term": "NCT03737461[si]"}
            found = client.get("/entrez/eutils/esearch.fcgi", params=term).json()
            assert found["esearchresult"]["idlist"] == ["39393844"]
    finally:
        serving.terminate()
        serving.wait(10)
        if serving.stdout is not None:
            serving.stdout.close()


def test_a_port_that_is_taken_is_said_so(trialmon: Trialmon) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = trialmon("registry", str(WEEK), "--port", str(port))
    assert (answer.returncode, answer.stdout) == (3, "")
    assert f"port {port} of 127.0.0.1 cannot be listened on" in answer.stderr
    assert "Traceback" not in answer.stderr
