"""What all commands have in common: help, errors, exit codes, output that is safe to print."""

import io
import os
import pkgutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from monitor import __main__ as entry
from monitor import __version__
from monitor.cli import Invocation, cli, commands, common, with_now
from monitor.cli.output import Output, printable
from monitor.core.errors import NothingDone, TrialmonError, WrongUsage
from tests.cli.conftest import Trialmon

COMMANDS = sorted(module.name for module in pkgutil.iter_modules(commands.__path__))


def test_every_file_is_a_command_and_the_help_lists_it(trialmon: Trialmon) -> None:
    shown = trialmon("--help")
    assert shown.returncode == 0
    for name in COMMANDS:
        assert f"\n  {name.replace('_', '-')} " in shown.stdout
        command = cli.get_command(click.Context(cli), name.replace("_", "-"))
        assert command is not None
        assert command.help


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    shown = CliRunner().invoke(cli, [name.replace("_", "-"), "--help"])
    assert shown.exit_code == 0
    assert "Usage:" in shown.output


def test_asking_for_help_loads_nothing_heavy() -> None:
    heavy = "apprise apscheduler deepdiff httpx jinja2 orjson pydantic rich ruamel.yaml sqlite_utils sqlite3"
    code = (
        "import sys\n"
        "from monitor.cli import cli\n"
        "cli.main(['--help'], standalone_mode=False)\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(shown.stderr.split())
    assert "monitor.cli" in loaded
    assert not set(heavy.split()) & loaded
    assert not [name for name in loaded if name.startswith("monitor.cli.commands.")]


def test_the_version_is_said(trialmon: Trialmon) -> None:
    assert trialmon("--version").stdout == f"trialmon, version {__version__}\n"


def test_a_command_that_does_not_exist_is_wrong_usage_with_a_suggestion(trialmon: Trialmon) -> None:
    answer = trialmon("watchlists")
    assert answer.returncode == 2
    assert "Did you mean watchlist?" in answer.stderr


def test_an_option_that_does_not_exist_is_wrong_usage(trialmon: Trialmon) -> None:
    answer = trialmon("init", "--colour")
    assert (answer.returncode, answer.stdout) == (2, "")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TrialmonError("so", "do this"), 1),
        (WrongUsage("so", "do this"), 2),
        (NothingDone("so", "do this"), 3),
    ],
)
def test_an_error_is_said_in_a_line_and_ends_with_its_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: TrialmonError, code: int
) -> None:
    assert ended(monkeypatch, error) == code
    assert capsys.readouterr().err == "trialmon: so (do this)\n"


def test_an_error_cannot_act_on_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ended(monkeypatch, WrongUsage("title: \x1b]0;owned\x07"))
    assert capsys.readouterr().err == "trialmon: title: \ufffd]0;owned\ufffd\n"


def test_an_interrupt_ends_quietly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(monkeypatch, KeyboardInterrupt()) == 130
    assert capsys.readouterr().err.strip() == ""


def test_what_was_not_expected_keeps_its_traceback_and_asks_for_a_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ZeroDivisionError):
        ended(monkeypatch, ZeroDivisionError())
    assert "Please report" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--help"], ["watchlist", "--help"], ["watchlist", "list"]])
def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path, arguments: list[str]) -> None:
    # `trialmon --help | true`: the reader is gone before the first word.
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "watchlists/a.yaml").write_text("watch: []")
    read, write = os.pipe()
    os.close(read)
    ran = subprocess.run(
        [sys.executable, "-m", "monitor", *arguments],
        cwd=tmp_path,
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write)
    assert (ran.returncode, ran.stderr) == (0, "")


