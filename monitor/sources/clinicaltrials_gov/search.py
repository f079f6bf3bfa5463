"""Searches of ClinicalTrials.gov: from terms, from a link pasted from the site, from a sponsor's name.

All three end in the same canonical parameters of `GET /api/v2/studies`, sorted and folded, because they are what
identifies a search: `condition: low back pain` and `?cond=Low%20Back%20Pain` are one search, looked at once.
What cannot be carried over faithfully is refused and named: a search that silently lost half of its conditions
would be worse than none.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from monitor.sources.clinicaltrials_gov.search_words import (
    LINK_DATES,
    LINK_TEXTS,
    OPTION_WORDS,
    OPTIONS,
    PLACE,
    PRESENTATION,
    STATUS_KEYS,
    STATUSES,
    TERMS,
    Term,
)

Query = tuple[tuple[str, str], ...]

_LONGEST_LINK = 8_000
_LONGEST_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a search that is not understood: the term's or link parameter's name, and what is wrong with it."""

    name: str
    why: str

    def __str__(self) -> str:
        return f"{self.name}: {self.why}" if self.name else self.why


class NotUnderstood(ValueError):
    """The search cannot be carried out as it was written; `parts` names every piece of it that is not understood."""

    def __init__(self, parts: Sequence[Part]) -> None:
        super().__init__("; ".join(str(part) for part in parts))
        self.parts = tuple(parts)


_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_POINT = re.compile(r"(-?\d{1,2}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)\s*,\s*(\d{1,5}(?:\.\d+)?)\s*(km|mi)?")
_ESSIE = re.compile(r'[\[\]"]|\b(AND|OR|NOT|AREA|RANGE|MIN|MAX|SEARCH|COVERAGE|EXPANSION|MISSING|ALL|TILT)\b')


class _Builder:
    """Collects what a search asks for, and what of it is not understood."""

    def __init__(self, *, as_written: bool) -> None:
        self.as_written = as_written
        self.texts: dict[str, str] = {}
        self.boxes: dict[str, set[str]] = {}
        self.advanced: list[str] = []
        self.parts: list[Part] = []

    def misses(self, name: str, why: str) -> None:
        self.parts.append(Part(name, why))

    def text(self, name: str, parameter: str, value: str) -> None:
        if parameter == "filter.advanced":
            self.advanced.append(f"({value})")
        elif parameter == "filter.geo":
            self.near(name, value)
        else:
            self.texts[parameter] = value if self.as_written else _lowered(value)

    def near(self, name: str, value: str) -> None:
        match = _POINT.fullmatch(value)
        if match is None or abs(float(match[1])) > 90 or abs(float(match[2])) > 180:
            self.misses(name, f"{_shown(value)} is not LATITUDE,LONGITUDE,DISTANCE (48.85,2.35,50km)")
            return
        self.texts["filter.geo"] = f"distance({match[1]},{match[2]},{match[3]}{match[4] or 'mi'})"

    def dates(self, name: str, field: str, first: str, last: str) -> None:
        wrong = [day for day in dict.fromkeys((first, last)) if day and not _DATE.fullmatch(day)]
        for day in wrong:
            self.misses(name, f"{_shown(day)} is not a date like 2026, 2026-03 or 2026-03-08")
        if not wrong and not (first or last):
            self.misses(name, "names neither a first nor a last date")
        elif not wrong:
            self.advanced.append(f"AREA[{field}]RANGE[{first or 'MIN'}, {last or 'MAX'}]")

    def query(self) -> Query:
        """The canonical parameters. Raises NotUnderstood with everything that was missed."""
        if self.parts:
            raise NotUnderstood(self.parts)
        if not self.texts.keys() - {"filter.overallStatus"} and not self.advanced:
            raise NotUnderstood(
                [
                    Part(
                        "",
                        "it names no condition, intervention, sponsor, place or other term, so it would be most of the registry",
                    )
                ]
            )
        found = dict(self.texts)
        if self.boxes:
            found["aggFilters"] = ",".join(
                f"{name}:{' '.join(sorted(self.boxes[name]))}" for name in sorted(self.boxes)
            )
        if self.advanced:
            found["filter.advanced"] = " AND ".join(sorted(set(self.advanced)))
        return tuple(sorted(found.items()))


