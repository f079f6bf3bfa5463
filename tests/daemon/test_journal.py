"""The daemon's log lines, as a terminal and as the journal get them."""

import logging
import re
import subprocess
import sys
from collections.abc import Mapping

from tests import canary

TALK = """
import logging
from monitor.daemon.journal import write_log
write_log({environment})
log = logging.getLogger("trialmon.daemon")
log.info("looked at %s trials", 3)
log.warning("NCT00000001 says %s", "\\x1b[31mred\\nand <3>more")
logging.getLogger("httpx").warning("GET https://example.org/?token={token}")
logging.getLogger("apprise").error("Unparseable URL slack://{token}")
try:
    1 / 0
except ZeroDivisionError:
    log.exception("looks: an error")
"""


def the_log(environment: Mapping[str, str]) -> list[str]:
    code = TALK.format(environment=dict(environment), token=canary.TOKEN)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == ""
    return run.stderr.splitlines()


def test_one_line_an_event_with_moment_and_level() -> None:
    first, second, *_ = the_log({})
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} info looked at 3 trials", first)
    assert re.search(r" warning NCT00000001 says .?\[31mred and <3>more$", second)
    assert "\x1b" not in second


def test_in_the_journal_the_priority_stands_first_on_every_line() -> None:
    lines = the_log({"JOURNAL_STREAM": "8:12345"})
    assert lines[0] == "<6>looked at 3 trials"
    assert lines[1].startswith("<4>NCT00000001 says ")
    assert lines[2] == "<3>looks: an error"
    assert all(line.startswith("<3>") for line in lines[2:])
    assert lines[-1] == "<3>ZeroDivisionError: division by zero"


def test_what_libraries_log_is_kept_out_because_it_may_hold_secrets() -> None:
    assert not canary.sings("\n".join(the_log({})))


def test_asking_twice_does_not_double_the_lines() -> None:
    code = TALK.format(environment={}, token=canary.TOKEN).replace("log = ", "write_log({})\nlog = ")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stderr.count("looked at 3 trials") == 1
    assert logging.getLogger("trialmon").handlers == []
