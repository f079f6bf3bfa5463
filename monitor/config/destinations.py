"""The destinations of trialmon.yaml: Apprise URLs, and webhooks of our own, each under a name."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from monitor.config import values
from monitor.config.document import Node, Notes, Table
from monitor.config.settings import TERMINAL, Destination
from monitor.config.shapes import YES_OR_NO, Fields, Found, Key, Named, Schema, Word, Wrong, text_up_to
from monitor.config.variables import Variables
from monitor.core.destination import Webhook, signing_key
from monitor.core.secret import Secret

_URL: Word[str] = Word(
    "an Apprise URL", str, {"type": "string", "pattern": r"^(\$\{|[A-Za-z][A-Za-z0-9+.-]*://)"}
)
_WEBHOOK = Fields(
    {
        "webhook": Key(
            text_up_to(4000, "an address"), "Where signed JSON is posted: https://…", required=True
        ),
        "secret": Key(
            text_up_to(4000, "a secret"),
            "Signs each message (Standard Webhooks): whsec_ and the Base64 of 24 to 64 bytes. Without it: unsigned.",
        ),
        "old_secret": Key(
            text_up_to(4000, "a secret"),
            "The secret before, while receivers change theirs: each message has both signatures.",
        ),
        "private": Key(
            YES_OR_NO, "Whether it may be an address of this machine or of a private network. Default: false"
        ),
    },
    "a webhook",
)
Written = str | dict[str, Found[Any]]


class _UrlOrWebhook:
    """One destination as it is written."""

    def read(self, node: Node, notes: Notes) -> Found[Written] | None:
        if isinstance(node, Table):
            fields = _WEBHOOK.read(node, notes)
            return None if fields is None or "webhook" not in fields.value else Found(fields.value, node.line)
        url = _URL.read(node, notes)
        return None if url is None else Found(url.value, url.line)

    def schema(self) -> Schema:
        return {"anyOf": [_URL.schema(), _WEBHOOK.schema()]}


DESTINATIONS = Key(
    Named(_UrlOrWebhook(), r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", "the destinations"),
    "Apprise URLs and webhooks by name. ${NAME} comes from the environment or a systemd credential, put in as it is.",
)


def destinations_in(
    declared: Mapping[str, Found[Written]], variables: Variables, notes: Notes, *, secrets: bool
) -> dict[str, Destination]:
    """What is declared, ready for use; what cannot be used is noted, without a word of what it is. Without `secrets`: nothing."""
    found = {}
    for name, written in declared.items():
        if name == TERMINAL:
            notes.add(written.line, f"“{TERMINAL}” is built in", "choose another name")
        elif secrets:
            destination = _destination(name, written, variables, notes)
            if destination is not None:
                found[name] = destination
    return found


def expanded_url(text: str, line: int, variables: Variables, notes: Notes) -> Secret | None:
    """An Apprise URL ready for use, or None with what is wrong noted, without a word of what it is."""
    expanded = _expanded(text, line, variables, notes)
    if expanded is None:
        return None
    try:
        values.check_destination_url(expanded.reveal())
    except Wrong as wrong:
        notes.add(line, wrong.message, wrong.hint)
        return None
    return expanded


def _destination(
    name: str, written: Found[Written], variables: Variables, notes: Notes
) -> Destination | None:
    if isinstance(written.value, str):
        url = expanded_url(written.value, written.line, variables, notes)
        return Destination(name, url) if url is not None else None
    fields = written.value
    given = {
        key: _expanded(fields[key].value, fields[key].line, variables, notes)
        for key in ("webhook", "secret", "old_secret")
        if key in fields
    }
    url = given["webhook"]
    private = "private" in fields and fields["private"].value
    wrong = _wrong_address(url.reveal(), private=private) if url is not None else None
    if wrong is not None:
        notes.add(fields["webhook"].line, wrong.message, wrong.hint)
    if "old_secret" in fields and "secret" not in fields:
        notes.add(
            fields["old_secret"].line, "an old secret stands here without a new one", "write it as `secret`"
        )
    for key in ("secret", "old_secret"):
        secret = given.get(key)
        if secret is not None and signing_key(secret) is None:
            hint = "`echo whsec_$(openssl rand -base64 32)` makes one"
            notes.add(fields[key].line, f"the {key} is not whsec_ and the Base64 of 24 to 64 bytes", hint)
    if url is None or None in given.values():
        return None
    signing = tuple(given[key] for key in ("secret", "old_secret") if key in given)
    return Destination(name, url, Webhook(url, tuple(filter(None, signing)), private))


def _expanded(text: str, line: int, variables: Variables, notes: Notes) -> Secret | None:
    expanded, missing = variables.expand(text)
    for name in missing:
        hint = f"export {name}=… or give systemd a credential of that name"
        notes.add(line, f"${{{name[:60]}}} is not set", hint)
    return None if missing else Secret(expanded.strip())


def _wrong_address(url: str, *, private: bool) -> Wrong | None:
    """What is wrong with a webhook's address, in words that do not show it."""
    form = "like https://example.org/hooks/trialmon"
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return Wrong("this is not an address", form)
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"[^\x21-\x7e]", url):
        return Wrong("this is not the address of a webhook", form)
    if parts.username is not None or parts.password is not None:
        return Wrong("a webhook's address must not hold a user or password", "the secret says who sends")
    if parts.fragment:
        return Wrong("a webhook's address has no part after #")
    if parts.scheme == "http" and not (private and values.is_loopback(url)):
        hint = "http:// is only for a program on this machine, with `private: true`"
        return Wrong("a webhook is posted to over https", hint)
    return None
