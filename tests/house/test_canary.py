"""Secrets appear nowhere: the net in tests/canaries.py holds, and a whole day of a monitor full of secrets lets none of them out."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import CliRunner

from docs.generate import walk
from monitor import bootstrap
from monitor.cli import cli
from monitor.core.errors import TrialmonError
from monitor.embedded import EmbeddedRegistry, History
from tests import canary
from tests.builders import NUMBER, a_document
from tests.canaries import CANARIES
from tests.journeys.collector import Collector
from tests.journeys.office import Office

REPOSITORY = Path(__file__).parents[2]
# They do not end by themselves, or replay for a minute; journeys run them.
NOT_HERE = {("run",), ("web",), ("registry",), ("demo",)}

LEAKING = """
import logging, sqlite3, subprocess, sys
import pytest
from tests import canary

def test_says_it():
    print("logged in with", canary.TOKEN)

def test_logs_it():
    logging.getLogger("somewhere").warning("token %s", canary.TOKEN)

def test_writes_it(tmp_path):
    (tmp_path / "notes.txt").write_text("see " + canary.PASSWORD)

def test_stores_it(tmp_path):
    database = sqlite3.connect(tmp_path / "t.db")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("CREATE TABLE t (x)")
    database.execute("INSERT INTO t VALUES (?)", ("x" * 5000 + canary.HEADER,))
    database.commit()
    test_stores_it.open = database  # its pages are in the write-ahead log and nowhere else

def test_hides_it(tmp_path):
    import base64
    (tmp_path / "mail.eml").write_bytes(base64.b64encode(b"user:" + canary.TOKEN.encode()))

def test_lets_a_command_say_it():
    subprocess.run([sys.executable, "-c", f"print({canary.TOKEN!r})"], capture_output=True)

def test_reads_it(capsys):
    print(canary.TOKEN)
    assert capsys.readouterr().out

@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shared")
    (folder / "cache").write_text(canary.TOKEN.upper())

def test_leaves_it(shared):
    pass

def test_keeps_it_where_it_belongs(tmp_path, secret_places):
    (tmp_path / "trialmon.yaml").write_text(canary.TOKEN)
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "watchlists" / "backs.yaml").write_text(canary.TOKEN)
    (tmp_path / "environment").write_text(canary.TOKEN)
    secret_places.add(tmp_path / "environment")

