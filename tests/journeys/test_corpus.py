"""Every kind of record that the registry really has, stored and read back equal; lists shuffled change nothing."""

import json
import lzma
import random
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from monitor.core.json import Json
from monitor.core.record import canonical_json
from monitor.core.trial import TrialId
from monitor.embedded import EmbeddedRegistry, History
from monitor.sources.clinicaltrials_gov.shape import SHAPE
from monitor.store import queries
from tests.journeys.office import Office

FIRST, SECOND = date(2026, 3, 16), date(2026, 3, 17)


def shuffled(value: Any, chance: random.Random) -> Any:
    """The same value with every list in another order."""
    if isinstance(value, dict):
        return {key: shuffled(inner, chance) for key, inner in value.items()}
    if isinstance(value, list):
        items = [shuffled(inner, chance) for inner in value]
        chance.shuffle(items)
        return items
    return value


def restamped(study: Any, day: date) -> Any:
    """The record with the data date that a registry would give it on that day."""
    study = json.loads(json.dumps(study))
    misc = study.setdefault("derivedSection", {}).setdefault("miscInfoModule", {})
    misc["versionHolder"] = day.isoformat()
    return study


def number_of(study: Any) -> str:
    number: str = study["protocolSection"]["identificationModule"]["nctId"]
    return number


def test_every_record_of_the_corpus_is_read_back_equal_and_shuffling_its_lists_changes_nothing(
    registry_data: Path, tmp_path: Path
) -> None:
    with lzma.open(registry_data / "corpus.jsonl.xz") as lines:
        studies = [json.loads(line) for line in lines]
    history, chance = History(), random.Random(20260316)
    for study in studies:
        history.put(number_of(study), FIRST, study)
        history.put(number_of(study), SECOND, shuffled(study, chance))
    with EmbeddedRegistry(history).serving() as registry:
        office = Office(tmp_path, registry)
        office.watch(sorted(number_of(study) for study in studies))
        first = office.check_on(FIRST)
        assert (first.failed, first.looked, first.changed) == ([], len(studies), 0)
        assert_read_back(office, studies, FIRST)
        second = office.check_on(SECOND)
        assert (second.failed, second.looked, second.changed) == ([], len(studies), 0)
        assert office.changes() == []


def assert_read_back(office: Office, studies: list[Any], day: date) -> None:
    database = office.database()
    try:
        refresh = queries.as_last_seen(SHAPE)
        for study in studies:
            shown = queries.show(database, TrialId(SHAPE.registry, number_of(study)), refresh=refresh)
            assert shown is not None
            record: Json = shown["record"]
            assert canonical_json(record) == canonical_json(restamped(study, day)), number_of(study)
    finally:
        database.close()


@pytest.mark.parametrize("seed", range(3))
def test_made_records_with_shuffled_lists_change_nothing(seed: int, tmp_path: Path) -> None:
    seeds = Path(__file__).parents[2] / "seeds" / "clinicaltrials.gov"
    chance, history = random.Random(seed), History()
    for file in sorted(seeds.glob("NCT*.json")):
        state = json.loads(file.read_text(encoding="utf-8"))["states"][-1]
        history.put(number_of(state["study"]), FIRST, state["study"])
        history.put(number_of(state["study"]), SECOND, shuffled(state["study"], chance))
    with EmbeddedRegistry(history).serving() as registry:
        office = Office(tmp_path, registry)
        office.watch(sorted(history.trials))
        assert office.check_on(FIRST).failed == []
        assert office.check_on(SECOND).changed == 0
        assert office.changes() == []
