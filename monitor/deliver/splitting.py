"""Makes a message fit a destination: as many parts as it takes, each of them whole in its own form. Nothing is left out
without a word: what would take more than twenty parts ends by saying how much is missing, and where it is.

Apprise would send what is too long all the same, and the service would refuse it for ever; or it would cut it within a word, an escape or
an element. So the cut is made here: between blocks where it can be, else between lines, else between words.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Literal

from monitor.core.notification import Message
from monitor.render.escape import cut, markdown

Form = Literal["text", "markdown", "html"]

# What Apprise puts around a title that goes into the body: tags, line ends, a "# ".
_AROUND_A_TITLE = 32
# More would bury whoever gets them: a digest of a hundred text messages is read by nobody.
MOST_PARTS = 20
# Grey that can be read on white and on black.
_SMALL = "max-width:600px;margin:8px auto;padding:0 16px;font:12px/1.5 sans-serif;color:#566273"
# A part has room for a few words at least, whatever a service says of itself.
_SMALLEST = 40


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a message: its title, its body in the form that was asked for, and the same as plain text."""

    title: str
    body: str
    text: str


def parts_of(
    message: Message,
    form: Form,
    title_limit: int,
    body_limit: int,
    footer: str = "",
    *,
    simple: bool = False,
    size: Callable[[str], int] = len,
) -> tuple[Part, ...]:
    """The message in parts, "(2/3)" in the title of each if there are several. Limits are in code points, as `size` counts them.

    A `title_limit` of 0 means: Apprise puts the title into the body, as it is; so it is escaped here for the form that the body has.
    What would take more than twenty parts ends with a part that says so. `simple`: HTML is made of the plain text, for a service that
    knows few elements. `footer` is a line of plain text below each part.
    """
    below = _footer(footer, form, simple=simple)
    room = max(_room(message, form, title_limit, body_limit) - len(below), _SMALLEST)
    whole = _as_html(message.text) if form == "html" and simple else getattr(message, form)
    if size(whole) <= room:
        bodies = [(whole, message.text)]
    else:
        bodies = [pair for pair in _bodies(message, form, room, size) if pair[0].strip()]
        bodies = bodies or [(_WRITERS[form](message.title), message.title)]
    if len(bodies) > MOST_PARTS:
        left_out = len(bodies) - MOST_PARTS + 1
        note = f"{left_out} more parts are left out here. `trialmon outbox show` has the whole message.\n"
        if size(_WRITERS[form](note)) > room:
            note = f"… {left_out} parts left out\n"
        bodies = [*bodies[: MOST_PARTS - 1], (_WRITERS[form](note), note)]
    parts = []
    for number, (body, text) in enumerate(bodies, 1):
        which = f" ({number}/{len(bodies)})" if len(bodies) > 1 else ""
        title = _title(message.title, which, form, title_limit, body_limit)
        parts.append(Part(title, _above(body, below, form), _above(text, _footer(footer, "text"), "text")))
    return tuple(parts)


def pieces(text: str, limit: int, measure: Callable[[str], int] = len) -> tuple[str, ...]:
    """A text in pieces that measure at most `limit`; put together they are the text.

    Cut after a blank line if there is one in the second half of a piece, else after a line, else after a word, else within it (but
    never between a letter and its accent).
    """
    found = []
    while text:
        piece = _first(text, limit, measure)
        found.append(piece)
        text = text[len(piece) :]
    return tuple(found)


def _first(text: str, limit: int, measure: Callable[[str], int]) -> str:
    if len(text) <= limit and measure(text) <= limit:
        return text
    low, high = 1, min(len(text), max(limit, 1))
    while low < high:  # the longest beginning that fits
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle]) <= limit else (low, middle - 1)
    for border, start in (("\n\n", low // 2), ("\n", 0), (" ", 0)):
        found = text.rfind(border, start, low)
        if found >= 0:
            return text[: found + len(border)]
    while low > 1 and low < len(text) and unicodedata.combining(text[low]):
        low -= 1
    return text[:low]


def _room(message: Message, form: Form, title_limit: int, body_limit: int) -> int:
    if title_limit > 0:
        return body_limit
    title = _title(message.title, " (99/99)", form, 0, body_limit)
    return body_limit - len(title) - _AROUND_A_TITLE


def _title(title: str, number: str, form: Form, title_limit: int, body_limit: int) -> str:
    if title_limit > 0:
        return cut(title, title_limit - len(number)) + number
    # A title that is put into the body may take a third of it.
    title = cut(title, max(body_limit // 3 - len(number), 1)) + number
    return escape(title) if form == "html" else markdown(title) if form == "markdown" else title


def _bodies(message: Message, form: Form, room: int, size: Callable[[str], int]) -> Iterator[tuple[str, str]]:
    """Each part's body and its plain text; a body may be blank."""
    if form == "markdown" and all(size(line) < room for line in message.markdown.splitlines()):
        # Between lines only: no mark goes over the end of a line.
        for body in pieces(message.markdown, room, size):
            yield body, _plain_of(body)
        return
    write = _WRITERS[form]
    for text in pieces(message.text, room, lambda piece: size(write(piece))):
        yield write(text), text


def _plain_of(written: str) -> str:
    return re.sub(r"\\(?=[^\w\s])", "", written)


def _as_html(text: str) -> str:
    return "".join(f"{escape(line)}<br>\n" for line in text.splitlines())


_WRITERS: Mapping[Form, Callable[[str], str]] = {"text": str, "markdown": markdown, "html": _as_html}


def _footer(line: str, form: Form, *, simple: bool = False) -> str:
    if not line:
        return ""
    if form == "html" and not simple:
        return f'<p class="muted" style="{_SMALL}">{escape(line)}</p>\n'
    return {
        "text": f"\n{line}\n",
        "markdown": f"\n{markdown(line)}\n",
        "html": f"<br>\n{escape(line)}<br>\n",
    }[form]


def _above(body: str, footer: str, form: Form) -> str:
    """The body with its footer, which in a document of HTML stands inside."""
    if not footer:
        return body
    if form == "html":
        before, end, after = body.rpartition("</body>")
        return f"{before}{footer}{end}{after}" if end else body + footer
    return body.rstrip("\n") + "\n" + footer
