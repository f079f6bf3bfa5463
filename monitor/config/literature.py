"""The sources of papers in trialmon.yaml. Which there are, the sources say themselves."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from monitor.config import values
from monitor.config.document import Notes
from monitor.config.settings import CLINICALTRIALS_GOV, LiteratureSettings
from monitor.config.shapes import YES_OR_NO, Fields, Found, Key, text_up_to
from monitor.config.variables import Variables
from monitor.core.paper import Literature
from monitor.core.secret import Secret
from monitor.discovery import literature

SOURCES = literature()


def _fields(source: Literature) -> Fields:
    return Fields(
        {
            "enabled": Key(YES_OR_NO, "Whether it is asked. Default: true"),
            "base_url": Key(values.BASE_URL, f"Where it answers. Default: {source.base_url}"),
            "email": Key(
                values.CONTACT, "Your e-mail address, sent with each request, so that they can reach you."
            ),
            "api_key": Key(
                text_up_to(200, "a key"),
                "Your key there, as ${NAME} from the environment or a systemd credential; with one it may be asked more often.",
            ),
            "check_every": Key(
                values.INTERVAL,
                "How often to ask for papers of watched trials and of publications watches. Default: 24h",
            ),
        },
        "a source of papers",
    )


LITERATURE = {name: Key(_fields(source), source.title) for name, source in sorted(SOURCES.items())}


def literature_settings(
    given: Mapping[str, Found[Any]], variables: Variables | None, notes: Notes
) -> Mapping[str, LiteratureSettings]:
    """How each source of papers is asked; one that is switched off is not in the answer. Without `variables` keys stay out.

    Where the registry is on this machine, it is a rehearsal: then no service is asked that is not named.
    """
    sources = given["sources"].value if "sources" in given else {}
    registry = sources[CLINICALTRIALS_GOV].value if CLINICALTRIALS_GOV in sources else {}
    rehearsal = "base_url" in registry and values.is_loopback(registry["base_url"].value)
    wanted = {}
    for name in SOURCES:
        fields = sources[name].value if name in sources else {}
        off = "enabled" in fields and not fields["enabled"].value
        if off or (rehearsal and name not in sources):
            continue
        said = {key: found.value for key, found in fields.items() if key not in ("enabled", "api_key")}
        key = fields.get("api_key")
        wanted[name] = LiteratureSettings(**said, api_key=_key(key, variables, notes) if key else None)
    return MappingProxyType(wanted)


def _key(found: Found[str], variables: Variables | None, notes: Notes) -> Secret | None:
    if variables is None:
        return None
    expanded, missing = variables.expand(found.value)
    for name in missing:
        hint = f"export {name}=… or give systemd a credential of that name"
        notes.add(found.line, f"${{{name[:60]}}} is not set", hint)
    return Secret(expanded)
