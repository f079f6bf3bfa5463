"""`snooze:` and `mute:` of a watchlist file, edited as a careful person would: comments and order stay.

Both stand for the whole list, at the top, or for one subscriber. What is there may stand one a line, or in brackets on one line.
"""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Literal

from monitor.config.document import Items, Node, Scalar, Table, last_line
from monitor.config.list_file import ListFile, is_block, key_line, nothing
from monitor.config.settings import Settings
from monitor.config.shapes import typed
from monitor.config.wishes import DAY, MUTED
from monitor.core.errors import WrongUsage
from monitor.core.watch import Subscriber, Watchlist

_Key = Literal["snooze", "mute"]
_VALUE = re.compile(r"""\"[^"]*\"|'[^']*'|[^\s,#}\]]+""")


def muted_word(text: str) -> str:
    """A trial number, a rule's id or a topic, in its usual form. Raises WrongUsage saying what is wrong with it."""
    return typed(MUTED, text)


def day_meant(text: str) -> date:
    """A day like 2026-12-01. Raises WrongUsage for anything else."""
    return typed(DAY, text)


def snooze(path: Path, number: str, day: date | None, subscriber: str = "", *, settings: Settings) -> bool:
    """Snooze a trial until `day`, for the list or for one of its subscribers; None ends it, for the list and all in it, or for one.
    Says whether there was anything to change.

    Raises WrongUsage for a subscriber that is not there, WrongConfiguration if the file cannot be read or edited.
    """
    value = day.isoformat() if day is not None else None
    return _edit(ListFile(path, settings), "snooze", number, value, subscriber)


def mute(path: Path, word: str, subscriber: str = "", *, off: bool = False, settings: Settings) -> bool:
    """Mute a trial, rule or topic, or with `off` no longer; else as `snooze`."""
    return _edit(ListFile(path, settings), "mute", word, None if off else "", subscriber)


def _edit(file: ListFile, key: _Key, name: str, value: str | None, subscriber: str) -> bool:
    before = file.watchlist
    if subscriber and all(one.name != subscriber for one in before.subscribers):
        there = ", ".join(one.name for one in before.subscribers) or "none"
        raise WrongUsage(f"{before.name} has no subscriber {subscriber}", f"there are: {there}")
    if value is not None:
        changed = _put(file, _place(file, subscriber), key, name, value)
    else:
        everybody = ["", *(one.name for one in before.subscribers)]
        # Each by itself: where things stand is found out anew after every edit.
        changes = [
            _take_out(file, _place(file, one), key, name)
            for one in ([subscriber] if subscriber else everybody)
        ]
        changed = any(changes)
        if subscriber and name in _names(file.root.get(key)):
            hint = "leave --subscriber out, which ends it for all"
            raise WrongUsage(f"{before.name} says so of {name} for all its subscribers", hint)
    if changed:
        file.save(lambda after: _is_right(before, after, key, name, value, subscriber))
    return changed


def _is_right(
    before: Watchlist, after: Watchlist, key: _Key, name: str, value: str | None, subscriber: str
) -> bool:
    """Whether the name is silenced for who is meant, or no longer, and nothing else is another than before."""
    meant = [one for one in after.subscribers if subscriber in ("", one.name)]
    said = [_said(one, key).get(name) for one in meant]
    done = (
        all(one is not None for one in said)
        if value is not None
        else not any(one is not None for one in said)
    )
    if subscriber and value is not None:
        done = said == [value]
    return done and _others(before, key, name) == _others(after, key, name)


def _said(subscriber: Subscriber, key: _Key) -> dict[str, str]:
    if key == "mute":
        return dict.fromkeys(subscriber.mute, "")
    return {number: day.isoformat() for number, day in subscriber.snooze}


def _others(watchlist: Watchlist, key: _Key, name: str) -> object:
    """All that an edit must leave as it is."""
    rest = [
        {one: day for one, day in _said(each, key).items() if one != name} for each in watchlist.subscribers
    ]
    bare = tuple(
        replace(one, snooze=()) if key == "snooze" else replace(one, mute=frozenset())
        for one in watchlist.subscribers
    )
    return replace(watchlist, subscribers=bare), rest


def _place(file: ListFile, subscriber: str) -> Table:
    """The file itself, or the subscriber of that name in it."""
    listed = file.root.get("subscribers")
    if not subscriber or not isinstance(listed, Items):
        return file.root
    return next(
        one
        for one in listed.items
        if isinstance(one, Table)
        and isinstance(named := one.get("name"), Scalar)
        and " ".join(named.text.split()) == subscriber
    )


