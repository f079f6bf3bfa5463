"""Files that are wrong or hostile are refused with a line, quickly, and never with a traceback."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from monitor.config.document import LARGEST, MOST_PROBLEMS, Notes, Scalar, Table, last_line, parse_document
from monitor.config.settings import Settings
from monitor.config.watchlists import Loaded, load_watchlist, read_watchlist

Read = Callable[[str | bytes], Loaded]

LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("title: &x t\nwatch: []", 1, "anchors (&name) are not allowed"),
        ("title: t\nwatch: *x", 2, "aliases (*name) are not allowed"),
        ("title: !!python/object:os.system t\nwatch: []", 1, "tags (!name) are not allowed"),
        ("title: t\n<<: {title: u}\nwatch: []", 2, "merge keys (<<) are not allowed"),
        ("title: t\n---\nwatch: []", 2, "holds a second document"),
        ("title: t\n\twatch: []", 2, "a tab stands where YAML wants spaces"),
        ("title: t\nwatch: [", 2, "a bracket or brace is not closed"),
        ("title: 't\nwatch: []", 2, "a quotation mark is not closed"),
        ("title: a: b\nwatch: []", 1, "a colon is missing, or is not expected here"),
        ("title: t\n watch: []", 2, "a colon is missing, or is not expected here"),
        ("title: @t", 1, "a value cannot begin with this character"),
        ('title: "\\q"', 1, "not a \\ sequence"),
        ('title: "\\e[31m"\nwatch: []', 1, "a control character"),
        ('title: "\\ud800"\nwatch: []', 1, "half a character"),
        ("title: t\n? [a]\n: b\nwatch: []", 2, "a key must be a single word"),
        ("title: a\x00b", 1, "a character that YAML does not allow"),
        ("[" * 300_000, 1, "nested more than 50 levels deep"),
        ("- " * 300_000, 1, "nested more than 50 levels deep"),
        ("{a: " * 100_000, 1, "nested more than 50 levels deep"),
        (LAUGHS, 1, "anchors (&name) are not allowed"),
        ("", None, "is empty"),
        ("# nothing\n", None, "is empty"),
    ],
)
def test_a_file_that_is_not_plain_yaml_is_refused_where_it_is_wrong(
    watchlist: Read, text: str, line: int | None, says: str
) -> None:
    loaded = watchlist(text)
    assert not loaded.watchlists
    assert [problem for problem in loaded.problems if problem.line == line and says in problem.message], (
        loaded.problems
    )


def test_text_that_is_not_utf_8_is_refused_with_its_line(watchlist: Read) -> None:
    (problem,) = watchlist(b"title: t\nwatch: []\n# caf\xe9\n").problems
    assert (problem.line, problem.message) == (3, "is not UTF-8 text")


def test_a_file_of_50_mb_is_not_read(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    (problem,) = load_watchlist(path, settings).problems
    assert problem.message == "here the file passes 1 MiB, the largest that is read"


def test_a_file_of_exactly_1_mib_is_read(watchlist: Read) -> None:
    head = "watch: []\n#"
    assert watchlist(head + "x" * (LARGEST - len(head))).watchlists
    assert (
        watchlist(head + "x" * (LARGEST - len(head) + 1)).problems[0].message
        == "here the file passes 1 MiB, the largest that is read"
    )


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path, settings: Settings) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    assert load_watchlist(tmp_path / "pipe.yaml", settings).problems[0].message == "is not a regular file"


@pytest.mark.parametrize("made", ["folder", "dangling", "loop", "/dev/zero"])
def test_what_is_no_file_is_refused(tmp_path: Path, settings: Settings, made: str) -> None:
    path = tmp_path / "odd.yaml"
    if made == "folder":
        path.mkdir()
    else:
        path.symlink_to({"dangling": "nowhere", "loop": "odd.yaml"}.get(made, made))
    (problem,) = load_watchlist(path, settings).problems
    assert problem.line is None


def test_a_flood_of_mistakes_is_cut_short(watchlist: Read) -> None:
    text = "watch:\n" + "  - trial: nonsense\n" * 5_000
    assert len(watchlist(text).problems) == MOST_PROBLEMS


def test_a_flood_of_anchors_is_not_read_to_its_end(watchlist: Read) -> None:
    loaded = watchlist("- &a x\n" * 100_000)
    assert [problem.line for problem in loaded.problems] == list(range(1, MOST_PROBLEMS + 1))


def test_every_node_knows_where_it_begins_and_ends() -> None:
    root = parse_document(
        "a:\n  - b: 1   # x\n    c: >-\n      long\n      text\n# after\n\nd: 2\n", Notes("f")
    )
    assert isinstance(root, Table)
    listed, d = root.get("a"), root.get("d")
    assert listed is not None
    assert isinstance(d, Scalar)
    assert (listed.line, listed.column, d.line) == (2, 2, 8)
    assert last_line(listed) >= 5
    assert root.get("zzz") is None


@given(st.text(max_size=300) | st.text(alphabet="ab:-?[]{}&*!|>'\"%@`#, \n\t", max_size=120))
@hypothesis_settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], deadline=None
)
def test_any_text_at_all_is_read_or_refused(settings: Settings, text: str) -> None:
    loaded = read_watchlist(text, Path("x.yaml"), settings)
    assert bool(loaded.problems) != bool(loaded.watchlists)


WORDS = [
    "title",
    "watch",
    "trial",
    "search",
    "subscribers",
    "name",
    "to",
    "desk",
    "when",
    "NCT03737461",
    "",
    "x",
    "at once",
]
trees = st.recursive(
    st.sampled_from(WORDS).map(lambda word: f'"{word}"'),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.lists(st.tuples(st.sampled_from(WORDS), inner), max_size=3).map(
            lambda items: "{" + ", ".join(f'"{key}": {value}' for key, value in items) + "}"
        )
    ),
    max_leaves=12,
)


@given(trees)
@hypothesis_settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], deadline=None
)
def test_any_document_at_all_is_read_or_refused(settings: Settings, tree: str) -> None:
    loaded = read_watchlist(tree, Path("x.yaml"), settings)
    assert bool(loaded.problems) != bool(loaded.watchlists)
