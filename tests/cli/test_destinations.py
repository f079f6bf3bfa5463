import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

from pytest_httpserver import HTTPServer

from tests import canary
from tests.deliver.conftest import a_free_port
from tests.deliver.receivers import a_receiver, an_answer

Trialmon = Callable[..., CompletedProcess[str]]


def a_configuration(folder: Path, **destinations: str) -> None:
    lines = [f"  {name}: {url}" for name, url in destinations.items()]
    (folder / "trialmon.yaml").write_text("\n".join(["destinations:", *lines]) + "\n", encoding="utf-8")


def test_a_test_message_is_sent_to_every_destination(
    trialmon: Trialmon, tmp_path: Path, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/one").respond_with_data("ok")
    httpserver.expect_request("/two").respond_with_data("ok")
    place = f"json://127.0.0.1:{httpserver.port}"
    a_configuration(tmp_path, one=f"{place}/one", two=f"{place}/two")
    run = trialmon("destinations", "test")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == "one (json): sent\ntwo (json): sent\n"
    assert [request.path for request, _ in httpserver.log] == ["/one", "/two"]
    assert httpserver.log[0][0].get_json()["title"] == "Test message from trialmon"
    keys = {request.headers["Idempotency-Key"] for request, _ in httpserver.log}
    assert len(keys) == 2


def test_one_destination_can_be_named(trialmon: Trialmon, tmp_path: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/two").respond_with_data("ok")
    place = f"json://127.0.0.1:{httpserver.port}"
    a_configuration(tmp_path, one=f"{place}/one", two=f"{place}/two")
    assert trialmon("destinations", "test", "two").returncode == 0
    assert [request.path for request, _ in httpserver.log] == ["/two"]


def test_why_it_failed_is_said_and_the_others_are_tried(
    trialmon: Trialmon, tmp_path: Path, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/good").respond_with_data("ok")
    httpserver.expect_request("/wrong").respond_with_data("no", status=401)
    place = f"127.0.0.1:{httpserver.port}"
    a_configuration(
        tmp_path,
        down=f"json://127.0.0.1:{a_free_port()}",
        refusing="json://someone:${PASSWORD}@" + place + "/wrong",
        malformed="slack://${PASSWORD}",
        good=f"json://{place}/good",
    )
    run = trialmon("destinations", "test", PASSWORD=canary.TOKEN)
    assert run.returncode == 1
    assert run.stdout == "good (json): sent\n"
    assert "destination down (json): the connection was refused" in run.stderr
    assert "destination refusing (json): the receiver answered 401 (Unauthorized)" in run.stderr
    assert "destination malformed (slack): Apprise does not understand this URL" in run.stderr
    assert not canary.sings(run.stdout + run.stderr)


def test_with_json_each_destination_is_a_line(
    trialmon: Trialmon, tmp_path: Path, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/").respond_with_data("ok", status=500)
    a_configuration(tmp_path, hook=f"json://127.0.0.1:{httpserver.port}")
    run = trialmon("destinations", "test", "--json")
    assert run.returncode == 1
    assert [json.loads(line) for line in run.stdout.splitlines()] == [
        {
            "destination": "hook",
            "kind": "json",
            "ok": False,
            "why": "the receiver answered 500 (Internal Server Error)",
        }
    ]


def test_without_a_configuration_the_terminal_is_tested(trialmon: Trialmon) -> None:
    run = trialmon("destinations", "test")
    assert run.returncode == 0
    assert run.stdout.startswith("Test message from trialmon\n")
    assert run.stdout.endswith("terminal (terminal): sent\n")


def test_with_json_the_terminal_is_stderr(trialmon: Trialmon) -> None:
    run = trialmon("destinations", "test", "terminal", "--json")
    assert json.loads(run.stdout) == {"destination": "terminal", "kind": "terminal", "ok": True, "why": ""}
    assert "Test message from trialmon" in run.stderr


def test_a_url_written_in_a_watchlist_is_tested_too(
    trialmon: Trialmon, tmp_path: Path, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/inline").respond_with_data("ok")
    (tmp_path / "watchlists").mkdir()
    url = f"json://127.0.0.1:{httpserver.port}/inline"
    (tmp_path / "watchlists" / "list.yaml").write_text(
        f"title: A list\nwatch:\n  - trial: NCT03737461\nsubscribers:\n  - name: me\n    to: ['{url}']\n",
        encoding="utf-8",
    )
    assert trialmon("destinations", "test").returncode == 0
    assert len(httpserver.log) == 1


def test_an_unknown_name_is_wrong_usage(trialmon: Trialmon, tmp_path: Path) -> None:
    a_configuration(tmp_path, desk="json://127.0.0.1")
    run = trialmon("destinations", "test", "dsk")
    assert run.returncode == 2
    assert "there is no destination called 'dsk' (there are: desk, terminal)" in run.stderr


def test_a_signed_webhook_is_tested_and_its_secret_not_shown(trialmon: Trialmon, tmp_path: Path) -> None:
    with a_receiver(an_answer("204 No Content", b"")) as receiver, a_receiver(an_answer("410 Gone")) as gone:
        (tmp_path / "trialmon.yaml").write_text(
            "destinations:\n"
            f"  machine: {{webhook: 'http://127.0.0.1:{receiver.port}/x', secret: '${{HOOK}}', private: true}}\n"
            f"  old: {{webhook: 'http://127.0.0.1:{gone.port}/${{PATH_}}', secret: '${{HOOK}}', private: true}}\n"
            "  inside: {webhook: 'https://127.0.0.1/${PATH_}', secret: '${HOOK}'}\n",
            encoding="utf-8",
        )
        run = trialmon("destinations", "test", HOOK=canary.WEBHOOK_SECRET, PATH_=canary.PATH)
    assert run.returncode == 1
    assert run.stdout == "machine (webhook): sent\n"
    assert "destination old (webhook): the receiver answered 410 (Gone)" in run.stderr
    assert "destination inside (webhook): the host name leads to a private address" in run.stderr
    assert not canary.sings(run.stdout + run.stderr)
    assert b'"type":"trialmon.notice"' in receiver.requests[0]
    assert b"webhook-signature: v1," in receiver.requests[0]
