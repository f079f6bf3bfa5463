"""The differ on what a registry really gave. (Skipped where the recordings are absent.)"""

import copy
import random
from pathlib import Path
from typing import Any

from monitor.core.canonical import fingerprint
from monitor.core.diff import diff
from monitor.core.record import Record
from monitor.core.shape import split
from monitor.sources.clinicaltrials_gov.shape import SHAPE
from tests.builders import a_change, a_record
from tests.core.brute_force import accounts_for, invented, items_named, items_touched
from tests.core.made_json import shuffled
from tests.core.recorded import lines, successive
from tests.core.replaying import replayed, settled


def without_data_date(study: Any) -> Any:
    kept = copy.deepcopy(study)
    kept["derivedSection"]["miscInfoModule"].pop("versionHolder")
    return kept


def test_every_real_transition_is_told_to_the_leaf(registry_data: Path) -> None:
    transitions = 0
    for before, after in successive(registry_data):
        changes = diff(split(before), split(after), SHAPE)
        old, new = without_data_date(before), without_data_date(after)
        assert accounts_for(old, new, changes)
        assert invented(changes) == []
        assert items_named(changes, "added") == items_touched(old, new)
        assert items_named(changes, "removed") == items_touched(new, old)
        assert fingerprint(replayed(before, changes, SHAPE)) == fingerprint(settled(after, SHAPE))
        transitions += bool(changes)
    assert transitions == 26


def test_the_status_that_the_registry_itself_set_is_told(registry_data: Path) -> None:
    """It moved without `lastUpdatePostDate`: a reader of updated records only would have missed it."""
    silent = [
        {change.role: change.after for change in changes}
        for before, after in successive(registry_data)
        if (changes := diff(split(before), split(after), SHAPE))
        and not any(change.role == "registry_date" for change in changes)
    ]
    assert silent == [{"status": "UNKNOWN", "last_known_status": "NOT_YET_RECRUITING"}]


def test_no_real_record_differs_from_itself_in_another_order(registry_data: Path) -> None:
    chance = random.Random(7)
    studies = list(lines(registry_data / "corpus.jsonl.xz"))
    assert len(studies) == 784
    for study in studies:
        modules = split(study)
        assert diff(modules, split(shuffled(study, chance)), SHAPE) == ()


def test_every_real_record_is_kept_as_it_came(registry_data: Path) -> None:
    for study in lines(registry_data / "corpus.jsonl.xz"):
        record: Record = a_record(study)
        assert record.document == study


def test_one_real_trial_turned_into_another_is_told_to_the_leaf(registry_data: Path) -> None:
    chance = random.Random(11)
    studies = [study for study in lines(registry_data / "corpus.jsonl.xz") if len(str(study)) < 80_000]
    for _ in range(25):
        before, after = chance.sample(studies, 2)
        changes = diff(split(before), split(after), SHAPE)
        assert accounts_for(without_data_date(before), without_data_date(after), changes)
        assert invented(changes) == []
        assert fingerprint(replayed(before, changes, SHAPE)) == fingerprint(settled(after, SHAPE))


def test_the_count_notices_a_change_that_is_missing_doubled_or_made_up(registry_data: Path) -> None:
    before, after = next(
        (before, after)
        for before, after in successive(registry_data)
        if 4 <= len(diff(split(before), split(after), SHAPE)) <= 40
    )
    changes = diff(split(before), split(after), SHAPE)
    old, new = without_data_date(before), without_data_date(after)
    for position, change in enumerate(changes):
        assert not accounts_for(old, new, changes[:position] + changes[position + 1 :])
        assert not accounts_for(old, new, (*changes, change))
    stays = a_change("hasResults", before["hasResults"], before["hasResults"])
    assert invented((*changes, stays)) == ["hasResults"]