def query_from_terms(terms: Mapping[str, object], *, as_written: bool = False) -> Query:
    """The search that a watchlist spells out in terms (see TERMS); a value is a text or a list of texts.

    `as_written` keeps capital letters, for showing; without it equal searches give equal parameters.
    Raises NotUnderstood naming every term that cannot be carried over.
    """
    build = _Builder(as_written=as_written)
    for name, value in terms.items():
        term = TERMS.get(name)
        if term is None:
            build.misses(name, "is not a search term")
            continue
        values = (
            [_tidy(str(item)) for item in value] if isinstance(value, list | tuple) else [_tidy(str(value))]
        )
        if not values or not all(values):
            build.misses(name, "is empty")
        elif any(len(item) > _LONGEST_TEXT for item in values):
            build.misses(name, f"is longer than {_LONGEST_TEXT} characters")
        elif name == "status":
            _statuses(build, name, values)
        elif term.to.startswith("agg:"):
            _boxes(build, name, term, values)
        elif len(values) > 1:
            build.misses(name, "takes one value, not a list")
        elif term.to.startswith("date:"):
            first, dots, last = values[0].partition("..")
            build.dates(
                name, term.to.removeprefix("date:"), first.strip(), last.strip() if dots else first.strip()
            )
        elif name == "country":
            _place(build, country=values[0])
        else:
            build.text(name, term.to, values[0])
    return build.query()


def query_from_link(url: str, *, as_written: bool = False) -> Query:
    """The search behind a link copied from the site's address bar (`https://clinicaltrials.gov/search?…`).

    Raises NotUnderstood naming every part of the link that cannot be carried over.
    """
    build = _Builder(as_written=as_written)
    given = _parameters(url)
    for name, value in given.items():
        if name in PRESENTATION or name in PLACE or not value:
            continue
        if name in LINK_TEXTS:
            build.text(name, LINK_TEXTS[name], value)
        elif name in LINK_DATES:
            first, bar, last = value.partition("_")
            build.dates(name, LINK_DATES[name], first, last if bar else first)
        elif name == "aggFilters":
            _boxes_of_link(build, value)
        else:
            build.misses(name, f"this part of the link ({_shown(value)}) has no counterpart here")
    _place_of_link(build, given)
    return build.query()


def query_for_sponsor(name: str, *, as_written: bool = False) -> Query:
    """Every trial that this sponsor leads or collaborates in. Raises NotUnderstood for an empty name."""
    return query_from_terms({"sponsor": name}, as_written=as_written)


def describe(query: Iterable[tuple[str, str]]) -> str:
    """A short human title of a search: `low back pain · stem cells · recruiting · phase 2, 3`."""
    given = dict(query)
    said = [given[parameter] for parameter in LINK_TEXTS.values() if parameter in given]
    if "filter.geo" in given:
        said.append("within " + given["filter.geo"].removeprefix("distance").strip("()").replace(",", ", "))
    if "filter.overallStatus" in given:
        said.append(
            ", ".join(status.lower().replace("_", " ") for status in given["filter.overallStatus"].split("|"))
        )
    for box in filter(None, given.get("aggFilters", "").split(",")):
        name, _, keys = box.partition(":")
        words = [OPTION_WORDS.get(name, {}).get(key, key) for key in keys.split()]
        said.append(
            {"studyType": "", "ages": "", "sex": ""}.get(name, _spaced(name) + " ") + ", ".join(words)
        )
    if "filter.advanced" in given:
        said.append(given["filter.advanced"])
    return _shown(" · ".join(said), 160, quoted=False)


def _parameters(url: str) -> dict[str, str]:
    """The link's parameters, once each. Raises NotUnderstood where it is no search link at all."""
    if len(url) > _LONGEST_LINK:
        raise NotUnderstood([Part("", f"the link is longer than {_LONGEST_LINK:,} characters")])
    try:
        parts = urlsplit(url.strip())
        pairs = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        raise NotUnderstood([Part("", "this is not a link")]) from None
    if parts.scheme not in {"http", "https"} or parts.hostname not in {
        "clinicaltrials.gov",
        "www.clinicaltrials.gov",
    }:
        # The address is not repeated: somebody may have pasted a webhook here, and its token with it.
        raise NotUnderstood([Part("", "this is not a link to clinicaltrials.gov")])
    if study := re.fullmatch(r"/study/(NCT\d{8})/?", parts.path):
        raise NotUnderstood([Part("", f"the link leads to one trial: write `trial: {study[1]}` instead")])
    if parts.path.rstrip("/") not in {"/search", "/expert-search"}:
        raise NotUnderstood([Part("", f"{_shown(parts.path)} is not the site's search page (/search?…)")])
    given: dict[str, str] = {}
    twice = []
    for name, value in pairs:
        if name in given:
            twice.append(Part(name, "is in the link twice"))
        given[name] = _tidy(value)
    if twice:
        raise NotUnderstood(twice)
    return given


