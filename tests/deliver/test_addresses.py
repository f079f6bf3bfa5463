"""Which addresses may be connected to, and that it is those that are connected to (never the name a second time)."""

import socket
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.bootstrap import SystemClock
from monitor.core.secret import Secret
from monitor.deliver.addresses import NotAllowed, allowed, resolve
from monitor.deliver.outcome import Outcome, Refused
from monitor.deliver.transport import Answer, Way, ask
from tests.deliver.receivers import a_receiver, an_answer

PUBLIC = ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"]
PRIVATE = [
    *("127.0.0.1", "127.8.8.8", "::1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fd00::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "64:ff9b::7f00:1"),
]
NEVER = [
    *("169.254.169.254", "fe80::1", "fe80::1%eth0", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"),
    *("224.0.0.1", "239.1.1.1", "ff02::1", "0.0.0.0", "::", "255.255.255.255", "240.0.0.1", "no address"),
]


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_allowed(address: str) -> None:
    assert allowed([address], private=False, secure=True) == [address]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_allowed_only_if_the_person_says_so(address: str) -> None:
    assert allowed([address], private=True, secure=True) == [address]
    with pytest.raises(NotAllowed, match="private: true"):
        allowed([address], private=False, secure=True)


@pytest.mark.parametrize("address", NEVER)
@pytest.mark.parametrize("private", [True, False])
def test_some_addresses_are_never_allowed(address: str, private: bool) -> None:
    with pytest.raises(NotAllowed):
        allowed([address], private=private, secure=True)


@pytest.mark.parametrize("bad", [*PRIVATE, *NEVER])
def test_one_bad_address_among_good_ones_is_enough(bad: str) -> None:
    with pytest.raises(NotAllowed):
        allowed([*PUBLIC, bad], private=False, secure=True)


@pytest.mark.parametrize("address", PUBLIC)
def test_without_tls_nothing_public_is_reached(address: str) -> None:
    with pytest.raises(NotAllowed, match="https"):
        allowed([address], private=True, secure=False)


@given(st.ip_addresses())
def test_what_is_allowed_to_everybody_is_public(address: object) -> None:
    try:
        allowed([str(address)], private=False, secure=True)
    except NotAllowed:
        return
    assert address.is_global  # type: ignore[attr-defined]


def reached(url: str, *names: Sequence[str], private: bool = False) -> tuple[Answer | Outcome, list[str]]:
    """Ask a URL whose name is resolved to `names`, look-up by look-up; and the names that were looked up."""
    asked: list[str] = []
    answers = iter(names)

    def by_us(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return next(answers)

    return ask(Way(SystemClock(), private, by_us, 5.0), "GET", Secret(url), {}), asked


@pytest.mark.parametrize("host", ["127.0.0.1", "[::ffff:127.0.0.1]", "localhost", "127.1"])
def test_no_name_of_this_machine_leads_here(host: str) -> None:
    with a_receiver(an_answer()) as receiver:
        outcome = ask(Way(SystemClock()), "GET", Secret(f"https://{host}:{receiver.port}/hook"), {})
    assert isinstance(outcome, Refused)
    assert outcome.what == "destination"
    assert receiver.requests == []


@pytest.mark.parametrize("host", ["0x7f.1", "2130706433", "0177.0.0.1", "0x7f000001"])
def test_a_number_in_disguise_is_judged_by_what_it_stands_for(host: str) -> None:
    # As the system's resolver reads it, which a test may not ask for such a name.
    meant = socket.inet_ntoa(socket.inet_aton(host))
    outcome, _ = reached(f"https://{host}/hook", [meant])
    assert isinstance(outcome, Refused)


def test_a_name_that_leads_to_a_private_address_is_refused() -> None:
    outcome, _ = reached("https://hooks.example.org/x", ["10.0.0.7"])
    assert outcome == Refused(
        "the host name leads to a private address: `private: true` allows that", "destination"
    )


def test_a_name_is_looked_up_once_so_it_cannot_lead_elsewhere_a_moment_later() -> None:
    with a_receiver(an_answer()) as receiver:
        url = f"http://hooks.example.org:{receiver.port}/x"
        outcome, asked = reached(url, ["127.0.0.1"], ["169.254.169.254"], private=True)
        assert isinstance(outcome, Answer)
        assert asked == ["hooks.example.org"]
        again, _ = reached(url, ["169.254.169.254"], private=True)
    assert isinstance(again, Refused)
    assert len(receiver.requests) == 1
    assert b"host: hooks.example.org:" in receiver.requests[0].lower()


def test_the_next_address_of_a_name_is_tried_when_one_is_dead() -> None:
    with a_receiver(an_answer()) as receiver:
        url = f"http://hooks.example.org:{receiver.port}/x"
        outcome, _ = reached(url, ["127.0.0.9", "127.0.0.1"], private=True)
    assert isinstance(outcome, Answer)


def test_the_systems_resolver_gives_addresses() -> None:
    assert "127.0.0.1" in resolve("127.0.0.1", 443)
