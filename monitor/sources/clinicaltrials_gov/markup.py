"""The registry's two spellings of one text: HTML in its record history, CommonMark with backslash escapes in API v2.

Both are brought to one form in two ways. `words` takes all markup away: what has the same words says the same, however it was set.
`markdown` spells HTML as v2 would, so that two past versions, or a past one and today's, differ only in what was really changed.
"""

import re
from functools import lru_cache
from html.parser import HTMLParser
from typing import Final

# The fields whose texts are marked up; every other text is plain in both places.
_OUTCOMES = "protocolSection.outcomesModule"
_FLOW = "resultsSection.participantFlowModule"
_BASELINE = "resultsSection.baselineCharacteristicsModule"
_MEASURES = "resultsSection.outcomeMeasuresModule.outcomeMeasures"
_ADVERSE = "resultsSection.adverseEventsModule"
MARKED_UP: Final = frozenset(
    {
        "protocolSection.armsInterventionsModule.armGroups.description",
        "protocolSection.armsInterventionsModule.interventions.description",
        "protocolSection.descriptionModule.briefSummary",
        "protocolSection.descriptionModule.detailedDescription",
        "protocolSection.designModule.bioSpec.description",
        "protocolSection.designModule.designInfo.interventionModelDescription",
        "protocolSection.designModule.designInfo.maskingInfo.maskingDescription",
        "protocolSection.eligibilityModule.eligibilityCriteria",
        "protocolSection.eligibilityModule.genderDescription",
        "protocolSection.eligibilityModule.studyPopulation",
        "protocolSection.ipdSharingStatementModule.description",
        "protocolSection.ipdSharingStatementModule.accessCriteria",
        "protocolSection.ipdSharingStatementModule.timeFrame",
        *(
            f"{_OUTCOMES}.{kind}.description"
            for kind in ("primaryOutcomes", "secondaryOutcomes", "otherOutcomes")
        ),
        "protocolSection.referencesModule.seeAlsoLinks.label",
        "protocolSection.statusModule.whyStopped",
        f"{_FLOW}.preAssignmentDetails",
        f"{_FLOW}.recruitmentDetails",
        f"{_FLOW}.groups.description",
        f"{_BASELINE}.populationDescription",
        f"{_BASELINE}.groups.description",
        f"{_BASELINE}.measures.description",
        f"{_BASELINE}.measures.populationDescription",
        f"{_MEASURES}.description",
        f"{_MEASURES}.populationDescription",
        f"{_MEASURES}.groups.description",
        *(
            f"{_MEASURES}.analyses.{name}"
            for name in (
                "groupDescription",
                "statisticalComment",
                "pValueComment",
                "estimateComment",
                "nonInferiorityComment",
                "otherAnalysisDescription",
            )
        ),
        f"{_ADVERSE}.description",
        f"{_ADVERSE}.allCauseMortalityComment",
        f"{_ADVERSE}.eventGroups.description",
        f"{_ADVERSE}.seriousEvents.notes",
        f"{_ADVERSE}.otherEvents.notes",
        "resultsSection.moreInfoModule.limitationsAndCaveats.description",
        "resultsSection.moreInfoModule.certainAgreement.otherDetails",
    }
)

_DEEPEST = 60  # lists in lists; what is nested deeper is text of the deepest
_BLOCKS = frozenset(
    {"p", "div", "ul", "ol", "li", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "hr", "br"}
)
_BLOCKS |= frozenset({"table", "tr", "td", "th", "dl", "dt", "dd"})
_MARKS = {"em": "*", "i": "*", "strong": "**", "b": "**"}
_RULE = "*** ** * ** ***"
_APART = "<!-- -->"
_SPECIAL = re.compile(r"[\\`*_\[\]<>&~^]")
_LIKE_A_NUMBER = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
_LIKE_A_BULLET = re.compile(r"^([-+#]+)(?=\s|$)")


@lru_cache(maxsize=4096)
def words(text: str, *, html: bool) -> str:
    """The words of a text without any markup: a line for each block, spaces single. Equal for two spellings of one text."""
    if not html:
        text = _rendered(text)
    reader = _Words()
    reader.feed(text)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.pieces).split("\n"))
    return "\n".join(line for line in lines if line)


