"""What a configuration file may say, declared once: a shape reads a node and gives the JSON Schema of what it reads.

`read` returns the value with its line, or None after noting what is wrong. It goes on after a mistake, because a
person wants every problem at once. Messages never repeat a value that may hold a secret (document.shown sees to it).
"""

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from monitor.config.document import Items, Node, Notes, Scalar, Table, shown
from monitor.core.errors import WrongUsage

T = TypeVar("T")
Schema = dict[str, Any]


class Wrong(ValueError):
    """A value that does not fit, with a hint for the person who wrote it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A value and the line it was found in."""

    value: T
    line: int


class Shape(Protocol[T]):
    """Reads a node into a value, and describes what it reads."""

    def read(self, node: Node, notes: Notes) -> "Found[T] | None":
        """The value, or None with at least one problem noted."""
        ...

    def schema(self) -> Schema:
        """JSON Schema of what is accepted."""
        ...


@dataclass(frozen=True)
class Word(Generic[T]):
    """A single value. `parse` turns its text into what it means and raises Wrong if it means nothing; `what` names it."""

    what: str
    parse: Callable[[str], T]
    described: Mapping[str, Any]

    def read(self, node: Node, notes: Notes) -> Found[T] | None:
        if not isinstance(node, Scalar):
            notes.add(node.line, f"here {self.what} is expected, not {_kind(node)}")
            return None
        if node.empty or not node.text.strip():
            notes.add(node.line, f"here {self.what} is expected, but nothing is written")
            return None
        try:
            return Found(self.parse(node.text.strip()), node.line)
        except Wrong as wrong:
            notes.add(node.line, wrong.message, wrong.hint)
            return None

    def schema(self) -> Schema:
        return dict(self.described)


@dataclass(frozen=True)
class ListOf(Generic[T]):
    """A list of one shape; `least` is how many there must be; with `or_one` a single item may stand without a list."""

    item: Shape[T]
    least: int = 0
    or_one: bool = False

    def read(self, node: Node, notes: Notes) -> Found[list[Found[T]]] | None:
        if self.or_one and not isinstance(node, Items):
            only = self.item.read(node, notes)
            return None if only is None else Found([only], node.line)
        if not isinstance(node, Items):
            hint = "write [ … ], or one item a line after a dash"
            notes.add(node.line, f"here a list is expected, not {_kind(node)}", hint)
            return None
        found = [self.item.read(item, notes) for item in node.items]
        if len(found) < self.least:
            notes.add(node.line, "this list is empty")
            return None
        return Found([item for item in found if item is not None], node.line)

    def schema(self) -> Schema:
        listed: Schema = {"type": "array", "items": self.item.schema()}
        if self.least:
            listed["minItems"] = self.least
        return {"anyOf": [self.item.schema(), listed]} if self.or_one else listed


@dataclass(frozen=True)
class Key:
    """One key of a mapping: what stands under it, and what it means (for editors and the reference)."""

    shape: Shape[Any]
    doc: str
    required: bool = False


@dataclass(frozen=True)
class Fields:
    """A mapping with known keys. Reads as a dict of those that are there and right; a missing required key is a problem."""

    keys: Mapping[str, Key]
    what: str = "this"

    def read(self, node: Node, notes: Notes) -> Found[dict[str, Found[Any]]] | None:
        if not isinstance(node, Table):
            notes.add(node.line, f"here {self.what} is expected (key: value), not {_kind(node)}")
            return None
        found: dict[str, Found[Any]] = {}
        for name, value in node.entries:
            key = self.keys.get(name.text)
            if key is None:
                notes.add(
                    name.line, f"{shown(name.text)} is not a key of {self.what}", meant(name.text, self.keys)
                )
                continue
            if isinstance(value, Scalar) and value.empty and not key.required:
                continue  # `key:` with nothing behind it, or null, says: the default
            item = key.shape.read(value, notes)
            if item is not None:
                found[name.text] = item
        for name_, key in self.keys.items():
            if key.required and node.get(name_) is None:
                notes.add(node.line, f"“{name_}” is missing from {self.what}", key.doc)
        return Found(found, node.line)

    def schema(self) -> Schema:
        required = [name for name, key in self.keys.items() if key.required]
        described: Schema = {
            "type": "object",
            "additionalProperties": False,
            "properties": {n: {"description": key.doc, **key.shape.schema()} for n, key in self.keys.items()},
        }
        return described | ({"required": required} if required else {})


