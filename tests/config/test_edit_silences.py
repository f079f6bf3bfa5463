"""Snoozing and muting by command changes the entry that is meant, and nothing else in the file."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from monitor.config.edit_silences import mute, muted_word, snooze
from monitor.config.load import load_settings
from monitor.config.settings import Settings
from monitor.config.watchlists import load_watchlist
from monitor.core.errors import WrongConfiguration, WrongUsage
from monitor.core.watch import Subscriber

ONE, OTHER = "NCT00000001", "NCT00000002"
DAY, LATER = date(2026, 12, 1), date(2027, 1, 31)
LIST = """\
# What we follow.
title: 'Backs'   # quoted as it is
watch:
  - trial: NCT00000001    # one

# who is told
subscribers:
  - name: me
    to: [terminal]   # here
    # about me
  - {name: you, to: [terminal]}  # in brackets
# the end
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "list.yaml"
    path.write_text(LIST)
    return path


def readers(path: Path, settings: Settings) -> dict[str, Subscriber]:
    loaded = load_watchlist(path, settings)
    assert not loaded.problems
    return {one.name: one for one in loaded.watchlists[0].subscribers}


def test_a_trial_is_snoozed_for_the_whole_list_and_no_longer(path: Path, settings: Settings) -> None:
    assert snooze(path, ONE, DAY, settings=settings)
    assert path.read_text() == LIST + f"snooze: {{{ONE}: 2026-12-01}}\n"
    assert not snooze(path, ONE, DAY, settings=settings), "it is snoozed until then already"
    assert snooze(path, OTHER, DAY, settings=settings)
    assert snooze(path, ONE, LATER, settings=settings)
    assert dict(readers(path, settings)["you"].snooze) == {ONE: LATER, OTHER: DAY}
    assert snooze(path, ONE, None, settings=settings)
    assert not snooze(path, ONE, None, settings=settings)
    assert path.read_text() == LIST + f"snooze: {{{OTHER}: 2026-12-01}}\n"


def test_one_subscriber_may_be_meant(path: Path, settings: Settings) -> None:
    mute(path, "sites", "me", settings=settings)
    mute(path, ONE, "you", settings=settings)
    mute(path, "dates.edited", "you", settings=settings)
    text = LIST.replace("    # about me\n", "    # about me\n    mute: [sites]\n")
    assert path.read_text() == text.replace(
        "to: [terminal]}", f"to: [terminal], mute: [{ONE}, dates.edited]}}"
    )
    assert {name: one.mute for name, one in readers(path, settings).items()} == {
        "me": {"sites"},
        "you": {ONE, "dates.edited"},
    }


def test_ending_it_for_the_list_ends_it_for_everybody_in_it(path: Path, settings: Settings) -> None:
    for subscriber in ("", "me", "you"):
        snooze(path, ONE, DAY, subscriber, settings=settings)
    assert snooze(path, ONE, None, settings=settings)
    assert all(not one.snooze for one in readers(path, settings).values())


BLOCKS = """\
watch: []
snooze:   # for now
  # until the analysis
  nct00000001: "2026-12-01"   # the first
  NCT00000002: 2026-12-02
mute:
- sites     # too many

- NCT00000003
subscribers: []
"""


def test_entries_one_a_line_keep_their_comments(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "list.yaml"
    path.write_text(BLOCKS + "")
    text = BLOCKS
    assert snooze(path, ONE, LATER, settings=settings)
    text = text.replace('"2026-12-01"', "2027-01-31")
    assert path.read_text() == text
    assert snooze(path, "NCT00000004", DAY, settings=settings)
    text = text.replace("2026-12-02\n", "2026-12-02\n  NCT00000004: 2026-12-01\n")
    assert mute(path, "dates", settings=settings)
    text = text.replace("- NCT00000003\n", "- NCT00000003\n- dates\n")
    assert path.read_text() == text
    assert mute(path, "sites", off=True, settings=settings)
    text = text.replace("- sites     # too many\n", "")
    assert path.read_text() == text
    for word in ("dates", "NCT00000003"):
        assert mute(path, word, off=True, settings=settings)
    assert "mute" not in path.read_text()


def test_what_was_silenced_and_is_no_longer_leaves_the_file_as_it_was(path: Path, settings: Settings) -> None:
    for subscriber in ("", "me", "you"):
        mute(path, "sites", subscriber, settings=settings)
        snooze(path, ONE, DAY, subscriber, settings=settings)
    assert mute(path, "sites", off=True, settings=settings)
    assert snooze(path, ONE, None, settings=settings)
    assert path.read_text() == LIST


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("watch: []\nmute: [sites]   # too many\n", "watch: []\nmute: []   # too many\n"),
        ("watch: []\nmute:\n  [sites]\n", "watch: []\nmute:\n  []\n"),
        (
            "watch: []\nsubscribers:\n- mute: [sites]\n  name: me\n  to: [terminal]\n",
            "watch: []\nsubscribers:\n- mute: []\n  name: me\n  to: [terminal]\n",
        ),
        (
            "watch: []\nsubscribers: [{mute: [sites], name: me, to: [terminal]}]\n",
            "watch: []\nsubscribers: [{mute: [], name: me, to: [terminal]}]\n",
        ),
    ],
)
def test_a_key_that_stands_with_other_things_stays_and_is_empty(
    tmp_path: Path, settings: Settings, before: str, after: str
) -> None:
    path = tmp_path / "list.yaml"
    path.write_text(before)
    assert mute(path, "sites", off=True, settings=settings)
    assert path.read_text() == after


