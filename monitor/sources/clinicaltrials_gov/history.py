"""ClinicalTrials.gov's own record history: an interface of its site that nobody has promised. Nothing else may rest on it.

A past version comes in the tree of API v2, but its texts are HTML, and what the registry derives from a record may be lacking. `settled`
makes a record of it that can be compared with those of v2.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from monitor.core.errors import Refused, Unreadable
from monitor.core.json import Json, JsonObject
from monitor.core.record import Record
from monitor.core.source import Flow, PastVersion, Request, Response
from monitor.core.trial import TrialId
from monitor.sources._strict_json import parse_object
from monitor.sources.clinicaltrials_gov.checks import is_day, is_number, number_of, require_record
from monitor.sources.clinicaltrials_gov.markup import MARKED_UP, markdown, words
from monitor.sources.clinicaltrials_gov.shape import REGISTRY, SHAPE

_STUDIES = "/api/int/studies"
# The longest history known has 297 versions.
MOST_VERSIONS = 2000
_NOT_GIVEN = frozenset({400, 401, 403, 404, 405, 410, 451})

Known = dict[tuple[str, str], str]


def outline(number: str) -> Flow[tuple[PastVersion, ...]]:
    """The versions that the registry has of a trial, oldest first. Raises Refused where it does not give them, Unreadable for
    whatever is no list of versions."""
    answer = yield _ask(f"{_STUDIES}/{_checked(number)}/history")
    _require_given(answer, f"the history of {number}")
    changes = parse_object(answer.body).get("changes")
    if not isinstance(changes, list) or not changes:
        raise Unreadable(f"the history of {number} is not what was asked for: it lists no versions")
    if len(changes) > MOST_VERSIONS:
        raise Unreadable(f"the history of {number} lists more than {MOST_VERSIONS} versions")
    versions = tuple(_past_version(number, change) for change in changes)
    if [one.n for one in versions] != list(range(len(versions))):
        raise Unreadable(f"the history of {number} does not count its versions from 0 on, one by one")
    return versions


def version(number: str, n: int) -> Flow[JsonObject]:
    """One past version as the registry gives it. Raises as `outline`, and Unreadable where it is no record of this trial."""
    answer = yield _ask(f"{_STUDIES}/{_checked(number)}/history/{n}")
    what = f"version {n} of {number}"
    _require_given(answer, what)
    body = parse_object(answer.body)
    study = body.get("study")
    if body.get("studyVersion") != n or not isinstance(study, Mapping):
        raise Unreadable(f"the answer is not what was asked for: {what}")
    require_record(study)
    if number_of(study) != number:
        raise Unreadable(f"{what} was asked for, one of {number_of(study)} came")
    return study


def settled(document: JsonObject, known: Sequence[JsonObject]) -> Record:
    """A past version as a record like those of API v2. A text that says the same as one in the same place of a `known` record
    (as v2 gave them, the nearest in time first) is taken from there, byte for byte; any other is spelled as v2 would."""
    texts: Known = {}
    for other in known:
        for path, text in _marked_up(other, ""):
            texts.setdefault((path, words(text, html=False)), text)
    number = number_of(document)
    assert number is not None
    spelled = _spelled(document, "", texts)
    assert isinstance(spelled, dict)
    record = Record.read(TrialId(REGISTRY, number), spelled, SHAPE)
    # The date of the data in it is that of the asking, and says nothing of the version.
    return replace(record, facts=replace(record.facts, data_date=""))


def _checked(number: str) -> str:
    if not is_number(number):
        raise Unreadable(f"{number[:40]!r} is not a number of ClinicalTrials.gov")
    return number


def _ask(path: str) -> Request:
    # Here 403 also means "there is no such version": it says nothing about this client, and must not keep it from looking.
    return Request(path, answers=_NOT_GIVEN)


def _require_given(answer: Response, what: str) -> None:
    if answer.status in (401, 403, 451):
        raise Refused(f"ClinicalTrials.gov does not give {what} (HTTP {answer.status})")
    if answer.status != 200:
        raise Unreadable(f"ClinicalTrials.gov does not have {what} (HTTP {answer.status})")


def _past_version(number: str, change: Json) -> PastVersion:
    if not isinstance(change, Mapping):
        raise Unreadable(f"the history of {number} lists something that is no version")
    n, day, status = change.get("version"), change.get("date"), change.get("status", "")
    if isinstance(n, bool) or not isinstance(n, int) or not isinstance(day, str) or not is_day(day):
        raise Unreadable(f"the history of {number} lists a version without its number or its day")
    return PastVersion(n, day, status if isinstance(status, str) else "")


def _marked_up(value: Json, path: str) -> list[tuple[str, str]]:
    """The marked-up texts of a record, each with its plain path."""
    if isinstance(value, Mapping):
        return [found for key, inner in value.items() for found in _marked_up(inner, _below(path, key))]
    if isinstance(value, list):
        return [found for inner in value for found in _marked_up(inner, path)]
    return [(path, value)] if isinstance(value, str) and path in MARKED_UP else []


def _spelled(value: Json, path: str, known: Known) -> Json:
    if isinstance(value, Mapping):
        return {key: _spelled(inner, _below(path, key), known) for key, inner in value.items()}
    if isinstance(value, list):
        return [_spelled(inner, path, known) for inner in value]
    if not isinstance(value, str) or path not in MARKED_UP:
        return value
    text = known.get((path, words(value, html=True)))
    return markdown(value) if text is None else text


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
