"""The built-in destination `terminal://`: Apprise writes the message to the terminal, through a plug-in of ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TextIO

from monitor.render.escape import clean, one_line

SCHEME = "terminal"
_stream: ContextVar[TextIO] = ContextVar("terminal_stream")


@contextmanager
def writing_to(stream: TextIO) -> Iterator[None]:
    """Within this context `terminal://` writes there."""
    token = _stream.set(stream)
    try:
        yield
    finally:
        _stream.reset(token)


def register() -> None:
    """Make `terminal://` known to Apprise; once is enough, more does no harm."""
    from apprise import NotifyFormat
    from apprise.decorators import notify
    from apprise.manager_plugins import NotificationManager

    if SCHEME not in NotificationManager():  # type: ignore[no-untyped-call]
        plugin = notify(on=SCHEME, name="Terminal", body_format=NotifyFormat.TEXT)  # type: ignore[no-untyped-call]
        plugin(_show)


def _show(body: str, title: str, *_: object, **__: object) -> bool:
    stream = _stream.get()
    title, body = _writable(one_line(title, 250), stream), _writable(clean(body).strip("\n"), stream)
    if stream.isatty():
        _show_in_colour(stream, title, body)
    else:
        stream.write(f"{title}\n{'-' * min(len(title), 100)}\n{body}\n\n")
    stream.flush()
    return True


def _writable(text: str, stream: TextIO) -> str:
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)


def _show_in_colour(stream: TextIO, title: str, body: str) -> None:
    from rich.console import Console
    from rich.panel import Panel
    from rich.text import Text

    text = Text(body)
    text.highlight_regex(r"(?m)^CRITICAL · .*$", "bold red")
    text.highlight_regex(r"(?m)^NOTABLE · .*$", "bold yellow")
    text.highlight_regex(r"(?m)^(ROUTINE|NOISE) · .*$", "bold")
    text.highlight_regex(r"\[-.*?-\]", "red")
    text.highlight_regex(r"\{\+.*?\+\}", "green")
    Console(file=stream).print(
        Panel(text, title=Text(title, style="bold"), title_align="left", padding=(0, 1))
    )