def test_a_key_with_nothing_behind_it_is_filled(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "list.yaml"
    path.write_text("watch: []\nmute:   # nothing yet\nsubscribers: []\n")
    assert mute(path, "sites", settings=settings)
    assert path.read_text() == "watch: []\nmute: [sites]   # nothing yet\nsubscribers: []\n"


@pytest.mark.parametrize(
    "text",
    [
        "watch: []\nsubscribers:\n- {name: me,\n   to: [terminal]}\n",
        "watch: []\nsubscribers:\n- name: me\n  to: [terminal]\n  mute: [sites,\n    dates]\n",
    ],
)
def test_brackets_over_several_lines_are_edited_by_hand(
    tmp_path: Path, settings: Settings, text: str
) -> None:
    path = tmp_path / "list.yaml"
    path.write_text(text)
    with pytest.raises(WrongConfiguration, match="by hand only"):
        mute(path, "results", "me", settings=settings)
    assert path.read_text() == text


def test_who_is_not_there_cannot_be_meant(path: Path, settings: Settings) -> None:
    with pytest.raises(WrongUsage, match="no subscriber she") as refused:
        mute(path, "sites", "she", settings=settings)
    assert "me, you" in str(refused.value)
    assert path.read_text() == LIST


def test_what_the_list_says_cannot_be_ended_for_one(path: Path, settings: Settings) -> None:
    mute(path, "sites", settings=settings)
    with pytest.raises(WrongUsage, match="for all its subscribers"):
        mute(path, "sites", "me", off=True, settings=settings)
    assert path.read_text() == LIST + "mute: [sites]\n"


def test_windows_line_ends_stay(path: Path, settings: Settings) -> None:
    path.write_bytes(LIST.replace("\n", "\r\n").encode())
    snooze(path, ONE, DAY, "me", settings=settings)
    snooze(path, ONE, DAY, settings=settings)
    assert b"\n" not in path.read_bytes().replace(b"\r\n", b"")
    assert dict(readers(path, settings)["me"].snooze) == {ONE: DAY}


def test_only_what_can_be_muted_is_a_word() -> None:
    assert [muted_word(text) for text in ("nct00000001", "sites", "dates.slipped")] == [
        ONE,
        "sites",
        "dates.slipped",
    ]
    with pytest.raises(WrongUsage, match="is not a trial, a rule or a topic"):
        muted_word("everything")


WHO = st.sampled_from(["", "me", "you"])
EDITS = st.lists(st.tuples(st.sampled_from(["sites", "dates", ONE]), WHO, st.booleans()), max_size=6)


@given(EDITS)
@hypothesis_settings(deadline=None, max_examples=40)
def test_whatever_is_edited_the_file_says_what_was_asked_for(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[str, str, bool]]
) -> None:
    path = tmp_path_factory.mktemp("edit") / "list.yaml"
    path.write_text(LIST)
    settings = load_settings(None, {})
    said: dict[str, set[str]] = {"": set(), "me": set(), "you": set()}
    for word, who, off in edits:
        if off and who and word in said[""]:
            continue
        mute(path, word, who, off=off, settings=settings)
        for place in [who] if who or not off else said:
            (said[place].discard if off else said[place].add)(word)
    found = {name: one.mute for name, one in readers(path, settings).items()}
    assert found == {name: said[""] | said[name] for name in ("me", "you")}
    kept = [line for line in path.read_text().splitlines() if "mute" not in line]
    assert kept == [line for line in LIST.splitlines() if line in kept]
