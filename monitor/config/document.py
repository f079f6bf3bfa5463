"""A YAML file that a person wrote, read with care: every node knows its line, and nothing in it can do harm.

The file is read as events, never composed by the library: anchors, aliases, merge keys and tags are refused where they
stand (an alias is what a "billion laughs" bomb is made of), depth and size are bounded before anything is built, and
scalars stay text, so `no` is "no" and 0123 is "0123". What a value means is decided by the shapes (shapes.py).
"""

import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

from monitor.core.errors import Problem

LARGEST = 1024 * 1024
DEEPEST = 50
MOST_PROBLEMS = 200

_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value, as text. `last` is the line it ends in."""

    text: str
    line: int
    column: int
    last: int
    plain: bool

    @property
    def empty(self) -> bool:
        """Nothing was written: `key:`, or YAML's null."""
        return self.plain and self.text in _NOTHING


@dataclass(frozen=True, slots=True)
class Items:
    """A list. `line` and `column` (from 0) are those of its first dash, or of the bracket if `flow`."""

    items: tuple["Node", ...]
    line: int
    column: int
    flow: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping, its entries in the order of the file; no key comes twice."""

    entries: tuple[tuple[Scalar, "Node"], ...]
    line: int
    column: int
    flow: bool

    def get(self, key: str) -> "Node | None":
        """The value under this key, None where there is none."""
        return next((node for name, node in self.entries if name.text == key), None)


Node = Scalar | Items | Table


@dataclass(slots=True)
class Notes:
    """Collects what is wrong with one file, so that a person sees all of it at once."""

    file: str
    problems: list[Problem] = field(default_factory=list)

    def add(self, line: int | None, message: str, hint: str = "") -> None:
        """Note a problem; after MOST_PROBLEMS of them the rest is not kept."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(self.file, line, message, hint))


def last_line(node: Node) -> int:
    """The last line that holds something of this node, comments and blank lines after it left aside."""
    if isinstance(node, Scalar):
        return node.last
    if isinstance(node, Items):
        return max((last_line(item) for item in node.items), default=node.line)
    return max((last_line(value) for _, value in node.entries), default=node.line)


def read_text(path: Path, notes: Notes) -> str | None:
    """The file's text without a byte order mark, or None with a problem noted. Never blocks, never reads more than LARGEST."""
    try:
        # O_NONBLOCK: opening a FIFO must not wait for somebody to write into it.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        notes.add(None, "there is no such file")
        return None
    except OSError as error:
        notes.add(None, f"cannot be read: {os.strerror(error.errno or 0)}")
        return None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        notes.add(None, "is not a regular file")
        return None
    with os.fdopen(handle, "rb") as file:
        body = file.read(LARGEST + 1)
    if len(body) > LARGEST:
        notes.add(
            body.count(b"\n") + 1,
            "here the file passes 1 MiB, the largest that is read",
            "split it; a watchlist of 10,000 trials is smaller",
        )
        return None
    try:
        return body.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        notes.add(body.count(b"\n", 0, error.start) + 1, "is not UTF-8 text", "save it as UTF-8")
        return None


