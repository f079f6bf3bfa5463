"""The words of a search: those of our watchlists, those of the site's links, and the registry's own for them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A word that a watchlist may use in a search, and where it goes: `to` is an API parameter, or
    `agg:NAME` for the site's check boxes, or `date:FIELD` for a range of dates."""

    to: str
    doc: str
    choices: tuple[str, ...] = ()


STATUSES = (
    "ACTIVE_NOT_RECRUITING",
    "COMPLETED",
    "ENROLLING_BY_INVITATION",
    "NOT_YET_RECRUITING",
    "RECRUITING",
    "SUSPENDED",
    "TERMINATED",
    "WITHDRAWN",
    "AVAILABLE",
    "NO_LONGER_AVAILABLE",
    "TEMPORARILY_NOT_AVAILABLE",
    "APPROVED_FOR_MARKETING",
    "WITHHELD",
    "UNKNOWN",
)

# The site's check boxes and what we call their options. Its own abbreviations are accepted as well.
STATUS_KEYS = {
    "act": "ACTIVE_NOT_RECRUITING",
    "com": "COMPLETED",
    "enr": "ENROLLING_BY_INVITATION",
    "not": "NOT_YET_RECRUITING",
    "rec": "RECRUITING",
    "sus": "SUSPENDED",
    "ter": "TERMINATED",
    "wit": "WITHDRAWN",
    "ava": "AVAILABLE",
    "nla": "NO_LONGER_AVAILABLE",
    "tna": "TEMPORARILY_NOT_AVAILABLE",
    "afm": "APPROVED_FOR_MARKETING",
    "unk": "UNKNOWN",
}
OPTIONS: dict[str, dict[str, str]] = {
    "phase": {"early 1": "0", "1": "1", "2": "2", "3": "3", "4": "4"},
    "studyType": {"interventional": "int", "observational": "obs", "expanded access": "exp"},
    "results": {"with": "with", "without": "without"},
    "sex": {"female": "f", "male": "m"},
    "ages": {"child": "child", "adult": "adult", "older adult": "older"},
    "funderType": {"industry": "industry", "nih": "nih", "federal": "fed", "other": "other"},
    "healthy": {"yes": "y"},
    "docs": {"protocol": "prot", "statistical analysis plan": "sap", "informed consent": "icf"},
    "violation": {"yes": "y"},
}
OPTION_WORDS = {name: {key: word for word, key in options.items()} for name, options in OPTIONS.items()}

TERMS: dict[str, Term] = {
    "condition": Term("query.cond", "Condition or disease."),
    "intervention": Term("query.intr", "Intervention or treatment."),
    "terms": Term(
        "query.term", "Any other words; the registry's expression syntax is allowed (AREA[…], AND, OR, NOT)."
    ),
    "title": Term("query.titles", "Words of the title or the acronym."),
    "sponsor": Term("query.spons", "Sponsor or collaborator."),
    "lead_sponsor": Term("query.lead", "Lead sponsor only."),
    "outcome": Term("query.outc", "Outcome measure."),
    "id": Term("query.id", "A study identifier, the sponsor's own or another registry's."),
    "location": Term("query.locn", "Facility, city, state or country, as free words."),
    "country": Term("country", "Country that has a site, in the registry's spelling."),
    "near": Term(
        "filter.geo", "Sites near a point: LATITUDE,LONGITUDE,DISTANCE with km or mi (48.85,2.35,50km)."
    ),
    "advanced": Term("filter.advanced", "A filter in the registry's expression syntax."),
    "status": Term(
        "filter.overallStatus", "Overall status, one or several.", tuple(s.lower() for s in STATUSES)
    ),
    "phase": Term("agg:phase", "Phase, one or several.", tuple(OPTIONS["phase"])),
    "study_type": Term("agg:studyType", "Type of study.", tuple(OPTIONS["studyType"])),
    "results": Term("agg:results", "With or without posted results.", tuple(OPTIONS["results"])),
    "sex": Term("agg:sex", "Who can take part.", tuple(OPTIONS["sex"])),
    "ages": Term("agg:ages", "Age groups that can take part.", tuple(OPTIONS["ages"])),
    "funder": Term("agg:funderType", "Who pays.", tuple(OPTIONS["funderType"])),
    "started": Term("date:StartDate", "Study start, as FROM..TO; either side may be left open."),
    "primary_completion": Term("date:PrimaryCompletionDate", "Primary completion, as FROM..TO."),
    "completed": Term("date:CompletionDate", "Study completion, as FROM..TO."),
    "first_posted": Term("date:StudyFirstPostDate", "First posted, as FROM..TO."),
    "results_posted": Term("date:ResultsFirstPostDate", "Results first posted, as FROM..TO."),
    "updated": Term("date:LastUpdatePostDate", "Last update posted, as FROM..TO."),
}

LINK_TEXTS = {
    "cond": "query.cond",
    "term": "query.term",
    "intr": "query.intr",
    "spons": "query.spons",
    "lead": "query.lead",
    "titles": "query.titles",
    "outc": "query.outc",
    "id": "query.id",
    "locn": "query.locn",
}
LINK_DATES = {
    "start": "StartDate",
    "primComp": "PrimaryCompletionDate",
    "studyComp": "CompletionDate",
    "firstPost": "StudyFirstPostDate",
    "resFirstPost": "ResultsFirstPostDate",
    "lastUpdPost": "LastUpdatePostDate",
}
# How the site shows a list of results, not which results: accepted and dropped.
PRESENTATION = frozenset({"rank", "sort", "viewType", "page", "limit", "checkSpell", "tab"})
# Where: these make sense only together (search.py puts them together).
PLACE = ("lat", "lng", "distance", "locStr", "country", "state", "city")