def _put(file: ListFile, place: Table, key: _Key, name: str, value: str) -> bool:
    there = place.get(key)
    entries = _entries(there)
    if entries.get(name) == value:
        return False
    if there is None or nothing(there):
        _begin(file, place, key, _in_brackets(key, {name: value}))
    elif not is_block(there):
        _rewrite(file, there, _in_brackets(key, {**entries, name: value}))
    elif name in entries:
        node = _entry(there, name)
        line = file.lines[node.line - 1]
        file.lines[node.line - 1] = line[: node.column] + _VALUE.sub(value, line[node.column :], count=1)
    else:
        last = there.items[-1] if isinstance(there, Items) else there.entries[-1][1]
        indent = " " * there.column
        after = file.end_of(last, there.column) if isinstance(there, Items) else last_line(last)
        file.insert(after, [f"{indent}- {name}" if isinstance(there, Items) else f"{indent}{name}: {value}"])
    file.parse_again()
    return True


def _take_out(file: ListFile, place: Table, key: _Key, name: str) -> bool:
    there = place.get(key)
    entries = _entries(there)
    if there is None or name not in entries:
        return False
    del entries[name]
    if not is_block(there) and entries:
        _rewrite(file, there, _in_brackets(key, entries))
    elif not is_block(there):
        _remove(file, place, key, there)
    elif entries:
        line = _entry(there, name).line
        del file.lines[line - 1 : line]
    else:
        del file.lines[key_line(place, key) - 1 : last_line(there)]
    file.parse_again()
    return True


def _begin(file: ListFile, place: Table, key: _Key, value: str) -> None:
    """Write the key, which is not there or has nothing behind it."""
    if place.get(key) is not None:
        at = key_line(place, key) - 1
        file.lines[at] = re.sub(
            rf"(\b{key}['\"]?\s*:)([ \t]*(~|null|Null|NULL)(?![\w]))?",
            rf"\g<1> {value}",
            file.lines[at],
            count=1,
        )
    elif place.flow:
        at = _closing(file, place)
        line = file.lines[place.line - 1]
        file.lines[place.line - 1] = f"{line[:at].rstrip()}, {key}: {value}{line[at:]}"
    else:
        file.insert(file.end_of(place, place.column - 1), [f"{' ' * place.column}{key}: {value}"])


def _remove(file: ListFile, place: Table, key: _Key, node: Node) -> None:
    """Take the key away with its brackets, in which nothing is left; where more stands beside it, only empty the brackets."""
    line, end = file.lines[node.line - 1], _closing(file, node) + 1
    written = re.search(rf"(,\s*)?['\"]?{key}['\"]?\s*:\s*$", line[: node.column])
    if place.flow and written is not None and written[1]:
        file.lines[node.line - 1] = line[: written.start()] + line[end:]
    elif not place.flow and written is not None and not (line[: written.start()] + line[end:]).strip():
        del file.lines[node.line - 1]
    else:
        _rewrite(file, node, _in_brackets(key, {}))


def _rewrite(file: ListFile, node: Node, value: str) -> None:
    """Put other brackets in the place of these."""
    line = file.lines[node.line - 1]
    file.lines[node.line - 1] = line[: node.column] + value + line[_closing(file, node) + 1 :]


def _closing(file: ListFile, node: Node) -> int:
    """The column of the bracket that closes this one, in the same line."""
    line, depth, quote = file.lines[node.line - 1], 0, ""
    for column in range(node.column, len(line)):
        sign = line[column]
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "[{":
            depth += 1
        elif sign in "]}":
            depth -= 1
            if not depth:
                return column
    what = "these brackets go over several lines, which is edited by hand only"
    raise file.by_hand(node.line, what, "write them in one line, or one entry a line")


def _entries(node: Node | None) -> dict[str, str]:
    """What stands there: name → value, empty under `mute`."""
    if isinstance(node, Table):
        return {
            _usual(name.text): value.text.strip() for name, value in node.entries if isinstance(value, Scalar)
        }
    return dict.fromkeys(_names(node), "")


def _names(node: Node | None) -> list[str]:
    if isinstance(node, Table):
        return [_usual(name.text) for name, _ in node.entries]
    return (
        [_usual(one.text) for one in node.items if isinstance(one, Scalar)] if isinstance(node, Items) else []
    )


def _entry(node: Node, name: str) -> Scalar:
    """The value of an entry, or the item of a list."""
    if isinstance(node, Table):
        found = next(value for key, value in node.entries if _usual(key.text) == name)
    else:
        assert isinstance(node, Items)
        found = next(one for one in node.items if isinstance(one, Scalar) and _usual(one.text) == name)
    assert isinstance(found, Scalar)
    return found


def _usual(text: str) -> str:
    """Trial numbers may be written in small letters."""
    text = text.strip()
    return text.upper() if text[:3].upper() == "NCT" else text


def _in_brackets(key: _Key, entries: dict[str, str]) -> str:
    if key == "mute":
        return f"[{', '.join(entries)}]"
    return "{" + ", ".join(f"{number}: {day}" for number, day in entries.items()) + "}"
