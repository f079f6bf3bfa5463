"""Readers' own templates on the whole way: their words arrive; where they fail, ours do, and somebody is told once."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from monitor.embedded import EmbeddedRegistry, History
from tests.builders import a_document
from tests.drafting.hostile import ENDLESS
from tests.faults.desk import Desk
from tests.journeys.collector import Collector

NUMBER = "NCT09990001"
OTHER = "NCT09990002"
WORDS = "{{ kind }} for {{ subscriber }}{% for trial in trials %}: {{ trial.events[0].headline }}{% endfor %}"


def halted(number: str) -> dict[str, object]:
    return a_document(
        number, statusModule={"overallStatus": "TERMINATED", "whyStopped": "<b>money</b> @everyone"}
    )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Two trials, of which one is halted on each of the days after the first; `desk` has a template, `other` has none."""
    history = History()
    for at, number in enumerate((NUMBER, OTHER)):
        history.put(number, date(2026, 2, 9), a_document(number))
        history.put(number, date(2026, 2, 10 + at), halted(number))
    with EmbeddedRegistry(history).serving() as registry, Collector().listening() as inbox:
        yield Desk(tmp_path, registry, inbox)


def write(desk: Desk, when: str = "at once", **files: str) -> None:
    folder = desk.office.folder / "templates"
    folder.mkdir(exist_ok=True)
    for form, text in files.items():
        (folder / f"board.{form}.j2").write_text(text, encoding="utf-8")
    (desk.office.folder / "watchlists" / "backs.yaml").write_text(
        f"title: Backs\nwatch: [{{trial: {NUMBER}}}, {{trial: {OTHER}}}]\nsubscribers:\n"
        f"  - {{name: desk, to: [desk], template: board, when: {when}}}\n  - {{name: other, to: [other]}}\n",
        encoding="utf-8",
    )


def arrived(desk: Desk, inbox: str) -> list[tuple[str, str]]:
    """Titles and texts at an inbox since that was last asked; what came at others is dropped."""
    return [(one.title, one.text) for one in desk.arrived() if one.inbox == inbox]


def test_a_reader_gets_the_words_of_the_template(desk: Desk) -> None:
    write(desk, txt=WORDS, title="{{ kind | upper }}")
    desk.look("2026-02-09T15:00")
    ((title, text),) = arrived(desk, "desk")
    assert (title, text.partition("\n")[0]) == ("WATCHING", "watching for desk")
    desk.look("2026-02-10T15:00")
    everything = desk.arrived()
    ((title, text),) = [(one.title, one.text) for one in everything if one.inbox == "desk"]
    assert title == "ALERT"
    assert text.startswith("alert for desk: Terminated")
    assert "@everyone" not in text
    (others,) = [one.text for one in everything if one.inbox == "other"]
    assert "alert for" not in others, "who has no template gets the built-in words"


def test_a_digest_is_worded_too(desk: Desk) -> None:
    write(desk, "daily 07:30", txt=WORDS)
    for moment in ("2026-02-09T15:00", "2026-02-10T15:00", "2026-02-11T15:00"):
        desk.look(moment)
    told = arrived(desk, "desk")
    assert any(text.startswith("digest for desk: Terminated") for _, text in told), told


def test_a_broken_template_loses_no_alert_and_is_told_once(desk: Desk) -> None:
    config = desk.office.config
    config.write_text(config.read_text(encoding="utf-8") + "operator: [other]\n", encoding="utf-8")
    write(desk, txt="line one\n{{ nothing }}")
    for moment in ("2026-02-09T15:00", "2026-02-10T15:00", "2026-02-11T15:00"):
        desk.look(moment)
    everything = desk.arrived()
    told = [(one.title, one.text) for one in everything if one.inbox == "desk"]
    operator = [(one.title, one.text) for one in everything if one.inbox == "other"]
    notices = [text for title, text in told if "template" in title]
    assert len(notices) == 1
    assert "board.txt.j2:2: there is no “nothing”" in notices[0]
    assert "trialmon template check board" in notices[0]
    assert len([title for title, _ in operator if "template" in title]) == 1, "whoever runs it knows too"
    for number in (NUMBER, OTHER):
        assert [title for title, text in told if "Terminated" in title and f"study/{number}" in text]


def test_a_mistake_that_speaks_of_the_trial_is_told_once_for_all_trials(desk: Desk) -> None:
    write(desk, txt="{% for trial in trials %}{{ trial[trial.number] }}{% endfor %}")
    for moment in ("2026-02-09T15:00", "2026-02-10T15:00", "2026-02-11T15:00"):
        desk.look(moment)
    told = arrived(desk, "desk")
    assert len([title for title, _ in told if "Terminated" in title]) >= 2
    assert len([title for title, _ in told if "template" in title]) == 1


def test_a_template_without_an_end_loses_no_alert_either(desk: Desk) -> None:
    write(desk, txt=WORDS)
    desk.look("2026-02-09T15:00")
    desk.told()
    write(desk, txt=ENDLESS["loops in loops"])
    desk.look("2026-02-10T15:00")
    told = arrived(desk, "desk")
    assert [title for title, _ in told if "template" in title] == [
        "The template “board” cannot be used as it is"
    ]
    assert len([text for _, text in told if "Terminated" in text]) == 1
