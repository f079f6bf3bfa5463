"""A field that changes its type is drift of the registry's form, and no change of a trial."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from monitor.core.errors import Unreadable
from monitor.sources.clinicaltrials_gov.checks import require_record
from monitor.sources.clinicaltrials_gov.form import require_form
from tests.sources.registry import a_record, real_lines


def holding(path: str, value: Any) -> dict[str, Any]:
    """An object with `value` at a path such as `a.b[].c`."""
    for step in reversed(path.split(".")):
        value = {step.removesuffix("[]"): [value] if step.endswith("[]") else value}
    assert isinstance(value, dict)
    return value


def test_every_field_of_the_registrys_model_is_held_to_its_type(registry_data: Path) -> None:
    lines = [line.split("\t") for line in (registry_data / "study-paths.tsv").read_text().splitlines()]
    assert len(lines) > 300
    sound = {"boolean": True, "integer": 7, "number": 7.5}
    for path, kind, *_ in lines:
        right = sound.get(kind, "text")
        require_form(holding(path, right))
        for wrong in ({"a": 1}, [1], 5 if right == "text" else "5", None):
            with pytest.raises(Unreadable):
                require_form(holding(path, wrong))


def test_every_recorded_record_has_the_form(registry_data: Path) -> None:
    for line in real_lines(registry_data / "corpus.jsonl.xz"):
        require_form(orjson.loads(line))


@pytest.mark.parametrize("way", [("protocolSection", "statusModule"), ("protocolSection",), ()])
@pytest.mark.parametrize("value", [{"status": {}, "phases": 3}, [1], "x", 2.5, True])
def test_what_the_model_does_not_name_may_hold_anything(way: tuple[str, ...], value: Any) -> None:
    record: Any = a_record()
    home = record
    for step in way:
        home = home[step]
    home["aNewName"] = value
    require_record(record)


def test_a_status_that_nobody_knows_yet_is_a_status() -> None:
    require_record(a_record(status="PAUSED_BY_COMET"))


@pytest.mark.parametrize(
    "name", ["protocolSection", "resultsSection", "derivedSection", "hasResults", "aNewSection"]
)
def test_null_is_not_absence(name: str) -> None:
    with pytest.raises(Unreadable, match=name):
        require_record(a_record() | {name: None})
    if name.endswith("Section") and name != "aNewSection":
        with pytest.raises(Unreadable, match="null"):
            require_record(a_record() | {name: {"aModule": None}})


def test_a_record_without_number_or_status_is_none() -> None:
    for module in ("identificationModule", "statusModule"):
        record = a_record()
        del record["protocolSection"][module]
        with pytest.raises(Unreadable, match="carries no"):
            require_record(record)
