"""Dated histories of trials: what the registry said of each, from which day on.

A `History` holds states; a `Day` is what all of them amount to on one registry day. A state keeps its study as bytes, cut
in two at the version holder, so that a day can be stamped on thousands of records without parsing or writing any of them.
"""

import bisect
import hashlib
import json
import lzma
import struct
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

Study = dict[str, Any]

_HOLDER = "@the day that is served@"


class HistoryError(ValueError):
    """A file of states that cannot be read; the message names the file, the place in it and what is wrong."""


class Part:
    """Some bytes of a body, with their deflated form worked out once however often they are sent."""

    __slots__ = ("_deflated", "_level", "plain")

    def __init__(self, plain: bytes, level: int = 3) -> None:
        self.plain, self._level = plain, level
        self._deflated: bytes | None = None

    @property
    def deflated(self) -> bytes:
        """A piece of a raw deflate stream that refers to nothing outside itself and ends on a whole byte."""
        if self._deflated is None:
            squeezer = zlib.compressobj(self._level, zlib.DEFLATED, -zlib.MAX_WBITS)
            self._deflated = squeezer.compress(self.plain) + squeezer.flush(zlib.Z_FULL_FLUSH)
        return self._deflated


def gzip_of(parts: Iterable[Part]) -> bytes:
    """One gzip member whose contents are `parts` in their order."""
    pieces, checksum, size = [b"\x1f\x8b\x08\0\0\0\0\0\0\xff"], 0, 0
    for part in parts:
        pieces.append(part.deflated)
        checksum = zlib.crc32(part.plain, checksum)
        size += len(part.plain)
    pieces += [b"\x03\x00", struct.pack("<II", checksum, size & 0xFFFFFFFF)]
    return b"".join(pieces)


class State:
    """What the registry says of one trial from `day` on.

    study     the record; None when the trial is not in the registry under this number
    moved_to  the number into which this one was merged, or None
    """

    def __init__(self, trial: str, day: date, study: Study | None, moved_to: str | None = None) -> None:
        self.trial, self.day, self.moved_to = trial, day, moved_to
        self.present = study is not None
        self.aliases = _aliases(study)
        self._before, self._after = _cut(study) if study is not None else (Part(b""), None)
        self._haystacks: dict[object, str] = {}

    @cached_property
    def study(self) -> Study:
        """The record, parsed; its version holder is a placeholder. Not to be altered."""
        after = self._after.plain if self._after is not None else b""
        parsed: Study = orjson.loads(self._before.plain + after)
        return parsed

    def parts(self, stamp: Part) -> tuple[Part, ...]:
        """The study's one line of JSON with the version holder that `stamp` says."""
        return (self._before,) if self._after is None else (self._before, stamp, self._after)

    def stamped(self, day: date) -> Study:
        """A fresh copy of the record with the version holder of `day`."""
        line = b"".join(part.plain for part in self.parts(Part(day.isoformat().encode())))
        fresh: Study = orjson.loads(line)
        return fresh

    def haystack(self, key: object, make: Callable[[Study], str]) -> str:
        """What `make` makes of the study, worked out once for each `key`."""
        if key not in self._haystacks:
            self._haystacks[key] = make(self.study)
        return self._haystacks[key]


class Day:
    """The registry as it stands on one day: `records` by number, and `aliases`, old number to the present one."""

    def __init__(
        self,
        day: date,
        records: dict[str, State],
        aliases: dict[str, str],
        states: Callable[[str], list[State]],
    ) -> None:
        """`states` gives those of a trial up to this day, oldest first."""
        self.day, self.records, self.aliases, self.states = day, records, aliases, states
        self.stamp = Part(day.isoformat().encode())

    def find(self, number: str) -> State | None:
        """The record that answers to `number`, as its own or as an alias."""
        return self.records.get(self.aliases.get(number, number))

    @cached_property
    def shuffled(self) -> list[State]:
        """All records in the order of the day, which means nothing and is another one on the next day."""
        salt = self.day.isoformat().encode()

        def place(state: State) -> bytes:
            return hashlib.blake2b(state.trial.encode(), digest_size=8, key=salt).digest()

        return sorted(self.records.values(), key=place)


