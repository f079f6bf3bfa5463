"""A registry on paper: records, pages and answers for flows that no network drives."""

import lzma
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from monitor.core.source import Request, Response

DAY = "2026-03-13"


def a_record(number: str = "NCT00000102", **more: Any) -> dict[str, Any]:
    """A small record. `aliases`, `status`, `data_date` and `title` may be given; what else is given goes to the status module."""
    identity: dict[str, Any] = {"nctId": number, "briefTitle": more.pop("title", f"Trial {number}")}
    if aliases := more.pop("aliases", None):
        identity["nctIdAliases"] = aliases
    return {
        "protocolSection": {
            "identificationModule": identity,
            "statusModule": {
                "overallStatus": more.pop("status", "RECRUITING"),
                **more.pop("status_module", {}),
            },
        },
        "derivedSection": {"miscInfoModule": {"versionHolder": more.pop("data_date", DAY)}},
        "hasResults": False,
    }


def a_page(*records: Any, token: str = "", total: int | None = None) -> bytes:
    """A page as the registry writes it: every study on a line of its own. A record may be given as bytes."""
    lines = [record if isinstance(record, bytes) else orjson.dumps(record) for record in records]
    head = b"{" + (b'"totalCount":%d,' % total if total is not None else b"")
    tail = b',"nextPageToken":"' + token.encode() + b'"' if token else b""
    return head + b'"studies":[\n' + b",\n".join(lines) + b"\n]" + tail + b"}"


def ok(body: bytes) -> Response:
    return Response(200, {"content-type": "application/json"}, body)


def a_version(stamp: str = "2026-03-13T09:00:05") -> Response:
    return ok(orjson.dumps({"apiVersion": "2.0.5", "dataTimestamp": stamp}))


def one_after_another(*answers: Response | Exception) -> Callable[[Request], Response]:
    """A registry that gives these answers in turn, whatever it is asked."""
    waiting = list(answers)

    def answer(_: Request) -> Response:
        reply = waiting.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply

    return answer


def asked(request: Request) -> list[str]:
    """The numbers that a request asks for."""
    return dict(request.params)["filter.ids"].split(",")


def real_lines(path: Path) -> Iterator[bytes]:
    """The lines of a compressed file of recorded data."""
    with lzma.open(path, "rb") as lines:
        for line in lines:
            yield line.strip()


def number_of(record: Mapping[str, Any]) -> str:
    number: str = record["protocolSection"]["identificationModule"]["nctId"]
    return number
