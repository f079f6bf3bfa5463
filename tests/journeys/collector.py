"""A receiver of web hooks that keeps what it accepted, and knows what it should have got: nothing missing, nothing else."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import quote

from tests import canary
from tests.loopback import say, serving


@dataclass(frozen=True)
class Got:
    """One accepted message: the inbox it came to (the path of its URL), its idempotency key and its words."""

    inbox: str
    key: str
    title: str
    text: str

    @property
    def words(self) -> tuple[str, str]:
        """What a reader would know it by."""
        return self.inbox, self.title


@dataclass
class Collector:
    """`json://…` destinations deliver to it. `refusing`: the inboxes that answer 503; `choking_on`: part of a title that
    any of them answers with `choked_status`; `asked` counts how often."""

    got: list[Got] = field(default_factory=list)
    refusing: set[str] = field(default_factory=set)
    choking_on: str = ""
    choked_status: int = 500
    asked: Counter[str] = field(default_factory=Counter)
    port: int = 0

    def url(self, inbox: str = "desk") -> str:
        """The destination that leads to an inbox; it holds secrets, as destinations do."""
        user = f"{canary.USER}:{quote(canary.PASSWORD, safe='')}"
        return f"json://{user}@127.0.0.1:{self.port}/{inbox}?+X-Token={canary.HEADER}"

    def taken(self) -> list[Got]:
        """What came since the last time that was asked."""
        taken, self.got[:] = list(self.got), []
        return taken

    @contextmanager
    def listening(self) -> Iterator["Collector"]:
        with serving(self._take, self.port) as self.port:
            yield self

    def _take(self, request: BaseHTTPRequestHandler, content: bytes) -> None:
        body, inbox = json.loads(content), request.path.strip("/")
        status = 503 if inbox in self.refusing else 200
        if self.choking_on and self.choking_on in body["title"]:
            status = self.choked_status
            self.asked[self.choking_on] += 1
        if status == 200:
            key = request.headers["Idempotency-Key"]
            self.got.append(Got(inbox, key, body["title"], body["message"]))
        say(request, status)


def assert_all_came(got: Iterable[Got], expected: Iterable[Got], *, repeats: bool = False) -> None:
    """Everything that was expected came, and nothing else. With `repeats` a message may have come again, with the key it had before."""
    got, wanted = list(got), Counter(one.words for one in expected)
    came = Counter({key: one.words for one in got if (key := one.key)}.values())
    assert came == wanted, f"missing: {wanted - came}; not expected, or under two keys: {came - wanted}"
    assert all(one.key for one in got)
    by_key: dict[str, set[Got]] = {}
    for one in got:
        by_key.setdefault(one.key, set()).add(one)
    assert all(len(same) == 1 for same in by_key.values()), "one key, two messages"
    if not repeats:
        assert len(got) == len(by_key), f"came twice: {Counter(one.words for one in got) - wanted}"