class History:
    """The states of many trials, by trial and day."""

    def __init__(self) -> None:
        self._states: dict[str, dict[date, State]] = {}
        self._views: dict[tuple[date, date], Day] = {}
        self._renamed: dict[tuple[int, tuple[str, ...]], State] = {}
        self._lock = threading.Lock()

    @classmethod
    def load(cls, path: Path | str, default_day: date | None = None) -> "History":
        """Reads a file of states or all of those in a folder, whatever its depth.

        `.jsonl` and `.jsonl.xz`: a line is `{"dataDate", "study"}`, or `{"dataDate", "trial", "study": null}`, or
        `{"dataDate", "trial", "moved_to"}`, or a bare study, dated `default_day` or else by its version holder.
        `.json`: a seed, `{"trial", "states": [{"day", "study"}]}`; in a folder, any other `.json` is passed over.
        Of two states of a trial on one day, the one read last counts. Raises HistoryError, or OSError.
        """
        history, path = cls(), Path(path)
        files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
        for file in files:
            for trial, day, study, moved_to in _states_in(file, default_day, asked=file == path):
                history.put(trial, day, study, moved_to)
        if not history._states:
            raise HistoryError(f"{path}: no states of trials found (.jsonl, .jsonl.xz or seed .json files)")
        return history

    def put(self, trial: str, day: date, study: Study | None, moved_to: str | None = None) -> None:
        """From `day` on the registry says `study` of `trial`; None: it is gone, or merged into `moved_to`."""
        state = State(trial, day, study, moved_to)
        with self._lock:
            self._states.setdefault(trial, {})[day] = state
            self._views.clear()
            self._renamed.clear()

    @property
    def trials(self) -> list[str]:
        """All numbers of which anything is known, sorted."""
        return sorted(self._states)

    @property
    def days(self) -> list[date]:
        """All days on which some state begins, sorted."""
        return sorted({day for states in self._states.values() for day in states})

    def states(self, trial: str) -> list[State]:
        """The states of one trial, oldest first; none of an unknown number."""
        return [state for _, state in sorted(self._states.get(trial, {}).items())]

    def on(self, day: date, stamp: date | None = None) -> Day:
        """The registry on `day`; `stamp` if its records shall claim to be of another day."""
        key = (day, stamp or day)
        with self._lock:
            if key not in self._views:
                self._views[key] = self._view(*key)
            return self._views[key]

    def _view(self, day: date, stamp: date) -> Day:
        newest = {}
        for trial, states in self._states.items():
            days = sorted(states)
            reached = bisect.bisect_right(days, day)
            if reached:
                newest[trial] = states[days[reached - 1]]
        records = {trial: state for trial, state in newest.items() if state.present}
        moved = {trial: state.moved_to for trial, state in newest.items() if state.moved_to is not None}
        aliases = {
            alias: trial
            for trial, state in records.items()
            for alias in state.aliases
            if alias not in records
        }
        for trial in moved:
            target = _follow(trial, moved)
            aliases[trial] = target
            if target in records and trial not in records[target].aliases:
                records[target] = self._with_alias(records[target], trial)
        return Day(
            stamp, records, aliases, lambda trial: [state for state in self.states(trial) if state.day <= day]
        )

    def _with_alias(self, state: State, alias: str) -> State:
        key = (id(state), (*state.aliases, alias))
        if key not in self._renamed:
            study = state.stamped(state.day)
            study["protocolSection"]["identificationModule"]["nctIdAliases"] = [*state.aliases, alias]
            self._renamed[key] = State(state.trial, state.day, study)
        return self._renamed[key]


def _follow(trial: str, moved: dict[str, str]) -> str:
    seen = {trial}
    while (target := moved.get(trial)) is not None and target not in seen:
        seen.add(target)
        trial = target
    return trial


