"""`export` writes files that are complete when they have their names."""

from tests.cli.archive import Archive


def test_an_ending_says_what_the_file_is_to_be(known: Archive) -> None:
    target = known.folder / "changes.csv"
    said = known.ask("export", "--to", str(target))
    assert (said.code, said.err) == (0, "")
    assert target.read_text(encoding="utf-8-sig").startswith("id,")


def test_standard_output_is_no_file_and_the_command_that_streams_is_named(known: Archive) -> None:
    for what in ("changes", "events"):
        said = known.ask("export", "--what", what, "--to", "-")
        assert said.code == 2
        assert f"trialmon {what} --json" in said.err
