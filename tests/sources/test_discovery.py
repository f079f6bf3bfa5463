from pathlib import Path

import pytest

from monitor import discovery
from monitor.core.source import Source
from monitor.sources.clinicaltrials_gov import SOURCE


@pytest.fixture
def zoo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package whose modules declare texts and numbers."""
    package = tmp_path / "trialmon_zoo"
    (package / "cats").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "cats" / "__init__.py").write_text("NAME = 'cat'\nLEGS = 4.5\n")
    (package / "birds.py").write_text(
        "from trialmon_zoo.cats import LEGS as borrowed\nNAME = 'bird'\nLEGS = 2.5\n"
    )
    (package / "_hidden.py").write_text("raise RuntimeError('not to be loaded')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    return "trialmon_zoo"


def test_every_source_declares_itself() -> None:
    assert SOURCE in discovery.named("monitor.sources", "SOURCE", Source)  # type: ignore[type-abstract]


def test_modules_are_loaded_in_the_order_of_their_names(zoo: str) -> None:
    assert discovery.named(zoo, "NAME", str) == ("bird", "cat")


def test_a_value_that_two_modules_share_is_found_once(zoo: str) -> None:
    assert discovery.instances(zoo, float) == (4.5, 2.5)


def test_a_declaration_of_the_wrong_kind_is_an_error(zoo: str) -> None:
    with pytest.raises(TypeError, match=r"birds\.NAME is no int"):
        discovery.named(zoo, "NAME", int)
