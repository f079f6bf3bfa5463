"""The three places that a text goes to. Each has its own Jinja2 environment in which *every* value is escaped as it is written:
a template cannot forget it, and what a value contains is never compiled."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from monitor.render.escape import markdown, plain

if TYPE_CHECKING:
    from jinja2 import Environment

Sink = Literal["text", "markdown", "html"]


class Ours(str):
    """A text that we made and checked ourselves, a registry page's address: written as it is (HTML is escaped all the same)."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class _Form:
    ending: str
    autoescape: bool
    escape: Callable[[str], str]


FORMS: dict[Sink, _Form] = {
    "text": _Form("txt", False, plain),
    "markdown": _Form("md", False, markdown),
    "html": _Form("html", True, plain),
}


def write(name: str, sink: Sink, values: Mapping[str, object]) -> str:
    """A template of `templates/` with its values filled in."""
    text = _environment(sink).get_template(f"{name}.{FORMS[sink].ending}.j2").render(values)
    return text.strip("\n") + "\n"


@cache
def _environment(sink: Sink) -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    form = FORMS[sink]

    def finalize(value: object) -> object:
        return value if isinstance(value, Ours) else form.escape(str(value))

    return Environment(
        loader=PackageLoader("monitor.render"),
        autoescape=form.autoescape,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
