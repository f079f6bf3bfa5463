"""A made story told by mail, over real SMTP: a trial that slips, slips again and stops; and another that only shrinks."""

import email
import email.policy
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from monitor.embedded import EmbeddedRegistry
from tests.journeys.made import MadeTrials, day_of
from tests.journeys.office import Office

ONE, OTHER = "NCT99900001", "NCT99900002"
LISTS = {
    "cells": ("Cell therapy for chronic low back pain", (ONE, OTHER)),
    "made": ("Everything of Made Sponsor", (ONE,)),
}
CRITERIA = (
    "Inclusion Criteria:\n\n* Chronic low back pain for at least six months\n* Age 18 to 65 years\n* One painful disc on MRI\n\n"
    "Exclusion Criteria:\n\n* Earlier surgery of the same disc\n* Pregnancy"
)


@dataclass
class Letterbox:
    """A mail server that keeps what it accepts, by the address that it is for."""

    port: int = 0
    mails: list[tuple[str, EmailMessage]] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.mails += [(to.partition("@")[0], parsed) for to in envelope.rcpt_tos]
        return "250 OK"

    def url(self, name: str) -> str:
        """The destination that leads to one address."""
        return f"mailto://127.0.0.1:{self.port}?mode=insecure&from=monitor@example.org&to={name}@example.org"

    def to(self, name: str) -> list[EmailMessage]:
        """What came for one address, in order."""
        return [mail for address, mail in self.mails if address == name]

    @contextmanager
    def open(self) -> Iterator["Letterbox"]:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        controller = Controller(self, hostname="127.0.0.1", port=self.port)
        controller.start()
        try:
            yield self
        finally:
            controller.stop()


def html_of(mail: EmailMessage) -> str:
    """The mail as a mail program shows it."""
    return _part(mail, "html")


def text_of(mail: EmailMessage) -> str:
    """The mail for those who read plain text."""
    return _part(mail, "plain")


def _part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body(preferencelist=(kind,))
    assert body is not None, f"there is no {kind} in it"
    content = body.get_content()
    assert isinstance(content, str)
    return content


def the_story(says: str = "Made reason: too few participants") -> MadeTrials:
    """`says` is what the sponsor writes wherever it may write as it likes."""
    trials = MadeTrials(ONE, OTHER)
    status: dict[str, Any] = {}

    def slip(to: str) -> dict[str, Any]:
        status["primaryCompletionDateStruct"] = {"date": to, "type": "ESTIMATED"}
        return dict(status)

    trials.edit(0, ONE, eligibilityModule={"eligibilityCriteria": CRITERIA})
    trials.edit(290, ONE, statusModule=slip("2029-03"))
    trials.edit(520, ONE, statusModule=slip("2029-09"))
    trials.edit(
        700,
        ONE,
        statusModule={**slip("2030-12"), "overallStatus": "SUSPENDED", "whyStopped": says},
        eligibilityModule={"eligibilityCriteria": CRITERIA.replace("18 to 65", "18 to 75")},
        designModule={"enrollmentInfo": {"count": 72, "type": "ESTIMATED"}},
    )
    trials.edit(
        700,
        OTHER,
        statusModule={"primaryCompletionDateStruct": {"date": day_of(718).isoformat(), "type": "ESTIMATED"}},
        designModule={"enrollmentInfo": {"count": 90, "type": "ESTIMATED"}},
        identificationModule={"briefTitle": says, "acronym": "MADE-2"},
    )
    return trials


def told_by_mail(folder: Path, trials: MadeTrials) -> Letterbox:
    """The story, looked at on each of its days: `alert` is told at once, `digest` on the next morning, `quiet` a week later that
    nothing changed."""
    with EmbeddedRegistry(trials.history).serving() as registry, Letterbox().open() as post:
        office = Office(folder, registry, more={name: f"'{post.url(name)}'" for name in ("alert", "digest")})
        for name, (title, numbers) in LISTS.items():
            (folder / "watchlists" / f"{name}.yaml").write_text(
                f"title: {title}\nwatch: [{', '.join(f'{{trial: {number}}}' for number in numbers)}]\nsubscribers:\n"
                "  - {name: at once, to: [alert], at_least: routine}\n"
                "  - {name: mornings, to: [digest], when: daily 07:30, all_clear: true}\n",
                encoding="utf-8",
            )
        for ahead in (0, 290, 520):
            office.check_on(day_of(ahead), hour=12)
            office.check_on(day_of(ahead + 1), hour=12)
        post.mails.clear()
        office.check_on(day_of(700), hour=12)
        for ahead in (701, 702):
            office.check_on(day_of(ahead), hour=8)
    return post