@dataclass(frozen=True)
class Named(Generic[T]):
    """A mapping whose keys are names that the person chooses."""

    item: Shape[T]
    pattern: str
    what: str

    def read(self, node: Node, notes: Notes) -> Found[dict[str, Found[T]]] | None:
        import re

        if not isinstance(node, Table):
            notes.add(node.line, f"here {self.what} are expected (name: value), not {_kind(node)}")
            return None
        found = {}
        for name, value in node.entries:
            item = self.item.read(value, notes)
            if not re.fullmatch(self.pattern, name.text):
                notes.add(
                    name.line,
                    f"{shown(name.text)} is no name for one of {self.what}",
                    "letters, digits, - _ .",
                )
            elif item is not None:
                found[name.text] = Found(item.value, name.line)
        return Found(found, node.line)

    def schema(self) -> Schema:
        return {
            "type": "object",
            "additionalProperties": False,
            "patternProperties": {f"^(?:{self.pattern})$": self.item.schema()},
        }


@dataclass(frozen=True)
class Variants:
    """A mapping that is one of several kinds, known by the key that gives the kind its name. Reads as (kind, fields)."""

    kinds: Mapping[str, Fields]
    what: str

    def read(self, node: Node, notes: Notes) -> Found[tuple[str, dict[str, Found[Any]]]] | None:
        if not isinstance(node, Table):
            notes.add(
                node.line, f"here {self.what} is expected, not {_kind(node)}", f"one of: {self._names()}"
            )
            return None
        given = [name for name, _ in node.entries if name.text in self.kinds]
        if not given:
            guesses = [meant(name.text, self.kinds) for name, _ in node.entries]
            hint = next((guess for guess in guesses if guess.startswith("did")), f"one of: {self._names()}")
            notes.add(node.line, f"this does not say what is meant by {self.what}", hint)
            return None
        if len(given) > 1:
            both = " and ".join(f"“{name.text}”" for name in given)
            notes.add(given[1].line, f"{both} stand in one entry", "begin a new one with a dash")
            return None
        kind = given[0].text
        found = self.kinds[kind].read(node, notes)
        return None if found is None or kind not in found.value else Found((kind, found.value), node.line)

    def schema(self) -> Schema:
        return {"oneOf": [fields.schema() for fields in self.kinds.values()]}

    def _names(self) -> str:
        return ", ".join(self.kinds)


def meant(word: str, known: Iterable[str]) -> str:
    """A hint for a word that is not known: the nearest one, or all of them."""
    known = list(known)
    near = difflib.get_close_matches(word.lower()[:60], [name.lower() for name in known], n=1, cutoff=0.6)
    if near:
        return f"did you mean “{next(name for name in known if name.lower() == near[0])}”?"
    return f"known: {', '.join(known[:20])}{' …' if len(known) > 20 else ''}" if known else ""


def _yes_or_no(text: str) -> bool:
    """As YAML writes it, in whatever case."""
    word = text.lower()
    if word not in ("true", "false"):
        raise Wrong(f"{shown(text)} is neither true nor false", meant(word, ("true", "false")))
    return word == "true"


YES_OR_NO = Word("true or false", _yes_or_no, {"type": "boolean"})


def typed(word: Word[T], text: str) -> T:
    """What a word of the configuration means where somebody typed it for a command. Raises WrongUsage saying what is wrong with it."""
    try:
        return word.parse(text.strip())
    except Wrong as wrong:
        raise WrongUsage(wrong.message, wrong.hint) from None


def choice(what: str, words: Iterable[str]) -> Word[str]:
    """A word out of a fixed set."""
    known = tuple(words)

    def parse(text: str) -> str:
        if text not in known:
            raise Wrong(f"{shown(text)} is not {what}", meant(text, known))
        return text

    return Word(what, parse, {"type": "string", "enum": list(known)})


def text_up_to(longest: int, what: str = "a text") -> Word[str]:
    """Any text of at most so many characters, white space folded."""

    def parse(text: str) -> str:
        folded = " ".join(text.split())
        if len(folded) > longest:
            raise Wrong(f"this text has {len(folded):,} characters; {longest} are allowed")
        return folded

    return Word(what, parse, {"type": "string", "maxLength": longest})


def _kind(node: Node) -> str:
    return {Scalar: "a single value", Items: "a list", Table: "a mapping (key: value)"}[type(node)]