def markdown(html: str) -> str:
    """HTML as the Markdown that API v2 gives for it."""
    reader = _Blocks()
    reader.feed(html)
    reader.close()
    return reader.text()


def _rendered(text: str) -> str:
    from markdown_it import MarkdownIt

    rendered: str = MarkdownIt("commonmark").render(text)
    return rendered


def _first_of(attrs: list[tuple[str, str | None]]) -> int:
    """With which number a list begins."""
    start = dict(attrs).get("start") or ""
    return int(start) if start.isascii() and start.isdigit() and len(start) < 10 else 1


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        # A line end in HTML's source is a space; only blocks begin lines.
        self.pieces.append(" ".join(data.splitlines()) if "\n" in data or "\r" in data else data)


class _Blocks(HTMLParser):
    """Lines of Markdown, each with the indentation of the list items and quotations that it stands in."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._inline: list[str] = []
        self._open: list[tuple[str, str]] = []  # (tag, what each line below it begins with)
        self._counts: list[int] = []
        self._markers: dict[
            int, str
        ] = {}  # of open items that have no line yet, by their place among what is open
        self._closed_list = ""  # the list that ended just before, and nothing since
        self._loose = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _MARKS:
            self._inline.append(_MARKS[tag])
        elif tag == "br":
            self._flush()
        elif tag in ("ul", "ol"):
            self._flush()
            if self._closed_list == tag and not self._markers:
                self._put("")
                self._put(_APART)
            self._enter(tag, "")
            self._counts.append(_first_of(attrs) - 1)
            # Only a list that begins with 1 may follow a text without an empty line between.
            self._loose = self._loose or self._counts[-1] != 0
        elif tag == "li":
            self._flush()
            self._begin_item()
        elif tag == "blockquote":
            self._flush()
            self._enter(tag, "> ")
        elif tag in _BLOCKS:
            self._flush()
            if tag == "hr":
                self._put(_RULE)

    def handle_endtag(self, tag: str) -> None:
        if tag in _MARKS:
            self._inline.append(_MARKS[tag])
        elif tag in ("ul", "ol", "li", "blockquote"):
            self._flush()
            self._leave(tag)
        elif tag in _BLOCKS and tag != "br":
            self._flush()
            self._loose = True

    def handle_data(self, data: str) -> None:
        self._inline.append(_SPECIAL.sub(r"\\\g<0>", data))

    def text(self) -> str:
        """All lines, blocks apart by an empty one."""
        self._flush()
        return "\n".join(self._lines).strip("\n")

    def _enter(self, tag: str, prefix: str) -> None:
        if len(self._open) < _DEEPEST:
            self._open.append((tag, prefix))

    def _leave(self, tag: str) -> None:
        if tag == "li" and self._markers:
            self._lines.append("")
            self._put("")  # an item without a word is an item all the same
        if all(name != tag for name, _ in self._open):
            return
        while True:
            name, _ = self._open.pop()
            self._markers.pop(len(self._open), None)
            if name in ("ul", "ol"):
                self._counts.pop()
            if name == tag:
                break
        self._closed_list = tag if tag in ("ul", "ol") else ""
        self._loose = tag != "li"

    def _begin_item(self) -> None:
        if any(name == "li" for name, _ in self._open[-1:]):
            self._leave("li")
        ordered = bool(self._open) and self._open[-1][0] == "ol"
        if self._counts:
            self._counts[-1] += 1
        marker = f"{self._counts[-1]}. " if ordered else "* "
        if len(self._open) < _DEEPEST:
            # An item that begins with a list or a quotation has all their marks in one line.
            self._markers[len(self._open)] = marker
        self._closed_list = ""
        self._enter("li", " " * len(marker))

    def _flush(self) -> None:
        line = " ".join("".join(self._inline).split())
        self._inline.clear()
        if line:
            if self._loose and self._lines:
                self._lines.append("".join(prefix for _, prefix in self._open).rstrip())
            self._put(_LIKE_A_BULLET.sub(r"\\\1", _LIKE_A_NUMBER.sub(r"\1\\\2", line)))
            self._closed_list, self._loose = "", False

    def _put(self, line: str) -> None:
        prefix = "".join(self._markers.get(place, prefix) for place, (_, prefix) in enumerate(self._open))
        self._markers.clear()
        self._lines.append((prefix + line).rstrip())
