"""Mail as a real mail server gets it, read back by the standard library's parser."""

from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import compat32, default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.bootstrap import SystemClock
from monitor.core.notification import Envelope, Message, Payload
from monitor.core.secret import Secret
from monitor.deliver import mail
from monitor.deliver.gateway import Gateway, check
from monitor.deliver.outcome import Accepted, Refused, Retry
from monitor.deliver.services import _service
from tests.deliver.conftest import NOW, Mailbox, a_free_port, an_envelope

KEY = "0123456789abcdef0123456789abcdef"
OTHER_KEY = "f" * 32
PAGE = "<!doctype html><html><head></head><body><p><b>CRITICAL</b> · Terminated → é</p></body></html>"
STORY = Message("RESPINE: Terminated — naïve", "CRITICAL · Terminated → é\n", "", PAGE)


def a_mail(
    mailbox: Mailbox,
    message: Message = STORY,
    key: str = KEY,
    more: str = "",
    envelope: Envelope | None = None,
) -> EmailMessage:
    """What the mail server has after this message was sent."""
    gateway = Gateway({"desk": Secret(mailbox.url + more)}, SystemClock())
    prepared = gateway.prepare("desk", message, envelope or an_envelope())
    assert isinstance(prepared, tuple)
    assert gateway.send("desk", prepared[0], key) == Accepted()
    return read(mailbox.mails[-1].as_bytes())


def read(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, _class=EmailMessage, policy=default)


def test_a_mail_has_the_text_that_we_wrote_and_the_page(mailbox: Mailbox) -> None:
    got = a_mail(mailbox)
    assert got.get_content_type() == "multipart/alternative"
    text, page = got.iter_parts()
    assert isinstance(text, EmailMessage)
    assert isinstance(page, EmailMessage)
    assert (text.get_content_type(), page.get_content_type()) == ("text/plain", "text/html")
    assert text.get_content().startswith("CRITICAL · Terminated → é\n\nregistry 2026-02-09 · seen ")
    assert page.get_content().startswith(PAGE.partition("</body>")[0])
    assert page.get_content().rstrip().endswith("trialmon 0123456789ab</p>\n</body></html>")


def test_its_headers_say_what_when_and_from_whom(mailbox: Mailbox) -> None:
    got = a_mail(mailbox)
    assert got["Subject"] == STORY.title
    assert got["Date"] == "Mon, 09 Feb 2026 14:05:00 +0000"
    assert got["From"] == "monitor@example.org"
    assert got["To"] == "desk@example.org"
    assert got["Message-ID"] == f"<{KEY}@example.org>"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["X-Trialmon-Key"] == KEY
    assert "List-Unsubscribe" not in got
    assert all(len(got.get_all(name) or []) == 1 for name in got)


@pytest.mark.parametrize(
    "title",
    [
        "Made Trial 04: Primary completion slipped 6 months: June 2026 → December 2026",
        "RESPINE: “Étude” terminated (was recruiting); reason given: “too few, 参加者が少ない”; and naïve words to the end of it 🙂",
        "Plain words, long enough that a subject has to be folded somewhere between them, and once more after that",
        "short",
    ],
)
def test_a_subject_reads_back_as_it_is_to_the_last_space(mailbox: Mailbox, title: str) -> None:
    a_mail(mailbox, Message(title, "text\n", "", PAGE))
    raw = mailbox.mails[-1].as_bytes()
    assert read(raw)["Subject"] == title
    written = BytesParser(policy=compat32).parsebytes(raw)["Subject"]
    assert str(make_header(decode_header(written.replace("\r\n", "").replace("\n", "")))) == title
    assert all(len(line) <= 78 for line in written.splitlines())


def test_every_attempt_sends_the_same_bytes(mailbox: Mailbox) -> None:
    gateway = Gateway({"desk": Secret(mailbox.url)}, SystemClock())
    (payload,) = gateway.prepare("desk", STORY, an_envelope())  # type: ignore[misc]
    for _ in range(2):
        gateway.send("desk", payload, KEY)
    first, second = (one.as_bytes() for one in mailbox.mails)
    assert first == second


def test_all_mails_of_one_trial_to_one_reader_are_one_thread(mailbox: Mailbox) -> None:
    first, second = (
        a_mail(mailbox, key=key, envelope=an_envelope(key=key, subscriber="desk")) for key in (KEY, OTHER_KEY)
    )
    elsewhere = a_mail(mailbox, envelope=an_envelope(subscriber="another"))
    other_trial = a_mail(mailbox, envelope=an_envelope(trial="NCT04514484"))
    assert first["Message-ID"] != second["Message-ID"]
    assert first["References"] == second["References"] == first["In-Reply-To"]
    assert len({first["References"], elsewhere["References"], other_trial["References"]}) == 3


def test_a_digest_begins_no_thread(mailbox: Mailbox) -> None:
    got = a_mail(mailbox, envelope=an_envelope(trial="", kind="digest"))
    assert got["References"] is None


def test_each_watchlist_is_a_list_of_its_own(mailbox: Mailbox) -> None:
    got = a_mail(mailbox, envelope=an_envelope(watchlists=("Zelltherapie für <den> Rücken", "Another")))
    other = a_mail(mailbox, envelope=an_envelope(watchlists=("Zelltherapie fur den Rucken",)))
    phrase, _, label = str(got["List-Id"]).partition(" <")
    assert phrase == '"Zelltherapie fur den Rucken"'
    assert label.startswith("zelltherapie-fur-den-rucken-")
    assert label.endswith(".trialmon.example.org>")
    assert got["List-Id"] != other["List-Id"]
    assert a_mail(mailbox, envelope=an_envelope(watchlists=("椎間板",)))["List-Id"].startswith("<")
    assert a_mail(mailbox, envelope=an_envelope(watchlists=()))["List-Id"] is None


