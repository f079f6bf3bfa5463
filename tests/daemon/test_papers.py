"""The daemon and the literature: it has a loop of its own, so that neither waits for the registries nor they for it."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.daemon.builders import TUESDAY, House, a_house, eventually, numbers
from tests.daemon.test_supervisor import QUICK, Running, a_clock

NEXT_DAY = date(2026, 2, 10)  # by the daemon's clock


def a_paper(pmid: str, number: str) -> dict[str, Any]:
    return {"pmid": pmid, "title": "Disc cells", "registered": [["ClinicalTrials.gov", number]]}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with a_house(tmp_path) as made:
        made.settings("7d", literature="pubmed europepmc")
        yield made


def asked(house: House, service: str) -> int:
    return sum(request.path.startswith(service) for request in list(house.registry.requests))


def both_were_asked(house: House) -> bool:
    return bool(asked(house, "/entrez") and asked(house, "/europepmc"))


def stopped(running: Running) -> bool:
    return running.stop() == 0


def test_a_registry_that_is_down_and_seldom_asked_holds_up_no_paper(house: House) -> None:
    with a_clock() as clock:
        running = Running(house, {}, QUICK)
        eventually(lambda: both_were_asked(house), "the baseline of the literature")
        assert stopped(running)
        house.registry.misbehave("status_500", times=None, path="/api")
        house.registry.shelf.put("new", NEXT_DAY, a_paper("90000001", numbers(1)[0]))
        house.registry.go_to(NEXT_DAY)
        clock.shift(timedelta(days=1))
        looks = house.looks
        running = Running(house, {}, QUICK)
        eventually(lambda: house.events() == ["papers.found"], "the paper is told")
        assert house.looks == looks, "of the registry nothing was due"
        assert stopped(running)


def test_a_service_of_papers_that_hangs_holds_up_no_news_of_a_trial(house: House) -> None:
    house.settings("1s", literature="pubmed europepmc")
    house.registry.misbehave("never_answers", times=None, path="/entrez")
    running = Running(house, {}, QUICK)
    eventually(lambda: asked(house, "/entrez") > 0, "PubMed is asked, and hangs")
    house.registry.go_to(TUESDAY)
    eventually(lambda: "status.halted" in house.events(), "the termination is told meanwhile")
    running.stop_at_once()


def test_a_new_trial_is_looked_for_in_the_literature_at_once(house: House) -> None:
    house.watchlist("mine", numbers(1))
    running = Running(house, {}, QUICK)
    eventually(lambda: both_were_asked(house), "the baseline of the literature")
    before = asked(house, "/europepmc")
    house.watchlist("mine", numbers(3))
    eventually(lambda: asked(house, "/europepmc") > before, "the new trials' baseline")
    assert stopped(running)


def test_between_two_looks_the_literature_is_left_alone_and_a_restart_repeats_none(house: House) -> None:
    with a_clock() as clock:
        running = Running(house, {}, QUICK)
        eventually(lambda: both_were_asked(house), "the baseline of the literature")
        assert stopped(running)
        before = asked(house, "/e")
        clock.shift(timedelta(hours=12))
        house.settings("1s", literature="pubmed europepmc")
        looks = house.looks
        running = Running(house, {}, QUICK)
        eventually(lambda: house.looks > looks + 2, "the registry is asked again and again")
        assert stopped(running)
        assert asked(house, "/e") == before


def test_a_service_that_fails_is_not_asked_at_every_beat(house: House) -> None:
    with a_clock() as clock:
        house.registry.misbehave("status_500", times=None, path="/europepmc")
        house.settings("1s", literature="europepmc")
        running = Running(house, {}, QUICK)
        eventually(lambda: asked(house, "/europepmc") >= 3, "a look at it, with its retries")
        looks = house.looks
        eventually(lambda: house.looks > looks + 2, "the registry is asked again and again")
        assert asked(house, "/europepmc") == 3
        house.registry.behave()
        clock.shift(timedelta(minutes=20))
        eventually(lambda: asked(house, "/europepmc") > 3, "it is asked again after its rest")
        assert stopped(running)
