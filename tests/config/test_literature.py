"""The sources of papers in trialmon.yaml."""

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config.load import load_settings
from monitor.config.settings import LiteratureSettings
from monitor.core.errors import WrongConfiguration


def loaded(folder: Path, text: str, **environment: str) -> dict[str, LiteratureSettings]:
    path = folder / "trialmon.yaml"
    path.write_text(text, encoding="utf-8")
    return dict(load_settings(path, environment).literature)


def test_both_are_asked_once_a_day_unless_told_otherwise(tmp_path: Path) -> None:
    assert loaded(tmp_path, "") == {"pubmed": LiteratureSettings(), "europepmc": LiteratureSettings()}
    assert LiteratureSettings().check_every == timedelta(hours=24)


def test_one_that_is_switched_off_is_not_asked(tmp_path: Path) -> None:
    assert loaded(tmp_path, "sources: {pubmed: {enabled: false}}").keys() == {"europepmc"}


def test_beside_a_registry_on_this_machine_only_what_is_named_is_asked(tmp_path: Path) -> None:
    here = "sources:\n  clinicaltrials.gov: {base_url: 'http://127.0.0.1:9'}\n"
    assert loaded(tmp_path, here) == {}
    assert loaded(tmp_path, f"{here}  pubmed: {{check_every: 12h}}\n") == {
        "pubmed": LiteratureSettings(check_every=timedelta(hours=12))
    }


def test_a_key_comes_from_the_environment_and_is_never_shown(tmp_path: Path) -> None:
    found = loaded(tmp_path, "sources: {pubmed: {api_key: '${KEY}'}}", KEY="a-secret-key")["pubmed"]
    assert found.api_key is not None
    assert found.api_key.reveal() == "a-secret-key"
    assert "a-secret-key" not in repr(found)


def test_a_key_that_is_not_set_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(WrongConfiguration) as wrong:
        loaded(tmp_path, "sources:\n  pubmed:\n    api_key: ${KEY}\n")
    assert [(one.line, one.message) for one in wrong.value.problems] == [(3, "${KEY} is not set")]
