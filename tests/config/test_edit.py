"""Editing a watchlist changes the line that is meant and no other."""

import os
import re
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from monitor.config.edit import add_search, add_trials, import_numbers, remove_trials
from monitor.config.load import load_settings
from monitor.config.settings import Settings
from monitor.config.watchlists import load_watchlist
from monitor.core.errors import WrongConfiguration, WrongUsage

LIST = """\
# What we follow.
title: 'Backs'   # quoted as it is

watch:
  # the first
  - trial: NCT00000001    # one
    note: "a note"
    # about the first
  - search: {condition: pain,   phase: [2]}

  # the second
  - trial: NCT00000002

# who is told
subscribers:
- {name: me, to: [terminal]}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "list.yaml"
    path.write_text(LIST)
    return path


def numbers_in(path: Path, settings: Settings) -> list[str]:
    loaded = load_watchlist(path, settings)
    assert not loaded.problems
    return [watch.number for watch in loaded.watchlists[0].watches]


def test_a_trial_is_added_after_the_last_and_nothing_else_moves(path: Path, settings: Settings) -> None:
    edited = add_trials(path, ["nct00000003", "NCT00000001", "NCT00000003"], settings=settings)
    assert (edited.changed, edited.unchanged) == (("NCT00000003",), ("NCT00000001",))
    line = "  - trial: NCT00000002\n"
    assert path.read_text() == LIST.replace(line, line + "  - trial: NCT00000003\n")


@pytest.mark.parametrize("note", ["Phase 3, Paris", "a: b # c", "no", 'says "x"\nand more', "- x", "Zürich"])
def test_a_note_reads_back_as_it_was_given(path: Path, settings: Settings, note: str) -> None:
    add_trials(path, ["NCT00000003"], note, settings=settings)
    assert load_watchlist(path, settings).watchlists[0].watches[-1].note == " ".join(note.split())


def test_a_trial_is_removed_with_what_belongs_to_it(path: Path, settings: Settings) -> None:
    edited = remove_trials(path, ["NCT00000001", "NCT00000009"], settings=settings)
    assert (edited.changed, edited.unchanged) == (("NCT00000001",), ("NCT00000009",))
    gone = '  - trial: NCT00000001    # one\n    note: "a note"\n    # about the first\n'
    assert path.read_text() == LIST.replace(gone, "")


def test_the_last_trial_can_go_and_another_can_come(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "one.yaml"
    path.write_text("watch:   # here\n- trial: NCT00000001\n# end\n")
    remove_trials(path, ["NCT00000001"], settings=settings)
    assert numbers_in(path, settings) == []
    add_trials(path, ["NCT00000002"], settings=settings)
    assert numbers_in(path, settings) == ["NCT00000002"]
    assert "# here" in path.read_text()
    assert path.read_text().endswith("# end\n")


def test_adding_and_removing_again_leaves_the_file_as_it_was(path: Path, settings: Settings) -> None:
    add_trials(path, ["NCT00000003", "NCT00000004"], "x: y", settings=settings)
    remove_trials(path, ["NCT00000004", "NCT00000003"], settings=settings)
    assert path.read_text() == LIST


@pytest.mark.parametrize("ends", ["\n", ""])
def test_a_list_at_the_end_of_the_file_can_grow(tmp_path: Path, settings: Settings, ends: str) -> None:
    path = tmp_path / "end.yaml"
    path.write_text("watch:\n-   trial: NCT00000001" + ends)
    add_trials(path, ["NCT00000002"], "n", settings=settings)
    assert path.read_text() == "watch:\n-   trial: NCT00000001\n-   trial: NCT00000002\n    note: n\n"


def test_windows_line_ends_stay(path: Path, settings: Settings) -> None:
    path.write_bytes(LIST.replace("\n", "\r\n").encode())
    add_trials(path, ["NCT00000003"], settings=settings)
    remove_trials(path, ["NCT00000001"], settings=settings)
    assert re.search(rb"(?<!\r)\n", path.read_bytes()) is None
    assert numbers_in(path, settings) == ["", "NCT00000002", "NCT00000003"]


def test_a_search_link_is_added_once(path: Path, settings: Settings) -> None:
    link = "https://clinicaltrials.gov/search?cond=Back%20Pain&rank=3"
    assert add_search(path, link, settings=settings).changed == (link,)
    assert add_search(path, link.replace("&rank=3", ""), settings=settings).changed == ()
    assert load_watchlist(path, settings).watchlists[0].watches[-1].title == "Back Pain"


def test_a_link_that_is_not_understood_is_not_written(path: Path, settings: Settings) -> None:
    with pytest.raises(WrongUsage, match="moon"):
        add_search(path, "https://clinicaltrials.gov/search?cond=x&moon=1", settings=settings)
    assert path.read_text() == LIST


def test_a_malformed_number_is_not_written(path: Path, settings: Settings) -> None:
    with pytest.raises(WrongUsage, match="7 digits, 8 needed"):
        add_trials(path, ["NCT00000003", "NCT0000000"], settings=settings)
    assert path.read_text() == LIST


@pytest.mark.parametrize(
    "text",
    [
        "watch: [{trial: NCT00000001}]\n",
        "{watch: []}\n",
        "watch:\n  - trial: NCT1\n",
        "watch:\n  -\n    trial: NCT00000001\n  - trial: NCT00000002",
    ],
)
def test_a_file_that_cannot_be_edited_safely_stays_as_it_is(
    tmp_path: Path, settings: Settings, text: str
) -> None:
    path = tmp_path / "odd.yaml"
    path.write_text(text)
    with pytest.raises(WrongConfiguration):
        remove_trials(path, ["NCT00000001"], settings=settings)
    assert path.read_text() == text


def test_the_file_keeps_its_mode_and_a_link_stays_a_link(
    path: Path, settings: Settings, tmp_path: Path
) -> None:
    path.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(path)
    add_trials(link, ["NCT00000003"], settings=settings)
    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert sorted(os.listdir(tmp_path)) == ["link.yaml", "list.yaml", "trialmon.yaml"]


def test_a_file_that_cannot_be_written_is_said_and_stays(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / (
        "x" * 250 + ".yaml"
    )  # its temporary neighbour's name would be too long for the file system
    path.write_text(LIST)
    with pytest.raises(WrongUsage, match="cannot be written"):
        add_trials(path, ["NCT00000003"], settings=settings)
    assert path.read_text() == LIST


def test_numbers_are_found_in_any_text() -> None:
    found = import_numbers(
        "See nct03737461, NCT06325566;\n(NCT03737461)\n\n"
        "NCT0373746 is short\nno number\nXNCT06001853 NCT00000000\n"
    )
    assert found.numbers == ("NCT03737461", "NCT06325566")
    assert [line for line, _ in found.not_understood] == [4, 5, 6]


def test_a_csv_file_is_read_in_its_column_of_numbers() -> None:
    text = '\ufeffRank,NCT Number,Title\n1,NCT03737461,"After NCT99999999,\ntwo lines"\n2,NCT06325566,x\n3,none,y\n'
    found = import_numbers(text)
    assert found.numbers == ("NCT03737461", "NCT06325566")
    assert found.not_understood == ((5, "none"),)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_columns_of_a_csv_file_may_be_divided_by_anything_usual(delimiter: str) -> None:
    assert import_numbers(f"Title{delimiter}NCTId\nNCT99999999{delimiter}NCT03737461").numbers == (
        "NCT03737461",
    )


indents = st.tuples(st.sampled_from(["", "  ", "    "]), st.sampled_from([" ", "   "]))
extras = st.sampled_from(
    [
        "",
        "   # c",
        "\nNOTE: x",
        "\nNOTE: x   # c",
        "\n\n",
        "\n# below",
        "\nNOTE: >-\nNOTE  folded",
        "\nNOTE: |\nNOTE  block\n",
    ]
)


@given(
    indents,
    st.lists(extras, min_size=1, max_size=5),
    st.sampled_from(["", "\n", "# end\n", "\n\n# end\nsubscribers: []\n"]),
)
@hypothesis_settings(deadline=None, max_examples=60)
def test_whatever_a_list_looks_like_an_added_trial_can_be_removed(
    tmp_path_factory: pytest.TempPathFactory, indent: tuple[str, str], entries: list[str], end: str
) -> None:
    dash, gap = indent
    inner = dash + " " + gap
    text = "watch:\n"
    for number, extra in enumerate(entries, start=1):
        written = extra.replace("NOTE: ", inner + "note: ").replace("NOTE", inner)
        text += f"{dash}-{gap}trial: NCT{number:08d}{written}\n"
    text += end
    path = tmp_path_factory.mktemp("edit") / "list.yaml"
    path.write_text(text)
    settings = load_settings(None, {})
    before = numbers_in(path, settings)
    add_trials(path, ["NCT12345678"], "a note", settings=settings)
    assert numbers_in(path, settings) == [*before, "NCT12345678"]
    assert [line for line in path.read_text().splitlines() if line not in text.splitlines()] == [
        f"{dash}-{gap}trial: NCT12345678",
        f"{inner}note: a note",
    ]
    remove_trials(path, ["NCT12345678"], settings=settings)
    assert path.read_text() == text
    remove_trials(path, before[:1], settings=settings)
    assert numbers_in(path, settings) == before[1:]
