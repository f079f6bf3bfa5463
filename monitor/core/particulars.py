"""What people look a trial up by: its sites, and the words in which it is searched. Read out of a record by its source, kept apart
from the record so that a plain query finds it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Site:
    """A place where a trial is done, in the registry's own words; what it does not say is empty. Degrees where it gives a point."""

    facility: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""
    country: str = ""
    status: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Particulars:
    """The sites of one record in its order, and its words: `titles` with acronym and keywords beside them, `conditions`,
    `interventions` under all their names, `sponsors` with the collaborators."""

    sites: tuple[Site, ...] = ()
    titles: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    interventions: tuple[str, ...] = ()
    sponsors: tuple[str, ...] = ()
