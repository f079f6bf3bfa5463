"""What a request asks for: which trials, in which order, which page of them, which fields."""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import orjson

from monitor.embedded.essie import (
    DATE_FIELDS,
    SEARCH_AREAS,
    VALUE_FIELDS,
    NotUnderstood,
    Test,
    parse,
    values_at,
)
from monitor.embedded.geo import near
from monitor.embedded.projection import Projection, projection
from monitor.embedded.records import Day, State

_NUMBER = re.compile(r"[Nn][Cc][Tt]0*[1-9]\d{0,7}")
_STATUSES = (
    "ACTIVE_NOT_RECRUITING COMPLETED ENROLLING_BY_INVITATION NOT_YET_RECRUITING RECRUITING SUSPENDED TERMINATED WITHDRAWN "
    "AVAILABLE NO_LONGER_AVAILABLE TEMPORARILY_NOT_AVAILABLE APPROVED_FOR_MARKETING WITHHELD UNKNOWN"
).split()
_DESIGN = "protocolSection.designModule."
_ELIGIBILITY = "protocolSection.eligibilityModule."
_DOCUMENTS = "documentSection.largeDocumentModule.largeDocs."
_AGGREGATES: dict[str, tuple[str, dict[str, object]]] = {
    "status": (
        VALUE_FIELDS["OverallStatus"],
        {
            "not": "NOT_YET_RECRUITING",
            "rec": "RECRUITING",
            "enr": "ENROLLING_BY_INVITATION",
            "act": "ACTIVE_NOT_RECRUITING",
            "sus": "SUSPENDED",
            "ter": "TERMINATED",
            "com": "COMPLETED",
            "wit": "WITHDRAWN",
            "unk": "UNKNOWN",
            "ava": "AVAILABLE",
            "nla": "NO_LONGER_AVAILABLE",
            "tna": "TEMPORARILY_NOT_AVAILABLE",
            "afm": "APPROVED_FOR_MARKETING",
        },
    ),
    "phase": (
        VALUE_FIELDS["Phase"],
        {"0": "EARLY_PHASE1", "1": "PHASE1", "2": "PHASE2", "3": "PHASE3", "4": "PHASE4", "na": "NA"},
    ),
    "studyType": (
        VALUE_FIELDS["StudyType"],
        {"int": "INTERVENTIONAL", "obs": "OBSERVATIONAL", "exp": "EXPANDED_ACCESS"},
    ),
    "funderType": (
        "protocolSection.sponsorCollaboratorsModule.leadSponsor.class",
        {"nih": "NIH", "fed": "FED", "industry": "INDUSTRY", "other": "OTHER"},
    ),
    "results": ("hasResults", {"with": True, "without": False}),
    "healthy": (_ELIGIBILITY + "healthyVolunteers", {"y": True}),
    "sex": (_ELIGIBILITY + "sex", {"f": "FEMALE", "m": "MALE", "all": "ALL"}),
    "ages": (_ELIGIBILITY + "stdAges", {"child": "CHILD", "adult": "ADULT", "older": "OLDER_ADULT"}),
    "docs": (_DOCUMENTS + "typeAbbrev", {"prot": "Prot", "sap": "SAP", "icf": "ICF"}),
    "violation": ("protocolSection.oversightModule.fdaaa801Violation", {"y": True}),
}
_SORT_NUMBERS = {"EnrollmentCount": _DESIGN + "enrollmentInfo.count"}
_PAGING = {"pageSize", "pageToken", "countTotal"}
_DEFAULT_PAGE, _LARGEST_PAGE = 10, 1000


def trial_number(text: str) -> str:
    """The number in its one spelling (`nct1` is NCT00000001). Raises NotUnderstood with the registry's kind of text."""
    if not _NUMBER.fullmatch(text):
        raise NotUnderstood(f"Incorrect format of NCT ID: '{text}'")
    return f"NCT{int(text[3:]):08}"


@dataclass
class Listing:
    """One request for a list of studies, understood."""

    numbers: list[str] | None = None
    tests: list[Test] = field(default_factory=list)
    order: list[tuple[str, bool]] = field(default_factory=list)
    fields: Projection | None = None
    page_size: int = _DEFAULT_PAGE
    count_total: bool = False
    token: str | None = None
    digest: str = ""

    def matching(self, day: Day) -> list[State]:
        """All records of the day that the request asks for, in its order."""
        wanted = None
        if self.numbers is not None:
            wanted = {state.trial for number in self.numbers if (state := day.find(number)) is not None}
        found = [
            state
            for state in day.shuffled
            if (wanted is None or state.trial in wanted) and all(test(state) for test in self.tests)
        ]
        for path, descending in reversed(self.order):
            found.sort(key=lambda state, path=path: _sortable(state, path), reverse=descending)  # type: ignore[misc]
            found.sort(key=lambda state, path=path: _sortable(state, path) == _MISSING)  # type: ignore[misc]
        return found

    def start(self, day: date) -> int:
        """Where the asked page begins. Raises NotUnderstood for a token of another day or another request."""
        if self.token is None:
            return 0
        try:
            text = base64.urlsafe_b64decode(self.token.encode() + b"=" * (-len(self.token) % 4)).decode()
            stamped, offset, digest = text.split("|")
            start = int(offset)
        except ValueError as error:
            raise NotUnderstood(f"Incorrect pageToken: '{self.token}'") from error
        if stamped != day.isoformat():
            raise NotUnderstood("pageToken is no longer valid: the data have been refreshed")
        if digest != self.digest:
            raise NotUnderstood("pageToken belongs to a request with other parameters")
        return start

    def token_for(self, day: date, offset: int) -> str:
        """The token that leads to the page that begins at `offset`."""
        plain = f"{day.isoformat()}|{offset}|{self.digest}"
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def listing(query: Mapping[str, str]) -> Listing:
    """Understands the parameters of `GET /studies`, or raises NotUnderstood naming the first one that it cannot."""
    asked = Listing(digest=_digest(query))
    for name, value in query.items():
        reader = _PARAMETERS.get(name.replace("postFilter.", "filter.", 1))
        if reader is None:
            raise NotUnderstood(f"Unknown parameter: '{name}'")
        reader(asked, name, value)
    return asked


