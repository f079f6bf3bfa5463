"""Makes a message fit a destination: the form it wants, no longer than it takes. Apprise would send what is too long all the same,
and the service would refuse it, for ever."""

from html import escape
from typing import Literal

from monitor.core.notification import Message
from monitor.render.escape import cut, markdown

Form = Literal["text", "markdown", "html"]

CUT = "… (cut; `trialmon changes` shows all)"
# What Apprise puts around a title that goes into the body: tags, line ends, a "# ".
_AROUND_A_TITLE = 32


def fitted(message: Message, form: Form, title_limit: int, body_limit: int) -> tuple[str, str]:
    """Title and body, within the limits, in code points. A `title_limit` of 0 means: Apprise puts the title into the body,
    as it is; so it is escaped here for the form that the body has."""
    if title_limit > 0:
        return cut(message.title, title_limit), _body(message, form, body_limit)
    title = cut(message.title, max(body_limit // 2, 1))
    title = escape(title) if form == "html" else markdown(title) if form == "markdown" else title
    return title, _body(message, form, max(body_limit - len(title) - _AROUND_A_TITLE, 0))


def _body(message: Message, form: Form, limit: int) -> str:
    body = {"text": message.text, "markdown": message.markdown, "html": message.html}[form]
    if len(body) <= limit:
        return body
    lines = message.markdown.splitlines() if form == "markdown" else message.text.splitlines()
    # Half an element or half an escape is worse than plain text: what is too long goes line by line, in HTML as bare lines.
    written = [f"{escape(line)}<br>" for line in lines] if form == "html" else lines
    kept, room = [], limit - len(CUT)
    for line in written:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    if not kept and form == "text":
        return cut(message.text, limit)
    return cut("\n".join([*kept, CUT]), limit)