def _aliases(study: Study | None) -> tuple[str, ...]:
    try:
        return (
            tuple(study["protocolSection"]["identificationModule"]["nctIdAliases"])
            if study is not None
            else ()
        )
    except (KeyError, TypeError):
        return ()


def _cut(study: Study) -> tuple[Part, Part | None]:
    """The study's JSON before and after its version holder; uncut if it has no place for one."""
    derived = study.get("derivedSection", {})
    misc = derived.get("miscInfoModule", {}) if isinstance(derived, dict) else None
    if not isinstance(misc, dict):
        return Part(orjson.dumps(study)), None
    stamped = {**study, "derivedSection": {**derived, "miscInfoModule": {**misc, "versionHolder": _HOLDER}}}
    before, holder, after = orjson.dumps(stamped).partition(f'"versionHolder":"{_HOLDER}"'.encode())
    at = holder.index(_HOLDER.encode())
    return Part(before + holder[:at]), Part(holder[at + len(_HOLDER) :] + after)


_Found = tuple[str, date, Study | None, str | None]


def _states_in(file: Path, default_day: date | None, asked: bool) -> Iterator[_Found]:
    if file.name.endswith((".jsonl", ".jsonl.xz")):
        with lzma.open(file) if file.suffix == ".xz" else file.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _from_line(line, f"{file}:{number}", default_day)
    elif file.suffix == ".json":
        yield from _from_seed(file, asked)
    elif asked:
        raise HistoryError(f"{file}: not a .jsonl, .jsonl.xz or .json file")


def _from_line(line: bytes, where: str, default_day: date | None) -> _Found:
    row = _object(line, where)
    if "protocolSection" in row:
        holder = row.get("derivedSection", {}).get("miscInfoModule", {}).get("versionHolder")
        if default_day is None and holder is None:
            raise HistoryError(f"{where}: the study has no versionHolder to date it by; give a default day")
        return _number(row, where), default_day or _day(holder, where), row, None
    study = row.get("study")
    trial = _number(study, where) if isinstance(study, dict) else row.get("trial")
    if not isinstance(trial, str):
        raise HistoryError(f'{where}: a line without a study must name its "trial"')
    return trial, _day(row.get("dataDate"), where), study, row.get("moved_to")


def _from_seed(file: Path, asked: bool) -> Iterator[_Found]:
    seed = _parsed(file.read_bytes(), str(file))
    states = seed.get("states") if isinstance(seed, dict) else None
    if not isinstance(seed, dict) or not isinstance(states, list) or not isinstance(seed.get("trial"), str):
        if asked:
            raise HistoryError(f'{file}: no "trial" with "states" in it')
        return
    for number, state in enumerate(states, 1):
        day = _day(state.get("day"), f"{file}, state {number}")
        yield seed["trial"], day, state.get("study"), state.get("moved_to")


def _parsed(text: bytes, where: str) -> object:
    try:
        return json.loads(text)
    except ValueError as error:
        raise HistoryError(f"{where}: not JSON: {error}") from error


def _object(text: bytes, where: str) -> dict[str, Any]:
    parsed = _parsed(text, where)
    if not isinstance(parsed, dict):
        raise HistoryError(f"{where}: not a JSON object")
    return parsed


def _number(study: Study, where: str) -> str:
    try:
        return str(study["protocolSection"]["identificationModule"]["nctId"])
    except (KeyError, TypeError) as error:
        raise HistoryError(f"{where}: the study has no nctId") from error


def _day(text: object, where: str) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError as error:
        raise HistoryError(f"{where}: {text!r} is not a day (YYYY-MM-DD)") from error


def previous_day(days: Sequence[date], day: date) -> date | None:
    """The last of `days` before `day`."""
    place = bisect.bisect_left(days, day)
    return days[place - 1] if place else None


def following_day(days: Sequence[date], day: date) -> date | None:
    """The first of `days` after `day`."""
    place = bisect.bisect_right(days, day)
    return days[place] if place < len(days) else None
