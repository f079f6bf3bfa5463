"""A reload replaces the context under the feet of nobody."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from monitor.daemon.current import Current


class Contexts:
    """Named stand-ins for contexts: which were opened and which are closed."""

    def __init__(self) -> None:
        self.closed: list[str] = []

    def in_use(self, current: Current) -> AbstractContextManager[Any]:
        return current.use()

    def building(self, name: str) -> Callable[[], AbstractContextManager[Any]]:
        @contextmanager
        def build() -> Iterator[str]:
            yield name
            self.closed.append(name)

        return build


@pytest.fixture
def contexts() -> Contexts:
    return Contexts()


def test_who_uses_the_old_one_keeps_it_open_until_done(contexts: Contexts) -> None:
    current = Current(contexts.building("old")())
    with contexts.in_use(current) as mine, contexts.in_use(current) as too:
        current.replace(contexts.building("new"))
        assert (mine, too) == ("old", "old")
        with contexts.in_use(current) as next_one:
            assert next_one == "new"
        assert contexts.closed == []
    assert contexts.closed == ["old"]
    current.close()
    assert contexts.closed == ["old", "new"]


def test_one_that_nobody_uses_is_closed_at_once(contexts: Contexts) -> None:
    current = Current(contexts.building("old")())
    current.replace(contexts.building("new"))
    assert contexts.closed == ["old"]


def test_where_the_new_one_cannot_be_built_the_old_one_stays(contexts: Contexts) -> None:
    @contextmanager
    def broken() -> Iterator[Any]:
        raise RuntimeError("no database")
        yield

    current = Current(contexts.building("old")())
    with pytest.raises(RuntimeError):
        current.replace(broken)
    with contexts.in_use(current) as mine:
        assert mine == "old"
    assert contexts.closed == []
