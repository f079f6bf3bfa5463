"""The context in force, which a reload replaces while looks and deliveries are under way."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass

from monitor.jobs.context import Context


@dataclass(eq=False, slots=True)
class _Built:
    context: Context
    closing: ExitStack
    users: int = 0
    retired: bool = False


class Current:
    """Hands out the newest context. One that was replaced is closed when its last user is done with it."""

    def __init__(self, first: AbstractContextManager[Context]) -> None:
        self._lock = threading.Lock()
        self._built = _enter(first)

    @contextmanager
    def use(self) -> Iterator[Context]:
        """The context in force now; it stays open while the block runs."""
        with self._lock:
            built = self._built
            built.users += 1
        try:
            yield built.context
        finally:
            with self._lock:
                built.users -= 1
                unused = built.retired and not built.users
            if unused:
                built.closing.close()

    def replace(self, build: Callable[[], AbstractContextManager[Context]]) -> None:
        """From now on another one. If it cannot be built the old one stays, and the error is the caller's."""
        fresh = _enter(build())
        with self._lock:
            old, self._built = self._built, fresh
        _retire(old, self._lock)

    def close(self) -> None:
        """At the end; nobody may use it after."""
        _retire(self._built, self._lock)


def _enter(building: AbstractContextManager[Context]) -> _Built:
    closing = ExitStack()
    return _Built(closing.enter_context(building), closing)


def _retire(built: _Built, lock: threading.Lock) -> None:
    with lock:
        built.retired = True
        unused = not built.users
    if unused:
        built.closing.close()
