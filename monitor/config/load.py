"""Finding and reading trialmon.yaml."""

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from monitor.config import values
from monitor.config.affairs import (
    AFFAIRS,
    backup_settings,
    feed_settings,
    heartbeat_settings,
    metrics_file,
    operator_names,
)
from monitor.config.destinations import DESTINATIONS, Written, destinations_in
from monitor.config.document import Notes, Scalar, parse_document, read_text
from monitor.config.literature import LITERATURE, literature_settings
from monitor.config.settings import (
    CLINICALTRIALS_GOV,
    TERMINAL,
    Destination,
    Settings,
    SourceSettings,
    built_in_destinations,
)
from monitor.config.shapes import YES_OR_NO, Fields, Found, Key, text_up_to
from monitor.config.variables import Variables
from monitor.config.web import WEB, web_settings
from monitor.core.errors import Problem, WrongConfiguration

FILE_NAME = "trialmon.yaml"

_SOURCE = Fields(
    {
        "base_url": Key(values.BASE_URL, "Where the registry answers. Default: https://clinicaltrials.gov"),
        "contact": Key(
            values.CONTACT,
            "Your e-mail address or page; goes into the User-Agent, so that they can reach you.",
        ),
        "check_every": Key(
            values.INTERVAL, "How often to ask whether the registry has refreshed. Default: 15m"
        ),
        "full_read_every": Key(
            values.INTERVAL, "How often to read every watched record all the same. Default: 24h"
        ),
        "pause": Key(values.DURATION, "Least time between two requests. Default: 1s"),
        "backfill": Key(
            YES_OR_NO,
            "Whether to fetch the past of what is newly watched from the registry's own record history. Default: true",
        ),
    },
    "a source",
)
SETTINGS = Fields(
    {
        "database": Key(
            text_up_to(4000, "a path"), "The SQLite file, relative to this file. Default: trialmon.db"
        ),
        "watchlists": Key(text_up_to(4000, "a path"), "The folder of watchlists. Default: watchlists"),
        "templates": Key(
            text_up_to(4000, "a path"),
            "The folder of readers' own templates, NAME.txt.j2 and so on. Default: templates",
        ),
        "sources": Key(
            Fields({CLINICALTRIALS_GOV: Key(_SOURCE, "ClinicalTrials.gov"), **LITERATURE}, "the sources"),
            "The registries, and the literature.",
        ),
        "destinations": DESTINATIONS,
        **AFFAIRS,
        "web": WEB,
    },
    FILE_NAME,
)


def settings_in_force(
    explicit: Path | None, environment: Mapping[str, str], *, secrets: bool = True
) -> Settings:
    """What the settings file in force says, or the defaults. Raises WrongConfiguration with every problem."""
    return load_settings(find_settings(explicit, environment), environment, secrets=secrets)


def find_settings(explicit: Path | None, environment: Mapping[str, str]) -> Path | None:
    """The settings file in force: --config, $TRIALMON_CONFIG, ./trialmon.yaml, the user's, the machine's; None if there is none.

    Raises WrongConfiguration if one was named that does not exist.
    """
    named = explicit or (Path(environment["TRIALMON_CONFIG"]) if environment.get("TRIALMON_CONFIG") else None)
    if named is not None:
        if not os.path.exists(named):  # unlike Path.exists, False where a folder may not be entered
            by = "--config" if explicit else "$TRIALMON_CONFIG"
            raise WrongConfiguration(
                [Problem(str(named), None, "there is no such file", f"it was named by {by}")]
            )
        return named
    places = [Path(FILE_NAME)]
    if environment.get("XDG_CONFIG_HOME"):
        places.append(Path(environment["XDG_CONFIG_HOME"], "trialmon", FILE_NAME))
    elif environment.get("HOME"):
        places.append(Path(environment["HOME"], ".config", "trialmon", FILE_NAME))
    places.append(Path("/etc/trialmon", FILE_NAME))
    return next((place for place in places if os.path.exists(place)), None)