def _statuses(build: _Builder, name: str, values: Sequence[str]) -> None:
    found = set()
    for value in values:
        status = re.sub(r"[\s,_-]+", "_", value).upper()
        if status in STATUSES:
            found.add(status)
        else:
            build.misses(
                name, f"{_shown(value)} is not a status; there are {', '.join(s.lower() for s in STATUSES)}"
            )
    build.texts["filter.overallStatus"] = "|".join(sorted(found))


def _boxes(build: _Builder, name: str, term: Term, values: Sequence[str]) -> None:
    box = term.to.removeprefix("agg:")
    for value in values:
        word = re.sub(r"[\s_-]+", " ", value).lower().removeprefix(f"{name} ").strip()
        if name == "phase":  # PHASE2, phase 2 and EARLY_PHASE1 are all in use
            word = re.sub(r"phase ?", "", word)
        if word in OPTIONS[box]:
            build.boxes.setdefault(box, set()).add(OPTIONS[box][word])
        else:
            build.misses(name, f"{_shown(value)} is not one of {', '.join(OPTIONS[box])}")


def _boxes_of_link(build: _Builder, value: str) -> None:
    for pair in filter(None, re.split(r"[,|]", value)):
        box, _, keys = pair.partition(":")
        box = box.strip()
        if box == "status":
            unknown = [key for key in keys.split() if key not in STATUS_KEYS]
            found = {STATUS_KEYS[key] for key in keys.split() if key in STATUS_KEYS}
            build.texts["filter.overallStatus"] = "|".join(sorted(found))
        elif box in OPTIONS:
            # The site divides some options further (obs_patreg, exp_indiv): its own keys go through as they are.
            unknown = [key for key in keys.split() if not re.fullmatch(r"[A-Za-z0-9_]{1,20}", key)]
            build.boxes[box] = set(keys.split())
        else:
            build.misses(f"aggFilters {_shown(box)}", "this filter of the link has no counterpart here")
            continue
        if unknown or not keys.strip():
            build.misses(f"aggFilters {box}", f"{_shown(' '.join(unknown))} is not one of its options")


def _place_of_link(build: _Builder, given: Mapping[str, str]) -> None:
    """The site sends the words that were typed (`locStr`), what it made of them, and a distance even when there is no place."""
    if given.get("lat") and given.get("lng"):
        build.near("lat, lng, distance", f"{given['lat']},{given['lng']},{given.get('distance') or '50'}mi")
    elif any(given.get(name) for name in ("country", "state", "city")):
        _place(build, given.get("country", ""), given.get("state", ""), given.get("city", ""))
    elif given.get("locStr"):
        build.misses(
            "locStr",
            f"the place {_shown(given['locStr'])} comes without its country, state, city or coordinates",
        )


def _place(build: _Builder, country: str = "", state: str = "", city: str = "") -> None:
    # City states (Berlin, Hamburg) are given as both, but the records have no state for them.
    wanted = {
        "LocationCity": city,
        "LocationState": "" if state == city else state,
        "LocationCountry": country,
    }
    areas = [f'AREA[{area}]"{_unquoted(value)}"' for area, value in wanted.items() if value]
    # SEARCH[Location] asks for one site that is all of these; without it the city may be in another country.
    build.advanced.append(areas[0] if len(areas) == 1 else f"SEARCH[Location]({' AND '.join(areas)})")


def _unquoted(text: str) -> str:
    return _tidy(re.sub(r'["\\\[\]]', " ", text))


def _tidy(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _lowered(text: str) -> str:
    """Small letters, for the registry does not tell them apart; but its operators are capitals and must stay."""
    return text if _ESSIE.search(text) else unicodedata.normalize("NFC", text.lower())


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def _shown(text: str, longest: int = 60, *, quoted: bool = True) -> str:
    short = text if len(text) <= longest else text[: longest - 1] + "…"
    return f"“{short}”" if quoted else short
