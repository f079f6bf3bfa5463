"""The registry that is asked, in a process of its own: `python -m benchmarks.registry --count 2000 --changed 0,1,50,500`.

Prints a line of JSON once it answers: its address, its numbers and its days. The data date moves in every record on every day. On the
days after the first, some records differ too: as many as `--changed` says, in its order, each the first so many.
"""

import argparse
import copy
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any
from urllib.parse import urlsplit

from benchmarks.records import REPOSITORY, edit, records

FIRST_DAY = date(2026, 3, 16)


class Registry:
    """The handle on the process. `numbers` are those that it knows, `days` those on which something begins."""

    def __init__(self, said: dict[str, Any]) -> None:
        self.base_url: str = said["base_url"]
        self.numbers: list[str] = said["numbers"]
        self.days = [date.fromisoformat(day) for day in said["days"]]

    def go_to(self, day: date) -> None:
        """From now on it is `day` there."""
        import json
        from http.client import HTTPConnection

        connection = HTTPConnection(urlsplit(self.base_url).netloc, timeout=60)
        connection.request("POST", "/_control/day", json.dumps({"day": day.isoformat()}))
        answer = connection.getresponse().read()
        connection.close()
        if day.isoformat().encode() not in answer:
            raise RuntimeError(f"the registry does not go to {day}: {answer!r}")


@contextmanager
def serving(*arguments: str) -> Iterator[Registry]:
    """Start the process and end it with the block."""
    import json

    command = [sys.executable, "-m", "benchmarks.registry", *arguments]
    with Popen(command, stdout=PIPE, cwd=REPOSITORY) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            if not line:
                raise RuntimeError("the registry did not start")
            yield Registry(json.loads(line))
        finally:
            process.terminate()


def main(arguments: Sequence[str]) -> None:
    import orjson

    from monitor.embedded import EmbeddedRegistry, History

    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--changed", default="")
    parser.add_argument("--made", action="store_true")
    parser.add_argument("--replay", type=Path, help="serve this file of dated records instead")
    asked = parser.parse_args(arguments)
    if asked.replay:
        history = History.load(asked.replay)
    else:
        history = History()
        changed = [int(number) for number in asked.changed.split(",")]
        for nth, (number, study) in enumerate(records(asked.count, made=asked.made)):
            history.put(number, FIRST_DAY, study)
            for day, so_many in enumerate(changed, 1):
                if nth < so_many:
                    edited = copy.deepcopy(study)
                    edit(edited, nth)
                    history.put(number, FIRST_DAY + timedelta(days=day), edited)
                    break
    registry = EmbeddedRegistry(history, control=True)

    def ready(base_url: str) -> None:
        days = [day.isoformat() for day in registry.days]
        sys.stdout.buffer.write(
            orjson.dumps({"base_url": base_url, "numbers": history.trials, "days": days}) + b"\n"
        )
        sys.stdout.buffer.flush()

    registry.serve_forever(ready=ready)


if __name__ == "__main__":
    main(sys.argv[1:])
