from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.deliver.redaction import Redactor, scheme_of

TOKEN = st.text(
    alphabet=st.characters(min_codepoint=33, max_codepoint=0x17F, exclude_characters="%"),
    min_size=4,
    max_size=30,
)


@pytest.mark.parametrize(
    ("url", "said", "left"),
    [
        ("slack://T1JJ3T3L2/A1BRTD4JD/tok", "cannot load slack://T1JJ3T3L2/A1BRTD4JD/tok", ""),
        (
            "slack://T1JJ3T3L2/A1BRTD4JD/tokentoken",
            "bad token tokentoken in T1JJ3T3L2",
            "bad token *** in ***",
        ),
        ("json://user:pass%2Fword@host.example/p", "auth user", ""),
        (
            "json://username:pass%2Fword@host.example/path",
            "pass/word pass%2Fword HOST.example",
            "*** *** ***",
        ),
        ("json://host.example?+X-Key=secretkey&format=html", "X-Key secretkey as html", "X-Key *** as html"),
        ("json://host.example?-q=a+long+value", "q: a+long+value or a long value", "q: *** or ***"),
        ("terminal://", "Failed to send.", "Failed to send."),
        ("no url at all", "no url at all", "***"),
    ],
)
def test_every_part_of_a_url_is_taken_out(url: str, said: str, left: str) -> None:
    assert Redactor(url).redact(said) == left


@given(TOKEN, TOKEN, TOKEN)
def test_no_token_survives_in_any_spelling(password: str, step: str, value: str) -> None:
    url = f"json://someone:{quote(password, safe='')}@host.example/{quote(step, safe='')}?+X-Key={quote(value, safe='')}"
    redactor = Redactor(url)
    for token in (password, step, value):
        for spelling in (token, quote(token, safe=""), quote(token), repr(token)[1:-1]):
            assert spelling.lower() not in redactor.redact(f'said "{spelling}"').replace("***", " ").lower()


def test_a_redactor_shows_nothing_of_what_it_knows() -> None:
    assert repr(Redactor("json://secretword/x")) == "Redactor()"


@pytest.mark.parametrize(
    ("url", "scheme"),
    [("Slack://x", "slack"), ("mailtos://x", "mailtos"), ("no scheme", ""), ("://x", ""), ("1a://x", "")],
)
def test_only_the_scheme_may_be_shown(url: str, scheme: str) -> None:
    assert scheme_of(url) == scheme
