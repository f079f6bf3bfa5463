"""The process in which readers' templates run: it is told everything through a pipe, and says a text or what is wrong.

It can open neither file nor connection, has no environment, may take so much memory and so much processor time and no more; and whoever
started it kills it when it takes too long. One line of JSON for each order and each answer:

    {"sources": {file: text} or null for those before, "name": …, "sink": …, "values": …, "seconds": 2}
    {"text": …}    or    {"file": …, "line": …, "message": …, "hint": …}
"""

import json
import resource
import sys
from collections.abc import Mapping
from typing import Any

from monitor.core.errors import Misdrafted
from monitor.render.sandboxed import draft
from monitor.render.sinks import Ours

# Of addresses, of which Python and Jinja2 take a tenth. The service as a whole may have 512 MB (systemd/trialmon.service).
MEMORY = 256 * 1024 * 1024
# Of the process as a whole, for the case that nobody is left who could kill it.
_LIFE = 3600


def main() -> None:
    """Answer orders until there are no more."""
    _warm_up()
    _shut_in()
    _say({"text": "ready"})
    sources: Mapping[str, str] = {}
    for line in sys.stdin:
        order = json.loads(line, object_hook=_ours)
        sources = order["sources"] if order["sources"] is not None else sources
        _allow(order["seconds"])
        _say(_answer(sources, order))


def _say(answer: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def _answer(sources: Mapping[str, str], order: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return {"text": draft(sources, order["name"], order["sink"], order["values"])}
    except Misdrafted as wrong:
        problem = wrong.problem
        return {
            "file": problem.file,
            "line": problem.line,
            "message": problem.message,
            "hint": problem.hint,
        }


def _ours(value: dict[str, Any]) -> dict[str, Any]:
    """The registry page's address is ours, checked where the values were put together: it is a link, not a text of the registry."""
    return {**value, "page": Ours(value["page"])} if isinstance(value.get("page"), str) else value


def _warm_up() -> None:
    """Load what Jinja2 loads on first use: afterwards no file can be opened."""
    draft(
        {"warm.j2": "{% for x in xs | sort %}{{ x | upper | truncate(3) }}{% endfor %}"},
        "warm.j2",
        "html",
        {"xs": ["a"]},
    )
    try:
        draft({"warm.j2": "{{ x.y }}{% include 'z' %}"}, "warm.j2", "markdown", {"x": {}})
    except Misdrafted:
        return


def _shut_in() -> None:
    opened = 3  # the three standard streams
    for limit, value in (
        (resource.RLIMIT_NOFILE, opened),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, MEMORY),
    ):
        _, most = resource.getrlimit(limit)  # whoever started us may allow less
        value = value if most == resource.RLIM_INFINITY else min(value, most)
        resource.setrlimit(limit, (value, value))


def _allow(seconds: float) -> None:
    """So much processor time from now on; then the kernel ends the process."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    until = int(spent.ru_utime + spent.ru_stime + seconds) + 1
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    life = _LIFE if most == resource.RLIM_INFINITY else min(_LIFE, most)
    resource.setrlimit(resource.RLIMIT_CPU, (min(until, life), life))


if __name__ == "__main__":
    main()
