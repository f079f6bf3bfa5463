"""`search`, and the filters of `changes` and `events` that go by words, rules and fields."""

from tests.cli.archive import Archive


def test_search_finds_the_trial_what_befell_it_and_which_fields(known: Archive) -> None:
    said = known.ask("search", "disc")
    assert said.code == 0
    assert "Trials\n  NCT09990001" in said.out
    assert "Disc Cells for Chronic Neck Pain" in said.out
    assert not said.out.endswith("\n\n")
    assert [row["found"] for row in known.ask("search", "--json", "completed").rows] == ["event", "change"]
    assert [row["found"] for row in known.ask("search", "--json", "--in", "changes", "neck").rows] == [
        "change"
    ]


def test_search_says_when_there_is_nothing_and_when_there_is_no_word(known: Archive) -> None:
    assert known.ask("search", "unheard").out == "Nothing has all of these words.\n"
    said = known.ask("search", "***", "( )")
    assert said.code == 2
    assert "no word" in said.err


def test_what_is_found_cannot_act_on_the_terminal(hostile: Archive) -> None:
    said = hostile.ask("search", "owned")
    assert "NCT09990001" in said.out
    assert "\x1b" not in said.out
    assert "\u202e" not in said.out


def test_changes_and_events_are_narrowed_by_rule_field_and_words(known: Archive) -> None:
    assert [row["rule"] for row in known.ask("events", "--json", "--rule", "dates.slipped").rows] == [
        "dates.slipped"
    ]
    fields = [row["field"] for row in known.ask("changes", "--json", "--field", "brieftitle").rows]
    assert fields == ["protocolSection.identificationModule.briefTitle"]
    assert [row["label"] for row in known.ask("changes", "--json", "--text", "neck pain").rows] == [
        "Brief title"
    ]
    assert known.ask("changes", "--text", "unheard").out == "No such change.\n"


def test_a_rule_that_there_is_not_is_refused_with_the_nearest(known: Archive) -> None:
    said = known.ask("events", "--rule", "dates.sliped")
    assert said.code == 2
    assert "did you mean dates.slipped" in said.err
