"""One request that only says: we are alive."""

from monitor.core.clock import Clock
from monitor.core.secret import Secret
from monitor.deliver.answers import outcome_of_answer
from monitor.deliver.outcome import Outcome
from monitor.deliver.transport import Answer, Way, ask


def ping(url: Secret, clock: Clock, *, private: bool = False, body: str | None = None) -> Outcome:
    """Ask this address with GET, or tell it `body` (plain text) with POST. Never raises, and takes 15 seconds at most.

    The address is checked as a webhook's is: https only, and nothing of a private network, unless `private`.
    """
    headers = {"user-agent": "trialmon"}
    if body is not None:
        headers["content-type"] = "text/plain; charset=utf-8"
    method = "GET" if body is None else "POST"
    answer = ask(Way(clock, private), method, url, headers, (body or "").encode())
    return outcome_of_answer(answer, clock.now()) if isinstance(answer, Answer) else answer