def test_has_none(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing")
    print("nothing")
"""
LEAKS = ["says_it", "logs_it", "writes_it", "stores_it", "hides_it", "lets_a_command_say_it", "reads_it"]


@pytest.fixture
def told_on_purpose() -> Iterator[None]:
    """What is heard in this test is meant to be."""
    yield
    CANARIES.heard.clear()


@pytest.mark.usefixtures("told_on_purpose")
@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one process", "two workers"])
def test_each_way_out_is_noticed(tmp_path: Path, secret_places: set[Path], workers: tuple[str, ...]) -> None:
    test, left = tmp_path / "test_leaks.py", tmp_path / "left"
    test.write_text(LEAKING)
    secret_places.add(left)
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "tests.canaries", "-p", "no:cacheprovider"),
            *("-c", os.devnull, "--basetemp", str(left), *workers, str(test)),
        ],
        cwd=REPOSITORY,
        text=True,
        capture_output=True,
        timeout=120,
    )
    assert run.returncode == 1, run.stdout + run.stderr
    assert f"10 passed, {len(LEAKS)} errors" in run.stdout
    for leak in LEAKS:
        assert f"::test_{leak} let a secret out" in run.stdout
    assert "notes.txt: …see" in run.stdout
    assert "t.db-wal: …" in run.stdout
    assert "a fixture of this run let a secret out" in run.stdout
    assert "shared0/cache: …" in run.stdout
    assert "keeps_it_where_it_belongs" not in run.stdout


SECRETS = {name: value for name, value in vars(canary).items() if name.isupper() and isinstance(value, str)}


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_every_secret_is_heard(secret: str) -> None:
    assert canary.sings(f"user:{secret}@example.org")


@pytest.mark.parametrize("before", ["", "a", "ab", "user:"])
def test_a_secret_is_heard_in_whatever_it_is_written(before: str) -> None:
    said = f"{before}{canary.PASSWORD} after"
    assert canary.sings(base64.b64encode(said.encode()))
    assert canary.sings(said.encode().hex())
    assert canary.sings(quote(said, safe=""))
    assert canary.sings(json.dumps(said))


def test_a_secret_in_capitals_is_heard() -> None:
    assert canary.sings(canary.HOST.upper())


def test_what_is_no_secret_is_not_heard() -> None:
    assert not canary.sings("a bird sings, 4 of them do not")
    assert not canary.sings(b"\0\xff" * 1000)


def test_no_source_holds_the_word() -> None:
    folders = ("monitor", "tests", "docs", "seeds", "watchlists", "systemd", "benchmarks")
    files = [path for folder in folders for path in (REPOSITORY / folder).rglob("*") if path.is_file()]
    sources = [path for path in files if "__pycache__" not in path.parts]
    assert [str(path) for path in sources if canary.sings(path.read_bytes())] == []


# --- a monitor full of secrets


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Secrets in every place for them: destinations that work, refuse and cannot be understood, credentials, templates, the
    environment. It has looked on three days, and a trial was halted on the second."""
    history = History()
    history.put(NUMBER, date(2026, 2, 9), a_document())
    halted = a_document(statusModule={"overallStatus": "TERMINATED", "whyStopped": "no money"})
    history.put(NUMBER, date(2026, 2, 10), halted)
    with EmbeddedRegistry(history).serving() as registry, Collector(refusing={"away"}).listening() as inbox:
        more = {
            "away": inbox.url("away"),
            "down": f"json://{canary.USER}:{canary.TOKEN}@127.0.0.1:9/{canary.PATH}",
            "odd": f"slack://{canary.PATH}/{canary.TOKEN}",
        }
        office = Office(tmp_path, registry, destination=inbox.url("desk"), more=more)
        (tmp_path / "templates").mkdir()
        secret = f"{{# the password is {canary.PASSWORD} #}}{{% set key = '{canary.TOKEN}' %}}"
        (tmp_path / "templates" / "board.txt.j2").write_text(secret + "\n{{ nothing }}")
        (tmp_path / "watchlists" / "backs.yaml").write_text(
            f"title: Backs\nwatch: [{{trial: {NUMBER}}}]\nsubscribers:\n"
            "  - {name: desk, to: [desk, away, down, odd], template: board}\n"
            f"  - {{name: inline, to: ['json://{canary.USER}:{canary.TOKEN}@127.0.0.1:9/{canary.PATH}']}}\n"
        )
        for day in (9, 10, 11):
            office.check_at(datetime(2026, 2, day, 15, tzinfo=UTC) if day > 9 else _first(registry))
            registry.go_to(date(2026, 2, min(day + 1, 11)))
        yield office


def _first(registry: EmbeddedRegistry) -> datetime:
    registry.go_to(date(2026, 2, 9))
    return datetime(2026, 2, 9, 15, tzinfo=UTC)


ARGUMENTS = {
    ("backtest",): ["backs", "--since", "2026-02-01"],
    ("backup",): ["copy.db"],
    ("blame",): [NUMBER],
    ("diff",): [NUMBER],
    ("explain",): ["delivery:1"],
    ("export",): ["--to", "out.csv"],
    ("history",): [NUMBER],
    ("outbox", "drop"): ["1"],
    ("outbox", "retry"): ["2"],
    ("outbox", "show"): ["1"],
    ("search",): ["back"],
    ("show",): [NUMBER],
    ("sql",): ["SELECT * FROM notifications"],
    ("template", "show"): ["board"],
}
COMMANDS = sorted(words for words, command in walk(cli) if not hasattr(command, "commands"))


def test_no_command_says_a_secret(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command, for people and as JSON; what they say and what they leave is read by the net."""
    monkeypatch.chdir(office.folder)
    said = 0
    for words in COMMANDS:
        if words in NOT_HERE:
            continue
        for form in ([], ["--json"]):
            arguments = [*words, *ARGUMENTS.get(words, []), *form, "--config", str(office.config)]
            ran = CliRunner().invoke(
                cli, arguments, env={"TOKEN": canary.TOKEN, "HOOK": canary.WEBHOOK_SECRET}
            )
            if isinstance(ran.exception, TrialmonError):
                CANARIES.hear(" ".join(words), f"{ran.exception} {ran.exception!r} {vars(ran.exception)}")
            elif ran.exception is not None and not isinstance(ran.exception, SystemExit):
                raise AssertionError(words) from ran.exception
            said += bool(ran.output)
    assert said > len(COMMANDS), "most of them had something to say"


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_help_says_a_secret(words: tuple[str, ...]) -> None:
    ran = CliRunner().invoke(
        cli, [*words, "--help"], env={"TOKEN": canary.TOKEN, "TRIALMON_CONFIG": canary.PATH}
    )
    assert ran.exit_code == 0
    assert not canary.sings(ran.output)


def test_what_went_out_of_the_office_was_worth_listening_to(office: Office) -> None:
    """Destinations failed in each of their ways, and the template did: else the tests above would prove little."""
    rows = office.command("outbox", "list", "--json").stdout
    for destination in ("desk", "away", "down", "odd", "url-"):
        assert f'"destination":"{destination}' in rows
    shown = office.command("outbox", "list").stdout
    assert "503" in shown
    assert "refused" in shown
    assert "template" in office.command("outbox", "list", "--json").stdout or "template" in shown


CRASH = """
import sys
from monitor import bootstrap
from monitor.config.load import settings_in_force
from monitor.deliver.gateway import Gateway
from pathlib import Path

settings = settings_in_force(Path(sys.argv[1]), {})

def fails(*given, **named):
    raise RuntimeError(f"a mistake of ours, with all that is in sight: {given!r} {named!r} {settings!r}")

with bootstrap.context(settings, {}) as context:
    fails(context, context.gateway, context.settings.destinations, list(context.settings.destinations.values()))
"""


def test_a_crash_with_every_secret_in_sight_shows_none(office: Office) -> None:
    run = subprocess.run(
        [sys.executable, "-X", "dev", "-c", CRASH, str(office.config)],
        cwd=REPOSITORY,
        env={"PATH": os.environ["PATH"], "TOKEN": canary.TOKEN},
        text=True,
        capture_output=True,
        timeout=60,
    )
    assert "RuntimeError: a mistake of ours" in run.stderr
    assert "Destination(name='away'" in run.stderr
    assert not canary.sings(run.stderr)


def test_a_mistake_of_ours_in_a_command_shows_none(
    office: Office, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from monitor import __main__

    def broken(*given: object, **named: object) -> None:
        raise RuntimeError(f"with all that is in sight: {given[0]!r} {named!r}")

    monkeypatch.setattr(bootstrap, "context", broken)
    monkeypatch.setattr(sys, "argv", ["trialmon", "check", "--config", str(office.config)])
    monkeypatch.setenv("TOKEN", canary.TOKEN)
    with pytest.raises((SystemExit, RuntimeError)) as ended:
        __main__.main()
    said = capfd.readouterr()
    assert not canary.sings(said.out + said.err + repr(ended.value))
