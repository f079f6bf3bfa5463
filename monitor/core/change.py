"""One field, before and after; and the path that names it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self

from monitor.core.json import Json

if TYPE_CHECKING:
    from monitor.core.significance import Topic

Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True, order=True, slots=True)
class Item:
    """A step into a list: the item of that name. `nth` tells items of equal name apart, from 1."""

    name: str
    nth: int = 1

    def __str__(self) -> str:
        escaped = self.name.replace("\\", "\\\\").replace("]", "\\]")
        # An item whose own name ends like an ordinal keeps a mark that says: this is the first of that name.
        ordinal = f" #{self.nth}" if self.nth > 1 or _ends_like_an_ordinal(self.name) else ""
        return f"[{escaped}{ordinal}]"


def _ends_like_an_ordinal(name: str) -> bool:
    _, separator, tail = name.rpartition(" #")
    return bool(separator) and tail.isascii() and tail.isdigit()


Step = str | Item


@dataclass(frozen=True, slots=True)
class FieldPath:
    """The registry's own JSON path, list items named by what identifies them:
    `protocolSection.contactsLocationsModule.locations[Hôpital Cochin | Paris | France].status`."""

    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return "".join(
            str(step) if isinstance(step, Item) else ("." if position else "") + _escape_key(step)
            for position, step in enumerate(self.steps)
        )

    def __truediv__(self, step: Step) -> "FieldPath":
        return FieldPath((*self.steps, step))

    @property
    def plain(self) -> str:
        """The path without its list items: `…contactsLocationsModule.locations.status`."""
        return ".".join(step for step in self.steps if isinstance(step, str))

    @classmethod
    def parse(cls, text: str) -> Self:
        """The inverse of `str()`: a path begins with a key, if only an empty one. Raises ValueError where a bracket is not closed."""
        if not text:
            return cls(("",))
        steps: list[Step] = [""] if text[0] == "[" else []
        position = 0
        while position < len(text):
            if text[position] == "[":
                name, position = _read_until(text, position + 1, "]")
                steps.append(_item(name))
                position += 1
            else:
                if text[position] == "." and steps:
                    position += 1
                key, position = _read_until(text, position, ".[")
                steps.append(key)
        return cls(tuple(steps))


def _escape_key(key: str) -> str:
    for character in "\\.[":
        key = key.replace(character, "\\" + character)
    return key


def _read_until(text: str, position: int, stops: str) -> tuple[str, int]:
    read = ""
    while position < len(text) and text[position] not in stops:
        if text[position] == "\\":
            position += 1
        read += text[position : position + 1]
        position += 1
    if stops == "]" and position >= len(text):
        raise ValueError(f"an item's bracket is not closed: {text!r}")
    return read, position


def _item(name: str) -> Item:
    head, separator, tail = name.rpartition(" #")
    if separator and tail.isascii() and tail.isdigit() and int(tail) > 0:
        return Item(head, int(tail))
    return Item(name)


@dataclass(frozen=True, slots=True)
class Change:
    """One field that is not what it was. `before` and `after` are the registry's own values; None where it was or is absent.
    `role` is the field's meaning where trialmon knows it (see `monitor/core/facts.py`), else empty."""

    path: FieldPath
    kind: Kind
    before: Json
    after: Json
    topic: "Topic"
    label: str
    role: str = ""
    housekeeping: bool = False


ChangeSet = tuple[Change, ...]
