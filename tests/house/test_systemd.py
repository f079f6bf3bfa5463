"""The units in systemd/, judged by systemd itself."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
UNIT = REPOSITORY / "systemd" / "trialmon.service"
WEB = REPOSITORY / "systemd" / "trialmon-web.service"
MOST_EXPOSURE = 1.5
every_unit = pytest.mark.parametrize("unit", [UNIT, WEB], ids=lambda unit: unit.name)

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed on this machine"
)


def analyze(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *words], text=True, capture_output=True, timeout=60, env={"PATH": "/usr/bin:/bin"}
    )


def exposure(unit: Path) -> float:
    run = analyze("security", "--offline=true", "--no-pager", unit)
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", run.stdout)
    assert found, run.stdout + run.stderr
    return float(found[1])


def directives(name: str, unit: Path = UNIT) -> list[str]:
    """Every value of a directive, in order."""
    return re.findall(rf"^{name}=(.*)$", unit.read_text(), re.M)


@needs_systemd
@every_unit
def test_the_service_exposes_next_to_nothing(unit: Path) -> None:
    assert exposure(unit) <= MOST_EXPOSURE


@needs_systemd
@every_unit
@pytest.mark.parametrize("guard", ["SystemCallFilter", "CapabilityBoundingSet"])
def test_the_bound_notices_a_guard_that_was_taken_away(tmp_path: Path, unit: Path, guard: str) -> None:
    weaker = tmp_path / unit.name
    weaker.write_text(re.sub(rf"^{guard}=.*\n", "", unit.read_text(), flags=re.M))
    assert exposure(weaker) > MOST_EXPOSURE


@needs_systemd
@every_unit
def test_systemd_understands_every_line(tmp_path: Path, unit: Path) -> None:
    installed = tmp_path / unit.name
    installed.write_text(unit.read_text().replace("/opt/trialmon/bin/trialmon", sys.executable))
    run = analyze("verify", "--man=no", installed)
    assert (run.returncode, run.stdout + run.stderr) == (0, "")


def test_systemd_is_told_when_it_is_ready_and_that_it_is_alive() -> None:
    assert directives("Type") == ["notify"]
    assert directives("WatchdogSec")
    assert "AF_UNIX" in directives("RestrictAddressFamilies")[0].split(), (
        "sd_notify speaks over a Unix socket"
    )


@every_unit
def test_a_wrong_configuration_is_not_started_again_and_anything_else_is(unit: Path) -> None:
    from monitor.core.errors import WrongConfiguration

    assert directives("Restart", unit) == ["always"]
    assert directives("RestartPreventExitStatus", unit) == [str(WrongConfiguration.exit_code)]
    assert directives("StartLimitIntervalSec", unit) == ["0"]


@every_unit
def test_only_the_service_reads_its_database(unit: Path) -> None:
    assert directives("DynamicUser", unit) == ["yes"]
    assert directives("User", unit) == ["trialmon"]
    assert directives("StateDirectoryMode", unit) == ["0700"]
    assert directives("UMask", unit) == ["0077"]


def test_the_dashboard_is_asked_from_its_own_machine_and_asks_nobody() -> None:
    assert directives("IPAddressDeny", WEB) == ["any"]
    assert directives("IPAddressAllow", WEB) == ["localhost"]
    assert directives("ExecStart", WEB)[0].split()[1:] == ["web", "--config", "/etc/trialmon/trialmon.yaml"]


def test_no_secret_comes_through_the_environment() -> None:
    assert not directives("EnvironmentFile")
    assert all(name.startswith("PYTHON") for line in directives("Environment") for name in line.split())
