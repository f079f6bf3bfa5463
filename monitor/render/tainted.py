"""Does a reader's HTML template put values where escaping cannot hold them: in an attribute without quotation marks, in a script?

It is tried, not guessed: the template is run once more with the registry's texts replaced by ones that would show up as markup.
"""

from html.parser import HTMLParser
from typing import Any

# In an attribute without quotation marks the part behind the space becomes an attribute of its own.
_SIGN = "xtaintedx"
_TEXT = f"{_SIGN} {_SIGN}="
# What a registry wrote; all else is ours: one of a few words, or made of numbers.
_THEIRS = frozenset(
    "title name sponsor headline because label field before after why note watchlist lead".split()
)
# There everything is a program, whatever is escaped.
_PROGRAMS = frozenset({"script", "style", "iframe", "object", "embed"})


def tainted(values: Any) -> Any:
    """The same values with each of the registry's texts replaced."""
    if isinstance(values, dict):
        return {
            name: _TEXT if name in _THEIRS and isinstance(value, str) and value else tainted(value)
            for name, value in values.items()
        }
    return [tainted(one) for one in values] if isinstance(values, list) else values


def leak(html: str) -> str:
    """Where in the HTML that came of tainted values one of them is more than text, in words; empty if nowhere."""
    parser = _Parser()
    parser.feed(html)
    parser.close()
    return parser.found


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = ""
        self._within = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if _SIGN in tag:
            self.found = self.found or "as the name of an element"
        for name, value in attrs:
            if _SIGN in name:
                self.found = self.found or f"in an attribute of <{tag}> without quotation marks"
            elif name.startswith("on") and _SIGN in (value or ""):
                self.found = self.found or f"in the program of {name}="
            elif name == "style" and _SIGN in (value or ""):
                self.found = self.found or f"in the style of <{tag}>"
            elif name in ("href", "src", "action") and (value or "").lstrip().startswith(_SIGN):
                self.found = self.found or f"as the address in {name}="
        if tag in _PROGRAMS:
            self._within = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._within:
            self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within and _SIGN in data:
            self.found = self.found or f"within <{self._within}>"

    def handle_comment(self, data: str) -> None:
        if _SIGN in data:
            self.found = self.found or "within a comment"
