"""What an honest registry answers: a pure function of the day and the request."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

import orjson

from monitor.embedded import past
from monitor.embedded.essie import NotUnderstood
from monitor.embedded.projection import project
from monitor.embedded.queries import Listing, listing, single, trial_number
from monitor.embedded.records import Day, Part, State

API = "/api/v2"
STUDIES = f"{API}/studies"
VERSION = f"{API}/version"
RECORD_HISTORY = "/api/int/studies"
_REFRESHED_AT = time(9, 0, 5)


@dataclass
class Answer:
    """An answer before it is written on a wire: status, headers beside the usual ones, and the body in parts."""

    status: int
    parts: list[Part] = field(default_factory=list)
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        return b"".join(part.plain for part in self.parts)


def text(status: int, message: str) -> Answer:
    """A refusal in the registry's manner: plain text."""
    return Answer(status, [Part(message.encode())], "text/plain; charset=utf-8")


def json(status: int, value: object) -> Answer:
    return Answer(status, [Part(orjson.dumps(value))])


def answer(
    day: Day, method: str, path: str, query: Mapping[str, str], if_none_match: str | None = None
) -> Answer:
    """What the registry says on `day` to a request for `path`, which is without its query and not decoded further."""
    if method not in ("GET", "HEAD"):
        return Answer(405, [Part(b"Method not allowed")], "text/plain; charset=utf-8", {"Allow": "GET, HEAD"})
    try:
        if path == VERSION:
            return _version(day.day, if_none_match)
        if path == STUDIES:
            return _page(day, listing(query))
        if path.startswith(f"{STUDIES}/"):
            return _one(day, path.removeprefix(f"{STUDIES}/"), query)
        if path.startswith(f"{RECORD_HISTORY}/"):
            return _history(day, path.removeprefix(f"{RECORD_HISTORY}/"), query)
    except NotUnderstood as refused:
        return text(400, str(refused))
    return text(404, f"Not found: {path}")


def timestamp(day: date) -> str:
    """The data timestamp of a registry day: UTC, but without saying so."""
    return datetime.combine(day, _REFRESHED_AT).isoformat()


def _version(day: date, if_none_match: str | None) -> Answer:
    stamp = timestamp(day)
    milliseconds = int(datetime.fromisoformat(stamp).replace(tzinfo=UTC).timestamp()) * 1000
    etag = f'"embedded/2.0.5/{_base36(milliseconds)}"'
    if if_none_match is not None and etag in if_none_match:
        return Answer(304, headers={"ETag": etag})
    found = json(200, {"apiVersion": "2.0.5", "dataTimestamp": stamp})
    found.headers["ETag"] = etag
    return found


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits or "0"


def _one(day: Day, text_of_number: str, query: Mapping[str, str]) -> Answer:
    number = trial_number(text_of_number)
    fields = single(query)
    state = day.find(number)
    if state is None:
        return text(404, f"NCT number {number} not found")
    if state.trial != text_of_number:
        return Answer(301, [], "text/plain; charset=utf-8", {"Location": f"{STUDIES}/{state.trial}"})
    if fields is not None:
        return json(200, project(state.stamped(day.day), fields))
    return Answer(200, list(state.parts(day.stamp)))


def _history(day: Day, place: str, query: Mapping[str, str]) -> Answer:
    """The record history: `NUMBER`, with it or without, `NUMBER/history` and `NUMBER/history/N`."""
    number, _, below = place.partition("/")
    state = day.records.get(number)
    if state is None:
        return text(404, f"NCT number {number} not found")
    versions = past.versions(day.states(number))
    if not below:
        more = {"history": past.outline(versions)} if query.get("history") == "true" else {}
        return json(200, {"study": past.in_html(state.stamped(day.day)), **more})
    if below == "history":
        return json(200, past.outline(versions))
    n = below.removeprefix("history/")
    if not (below.startswith("history/") and n.isascii() and n.isdigit() and int(n) < len(versions)):
        return text(403, "Forbidden")
    return json(200, {"studyVersion": int(n), "study": past.in_html(versions[int(n)].stamped(day.day))})


def _page(day: Day, asked: Listing) -> Answer:
    start = asked.start(day.day)
    found = asked.matching(day)
    page = found[start : start + asked.page_size]
    parts = [Part(b"{")]
    if asked.count_total and asked.token is None:
        parts.append(Part(b'"totalCount":%d,' % len(found)))
    parts += _studies(day, asked, page)
    # As the real one does, a last page that happens to be full still leads to a further, empty one.
    if page and len(page) == asked.page_size:
        token = asked.token_for(day.day, start + len(page))
        parts.append(Part(b',"nextPageToken":' + orjson.dumps(token)))
    parts.append(Part(b"}"))
    return Answer(200, parts)


_OPENING, _BETWEEN, _CLOSING = Part(b'"studies":[\n'), Part(b",\n"), Part(b"\n]")


def _studies(day: Day, asked: Listing, page: Iterable[State]) -> list[Part]:
    parts = [_OPENING]
    for number, state in enumerate(page):
        if number:
            parts.append(_BETWEEN)
        if asked.fields is not None:
            parts.append(Part(orjson.dumps(project(state.stamped(day.day), asked.fields))))
        else:
            parts += state.parts(day.stamp)
    parts.append(_CLOSING)
    return parts
