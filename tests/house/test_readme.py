"""What the README and the guides show is what happens."""

from pathlib import Path

import pytest

from tests.house.guides import REPOSITORY, a_checkout, blocks, missing, run

PAGES = [
    REPOSITORY / "README.md",
    *sorted((REPOSITORY / "docs").rglob("*.md")),
    *sorted((REPOSITORY / "systemd").glob("*.md")),
]
MARKED = [page for page in PAGES if list(blocks(page.read_text(encoding="utf-8")))]

A_GUIDE = """\
First:

<!-- run -->
```sh
echo one; echo two  three >&2
test -f Makefile
```

It says:

<!-- output -->
```text
o…e
…
two three
```

<!-- run exit=3 -->
```sh
exit 3
```
"""


@pytest.mark.parametrize("page", MARKED, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_what_a_page_shows_is_what_happens(page: Path, tmp_path: Path) -> None:
    checkout, printed = a_checkout(tmp_path), ""
    for block in blocks(page.read_text(encoding="utf-8")):
        if block.kind == "run":
            code, printed = run(block.text, checkout)
            assert code == block.exit, f"{block.text}\n{printed}"
        else:
            line = missing(block.text, printed)
            assert line is None, f"{page.name} shows {line!r}; what was printed:\n{printed}"


def test_a_marked_block_is_run_where_a_clone_would_be(tmp_path: Path) -> None:
    first, output, second = blocks(A_GUIDE)
    checkout = a_checkout(tmp_path)
    code, printed = run(first.text, checkout)
    assert (code, missing(output.text, printed)) == (0, None)
    assert run(second.text, checkout)[0] == second.exit == 3


def test_make_in_a_guide_takes_the_environment_that_is_there(tmp_path: Path) -> None:
    code, printed = run("make setup && ls -d .venv/bin", a_checkout(tmp_path))
    assert (code, printed.splitlines()[-1]) == (0, ".venv/bin"), printed
    assert "building" not in printed


@pytest.mark.parametrize(
    ("shown", "absent"),
    [("two\none", "one"), ("three", "three"), ("o…x", "o…x")],
    ids=["wrong order", "never said", "gap that does not fit"],
)
def test_output_that_was_not_printed_is_noticed(shown: str, absent: str) -> None:
    assert missing(shown, "one\ntwo\n") == absent


def test_a_mark_without_a_block_is_noticed() -> None:
    with pytest.raises(AssertionError, match="1 marks have no block"):
        list(blocks("<!-- run -->\n\nsome words\n"))
