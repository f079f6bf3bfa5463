"""Files for others to read: replaced in one step, touched only where they differ, readable whatever the service's umask is."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.core.errors import NothingDone
from monitor.store.files import remove_file, write_file


@pytest.fixture
def private() -> Iterator[None]:
    """A service that leaves nothing to others, as ours does under systemd."""
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.mark.usefixtures("private")
def test_a_web_server_can_read_what_is_written(tmp_path: Path) -> None:
    path = tmp_path / "feeds" / "trials" / "a.atom"
    assert write_file(path, b"x")
    assert [one.stat().st_mode & 0o777 for one in (path, path.parent, path.parent.parent)] == [
        0o644,
        0o755,
        0o755,
    ]


def test_a_folder_that_was_there_keeps_its_rights(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir(mode=0o700)
    write_file(folder / "a", b"x")
    assert folder.stat().st_mode & 0o777 == 0o700


def test_the_same_contents_are_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_file(path, b"x")
    before = path.stat().st_ino
    assert not write_file(path, b"x")
    assert path.stat().st_ino == before
    assert write_file(path, b"y")
    assert path.read_bytes() == b"y"
    assert list(tmp_path.iterdir()) == [path], "nothing half done is left"


def test_where_it_cannot_be_written_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NothingDone, match="cannot be written"):
        write_file(tmp_path / "file" / "a", b"x")
    remove_file(tmp_path / "file" / "a")
