"""`upkeep` as a timer calls it."""

from tests.cli.archive import Archive


def test_upkeep_says_what_it_did_and_status_how_large_the_parts_are(known: Archive) -> None:
    known.config.write_text(
        known.config.read_text() + "backups: {folder: copies, keep_daily: 1, keep_weekly: 0}\n"
    )
    said = known.ask("upkeep", "--now", "2026-05-07T09:00")
    assert said.code == 0, said.err
    assert "every page is sound" in said.out
    assert [file.name for file in (known.folder / "copies").iterdir()] == ["trialmon-2026-05-07.db"]
    rows = known.ask("upkeep", "--json", "--now", "2026-05-08T09:00").rows
    assert [(row["task"], row["ok"]) for row in rows] == [
        ("integrity", True),
        ("optimise", True),
        ("backup", True),
    ]
    assert [file.name for file in (known.folder / "copies").iterdir()] == ["trialmon-2026-05-08.db"]
    [status] = known.ask("status", "--json").rows
    assert status["database"]["parts"]["records"] > 0
    assert "of which" in known.ask("status").out


def test_upkeep_makes_no_database(archive: Archive) -> None:
    said = archive.ask("upkeep")
    assert said.code == 3
    assert not archive.path.exists()


def test_backups_that_cannot_be_are_refused_with_their_line(known: Archive) -> None:
    known.config.write_text(known.config.read_text() + "backups:\n  keep_daily: many\n")
    said = known.ask("upkeep")
    assert said.code == 2
    assert "trialmon.yaml:5: " in said.err
    assert "folder" in said.err
