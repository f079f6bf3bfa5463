"""The small part of the registry's query language that a monitor needs.

Words, "phrases", AND, OR, NOT, parentheses, `AREA[Field]value`, `AREA[Field]RANGE[from,to]`, and `SEARCH[Location](…)`,
which asks for one site that is all of what follows. Words side by side must all occur. A word is found whatever its
case, and in singular or plural; synonyms, which the real registry knows, are not.
"""

import calendar
import re
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from monitor.embedded.records import Study


class Searchable(Protocol):
    """What a query can be put to: a state, or as much of it as concerns one site."""

    @property
    def study(self) -> Study: ...

    def haystack(self, key: object, make: Callable[[Study], str]) -> str: ...


Test = Callable[[Searchable], bool]


class NotUnderstood(ValueError):
    """A request that the registry refuses with 400; the message is the body of the answer."""


_PROTOCOL = "protocolSection."
_IDENTITY = _PROTOCOL + "identificationModule."
_STATUS = _PROTOCOL + "statusModule."
_ARMS = _PROTOCOL + "armsInterventionsModule."
_TITLES = (_IDENTITY + "briefTitle", _IDENTITY + "officialTitle", _IDENTITY + "acronym")
_KEYWORDS = _PROTOCOL + "conditionsModule.keywords"
_LOCATIONS = _PROTOCOL + "contactsLocationsModule.locations"
_SPONSOR = _PROTOCOL + "sponsorCollaboratorsModule."

SEARCH_AREAS: dict[str, tuple[str, ...]] = {
    "cond": (_PROTOCOL + "conditionsModule", "derivedSection.conditionBrowseModule", *_TITLES),
    "term": ("protocolSection", "resultsSection", "derivedSection"),
    "titles": _TITLES,
    "intr": (
        _ARMS + "interventions",
        _ARMS + "armGroups",
        "derivedSection.interventionBrowseModule",
        _KEYWORDS,
        *_TITLES,
    ),
    "outc": (_PROTOCOL + "outcomesModule",),
    "spons": (
        _SPONSOR + "leadSponsor.name",
        _SPONSOR + "collaborators.name",
        _IDENTITY + "organization.fullName",
    ),
    "lead": (_SPONSOR + "leadSponsor.name",),
    "id": (
        _IDENTITY + "nctId",
        _IDENTITY + "nctIdAliases",
        _IDENTITY + "orgStudyIdInfo.id",
        _IDENTITY + "secondaryIdInfos.id",
        _IDENTITY + "acronym",
    ),
    "locn": tuple(
        _PROTOCOL + "contactsLocationsModule.locations." + key
        for key in ("facility", "city", "state", "zip", "country")
    ),
}
"""The fields that each `query.…` parameter looks into; a branch stands for all that is below it."""

DATE_FIELDS = {
    "StartDate": _STATUS + "startDateStruct.date",
    "PrimaryCompletionDate": _STATUS + "primaryCompletionDateStruct.date",
    "CompletionDate": _STATUS + "completionDateStruct.date",
    "LastUpdatePostDate": _STATUS + "lastUpdatePostDateStruct.date",
    "LastUpdateSubmitDate": _STATUS + "lastUpdateSubmitDate",
    "StudyFirstPostDate": _STATUS + "studyFirstPostDateStruct.date",
    "ResultsFirstPostDate": _STATUS + "resultsFirstPostDateStruct.date",
}

VALUE_FIELDS = {
    "NCTId": _IDENTITY + "nctId",
    "OverallStatus": _STATUS + "overallStatus",
    "Phase": _PROTOCOL + "designModule.phases",
    "StudyType": _PROTOCOL + "designModule.studyType",
    "LocationCountry": _LOCATIONS + ".country",
    "LocationState": _LOCATIONS + ".state",
    "LocationCity": _LOCATIONS + ".city",
    "LeadSponsorName": _SPONSOR + "leadSponsor.name",
}


def values_at(node: Any, path: str) -> Iterator[Any]:
    """Everything at `path`, taking all items of the lists on the way."""
    head, _, rest = path.partition(".")
    for item in node if isinstance(node, list) else [node]:
        if isinstance(item, dict) and item.get(head) is not None:
            found = item[head]
            if rest:
                yield from values_at(found, rest)
            elif isinstance(found, list):
                yield from found
            else:
                yield found


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for child in node.values():
            yield from _strings(child)
    elif isinstance(node, list):
        for child in node:
            yield from _strings(child)


def _words(text: str) -> str:
    """`text` as its words in one spelling, with a space before and behind each."""
    found = re.findall(r"\w+", text.casefold())
    return " " + " ".join(word[:-1] if len(word) > 3 and word.endswith("s") else word for word in found) + " "


def _occurs(phrase: str, paths: tuple[str, ...]) -> Test:
    needle = _words(phrase)
    if not needle.strip():
        return lambda state: True

    def make(study: Study) -> str:
        # The two line feeds keep a phrase from running over from one field into the next.
        return " \n ".join(
            _words(text) for path in paths for value in values_at(study, path) for text in _strings(value)
        )

    return lambda state: needle in state.haystack(paths, make)


def parse(query: str, paths: tuple[str, ...] | None) -> Test:
    """The query as a test of records. `paths`: where its free words look; None if only AREA[…] is allowed."""
    tokens = _TOKEN.findall(query)
    if "".join(tokens) != query:
        raise NotUnderstood(f"Cannot parse query: {query}")
    reader = _Reader([token for token in tokens if token.strip()], paths, query)
    test = reader.either()
    if reader.tokens:
        raise NotUnderstood(f"Unexpected '{reader.tokens[0]}' in query: {query}")
    return test


