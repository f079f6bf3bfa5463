"""Webhooks in trialmon.yaml, beside Apprise's URLs."""

import pytest

from monitor.config.settings import Destination
from monitor.core.destination import Webhook
from monitor.core.secret import Secret
from tests import canary
from tests.config.conftest import Problems, ReadSettings

HOOK = "https://example.org/hooks/trialmon"
SECRETS = {"NEW": canary.WEBHOOK_SECRET, "OLD": canary.OLD_WEBHOOK_SECRET}


def test_a_webhook_stands_beside_a_url(read_settings: ReadSettings) -> None:
    text = f"destinations:\n  desk: json://h/p\n  machine:\n    webhook: {HOOK}\n"
    settings = read_settings(
        text + "    secret: ${NEW}\n    old_secret: ${OLD}\n    private: true\n", SECRETS
    )
    secrets = (Secret(canary.WEBHOOK_SECRET), Secret(canary.OLD_WEBHOOK_SECRET))
    webhook = Webhook(Secret(HOOK), secrets, private=True)
    assert settings.destinations["machine"] == Destination("machine", Secret(HOOK), webhook)
    assert settings.destinations["machine"].address == webhook
    assert settings.destinations["desk"].address == Secret("json://h/p")
    assert not canary.sings(repr(settings) + str(settings))


def test_of_a_webhook_only_the_address_must_be_said(read_settings: ReadSettings) -> None:
    settings = read_settings(f"destinations: {{machine: {{webhook: '{HOOK}'}}}}")
    assert settings.destinations["machine"].webhook == Webhook(Secret(HOOK))


def test_a_program_on_this_machine_may_be_told_without_tls(read_settings: ReadSettings) -> None:
    settings = read_settings("destinations: {it: {webhook: 'http://127.0.0.1:8080/x', private: true}}")
    assert settings.destinations["it"].webhook == Webhook(Secret("http://127.0.0.1:8080/x"), (), private=True)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("webhook: http://example.org/x", "2: a webhook is posted to over https"),
        ("webhook: http://127.0.0.1/x", "2: a webhook is posted to over https"),
        ("webhook: http://10.0.0.1/x, private: true", "2: a webhook is posted to over https"),
        ("webhook: json://example.org/x", "2: this is not the address of a webhook (like https://"),
        ("webhook: example.org", "2: this is not the address of a webhook"),
        ("webhook: 'https://[x'", "2: this is not an address"),
        (
            "webhook: 'https://u:${NEW}@example.org/x'",
            "2: a webhook's address must not hold a user or password",
        ),
        ("webhook: 'https://example.org/x#${NEW}'", "2: a webhook's address has no part after #"),
        ("webhook: 'https://example.org/a b${NEW}'", "2: this is not the address of a webhook"),
        ("webhook: 'https://example.org/${NONE}'", "2: ${NONE} is not set"),
        (f"webhook: {HOOK}, secret: '${{NONE}}'", "2: ${NONE} is not set"),
        (
            f"webhook: {HOOK}, secret: 'x${{NEW}}'",
            "2: the secret is not whsec_ and the Base64 of 24 to 64 bytes",
        ),
        (f"webhook: {HOOK}, secret: whsec_c2hvcnQ=", "2: the secret is not whsec_ and the Base64 of"),
        (f"webhook: {HOOK}, secret: '${{NEW}}', old_secret: no", "2: the old_secret is not whsec_ and"),
        (f"webhook: {HOOK}, old_secret: '${{NEW}}'", "2: an old secret stands here without a new one"),
        (f"webhook: {HOOK}, private: perhaps", "2: “perhaps” is neither true nor false"),
        (f"webhok: {HOOK}", "2: “webhok” is not a key of a webhook (did you mean “webhook”?)"),
        ("secret: '${NEW}'", "2: “webhook” is missing from a webhook"),
    ],
)
def test_what_is_wrong_with_a_webhook_is_said_and_no_secret_shown(
    settings_problems: Problems, written: str, said: str
) -> None:
    problems = settings_problems(f"destinations:\n  machine: {{{written}}}\n", SECRETS)
    assert any(problem.startswith(said) for problem in problems), problems
    assert not canary.sings(" ".join(problems))


@pytest.mark.parametrize(
    "scheme", ["file", "exec", "script", "syslog", "dbus", "glib", "gio", "gnome", "blink1"]
)
def test_nothing_is_told_to_this_machine_itself(settings_problems: Problems, scheme: str) -> None:
    (said,) = settings_problems(f"destinations:\n  desk: {scheme}://x\n")
    assert "writes to this machine and is not allowed" in said
