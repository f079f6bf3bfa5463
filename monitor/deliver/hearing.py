"""The answers that services give to Apprise. It tells only whether it took them for a success; what they said, and when a busy receiver
wants us back, is heard here, by the hook that its HTTP library (requests) has for that."""

from contextlib import AbstractContextManager
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any

from monitor.deliver.transport import MOST_OF_AN_ANSWER, Answer
from monitor.deliver.within import heard_within

if TYPE_CHECKING:
    from requests import Response

_heard: ContextVar[list[Answer] | None] = ContextVar("answers", default=None)


@cache
def begin_to_hear() -> None:
    """From now on, for the whole process, every new session of requests has our hook."""
    from requests import hooks, sessions

    without = hooks.default_hooks

    def with_ours() -> Any:
        found = without()
        found["response"].append(_note)
        return found

    # Session() asks for its hooks by this name.
    sessions.default_hooks = with_ours  # type: ignore[attr-defined]


def hearing() -> AbstractContextManager[list[Answer]]:
    """The answers that come within this context, in their order."""
    return heard_within(_heard)


def _note(response: "Response", *_: object, stream: bool = False, **__: object) -> None:
    answers = _heard.get()
    if answers is not None:
        body = b"" if stream else response.content[:MOST_OF_AN_ANSWER]
        headers = {name.lower(): value for name, value in response.headers.items()}
        headers.pop("content-encoding", None)  # requests has undone it
        answers.append(Answer(response.status_code, headers, body))