def load_settings(path: Path | None, environment: Mapping[str, str], *, secrets: bool = True) -> Settings:
    """The settings in this file, or the defaults for the working directory if `path` is None.

    With `secrets` False, `${NAME}` is not looked up and only the built-in destinations are there: for commands that only read.
    Raises WrongConfiguration with every problem in the file.
    """
    variables = Variables(environment)
    base = Path.cwd() if path is None else path.absolute().parent
    if path is None:
        settings = _settings(None, base, {}, built_in_destinations(), frozenset(), variables, secrets=secrets)
        return replace(
            settings, literature=literature_settings({}, variables if secrets else None, Notes(""))
        )
    notes = Notes(str(path))
    text = read_text(path, notes)
    root = None if text is None else _parsed(text, notes)
    found = SETTINGS.read(root, notes) if root is not None else None
    given: dict[str, Found[Any]] = found.value if found else {}
    declared: dict[str, Found[Written]] = given["destinations"].value if "destinations" in given else {}
    destinations = built_in_destinations() | destinations_in(declared, variables, notes, secrets=secrets)
    _check_sources(given, notes)
    operator = operator_names(given, frozenset(declared) | {TERMINAL}, notes)
    heartbeat = heartbeat_settings(given, variables, notes) if secrets else None
    literature = literature_settings(given, variables if secrets else None, notes)
    if notes.problems:
        raise WrongConfiguration(notes.problems)
    settings = _settings(path, base, given, destinations, frozenset(declared), variables, secrets=secrets)
    return replace(settings, operator=operator, heartbeat=heartbeat, literature=literature)


def _parsed(text: str, notes: Notes) -> Any:
    """The document; a file of comments only is a settings file with all the defaults."""
    if all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines()):
        return None
    root = parse_document(text, notes)
    return None if isinstance(root, Scalar) and root.empty else root


def _check_sources(given: Mapping[str, Found[Any]], notes: Notes) -> None:
    source = given["sources"].value.get(CLINICALTRIALS_GOV) if "sources" in given else None
    if source is not None:
        url = source.value["base_url"].value if "base_url" in source.value else SourceSettings().base_url
        pause = source.value.get("pause")
        if pause is not None and pause.value < timedelta(seconds=1) and not values.is_loopback(url):
            notes.add(pause.line, "a registry is asked once a second at most", "1s or more")


def _settings(
    path: Path | None,
    base: Path,
    given: Mapping[str, Found[Any]],
    destinations: Mapping[str, Destination],
    declared: frozenset[str],
    variables: Variables,
    *,
    secrets: bool,
) -> Settings:
    def plain(fields: Mapping[str, Found[Any]]) -> dict[str, Any]:
        return {name: item.value for name, item in fields.items()}

    environment = variables.environment
    # systemd gives the service one folder it may write to; several are separated by colons.
    state = environment.get("STATE_DIRECTORY", "").partition(":")[0]
    top = plain(given)
    state_folder = Path(state) if state else base

    def kept(written: str) -> Path:
        """What trialmon writes itself."""
        return _placed(written, state_folder, environment)

    return Settings(
        path=path,
        database=kept(top.get("database", "trialmon.db")),
        watchlists=_placed(top.get("watchlists", "watchlists"), base, environment),
        templates=_placed(top.get("templates", "templates"), base, environment),
        sources=MappingProxyType(
            {CLINICALTRIALS_GOV: SourceSettings()}
            | {
                name: SourceSettings(**plain(source.value))
                for name, source in top.get("sources", {}).items()
                if name not in LITERATURE
            }
        ),
        destinations=MappingProxyType(dict(destinations)),
        web=web_settings(given),
        destination_names=declared | {TERMINAL},
        backups=backup_settings(given, kept),
        feeds=feed_settings(given, kept),
        metrics=metrics_file(given, kept),
        variables=variables if secrets else None,
    )


def _placed(written: str, base: Path, environment: Mapping[str, str]) -> Path:
    if written.startswith("~/") and environment.get("HOME"):
        return Path(environment["HOME"], written[2:])
    return base / written
