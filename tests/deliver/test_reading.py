import pytest

from monitor.deliver.outcome import Outcome, Refused, Retry, Unknown
from monitor.deliver.reading import Line, outcome_of


def same(text: str) -> str:
    return text


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            ("WARNING", "Failed to send Slack notification: Overloaded, error=503."),
            Retry("the receiver answered 503 (Service Unavailable)"),
        ),
        (("WARNING", "Failed (error code: 599)."), Retry("the receiver answered 599")),
        (("WARNING", "Failed to send: error=200."), Retry("the receiver answered 200 (OK)")),
        (("DEBUG", "Socket Exception: [Errno 111] Connection refused"), Retry("the connection was refused")),
        (("DEBUG", "Socket Exception: (connect timeout=4.0)"), Retry("no connection within the time limit")),
        (
            ("DEBUG", "Socket Exception: [SSL: CERTIFICATE_VERIFY_FAILED]"),
            Retry("the certificate cannot be trusted"),
        ),
        (
            ("DEBUG", "Socket Exception: Read timed out. (read timeout=4.0)"),
            Unknown("the receiver did not answer in time"),
        ),
        (
            ("DEBUG", "Socket Exception: (535, b'5.7.8 Error')"),
            Refused("the mail server answered 535: it does not accept our name and password", "destination"),
        ),
        (
            ("DEBUG", "Socket Exception: SSLError(1, '[SSL: WRONG_VERSION_NUMBER]')"),
            Retry("no secure connection could be made"),
        ),
        (
            ("DEBUG", "Socket Exception: host='ssl.example.org': Read timed out."),
            Unknown("the receiver did not answer in time"),
        ),
        (("WARNING", "channel_not_found"), Retry("the service did not accept it: channel_not_found")),
    ],
)
def test_apprises_sentence_is_understood(line: Line, expected: Outcome) -> None:
    assert outcome_of([line], same) == expected


def test_silence_is_a_failure_too() -> None:
    assert outcome_of([], same) == Retry("the service did not accept it")


def test_what_the_message_or_the_receiver_says_is_not_taken_for_the_reason() -> None:
    lines = [
        ("DEBUG", "JSON Payload: {'message': 'error=404 Connection refused Read timed out'}"),
        ("DEBUG", "Response Details:\r\n'error=404'"),
        ("WARNING", "Failed to send JSON POST notification: error=500."),
    ]
    assert outcome_of(lines, same) == Retry("the receiver answered 500 (Internal Server Error)")


def test_what_is_quoted_is_redacted_first() -> None:
    assert outcome_of([("WARNING", "token abcd is bad")], lambda text: text.replace("abcd", "***")) == Retry(
        "the service did not accept it: token *** is bad"
    )
    assert outcome_of([("WARNING", "token abcd is bad")], lambda text: "") == Retry(
        "the service did not accept it"
    )
