"""Registry text is not ours: what it may not do to a terminal, a mailbox or a chat room is taken out of it here.

Three layers, each containing the one before:

* `clean`     no control, direction, invisible or tag characters; a pile of accents is thinned out
* `plain`     besides, nothing that a chat service or mail program would act on: no mention, no link
* `markdown`  besides, no Markdown: every special character is escaped

HTML needs no function: Jinja2's autoescape follows `plain` (see `sinks.py`).
"""

import re
import unicodedata

# Shown as U+FFFD, one for a run: whoever reads should see that something was there.
_FORBIDDEN = re.compile(
    "["
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"  # C0, DEL, C1: terminals obey them
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # they reorder what is read
    "\ud800-\udfff\ufff9-\ufffb\ufffe\uffff"  # halves of characters, annotations, no characters
    "\U000e0000-\U000e007f"  # tags: text that nobody sees
    "]+"
)
# Left out: they have no width, so words could hide or be split by them.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200d\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\U000e0100-\U000e01ef]"
)
_LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_MOST_MARKS = 3

# What chat services act on, in plain text too: a space takes the effect and leaves the words.
_MENTION = re.compile(r"@(?=everyone\b|here\b|channel\b|all\b)", re.IGNORECASE)
_ANGLE_COMMAND = re.compile(r"<(?=[!@#])")
_LINK_TARGET = re.compile(r"\](?=[(\[:])")
# What mail programs and chat services make a link of.
_SCHEME = re.compile(r"\b([a-z][a-z0-9+.-]{1,30}):(?=//)", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"\b(mailto|javascript|data|vbscript|tel|xmpp):(?=\S)", re.IGNORECASE)
_WWW = re.compile(r"\bwww\.(?=\S)", re.IGNORECASE)

_MARKDOWN_SPECIAL = re.compile(r"([\\`*_\[\]<>|~])")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_LINE_START = re.compile(r"^(\s*)([-+=#]|\d{1,9}(?=[.)](?:\s|$)))", re.MULTILINE)


def clean(text: str) -> str:
    """Without characters that act on a terminal or hide what is written. Line ends and tabs stay."""
    text = _LINE_ENDS.sub("\n", text)
    if text.isascii() and text.isprintable():
        return text
    return _thin_out(_FORBIDDEN.sub("\ufffd", _INVISIBLE.sub("", text)))


def plain(text: str) -> str:
    """For plain text: besides, no mention (`@everyone`, `<!channel>`) and no link; addresses read `https[:]//…`."""
    text = clean(text)
    text = _MENTION.sub("@ ", text)
    text = _ANGLE_COMMAND.sub("< ", text)
    text = _LINK_TARGET.sub("] ", text)
    text = _SCHEME.sub(r"\1[:]", text)
    text = _OTHER_SCHEME.sub(r"\1[:]", text)
    return _WWW.sub("www[.]", text)


def markdown(text: str) -> str:
    """For Markdown, anywhere in a line: the reader sees the characters, and no Markdown program acts on them."""
    text = _MARKDOWN_SPECIAL.sub(r"\\\1", plain(text))
    text = _ENTITY.sub(r"\\&", text)
    return _LINE_START.sub(_escape_line_start, text)


def one_line(text: str, limit: int) -> str:
    """Clean, with every run of white space one space, at most `limit` characters: for titles and headings."""
    return cut(" ".join(clean(text).split()), limit)


def cut(text: str, limit: int) -> str:
    """At most `limit` code points, the last one "…" if something had to go; never between a letter and its accent."""
    if len(text) <= limit:
        return text
    end = max(limit - 1, 0)
    while end > 0 and unicodedata.combining(text[end]):
        end -= 1
    return text[:end].rstrip() + "…" if limit > 0 else ""


def _thin_out(text: str) -> str:
    if text.isascii():
        return text
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def _escape_line_start(match: re.Match[str]) -> str:
    spaces, mark = match.groups()
    # A list number is escaped at its dot: "1\." is what CommonMark asks for.
    return f"{spaces}{mark}\\" if mark[0].isdigit() else f"{spaces}\\{mark}"
