"""The literature's services on paper: answers for flows that no network drives."""

from datetime import date
from typing import Any

from monitor.core.source import Request, Response
from monitor.embedded import Shelf, literature

TODAY = date(2026, 3, 13)
EARLIER = date(2026, 3, 1)


class FakeServices:
    """PubMed and Europe PMC on one day, with a note of what they were asked."""

    def __init__(self, shelf: Shelf, day: date = TODAY) -> None:
        self.shelf, self.day = shelf, day
        self.asked: list[Request] = []

    def __call__(self, request: Request) -> Response:
        self.asked.append(request)
        found = literature.answer(self.shelf, self.day, request.path, dict(request.params))
        return Response(found.status, {"content-type": found.content_type}, found.body)


def a_shelf(*papers: dict[str, Any], day: date = EARLIER) -> Shelf:
    """Papers that the services have since `day`, or since the day that one has under `day`."""
    shelf = Shelf()
    for paper in papers:
        paper = dict(paper)
        on = paper.pop("day", day)
        shelf.put(str(paper.get("pmid") or paper["epmc"]), on, paper)
    return shelf


def a_paper(pmid: str = "39000001", **more: Any) -> dict[str, Any]:
    """A paper of PubMed that names no trial."""
    return {"pmid": pmid, "title": f"Paper {pmid}", "types": ["Journal Article"], **more}


def registered(*numbers: str) -> list[list[str]]:
    """The field that PubMed has for trial numbers."""
    return [["ClinicalTrials.gov", number] for number in numbers]
