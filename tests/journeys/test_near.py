"""A site opens near one reader: told to that one, at once or in a digest, and to nobody else."""

from pathlib import Path

from monitor.embedded import EmbeddedRegistry
from tests.journeys.collector import Collector
from tests.journeys.made import MadeTrials, day_of
from tests.journeys.office import Office

NUMBER = "NCT99900001"
LINE = "Near you (Lyon, France): Made Hospital One began recruiting; Made Clinic Three opened"


def test_a_site_near_a_reader_is_told_to_that_reader_alone(tmp_path: Path) -> None:
    trials = MadeTrials(NUMBER)
    sites = [
        {"facility": "Made Hospital One", "status": "RECRUITING", "city": "Lyon", "country": "France"},
        {"facility": "Made Hospital Two", "status": "RECRUITING", "city": "Nice", "country": "France"},
        {"facility": "Made Clinic Three", "status": "RECRUITING", "city": "Lyon", "country": "France"},
    ]
    trials.edit(1, NUMBER, contactsLocationsModule={"locations": sites})
    with EmbeddedRegistry(trials.history).serving() as registry, Collector().listening() as post:
        inboxes = {name: post.url(name) for name in ("lyon", "nice", "anywhere", "digest")}
        office = Office(tmp_path, registry, more=inboxes)
        (tmp_path / "watchlists" / "all.yaml").write_text(
            f"watch: [{{trial: {NUMBER}}}]\n"
            "subscribers:\n"
            "  - {name: lyon, to: [lyon], near: {country: France, city: Lyon}}\n"
            "  - {name: nice, to: [nice], near: {country: France, city: Nice}}\n"
            "  - {name: anywhere, to: [anywhere]}\n"
            "  - {name: digest, to: [digest], when: daily 18:00, near: {country: france, city: lyon}}\n",
            encoding="utf-8",
        )
        office.check_on(day_of(0))
        office.check_on(day_of(0), hour=19)
        post.taken()
        office.check_on(day_of(1))
        office.check_on(day_of(1), hour=19)
        told = {got.inbox: got for got in post.taken()}
    assert sorted(told) == ["digest", "lyon"]
    assert told["lyon"].title == f"Made Trial 01: {LINE}"
    assert f"NOTABLE · {LINE}" in told["lyon"].text
    near, sites_line = [line for line in told["digest"].text.splitlines() if line.startswith("NOTABLE · ")]
    assert near.lower() == f"NOTABLE · {LINE}".lower()
    assert "Sites: " in sites_line
    [event] = [event for event in office.events() if event["rule"] == "sites.changed"]
    assert event["significance"] == "routine", "what is on record is the same for everybody"