_TOKEN = re.compile(r'(?:AREA|SEARCH)\[[^\]]*\]|RANGE\[[^\]]*\]|"[^"]*"|[()]|[^\s()"\[\]]+|\s+')


class _Reader:
    """Recursive descent over the tokens of one query."""

    def __init__(self, tokens: list[str], paths: tuple[str, ...] | None, query: str) -> None:
        self.tokens, self.paths, self.query = tokens, paths, query

    def either(self) -> Test:
        tests = [self.both()]
        while self.tokens and self.tokens[0] == "OR":
            self.tokens.pop(0)
            tests.append(self.both())
        return lambda state: any(test(state) for test in tests)

    def both(self) -> Test:
        tests = [self.one()]
        while self.tokens and self.tokens[0] not in ("OR", ")"):
            if self.tokens[0] == "AND":
                self.tokens.pop(0)
            tests.append(self.one())
        return lambda state: all(test(state) for test in tests)

    def one(self) -> Test:
        if not self.tokens:
            raise NotUnderstood(f"Query ends too early: {self.query}")
        token = self.tokens.pop(0)
        if token == "NOT":
            test = self.one()
            return lambda state: not test(state)
        if token == "(":
            test = self.either()
            if not self.tokens or self.tokens.pop(0) != ")":
                raise NotUnderstood(f"Missing ')' in query: {self.query}")
            return test
        if token == "SEARCH[Location]":
            return _of_one_site(self.one())
        if token.startswith("AREA["):
            return self._area(token[5:-1].strip())
        if token in (")", "AND", "OR") or token.startswith(("RANGE[", "SEARCH[")):
            raise NotUnderstood(f"Unexpected '{token}' in query: {self.query}")
        if self.paths is None:
            raise NotUnderstood(f"Only AREA[Field]value is understood here, not '{token}': {self.query}")
        return _occurs(token.strip('"'), self.paths)

    def _area(self, field: str) -> Test:
        if field not in DATE_FIELDS and field not in VALUE_FIELDS:
            known = ", ".join(sorted({**DATE_FIELDS, **VALUE_FIELDS}))
            raise NotUnderstood(f"Unknown field in AREA[{field}] (known here: {known})")
        if not self.tokens:
            raise NotUnderstood(f"AREA[{field}] without a value: {self.query}")
        value = self.tokens.pop(0)
        if value.startswith("RANGE["):
            return _in_range(field, value[6:-1], self.query)
        if value == "(":
            raise NotUnderstood(
                f"AREA[{field}] with an expression in parentheses is not understood: {self.query}"
            )
        while self.tokens and re.match(r"\w", self.tokens[0]) and not _OPERATOR.match(self.tokens[0]):
            value += " " + self.tokens.pop(0)  # AREA[LocationCountry]United States
        return _equals(field, value.strip('"'))


_OPERATOR = re.compile(r"(AND|OR|NOT)$|(AREA|RANGE|SEARCH)\[")


class _OneSite:
    """A record as if it had a single site and said nothing else."""

    def __init__(self, site: object) -> None:
        self.study: Study = {"protocolSection": {"contactsLocationsModule": {"locations": [site]}}}

    def haystack(self, key: object, make: Callable[[Study], str]) -> str:
        return make(self.study)


def _of_one_site(test: Test) -> Test:
    return lambda state: any(test(_OneSite(site)) for site in values_at(state.study, _LOCATIONS))


def _equals(field: str, wanted: str) -> Test:
    if field in DATE_FIELDS:
        path = DATE_FIELDS[field]
        return lambda state: any(str(value).startswith(wanted) for value in values_at(state.study, path))
    path, needle = VALUE_FIELDS[field], _squeezed(wanted)
    if field == "LeadSponsorName":
        return _occurs(wanted, (path,))
    return lambda state: any(_squeezed(str(value)) == needle for value in values_at(state.study, path))


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()


def _in_range(field: str, bounds: str, query: str) -> Test:
    low, comma, high = (bound.strip() for bound in bounds.partition(","))
    if field not in DATE_FIELDS or not comma:
        raise NotUnderstood(f"RANGE[{bounds}] does not fit AREA[{field}]: {query}")
    for bound, open_end in ((low, "MIN"), (high, "MAX")):
        if bound != open_end and not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", bound):
            raise NotUnderstood(f"'{bound}' is not a date in RANGE[{bounds}]: {query}")
    first = "" if low == "MIN" else _first_day(low)
    last = "9999-99-99" if high == "MAX" else _last_day(high)
    path = DATE_FIELDS[field]
    return lambda state: any(
        first <= _first_day(str(value)) <= last for value in values_at(state.study, path)
    )


def _first_day(partial: str) -> str:
    return (partial + "-01-01")[:10] if len(partial) == 4 else (partial + "-01")[:10]


def _last_day(partial: str) -> str:
    if len(partial) == 4:
        return f"{partial}-12-31"
    if len(partial) == 7:
        year, month = int(partial[:4]), int(partial[5:])
        if not 1 <= month <= 12:
            raise NotUnderstood(f"'{partial}' is not a date")
        return f"{partial}-{calendar.monthrange(year, month)[1]:02}"
    return partial
