"""A digest says what it did not say."""

import re
from pathlib import Path

from monitor.embedded import EmbeddedRegistry
from tests.journeys.collector import Collector
from tests.journeys.made import MadeTrials, day_of
from tests.journeys.office import Office

ONE, OTHER = "NCT99900001", "NCT99900002"


def test_a_digest_ends_with_what_was_held_back_since_the_one_before(tmp_path: Path) -> None:
    trials = MadeTrials(ONE, OTHER)
    trials.edit(1, ONE, statusModule={"overallStatus": "SUSPENDED"})
    trials.edit(1, OTHER, statusModule={"statusVerifiedDate": "2026-03"})
    trials.edit(2, OTHER, descriptionModule={"briefSummary": "Another summary of a made trial."})
    trials.edit(4, ONE, statusModule={"overallStatus": "RECRUITING"})
    with EmbeddedRegistry(trials.history).serving() as registry, Collector().listening() as desk:
        office = Office(tmp_path, registry, destination=desk.url())
        office.watch([ONE, OTHER])
        file = tmp_path / "watchlists" / "all.yaml"
        file.write_text(file.read_text().replace("at_least", "when: daily 07:30, at_least"), encoding="utf-8")
        office.check_on(day_of(0))
        assert desk.taken() == []
        digests = {}
        for ahead in range(1, 7):
            office.check_on(day_of(ahead), hour=6)
            office.check_on(day_of(ahead), hour=8)
            digests[ahead] = [got.text for got in desk.taken() if "Now watching" not in got.title]
    first, second = digests[1], digests[4]
    assert [ahead for ahead, told in digests.items() if told] == [1, 4]
    # The record's new dates alone are noise, in both trials.
    assert re.search(
        r"Held back: \d+ edits in 2 trials that the registry made by itself or that say nothing new \([^)]+\)\. "
        "`trialmon events --at-least noise --since 2026-02-24` shows all",
        first[0],
    )
    assert (
        "1 routine edit below your level. `trialmon events --at-least noise --since 2026-03-03`" in second[0]
    )
    noise = [event for event in office.events() if event["significance"] == "noise"]
    shown = office.command("events", "--at-least", "noise").stdout
    assert noise
    assert all(event["because"] in shown for event in noise), "noise says why it is noise"