def parse_document(text: str, notes: Notes) -> Node | None:
    """The only document in `text`, or None with problems noted (an empty file is a problem too)."""
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.reader import ReaderError

    try:
        root = _Composer(notes).run(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        notes.add(mark.line + 1 if mark else None, *_explained(error.problem or ""))
        return None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        notes.add(line, "holds a character that YAML does not allow (a control character?)")
        return None
    except _TooDeep as error:
        notes.add(error.line, f"is nested more than {DEEPEST} levels deep")
        return None
    except _TooMuch:
        return None
    except (YAMLError, ValueError, OverflowError):
        notes.add(None, "is not YAML that can be read")
        return None
    if root is None and not notes.problems:
        notes.add(None, "is empty")
    return root


class _TooDeep(Exception):
    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class _TooMuch(Exception):
    """As many problems as a person will read: the rest of the file is not worth the time."""


class _Composer:
    """Builds nodes from events with a stack of its own, so that depth is counted, not suffered."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.root: Node | None = None
        self.documents = 0
        # (start event, finished children); a mapping's children alternate key, value.
        self.open: list[tuple[object, list[Node]]] = []

    def run(self, text: str) -> Node | None:
        from ruamel.yaml import YAML, events

        for event in YAML(typ="safe", pure=True).parse(text):
            line, column = event.start_mark.line + 1, event.start_mark.column
            if len(self.notes.problems) >= MOST_PROBLEMS:
                raise _TooMuch
            if isinstance(event, events.DocumentStartEvent):
                self.documents += 1
                if self.documents == 2:
                    self.notes.add(line, "holds a second document (---)", "one file, one document")
            elif isinstance(event, events.AliasEvent):
                self.notes.add(line, "aliases (*name) are not allowed", "write the value out")
                self.add(Scalar("", line, column, line, plain=False))
            elif isinstance(event, events.ScalarEvent):
                self.refuse_extras(event, line)
                # A block scalar's end mark is where the next thing begins.
                last = event.end_mark.line + (1 if event.end_mark.column else 0)
                plain = event.implicit[0] if event.implicit else False
                if _UNPRINTABLE.search(event.value):
                    self.notes.add(line, "this text holds a control character or half a character")
                self.add(Scalar(event.value, line, column, max(line, last), plain))
            elif isinstance(event, events.SequenceStartEvent | events.MappingStartEvent):
                self.refuse_extras(event, line)
                if len(self.open) >= DEEPEST:
                    raise _TooDeep(line)
                self.open.append((event, []))
            elif isinstance(event, events.SequenceEndEvent | events.MappingEndEvent):
                self.close()
        return self.root

    def refuse_extras(self, event: object, line: int) -> None:
        if getattr(event, "anchor", None) is not None:
            self.notes.add(line, "anchors (&name) are not allowed", "write the value out where it is needed")
        if getattr(event, "tag", None) is not None:
            self.notes.add(line, "tags (!name) are not allowed", "put the text in quotes")

    def close(self) -> None:
        from ruamel.yaml import events

        start, children = self.open.pop()
        assert isinstance(start, events.CollectionStartEvent)
        line, column, flow = start.start_mark.line + 1, start.start_mark.column, bool(start.flow_style)
        if isinstance(start, events.SequenceStartEvent):
            self.add(Items(tuple(children), line, column, flow))
            return
        entries: dict[str, tuple[Scalar, Node]] = {}
        for key, value in zip(children[::2], children[1::2], strict=True):
            if not isinstance(key, Scalar):
                self.notes.add(key.line, "a key must be a single word")
            elif key.text == "<<":
                self.notes.add(key.line, "merge keys (<<) are not allowed", "write the keys out")
            elif key.text in entries:
                first = entries[key.text][0].line
                self.notes.add(
                    key.line, f"{shown(key.text)} is given twice", f"first in line {first}; keep one of them"
                )
            else:
                if isinstance(value, Scalar) and value.empty:
                    # The library says that nothing stands where the next thing begins: a person looks for it at the key.
                    value = Scalar("", key.line, key.column, key.line, plain=True)
                entries[key.text] = (key, value)
        self.add(Table(tuple(entries.values()), line, column, flow))

    def add(self, node: Node) -> None:
        if self.open:
            self.open[-1][1].append(node)
        elif self.documents == 1:
            self.root = node


def shown(text: str, longest: int = 60) -> str:
    """A piece of the file as it may appear in a message: shortened, and never an address, which may hold a password."""
    if "://" in text:
        return "an address (not shown)"
    return f"“{text if len(text) <= longest else text[: longest - 1] + '…'}”"


def _explained(problem: str) -> tuple[str, str]:
    """The parser's words in ours; its own only where they quote nothing of the file."""
    if "'\\t'" in problem or "tab" in problem:
        return "a tab stands where YAML wants spaces", "indent with spaces"
    if "alias" in problem or "anchor" in problem:
        return "anchors and aliases are not allowed", "write the value out"
    if "tag" in problem or "directive" in problem:
        return "tags and directives are not allowed", "put the text in quotes"
    if "cannot start any token" in problem:
        return "a value cannot begin with this character", "put the text in quotes"
    if "mapping values are not allowed" in problem or "could not find expected ':'" in problem:
        return (
            "a colon is missing, or is not expected here",
            "check the indentation, or put the text in quotes",
        )
    if "expected <block end>" in problem or "block" in problem:
        return (
            "the indentation does not fit the lines above",
            "entries of one list or mapping begin in the same column",
        )
    if "',' or" in problem or "flow" in problem or "stream end" in problem:
        return "a bracket or brace is not closed", ""
    if "escape" in problem or "hexdecimal" in problem:
        return "this is not a \\ sequence that YAML knows", "use single quotes, or double the backslash"
    if "end of stream" in problem or "quoted scalar" in problem:
        return "a quotation mark is not closed", ""
    return "this is not YAML that can be read", ""
