"""Takes a destination's secrets out of what others say about it.

In an Apprise URL nearly every part may be a token: the user, the password, the host (Slack's workspace, ntfy's topic), each step of
the path, the value of each parameter. So everything after the scheme counts as secret, in each way it may be written.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

HIDDEN = "***"
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]{0,30})://", re.ASCII)
# Words that Apprise's own options take (`format=html`): hiding them would only garble a sentence.
_ORDINARY = frozenset(
    {"yes", "no", "true", "false", "html", "text", "markdown", "insecure", "ssl", "starttls", "post", "get"}
)
_SHORTEST = 4


def scheme_of(url: str) -> str:
    """`slack` of `slack://…`, in lower case; empty where there is none. The only part of a URL that may be shown."""
    match = _SCHEME.match(url)
    return match.group(1).lower() if match else ""


class Redactor:
    """Knows the secrets of one URL and takes them out of any text."""

    __slots__ = ("_pattern", "_sayable")

    def __init__(self, url: str) -> None:
        parts = {part for part in _parts(url) if part}
        # A secret of one to three letters cannot be told from a part of a word. Then nothing is repeated at all.
        self._sayable = all(len(part) >= _SHORTEST for part in parts)
        forms = sorted({form for part in parts for form in _forms(part)}, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, forms)), re.IGNORECASE) if forms else None

    def __repr__(self) -> str:
        return "Redactor()"

    def redact(self, text: str) -> str:
        """The text with every secret as ***; empty where that cannot be done safely."""
        if not self._sayable:
            return ""
        return self._pattern.sub(HIDDEN, text) if self._pattern else text


def _parts(url: str) -> Iterator[str]:
    rest = url[match.end() :] if (match := _SCHEME.match(url)) else url
    yield url.strip()
    yield rest.strip()
    try:
        split = urlsplit("x://" + rest)
    except ValueError:
        yield from re.split(r"[^\w.~%-]+", rest)
        return
    login, _, place = split.netloc.rpartition("@")
    yield from (login, *login.split(":"), place, re.sub(r":\d{0,5}$", "", place))
    yield from _steps(split.path)
    yield from _steps(split.fragment)
    for name, value in parse_qsl(split.query.replace("+", "%2B")):
        if name[:1] in "+-:" or value.lower() not in _ORDINARY:
            yield value
            yield from _steps(value)


def _steps(path: str) -> Iterable[str]:
    return (path.strip("/"), *re.split(r"[/,;: ]+", path))


def _forms(part: str) -> Iterator[str]:
    """How a secret may be written in a log line, a URL, a header or a Python repr."""
    for text in {part, unquote(part), part.replace("+", " ")}:
        yield text
        yield quote(text)
        yield quote(text, safe="")
        yield quote_plus(text)
        yield repr(text)[1:-1]
        yield b64encode(text.encode("utf-8", "replace")).decode().rstrip("=")
