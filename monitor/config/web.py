"""The dashboard's part of trialmon.yaml."""

import re
from collections.abc import Mapping
from typing import Any

from monitor.config import values
from monitor.config.settings import Settings, WebSettings
from monitor.config.shapes import Fields, Found, Key, ListOf, Word, Wrong, text_up_to
from monitor.config.variables import Variables
from monitor.core.errors import Problem, WrongConfiguration
from monitor.core.secret import Secret

_LEAST_TOKEN = 16


def _host_name(text: str) -> str:
    if not re.fullmatch(r"\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?", text):
        raise Wrong(
            "this is no name of a host", "a name like trials.example.org, without https:// and without a port"
        )
    return text.lower()


WEB = Key(
    Fields(
        {
            "host": Key(text_up_to(253, "a host name"), "Where the dashboard listens. Default: 127.0.0.1"),
            "port": Key(values.PORT, "Its port. Default: 8350"),
            "hosts": Key(
                ListOf(Word("a host name", _host_name, {"type": "string"})),
                "Other names under which browsers may ask for it, as behind a proxy. Default: only those of this machine",
            ),
            "token": Key(
                text_up_to(500, "a token"),
                "Whoever asks must know it; ${NAME} from the environment or a systemd credential. Needed beyond this machine.",
            ),
        },
        "web",
    ),
    "The read-only dashboard, `trialmon web`.",
)


def web_settings(given: Mapping[str, Found[Any]]) -> WebSettings:
    """What was read under `web:`, or the defaults."""
    fields = given["web"].value if "web" in given else {}
    token = fields.get("token")
    return WebSettings(
        host=fields["host"].value if "host" in fields else WebSettings().host,
        port=fields["port"].value if "port" in fields else WebSettings().port,
        hosts=tuple(item.value for item in fields["hosts"].value) if "hosts" in fields else (),
        token=Secret(token.value) if token is not None else None,
        token_line=token.line if token is not None else None,
    )


def web_token(settings: Settings, environment: Mapping[str, str]) -> Secret | None:
    """The token in force, its `${NAME}` replaced; None if none is wanted. Raises WrongConfiguration if it is unset or can be guessed."""
    web = settings.web
    if web.token is None:
        return None
    expanded, missing = Variables(environment).expand(web.token.reveal())
    file = str(settings.path)
    problems = [
        Problem(
            file,
            web.token_line,
            f"${{{name[:60]}}} is not set",
            f"export {name}=… or give systemd a credential of that name",
        )
        for name in missing
    ]
    if not missing and len(expanded) < _LEAST_TOKEN:
        hint = "`python3 -c 'import secrets; print(secrets.token_urlsafe(24))'` makes one"
        problems = [Problem(file, web.token_line, f"a token has {_LEAST_TOKEN} characters or more", hint)]
    if problems:
        raise WrongConfiguration(problems)
    return Secret(expanded)
