"""A registry's statement about a trial, and what we keep of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

from monitor.core.facts import TrialFacts
from monitor.core.json import Json, JsonObject
from monitor.core.particulars import Particulars
from monitor.core.shape import Shape, join, split
from monitor.core.trial import TrialId


@dataclass(frozen=True, slots=True)
class Record:
    """What a registry says of one trial, whole. `modules` are its parts as the registry gave them, by path;
    `digests` are of their exact contents (key order apart, volatile fields left out); `raw_digest` is of the bytes that came,
    less what is volatile, and lets the next look skip parsing; empty where the answer had no such bytes."""

    trial: TrialId
    modules: Mapping[str, Json]
    digests: Mapping[str, str]
    facts: TrialFacts
    raw_digest: str = ""
    particulars: Particulars = field(default_factory=Particulars)

    @property
    def document(self) -> dict[str, Json]:
        """The record as one JSON object."""
        return join(self.modules)

    @classmethod
    def read(cls, trial: TrialId, document: JsonObject, shape: Shape, raw_digest: str = "") -> "Record":
        """From a parsed answer. Pure; the source has checked before that it is a record of this trial."""
        modules = split(document)
        return cls(
            trial,
            modules,
            {name: digest_of(name, body, shape) for name, body in modules.items()},
            shape.facts(document),
            raw_digest,
            shape.particulars(document),
        )


def digest_of(module: str, body: Json, shape: Shape) -> str:
    """A module's fingerprint: 16 bytes of blake2b in hex over its JSON with sorted keys, volatile fields left out."""
    return blake2b(canonical_json(without_volatile(module, body, shape)), digest_size=16).hexdigest()


def without_volatile(module: str, body: Json, shape: Shape) -> Json:
    """The module's body less the fields that move without anything having happened, in every item of a list too; None if all of it does."""
    prefix = module + "."
    for path in shape.volatile:
        if path == module or module.startswith(path + "."):
            return None
        if path.startswith(prefix):
            body = _without(body, path[len(prefix) :].split("."))
    return body


def _without(body: Json, keys: list[str]) -> Json:
    if isinstance(body, list):
        return [_without(item, keys) for item in body]
    if not isinstance(body, Mapping) or keys[0] not in body:
        return body
    if len(keys) == 1:
        return {key: value for key, value in body.items() if key != keys[0]}
    return {**body, keys[0]: _without(body[keys[0]], keys[1:])}


def canonical_json(value: Json) -> bytes:
    """JSON bytes with sorted keys: equal values, equal bytes. What orjson refuses (nested beyond 254, integers beyond 64 bits)
    is written by the standard library: rare, slow, and no reason to lose a record."""
    import orjson

    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Absence:
    """A trial that was asked for and did not come: since when, and in how many looks in a row."""

    since: datetime
    looks: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What we believe of a trial: its newest version. `version` counts from 1 (the baseline).
    `past` are the facts of the versions before, oldest first. `modules` may hold only those that are needed;
    the store fills in what a diff asks for. `moved_to` and `gone` say what became of the number."""

    trial: TrialId
    version: int
    seen_at: datetime
    digests: Mapping[str, str]
    facts: TrialFacts
    modules: Mapping[str, Json]
    past: tuple[TrialFacts, ...] = ()
    raw_digest: str = ""
    absence: Absence | None = None
    gone: bool = False
    moved_to: str = ""