def ended(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> object:
    """The exit code of a command that raises this."""

    def raising(**_: object) -> None:
        raise error

    monkeypatch.setattr(cli, "main", raising)
    with pytest.raises(SystemExit) as leaving:
        entry.main()
    return leaving.value.code


@click.command()
@with_now
@common
@click.argument("word", default="")
def a_command(call: Invocation, word: str) -> None:
    call.output.lines([{"now": call.now, "config": str(call.config), "word": word}])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-02-09", datetime(2026, 2, 9, tzinfo=UTC)),
        ("2026-02-09T14:03:11Z", datetime(2026, 2, 9, 14, 3, 11, tzinfo=UTC)),
        ("2026-02-09T16:03:11+02:00", datetime(2026, 2, 9, 14, 3, 11, tzinfo=UTC)),
    ],
)
def test_the_clock_can_be_set(
    written: str, meant: datetime, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    a_command.main(["--now", written, "--json", "--config", "x.yaml", "w"], standalone_mode=False)
    assert capfdbinary.readouterr().out == (
        b'{"now":"%s","config":"x.yaml","word":"w"}\n' % meant.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    )


@pytest.mark.parametrize("written", ["soon", "2026-02-30", "0001-01-01T00:00:00+23:00", ""])
def test_a_moment_that_is_none_is_wrong_usage(written: str) -> None:
    answer = CliRunner().invoke(a_command, ["--now", written])
    assert answer.exit_code == 2
    assert "is not a moment" in answer.output


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("plain text, naïve, 細胞, é", "plain text, naïve, 細胞, é"),
        ("\x1b[2J\x07\x00\x7f\x9b", "\ufffd[2J\ufffd\ufffd\ufffd\ufffd"),
        ("a\rb", "a\ufffdb"),
        ("abc\u202edef\u2066", "abc\ufffddef\ufffd"),
        ("pay\u200bpal\ufeff", "pay\ufffdpal\ufffd"),
        ("\U000e0041tag", "\ufffdtag"),
        ("line\u2028sep", "line\ufffdsep"),
        ("lone \ud800", "lone \ufffd"),
        ("Z" + "\u0301" * 50, "Z" + "\u0301" * 4),
        ("two\nlines\tand tab", "two\nlines\tand tab"),
    ],
)
def test_what_could_act_or_deceive_is_replaced(hostile: str, shown: str) -> None:
    assert printable(hostile) == shown


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_whatever_is_printed_is_one_safe_line_in_a_cell(text: str) -> None:
    cell = printable(text, lines=False)
    assert not any(ord(letter) < 32 or 0x7F <= ord(letter) < 0xA0 for letter in cell)
    assert printable(cell, lines=False) == cell
    assert len(cell.splitlines()) <= 1
    cell.encode()


def test_a_piped_table_is_aligned_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    Output().table(["trial", "title"], [["NCT1", "細胞\nand \x1b[31mred"], ["NCT03737461", None]])
    assert capsys.readouterr().out == "trial        title\nNCT1         細胞 and \ufffd[31mred\nNCT03737461\n"


class FakeTerminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_shown_on_a_terminal_and_hostile_titles_are_not_obeyed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = FakeTerminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with Output(json=True).progress("reading [bold]x[/bold]\x07", 3) as tick:
        tick(3)
    assert "reading [bold]x[/bold]\ufffd" in terminal.getvalue()
    assert "3/3" in terminal.getvalue()


def test_markup_in_a_table_on_a_terminal_is_shown_and_not_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = FakeTerminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    Output().table(["title", "level"], [["[bold]x[/bold] [link=http://e]y[/link]", "critical"]])
    assert "[bold]x[/bold] [link=http://e]y[/link]" in terminal.getvalue()


def test_json_is_alone_on_stdout(capfd: pytest.CaptureFixture[str]) -> None:
    output = Output(json=True)
    output.say("for people")
    output.table(["a"], [["b"]])
    output.warn("for whoever is awake")
    output.lines([{"a": 1}, {"a": "\x1b"}])
    seen = capfd.readouterr()
    assert seen.out == '{"a":1}\n{"a":"\\u001b"}\n'
    assert seen.err == "for whoever is awake\n"


def test_progress_is_silent_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with Output().progress("reading", 3) as tick:
        tick(1)
    seen = capsys.readouterr()
    assert (seen.out, seen.err) == ("", "")


@pytest.mark.parametrize("option", ["--config", "--config=trialmon.yaml", "--json", "--now"])
def test_an_option_before_the_command_is_shown_its_place(trialmon: Trialmon, option: str) -> None:
    answer = trialmon(option, "status")
    assert answer.returncode == 2
    assert "behind the command: trialmon COMMAND --" in answer.stderr
