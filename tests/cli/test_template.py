"""`trialmon template`: one's own templates, tried before a message needs them."""

from pathlib import Path

import pytest

from tests.cli.archive import Archive

GOOD = "{% for trial in trials %}{{ trial.name }}: {{ trial.events[0].headline }}\n{% endfor %}"
BAD = "{% for trial in trials %}\n{{ trial.nmae }}\n{% endfor %}"


@pytest.fixture
def folder(archive: Archive) -> Path:
    """The folder of templates, beside trialmon.yaml."""
    folder = archive.folder / "templates"
    folder.mkdir()
    return folder


def test_a_good_template_is_called_fine(archive: Archive, folder: Path) -> None:
    (folder / "board.txt.j2").write_text(GOOD)
    (folder / "board.html.j2").write_text("<p>{{ title }}</p>")
    answer = archive.ask("template", "check")
    assert (answer.code, answer.out, answer.err) == (0, "board: txt, html: fine\n", "")


def test_a_broken_one_is_told_with_its_line_and_once(archive: Archive, folder: Path) -> None:
    (folder / "board.txt.j2").write_text(BAD)
    (folder / "good.txt.j2").write_text(GOOD)
    answer = archive.ask("template", "check")
    assert (answer.code, answer.out) == (2, "good: txt: fine\n")
    assert answer.err.count("there is no “nmae” here") == 1
    assert f"{folder}/board.txt.j2:2: " in answer.err
    answer = archive.ask("template", "check", "--json")
    assert answer.code == 2
    (row,) = answer.rows
    assert (row["file"], row["line"]) == (f"{folder}/board.txt.j2", 2)


def test_a_mistake_that_only_one_kind_of_message_meets_is_found(archive: Archive, folder: Path) -> None:
    (folder / "board.txt.j2").write_text("{% if kind == 'digest' %}{{ receipts }}{% endif %}")
    assert "there is no “receipts”" in archive.ask("template", "check", "board").err


def test_a_template_that_is_not_there_is_a_problem(archive: Archive, folder: Path) -> None:
    assert archive.ask("template", "check").out == f"there is no template in {folder}\n"
    answer = archive.ask("template", "check", "board")
    assert (answer.code, "there is no template board" in answer.err) == (2, True)
    (folder / "other.txt.j2").write_text(GOOD)
    answer = archive.ask("template", "show", "board")
    assert (answer.code, answer.err) == (
        2,
        "trialmon: there is no template called 'board' (there are: other)\n",
    )


def test_an_example_is_shown_in_its_words(archive: Archive, folder: Path) -> None:
    (folder / "board.txt.j2").write_text(GOOD)
    (folder / "board.title.j2").write_text("{{ kind }} for {{ subscriber }}")
    assert archive.ask("template", "show", "board").out == "EXAMPLE: Terminated (was: recruiting)\n"
    show = ("template", "show", "board", "--form", "title", "--kind", "watching")
    assert archive.ask(*show).out == "watching for you\n"
    (row,) = archive.ask(*show, "--json").rows
    assert row == {"template": "board", "kind": "watching", "form": "title", "text": "watching for you"}


def test_a_broken_example_is_shown_in_the_built_in_words_with_what_is_wrong(
    archive: Archive, folder: Path
) -> None:
    (folder / "board.txt.j2").write_text(BAD)
    answer = archive.ask("template", "show", "board")
    assert answer.code == 2
    assert "Terminated (was: recruiting)" in answer.out
    assert "board.txt.j2:2" in answer.err


def test_a_watchlist_that_names_a_template_that_is_not_there_is_refused(
    archive: Archive, folder: Path
) -> None:
    lists = archive.folder / "watchlists" / "backs.yaml"
    lists.write_text(lists.read_text().replace("to: [desk]", "to: [desk], template: boards"))
    answer = archive.ask("watchlist", "check")
    assert answer.code == 2
    assert f"backs.yaml:5: there is no template boards in {folder} (write boards.txt.j2)" in answer.err
    (folder / "board.txt.j2").write_text(GOOD)
    assert "did you mean “board”?" in archive.ask("watchlist", "check").err
    (folder / "boards.html.j2").write_text(GOOD)
    assert archive.ask("watchlist", "check").code == 0


def test_the_folder_may_be_anywhere(archive: Archive) -> None:
    elsewhere = archive.folder / "elsewhere" / "words"
    elsewhere.mkdir(parents=True)
    (elsewhere / "board.txt.j2").write_text(GOOD)
    archive.config.write_text(archive.config.read_text() + "templates: elsewhere/words\n")
    assert archive.ask("template", "check").out == "board: txt: fine\n"


def test_doctor_tries_the_templates_that_a_watchlist_names(archive: Archive, folder: Path) -> None:
    lists = archive.folder / "watchlists" / "backs.yaml"
    lists.write_text(lists.read_text().replace("to: [desk]", "to: [desk], template: board"))
    archive.config.write_text(
        archive.config.read_text().replace(
            "sources: {", "sources: {clinicaltrials.gov: {base_url: 'http://127.0.0.1:9'}, "
        )
    )
    (folder / "unused.txt.j2").write_text(BAD)

    def found() -> list[tuple[bool, str]]:
        rows = archive.ask("doctor", "--json").rows
        return [(row["ok"], row["message"]) for row in rows if row["check"] == "templates"]

    (folder / "board.txt.j2").write_text(GOOD)
    assert found() == [(True, "board words an example of every kind of message")]
    (folder / "board.txt.j2").write_text(BAD)
    ((ok, message),) = found()
    assert (ok, message.startswith(f"{folder}/board.txt.j2:2: there is no “nmae” here")) == (False, True)
