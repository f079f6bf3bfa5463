"""What is heard in passing, kept for whoever listens, in that thread and task alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def heard_within(heard: ContextVar[list[T] | None]) -> Iterator[list[T]]:
    """Within this context `heard` holds a list to be added to, this one; outside of any it holds None."""
    found: list[T] = []
    token = heard.set(found)
    try:
        yield found
    finally:
        heard.reset(token)
