"""Versions as the commands name and cite them, and which one a person means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.asking import moment
from monitor.core.errors import NothingDone, WrongUsage

if TYPE_CHECKING:
    from monitor.core.trial import TrialId
    from monitor.store.timeline import Axis, Version

# As an option of a command: along which of the two times a day is meant.
by = click.option(
    "--by",
    type=click.Choice(["seen", "registry"]),
    help="Which time a DATE is of: when we saw it, or when it was posted by the registry's own dates."
    " Without it: when we saw it, and from before our first look the registry's.",
)


@dataclass(frozen=True, slots=True)
class Meant:
    """A version that was asked for, along which time it was found, and the time that was asked for: None for one asked for by number."""

    version: "Version"
    axis: "Axis"
    at: datetime | None = None


def _meant_at(versions: "Sequence[Version]", at: datetime, by: "Axis | None", said: str) -> Meant:
    from monitor.store.timeline import at_time

    axes: tuple[Axis, ...] = ("seen", "registry") if by is None else (by,)
    for axis in axes:
        found = at_time(versions, at, axis)
        if found is not None:
            return Meant(found, axis, at)
    raise NothingDone(
        f"nothing was known of it on {said}",
        f"it was first seen on {first_seen(versions)}"
        + (
            f"; by the registry's dates its record goes back to {versions[0].in_force}"
            if axes[-1] == "registry"
            else ""
        ),
    )


def meant(versions: "Sequence[Version]", text: str, by: "Axis | None") -> Meant:
    """The version of that number, or the one of that time. Raises WrongUsage or NothingDone."""
    from monitor.store.timeline import of_number

    if text.removeprefix("-").isdigit() and text.isascii():
        found = of_number(versions, int(text)) if len(text) < 8 else None
        if found is not None:
            return Meant(found, by or "seen")
        if len(text) < 4 or text.startswith("-"):
            there = f"there are {versions[0].version} to {versions[-1].version}; see `trialmon history`"
            raise WrongUsage(f"there is no version {text}", there)
    try:
        at = moment(text, end=True)
    except (ValueError, OverflowError):
        raise WrongUsage(
            f"{text!r} is neither a version nor a day like 2026-02-09 or “3 months ago”, nor a moment",
            "`trialmon history` gives the numbers of versions",
        ) from None
    return _meant_at(versions, at, by, text)


def first_seen(versions: "Sequence[Version]") -> str:
    """The day of our first look that found it."""
    return next((one.seen_at[:10] for one in versions if one.version > 0), versions[0].seen_at[:10])


def when(version: "Version") -> str:
    """The day by which people know a version: when we saw it; of the past, when it was posted."""
    return version.seen_at[:10] if version.version > 0 else f"posted {version.in_force}"


def citation(trial: "TrialId", version: "Version", digest: str) -> str:
    """One line by which a version can be cited and found again."""
    posted = f", posted {version.posted}" if version.posted else ""
    return f"{trial}, version {version.version}{posted}, observed {version.seen_at}, blake2b {digest}"


def dates(version: "Version") -> Mapping[str, Any]:
    """The further dates of a version, for `--json`."""
    return {
        "submitted": version.submitted or None,
        "posted": version.posted or None,
        "in_force": version.in_force,
    }
