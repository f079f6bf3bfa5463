"""Readers' own templates, tried on an example of every kind of message."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from monitor.core.errors import Problem

if TYPE_CHECKING:
    from monitor.config.settings import Settings
    from monitor.core.notification import Message
    from monitor.drafting.drafter import Drafter

KINDS = ("alert", "digest", "watching")


@contextmanager
def drafter_for(settings: "Settings") -> "Iterator[Drafter]":
    """A drafter over the settings' folder, closed at the end."""
    from monitor.drafting.drafter import Drafter

    drafter = Drafter(settings.templates)
    try:
        yield drafter
    finally:
        drafter.close()


def example_in_words_of(
    drafter: "Drafter", template: str, kind: str
) -> "tuple[Message, tuple[Problem, ...]]":
    """The example of that kind as the template words it, and what is wrong with the template."""
    from monitor.jobs.wording import built_in
    from monitor.render.example import EXAMPLES
    from monitor.render.offered import offered

    told = EXAMPLES[kind]
    message = built_in(told)
    return drafter.draft(template, message, offered(told, message.title, "you"))


def problems_of(drafter: "Drafter", template: str) -> tuple[Problem, ...]:
    """What is wrong with a template, each thing once."""
    found = (one for kind in KINDS for one in example_in_words_of(drafter, template, kind)[1])
    return tuple(dict.fromkeys(found))
