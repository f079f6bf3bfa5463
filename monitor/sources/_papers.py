"""What the sources of the literature have in common: dates as journals print them, DOIs, types, refusals, the numbers that a text names."""

import re
from collections.abc import Iterable, Sequence, Sized

from monitor.core.dates import PartialDate
from monitor.core.errors import Unreadable
from monitor.core.numbers import number_in, numbers_in, spelt
from monitor.core.paper import Named, PaperKind, Tie

_MONTHS = {name: n + 1 for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split())}
_WRITTEN = re.compile(r"([12]\d{3})(?:\s+([A-Za-z]{3})[a-z]*(?:\s+(\d{1,2}))?(?!\s*[-–]|\w))?")
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_A_DOI_IN_TEXT = re.compile(r"\bdoi:\s*(10\.\d{4,9}/\S+)", re.IGNORECASE)
_MARKUP = re.compile(
    r"</?(?:i|b|u|p|em|strong|sub|sup|br|h[1-6]|div|span|sc|italic|bold|title|sec|list|li|ul|ol|jats:\w+)\b[^<>]*>",
    re.IGNORECASE,
)
# Where words end that markup alone keeps apart.
_ENDS = re.compile(r"</(?:h\d|p|li|title)>|<br\s*/?>", re.IGNORECASE)
# Refusals that a source of papers reads itself: their bodies may repeat who asked, and by which key, and go no further.
REFUSALS = frozenset({400, 401, 404, 405, 413, 414})
_AN_ADDRESS = re.compile(r"\b(?:\d{1,3}(?:\.\d{1,3}){3}|(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4})", re.IGNORECASE)

# By the name that PubMed gives a publication type; Europe PMC takes these over and adds its own, in small letters.
_KINDS: dict[str, PaperKind] = {
    "clinical trial protocol": "protocol",
    "protocol": "protocol",
    "study-protocol": "protocol",
    "review": "review",
    "review-article": "review",
    "systematic review": "review",
    "systematic-review": "review",
    "scoping review": "review",
    "meta-analysis": "review",
    "network meta-analysis": "review",
    "preprint": "preprint",
    "published erratum": "erratum",
    "correction": "erratum",
    "corrected and republished article": "erratum",
    "retraction of publication": "retraction",
    "retraction notice": "retraction",
    "retraction": "retraction",
    "retracted publication": "retracted",
    "expression of concern": "concern",
    "expression-of-concern": "concern",
    "journal article": "article",
    "research-article": "article",
}
_OF_A_TRIAL = re.compile(
    r"(?:(?:adaptive|controlled|pragmatic)? ?clinical trial(?:, (?:phase .*|veterinary))?|randomized controlled trial|equivalence trial)"
)


def kinds_of(types: Iterable[str], ties: Iterable[Tie] = ()) -> frozenset[PaperKind]:
    """What a source's publication types mean, and its ties to other papers. A type that means nothing to us gives no kind."""
    found: set[PaperKind] = set()
    for name in types:
        name = name.strip().lower()
        if name in _KINDS:
            found.add(_KINDS[name])
        elif _OF_A_TRIAL.fullmatch(name) and not name.endswith("veterinary"):
            found.add("report")
    if any(tie.relation == "retracted by" for tie in ties):
        found.add("retracted")
    return frozenset(found)


def require_most(source: str, came: Sized, asked: Sized) -> None:
    """Raises Unreadable where less than half of the records came that were asked for: such an answer is none."""
    if 2 * len(came) < len(asked):
        raise Unreadable(f"{len(asked)} records of {source} were asked for, {len(came)} came")


def date_written(text: str) -> PartialDate | None:
    """A date as journals print it (`2012 Jul 12`, `2016 Nov-Dec`, `1998 Winter`), as far as it is one day, month or year."""
    found = _WRITTEN.match(text.strip())
    if found is None:
        return None
    year, month, day = int(found[1]), _MONTHS.get((found[2] or "").lower()), found[3]
    return date_of(year, month, int(day) if day and month else None)


def date_of(year: int, month: int | None, day: int | None) -> PartialDate | None:
    """A date from its parts; less precise, or None, where they make none."""
    for parts in ((year, month, day), (year, month, None), (year, None, None)):
        if parts[1] is None and parts[2] is not None:
            continue
        text = f"{parts[0]:04d}" + "".join(f"-{part:02d}" for part in parts[1:] if part is not None)
        try:
            return PartialDate.parse(text)
        except ValueError:
            continue
    return None


def earliest_of(dates: Iterable[PartialDate | None]) -> PartialDate | None:
    """The earliest of several dates of one publication; of two that agree the more precise."""
    return min(
        (day for day in dates if day is not None), key=lambda day: (day.latest, day.earliest), default=None
    )


def doi_of(text: str) -> str:
    """A DOI in small letters; empty for what is none."""
    text = re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", "", text.strip(), flags=re.IGNORECASE)
    return text.lower() if len(text) <= 300 and _DOI.fullmatch(text) else ""


def doi_in(text: str) -> str:
    """The DOI that a citation names; empty where there is none."""
    found = _A_DOI_IN_TEXT.search(text)
    return doi_of(found[1].rstrip(".,;)")) if found else ""


def plain(text: str) -> str:
    """A text without the markup of a title or an abstract, which may be escaped once too often, in single spaces."""
    from html import unescape

    for _ in range(2):
        text = unescape(_MARKUP.sub("", _ENDS.sub(" ", text)))
    return " ".join(text.split())


def named(
    fields: Iterable[str], text: str, numbers: Sequence[str], proven: Iterable[str] = ()
) -> tuple[Named, ...]:
    """Which trials a paper names: by `fields` made for it, by its `text`, or as its source has said (`proven`).

    `numbers` are looked for whatever their form."""
    found: dict[str, Named] = {}
    for number in fields:
        found.setdefault(spelt(number), Named(spelt(number), "number"))
    for known in numbers_in(text):
        found.setdefault(known.text, Named(known.text, "mention"))
    for number in (*(number for number in numbers if _own_form_in(number, text)), *proven):
        found.setdefault(spelt(number), Named(spelt(number), "mention"))
    return tuple(found.values())


def harmless(text: str) -> str:
    """A source's own words about an error, short and on one line. What may be the address from which we ask is taken out."""
    text = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    text = _AN_ADDRESS.sub("…", text)
    return text if len(text) <= 160 else text[:159] + "…"


def _own_form_in(number: str, text: str) -> bool:
    """Whether a text names a number of no known form; those of a known one were found already."""
    from monitor.core.numbers import names

    return number_in(number) is None and names(text, number)