def single(query: Mapping[str, str]) -> Projection | None:
    """Understands the parameters of `GET /studies/{id}`: the fields that are asked for, None for all."""
    asked = Listing()
    for name, value in query.items():
        if name not in ("format", "markupFormat", "fields"):
            raise NotUnderstood(f"Unknown parameter: '{name}'")
        _PARAMETERS[name](asked, name, value)
    return asked.fields


def _digest(query: Mapping[str, str]) -> str:
    same = sorted((name, value) for name, value in query.items() if name not in _PAGING)
    return hashlib.blake2b(orjson.dumps(same), digest_size=6).hexdigest()


def _items(value: str) -> list[str]:
    return [item.strip() for item in re.split(r"[,|]", value)]


def _read_ids(asked: Listing, name: str, value: str) -> None:
    numbers = [trial_number(item) for item in _items(value)]
    before = numbers if asked.numbers is None else asked.numbers
    asked.numbers = [number for number in numbers if number in before]


def _read_words(asked: Listing, name: str, value: str) -> None:
    if value.strip():
        asked.tests.append(parse(value, SEARCH_AREAS[name.removeprefix("query.")]))


def _read_advanced(asked: Listing, name: str, value: str) -> None:
    asked.tests.append(parse(value, None))


def _read_geo(asked: Listing, name: str, value: str) -> None:
    asked.tests.append(near(value))


def _read_status(asked: Listing, name: str, value: str) -> None:
    statuses = _items(value)
    for status in statuses:
        if status not in _STATUSES:
            raise NotUnderstood(f"Unknown value '{status}' of parameter '{name}'")
    asked.tests.append(_any_of(VALUE_FIELDS["OverallStatus"], statuses))


def _read_aggregates(asked: Listing, name: str, value: str) -> None:
    for item in _items(value):
        kind, _, options = item.partition(":")
        path, meanings = _AGGREGATES.get(kind, ("", {}))
        unknown = [option for option in options.split() if option not in meanings]
        if not path or unknown or not options.strip():
            raise NotUnderstood(f"Unknown value '{item}' of parameter '{name}'")
        asked.tests.append(_any_of(path, [meanings[option] for option in options.split()]))


def _any_of(path: str, wanted: Iterable[object]) -> Test:
    values = list(wanted)
    return lambda state: any(value in values for value in values_at(state.study, path))


def _read_fields(asked: Listing, name: str, value: str) -> None:
    asked.fields = projection(_items(value))


def _read_sort(asked: Listing, name: str, value: str) -> None:
    for item in _items(value):
        key, _, direction = item.partition(":")
        path = DATE_FIELDS.get(key) or _SORT_NUMBERS.get(key)
        if direction not in ("", "asc", "desc") or (path is None and key != "@relevance"):
            raise NotUnderstood(f"Cannot sort by '{item}'")
        if path is not None:
            asked.order.append((path, direction == "desc" or (not direction and key in DATE_FIELDS)))
    if len(_items(value)) > 2:
        raise NotUnderstood(f"Too many items in parameter '{name}'")


_MISSING: tuple[int, str] = (-1, "")


def _sortable(state: State, path: str) -> tuple[int, str]:
    for value in values_at(state.study, path):
        return (value, "") if isinstance(value, int) else (0, str(value))
    return _MISSING


def _read_page_size(asked: Listing, name: str, value: str) -> None:
    if not value.isascii() or not value.isdigit():
        raise NotUnderstood(f"Incorrect value '{value}' of parameter '{name}'")
    asked.page_size = min(int(value), _LARGEST_PAGE) or _DEFAULT_PAGE


def _read_page_token(asked: Listing, name: str, value: str) -> None:
    asked.token = value


def _read_count_total(asked: Listing, name: str, value: str) -> None:
    if value not in ("true", "false"):
        raise NotUnderstood(f"Incorrect value '{value}' of parameter '{name}'")
    asked.count_total = value == "true"


def _only(*allowed: str) -> Callable[[Listing, str, str], None]:
    def read(asked: Listing, name: str, value: str) -> None:
        if value not in allowed:
            raise NotUnderstood(
                f"Incorrect value '{value}' of parameter '{name}' (this registry knows {', '.join(allowed)})"
            )

    return read


_PARAMETERS: dict[str, Callable[[Listing, str, str], None]] = {
    **{f"query.{area}": _read_words for area in SEARCH_AREAS},
    "filter.ids": _read_ids,
    "filter.overallStatus": _read_status,
    "filter.advanced": _read_advanced,
    "filter.geo": _read_geo,
    "aggFilters": _read_aggregates,
    "fields": _read_fields,
    "sort": _read_sort,
    "pageSize": _read_page_size,
    "pageToken": _read_page_token,
    "countTotal": _read_count_total,
    "format": _only("json"),
    "markupFormat": _only("markdown"),
}
