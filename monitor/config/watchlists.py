"""Reading watchlists/*.yaml: every problem at once, or the watchlist."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from monitor.config import near, templates, wishes
from monitor.config.destinations import expanded_url
from monitor.config.document import Notes, parse_document, read_text, shown
from monitor.config.settings import CLINICALTRIALS_GOV, Destination, Settings
from monitor.config.shapes import Found, meant
from monitor.config.watchlist_form import WATCHLIST
from monitor.core.errors import Problem
from monitor.core.secret import Secret
from monitor.core.significance import TOPICS, Significance
from monitor.core.watch import Quiet, Subscriber, Watch, Watchlist
from monitor.sources.clinicaltrials_gov import search
from monitor.sources.pubmed.records import SOURCE_ID as PUBMED


@dataclass(frozen=True, slots=True)
class Loaded:
    """What reading one or more watchlists gave. A file with a problem gives no watchlist.

    `inline` are the destinations that are written in the watchlists themselves as Apprise URLs, by the name given to them.
    """

    watchlists: tuple[Watchlist, ...] = ()
    problems: tuple[Problem, ...] = ()
    inline: Mapping[str, Destination] = field(default_factory=dict)


def load_watchlists(folder: Path, settings: Settings) -> Loaded:
    """Every *.yaml in the folder, in the order of their names. Never raises for what is in the files."""
    try:
        names = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
    except FileNotFoundError:
        hint = "`trialmon init` writes a first watchlist"
        return Loaded(problems=(Problem(str(folder), None, "there is no such folder of watchlists", hint),))
    except OSError as error:
        return Loaded(problems=(Problem(str(folder), None, f"cannot be read: {error.strerror}"),))
    loaded = [load_watchlist(folder / name, settings) for name in names if name.endswith(".yaml")]
    # A file that is silently not read looks like a watch that is kept.
    ignored = [
        Problem(str(folder / name), None, "is not read", "a watchlist's name ends in .yaml")
        for name in names
        if name.endswith((".yml", ".YAML", ".YML"))
    ]
    return _together(loaded, ignored)


def load_files(paths: Iterable[Path], settings: Settings) -> Loaded:
    """These files, as `load_watchlists` would read them."""
    return _together([load_watchlist(path, settings) for path in paths], [])


def load_watchlist(path: Path, settings: Settings) -> Loaded:
    """One file: one watchlist, or its problems."""
    notes = Notes(str(path))
    text = read_text(path, notes)
    if text is None:
        return Loaded(problems=tuple(notes.problems))
    return read_watchlist(text, path, settings)


def read_watchlist(text: str, path: Path, settings: Settings) -> Loaded:
    """As `load_watchlist`, for a text that is (or will be) in `path`."""
    notes = Notes(str(path))
    inline: dict[str, Destination] = {}
    root = parse_document(text, notes)
    found = WATCHLIST.read(root, notes) if root is not None else None
    watchlist = None
    if found is not None:
        subscribers = _subscribers(found.value, settings, notes, inline)
        title = found.value["title"].value if "title" in found.value else path.stem
        watchlist = Watchlist(path.stem, title, _watches(found.value.get("watch"), notes), subscribers)
    if notes.problems or watchlist is None:
        return Loaded(problems=tuple(sorted(notes.problems, key=lambda problem: problem.line or 0)))
    return Loaded((watchlist,), (), MappingProxyType(inline))


def _watches(listed: Found[list[Found[Any]]] | None, notes: Notes) -> tuple[Watch, ...]:
    watches: list[Watch] = []
    first: dict[str, int] = {}
    for item in listed.value if listed else ():
        kind, fields = item.value
        watch, line = _watch(kind, fields), fields[kind].line
        if watch.key in first:
            if kind != "trial" and fields.keys() == {kind}:
                continue  # a search in terms and once more as its link, with nothing to say of its own: one watch
            what = watch.number or f"this {kind} ({watch.title})"
            notes.add(line, f"{what} is watched twice in this list", f"first in line {first[watch.key]}")
        first.setdefault(watch.key, line)
        watches.append(watch)
    return tuple(watches)


def _watch(kind: str, fields: Mapping[str, Found[Any]]) -> Watch:
    said: dict[str, Any] = {name: fields[name].value for name in ("note", "title") if name in fields}
    said["wishes"] = wishes.of_a_watch(fields)
    if kind == "trial":
        also = tuple(alias.value for alias in fields["also"].value) if "also" in fields else ()
        number = fields["trial"].value
        return Watch("trial", CLINICALTRIALS_GOV, number=number, also=also, **said)
    if kind == "search":
        query, described = fields["search"].value
        return Watch("search", CLINICALTRIALS_GOV, query=query, **{"title": described, **said})
    if kind == "publications":
        asked = fields["publications"].value
        return Watch("publications", PUBMED, query=(("query", asked),), **{"title": asked, **said})
    name = fields["sponsor"].value
    query = search.query_for_sponsor(name)
    return Watch("sponsor", CLINICALTRIALS_GOV, query=query, **{"title": name, **said})


def _subscribers(
    of_list: Mapping[str, Found[Any]], settings: Settings, notes: Notes, inline: dict[str, Destination]
) -> tuple[Subscriber, ...]:
    subscribers = []
    first: dict[str, int] = {}
    for item in of_list["subscribers"].value if "subscribers" in of_list else ():
        fields = item.value
        if "name" in fields:
            name = fields["name"]
            if name.value in first:
                notes.add(
                    name.line,
                    f"two subscribers are called {shown(name.value)}",
                    f"first in line {first[name.value]}",
                )
            first.setdefault(name.value, name.line)
        times = [slots.value for slots in fields["when"].value] if "when" in fields else [()]
        if () in times and len(times) > 1:
            notes.add(fields["when"].line, "“at once” does not go with other times", "take one or the other")
        near.note_deaf(fields, notes)
        templates.note_missing_template(fields, settings, notes)
        wishes.note_idle(fields, notes)
        if "name" not in fields or "to" not in fields:
            continue  # already noted
        to = [_known(reference, settings, notes, inline) for reference in fields["to"].value]
        subscribers.append(
            Subscriber(
                name=fields["name"].value,
                to=tuple(dict.fromkeys(to)),
                at_least=fields["at_least"].value if "at_least" in fields else Significance.NOTABLE,
                topics=wishes.topics(fields) or frozenset(TOPICS),
                slots=tuple(dict.fromkeys(slot for slots in times for slot in slots)),
                timezone=fields["timezone"].value if "timezone" in fields else ZoneInfo("UTC"),
                quiet=_quiet(fields),
                near=near.place(fields["near"].value) if "near" in fields else None,
                **wishes.of_a_subscriber(fields, of_list),
            )
        )
    return tuple(subscribers)


def _quiet(fields: Mapping[str, Found[Any]]) -> Quiet | None:
    if "quiet" not in fields:
        return None
    quiet: Quiet = fields["quiet"].value
    return replace(quiet, holds_all="quiet_all" in fields and fields["quiet_all"].value)


def _known(reference: Found[str], settings: Settings, notes: Notes, inline: dict[str, Destination]) -> str:
    """The destination's name; an Apprise URL gets one that stays the same when its secrets are renewed."""
    text = reference.value
    if "://" not in text and not text.startswith("${"):
        if text not in settings.destination_names:
            hint = meant(text, sorted(settings.destination_names))
            notes.add(
                reference.line,
                f"there is no destination called {shown(text)}",
                f"{hint}; declare it in trialmon.yaml",
            )
        return text
    name = "url-" + blake2b(text.encode()).hexdigest()[:10]
    if settings.variables is not None and name not in inline:
        secret = expanded_url(text, reference.line, settings.variables, notes)
        inline[name] = Destination(name, secret or Secret(""))
    return name


def _together(loaded: list[Loaded], problems: list[Problem]) -> Loaded:
    inline: dict[str, Destination] = {}
    for one in loaded:
        inline |= one.inline
    return Loaded(
        tuple(watchlist for one in loaded for watchlist in one.watchlists),
        tuple(problem for one in loaded for problem in one.problems) + tuple(problems),
        MappingProxyType(inline),
    )
