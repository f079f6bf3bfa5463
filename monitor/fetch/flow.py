"""Drive a source's sans-I/O flow over real requests."""

from monitor.core.errors import CouldNotFindOut
from monitor.core.source import Flow, Request, Response, T, answered
from monitor.fetch.client import Client
from monitor.fetch.politeness import Politeness

ATTEMPTS = 3


def drive(flow: Flow[T], client: Client, politeness: Politeness, attempts: int = ATTEMPTS) -> T:
    """Run a flow to its end and return its value.

    A request that fails for a passing reason is made again, `attempts` times in all. What then still could not be found out is thrown
    into the flow, which may have another way; if it has none, the CouldNotFindOut comes out here.
    """
    return answered(flow, lambda request: _ask(request, client, politeness, attempts))


def _ask(request: Request, client: Client, politeness: Politeness, attempts: int) -> Response:
    attempt = 1
    while True:
        politeness.before(client.host)
        try:
            answer = client.get(request)
        except CouldNotFindOut as error:
            politeness.failed(client.host, error)
            delay = politeness.delay(attempt, error)
            if delay is None or attempt >= attempts:
                raise
            politeness.wait(delay)
            attempt += 1
        else:
            politeness.succeeded(client.host)
            return answer
