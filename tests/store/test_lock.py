"""The lock between processes."""

from pathlib import Path

from monitor.store.lock import FileLock


def test_two_handles_exclude_each_other_and_the_one_who_waits_learns_who_holds_it(tmp_path: Path) -> None:
    one, other = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    with one.held(0):
        assert not other.try_once()
        assert other.holder_in_words().startswith(" (by process ")
    assert other.try_once()
    one.close()
    other.close()


def test_a_disk_that_has_no_room_for_a_name_can_be_locked_all_the_same() -> None:
    lock = FileLock(Path("/dev/full"))
    with lock.held(5):
        assert lock.holder_in_words() == ""
    lock.close()