EVIL = (
    "Title\r\nBcc: victim@example.org\r\n\r\nbody",
    "Title\nBcc: victim@example.org",
    "Title\rBcc: victim@example.org",
    "=?utf-8?q?a=0D=0ABcc:_victim@example.org?=",
    "a\u2028Bcc: victim@example.org\x0bBcc: x\x85Bcc: y\x00",
    "x" * 2000 + "\r\n Bcc: victim@example.org",
)


@pytest.mark.parametrize("evil", EVIL)
def test_nothing_in_a_title_a_list_or_a_reader_becomes_a_header(evil: str, mailbox: Mailbox) -> None:
    plain = {name.lower() for name in a_mail(mailbox)}
    hostile = Message(evil, evil, evil, f"<p>{evil}</p>")
    envelope = an_envelope(watchlists=(evil,), subscriber=evil, trial=evil, registry_date=evil)
    got = a_mail(mailbox, hostile, envelope=envelope, more="&+X-Desk=a%0D%0ABcc:victim@example.org")
    assert {name.lower() for name in got} == plain | {"x-desk"}
    assert "Bcc" not in got
    assert got.get_content_type() == "multipart/alternative"
    assert len(list(got.iter_parts())) == 2
    assert "\n" not in str(got["Subject"])


@given(st.text(max_size=300), st.text(max_size=60))
def test_any_title_and_list_make_a_mail_that_can_be_read(title: str, watchlist: str) -> None:
    service = _service("mailto://127.0.0.1?mode=insecure&from=monitor@example.org&to=desk@example.org")
    title, watchlist = (text.encode("utf-8", "replace").decode() for text in (title, watchlist))
    headers = mail.headers_of(an_envelope(watchlists=(watchlist,)), "example.org", 1)
    payload = Payload(title, "<p>x</p>", "html", "x", headers)
    raw = mail.written(service, payload, KEY, (False, "desk@example.org"), NOW).as_bytes()
    got = read(raw)
    assert raw.isascii()
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert got["Message-ID"] == f"<{KEY}@example.org>"
    assert str(got["List-Id"]).endswith(".trialmon.example.org>")
    assert [part.get_content_type() for part in got.iter_parts()] == ["text/plain", "text/html"]


def test_a_header_of_the_url_cannot_replace_one_of_ours(mailbox: Mailbox) -> None:
    got = a_mail(mailbox, more="&+Message-ID=mine&+X-Team=oncology&+Subject=mine")
    assert got["X-Team"] == "oncology"
    assert got["Message-ID"] == f"<{KEY}@example.org>"
    assert got["Subject"] == STORY.title


@pytest.mark.parametrize("more", [",second@example.org", "&cc=copy@example.org", "&bcc=hidden@example.org"])
def test_a_url_of_several_recipients_is_refused_lest_one_get_it_again_and_again(
    mailbox: Mailbox, more: str
) -> None:
    url = Secret(mailbox.url + more)
    gateway = Gateway({"desk": url}, SystemClock())
    refused = gateway.prepare("desk", STORY, an_envelope())
    assert isinstance(refused, Refused)
    assert "several recipients" in refused.why
    assert refused.why == check(url)
    assert gateway.send("desk", Payload("t", "words", "text", "words"), KEY) == refused
    assert mailbox.mails == []


def test_answers_may_go_elsewhere(mailbox: Mailbox) -> None:
    assert a_mail(mailbox, more="&reply=answers@example.org")["Reply-To"] == "answers@example.org"


def test_a_mail_too_long_for_a_mailbox_comes_in_parts_of_one_thread(mailbox: Mailbox) -> None:
    long = Message("t", "word\n" * 300_000, "", "<p>word</p>" * 300_000)
    gateway = Gateway({"desk": Secret(mailbox.url)}, SystemClock())
    prepared = gateway.prepare("desk", long, an_envelope(trial="", kind="digest"))
    assert isinstance(prepared, tuple)
    assert [payload.title for payload in prepared] == [f"t ({n}/3)" for n in range(1, 4)]
    assert len({dict(payload.headers)["References"] for payload in prepared}) == 1


def test_what_was_prepared_for_a_chat_can_be_mailed(mailbox: Mailbox) -> None:
    gateway = Gateway({"desk": Secret(mailbox.url)}, SystemClock())
    assert gateway.send("desk", Payload("t", "words", "text", "words"), KEY) == Accepted()
    got = read(mailbox.mails[-1].as_bytes())
    assert (got.get_content_type(), got["Date"] is not None) == ("text/plain", True)


def test_without_a_connection_nothing_can_have_arrived() -> None:
    url = f"mailto://127.0.0.1:{a_free_port()}?mode=insecure&from=a@example.org&to=b@example.org"
    gateway = Gateway({"desk": Secret(url)}, SystemClock())
    (payload,) = gateway.prepare("desk", STORY, an_envelope())  # type: ignore[misc]
    assert gateway.send("desk", payload, KEY) == Retry("the connection was refused")
