"""What a source says about the form of its records, so that diffing and storing need to know no registry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from monitor.core.facts import TrialFacts
from monitor.core.json import Json, JsonObject
from monitor.core.particulars import Particulars
from monitor.core.significance import Topic


@dataclass(frozen=True)
class Shape:
    """The form of one registry's records. Paths are dotted keys without list items (`FieldPath.plain`).

    * `volatile`: paths that move without anything having happened; they are no part of a version.
    * `keys`: for a list, the fields that identify an item; looked up by its full path, then by its last name.
      A list that is not named here is keyed by the first of `fallback_keys` that its items have, else by its content.
    * `tie_breakers`: further fields that help to pair items of equal name, by the list's path or last name.
    * `whole`: a module under one of these prefixes that comes or goes is one change.
    * `facts`, `particulars`: what people ask about, and what they look a trial up by, read out of a record.
    * `topics`, `labels`, `roles`, `housekeeping`: by path; the longest prefix wins (`roles`: the exact path).
    * `model`: the paths of all plain values that records may have (see `core/drift.py`); empty where the registry publishes none.
    """

    registry: str
    volatile: frozenset[str]
    keys: Mapping[str, tuple[str, ...]]
    topics: Mapping[str, Topic]
    labels: Mapping[str, str]
    roles: Mapping[str, str]
    facts: Callable[[JsonObject], TrialFacts]
    housekeeping: frozenset[str] = frozenset()
    tie_breakers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    whole: tuple[str, ...] = ()
    model: frozenset[str] = frozenset()
    particulars: Callable[[JsonObject], Particulars] = lambda _: Particulars()
    fallback_keys: tuple[str, ...] = ("id", "name", "title", "label", "term", "measure", "type")

    def topic(self, path: str) -> Topic:
        """The topic of a path; `record` where none is declared."""
        found = _longest_prefix(path, self.topics)
        return self.topics[found] if found is not None else "record"

    def label(self, path: str) -> str:
        """What people call the field; its last key, spelled out, where none is declared."""
        if path in self.labels:
            return self.labels[path]
        found = _longest_prefix(path, self.labels)
        last = _spell_out(path.rpartition(".")[2])
        return f"{self.labels[found]}: {last.lower()}" if found is not None else last

    def is_housekeeping(self, path: str) -> bool:
        """Whether the registry's own bookkeeping lives there."""
        return _longest_prefix(path, self.housekeeping) is not None

    def is_whole(self, module: str) -> bool:
        """Whether a module of this name comes or goes as one change."""
        return any(module == prefix or module.startswith(prefix + ".") for prefix in self.whole)

    def item_keys(self, path: str) -> tuple[str, ...]:
        """The identifying fields of the items of the list at `path`; empty where none are declared."""
        return self.keys.get(path) or self.keys.get(path.rpartition(".")[2], ())

    def item_tie_breakers(self, path: str) -> tuple[str, ...]:
        """Further fields to pair items of equal name by."""
        return self.tie_breakers.get(path) or self.tie_breakers.get(path.rpartition(".")[2], ())


def _longest_prefix(path: str, table: Mapping[str, object] | frozenset[str]) -> str | None:
    while path:
        if path in table:
            return path
        path = path.rpartition(".")[0]
    return None


def _spell_out(key: str) -> str:
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in key)
    return words.strip().capitalize() or "Record"


def split(document: JsonObject) -> dict[str, Json]:
    """A record as its modules: `protocolSection.statusModule` → its body; `hasResults` → its value. `join` is the inverse."""
    modules: dict[str, Json] = {}
    for section, body in document.items():
        if isinstance(body, Mapping) and body:
            for name, module in body.items():
                modules[f"{_escape(section)}.{_escape(name)}"] = module
        else:
            modules[_escape(section)] = body
    return modules


def join(modules: Mapping[str, Json]) -> dict[str, Json]:
    """The record that `split` took apart."""
    document: dict[str, Json] = {}
    for path, body in modules.items():
        section, name = _unescape(path)
        if name is None:
            document[section] = body
        else:
            inner = document.setdefault(section, {})
            assert isinstance(inner, dict)
            inner[name] = body
    return document


def _escape(key: str) -> str:
    return key.replace("\\", "\\\\").replace(".", "\\.").replace("[", "\\[")


def _unescape(path: str) -> tuple[str, str | None]:
    parts = [""]
    position = 0
    while position < len(path):
        if path[position] == "\\":
            position += 1
            parts[-1] += path[position]
        elif path[position] == ".":
            parts.append("")
        else:
            parts[-1] += path[position]
        position += 1
    return (parts[0], parts[1]) if len(parts) == 2 else (parts[0], None)
