"""One page of `GET /studies`, taken apart with as little work as can be.

The registry promises every study on a line of its own, and nearly all of them are byte for byte what they were yesterday but for the data
date. So the lines are cut out and recognised by a digest, and only what is left is parsed. It is sound because everything is proven:
a line with the digest of last time is the JSON text that was parsed then; what surrounds the lines is parsed with each line replaced by
its ordinal, and must then be a list of just these ordinals. Whatever does not fit, a pretty-printed page for instance, is parsed whole.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from monitor.core.errors import Unreadable
from monitor.core.json import JsonObject
from monitor.sources._strict_json import parse_object

_HEAD = re.compile(rb'\{\s*(?:"totalCount"\s*:\s*\d+\s*,\s*)?"studies"\s*:\s*\[\s*(?=\{)')
_TAIL = re.compile(rb'\]\s*(?:,\s*"(?:nextPageToken|totalCount)"\s*:\s*(?:"[^"\\]*"|\d+)\s*)*\}$')
_LONGEST_TAIL = 2000
_ENVELOPE = frozenset({"totalCount", "studies", "nextPageToken"})
_HOLDER_KEY = b'"versionHolder"'
_HOLDER = re.compile(rb'"versionHolder"\s*:\s*"(\d{4}-\d{2}-\d{2})"')
_NUMBER_KEY = b'"nctId"'
_NUMBER = re.compile(rb'"nctId"\s*:\s*"(NCT\d{8})"')


@dataclass(frozen=True, slots=True)
class Study:
    """A study of a page: its bytes where it had a line of its own, else what they parsed to."""

    raw: bytes = b""
    document: JsonObject | None = None

    @property
    def claimed(self) -> str:
        """The number that the line seems to carry; only a hint, for looking up what it should be."""
        found = _NUMBER.match(self.raw, start) if (start := self.raw.find(_NUMBER_KEY)) >= 0 else None
        return found[1].decode() if found else ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it came. `total` is the registry's count of all that the question finds, where it gave one."""

    studies: Sequence[Study]
    next_token: str = ""
    total: int | None = None


def raw_digest(raw: bytes) -> tuple[str, str]:
    """A fingerprint of a study's bytes less its data date, and that date; two empty texts where there is not exactly one date.

    The place of the date counts, so two texts of one digest differ in nothing but that date.
    """
    last = raw.rfind(_HOLDER_KEY)
    found = _HOLDER.match(raw, last) if last >= 0 else None
    if found is None or raw.find(_HOLDER_KEY) != last:
        return "", ""
    start, end = found.span(1)
    view = memoryview(raw)
    digest = blake2b(view[:start], digest_size=16)
    digest.update(b"\0")  # cannot stand in a JSON text
    digest.update(view[end:])
    return digest.hexdigest(), found[1].decode()


def read_page(body: bytes) -> Page:
    """Take a page apart. Raises Unreadable where it is no page."""
    return _by_lines(body) or _whole(body)


def _by_lines(body: bytes) -> Page | None:
    studies: list[Study] = []
    envelope: list[bytes] = []
    lines = [line.strip() for line in body.split(b"\n")]
    last = max((n for n, line in enumerate(lines) if line), default=-1)
    for n, line in enumerate(lines):
        head = _HEAD.match(line)
        start = head.end() if head else 0
        end = len(line)
        if line.endswith(b","):
            end -= 1
        elif n == last:
            tail = _TAIL.search(line, max(start, end - _LONGEST_TAIL))
            end = tail.start() if tail else end
        study = line[start:end].strip()
        # A page in one line has no lines to go by: there may be many studies on it.
        if study.startswith(b"{") and study.endswith(b"}") and not (head and n == last):
            envelope += (line[:start], b"%d" % len(studies), line[end:])
            studies.append(Study(study))
        else:
            envelope.append(line)
    if not studies:
        return None
    try:
        parsed = parse_object(b"".join(envelope))
    except Unreadable:
        return None
    if parsed.keys() - _ENVELOPE or parsed.get("studies") != list(range(len(studies))):
        return None
    return Page(studies, _token(parsed), _total(parsed))


def _whole(body: bytes) -> Page:
    parsed = parse_object(body)
    studies = parsed.get("studies")
    if not isinstance(studies, list):
        raise Unreadable("the answer is not what was asked for: it has no list of studies")
    if not all(isinstance(study, Mapping) for study in studies):
        raise Unreadable("the answer's list of studies holds something that is no study")
    return Page(
        [Study(document=study) for study in studies if isinstance(study, Mapping)],
        _token(parsed),
        _total(parsed),
    )


def _token(parsed: JsonObject) -> str:
    token = parsed.get("nextPageToken", "")
    if not isinstance(token, str) or len(token) > _LONGEST_TAIL:
        raise Unreadable("the answer's page token is none")
    return token


def _total(parsed: JsonObject) -> int | None:
    total = parsed.get("totalCount")
    if total is None and "totalCount" not in parsed:
        return None
    if isinstance(total, bool) or not isinstance(total, int) or total < 0:
        raise Unreadable("the answer's total is no count")
    return total
