"""A record → the sites and words that people look a trial up by. Whatever is absent or not of the right form is left empty."""

from collections.abc import Iterator

from monitor.core.json import JsonObject
from monitor.core.particulars import Particulars, Site
from monitor.sources.clinicaltrials_gov.reading import object_of, objects_of, text_of, texts_of


def particulars(document: JsonObject) -> Particulars:
    """The particulars of one record of ClinicalTrials.gov."""
    protocol = object_of(document, "protocolSection")
    conditions = object_of(protocol, "conditionsModule")
    return Particulars(
        sites=tuple(map(_site, objects_of(object_of(protocol, "contactsLocationsModule"), "locations"))),
        titles=_distinct([*_titles(protocol), *texts_of(conditions, "keywords")]),
        conditions=_distinct(texts_of(conditions, "conditions")),
        interventions=_distinct(_interventions(protocol)),
        sponsors=_distinct(_sponsors(protocol)),
    )


def _site(location: JsonObject) -> Site:
    point = object_of(location, "geoPoint")
    return Site(
        facility=text_of(location, "facility"),
        city=text_of(location, "city"),
        state=text_of(location, "state"),
        postcode=text_of(location, "zip"),
        country=text_of(location, "country"),
        status=text_of(location, "status"),
        latitude=_degrees(point, "lat", 90),
        longitude=_degrees(point, "lon", 180),
    )


def _degrees(point: JsonObject, key: str, most: int) -> float | None:
    value = point.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if -most <= value <= most else None


def _titles(protocol: JsonObject) -> Iterator[str]:
    identity = object_of(protocol, "identificationModule")
    for key in ("acronym", "briefTitle", "officialTitle"):
        yield text_of(identity, key)


def _interventions(protocol: JsonObject) -> Iterator[str]:
    for one in objects_of(object_of(protocol, "armsInterventionsModule"), "interventions"):
        yield text_of(one, "name")
        yield from texts_of(one, "otherNames")


def _sponsors(protocol: JsonObject) -> Iterator[str]:
    module = object_of(protocol, "sponsorCollaboratorsModule")
    yield text_of(object_of(module, "leadSponsor"), "name")
    for one in objects_of(module, "collaborators"):
        yield text_of(one, "name")


def _distinct(texts: list[str] | Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))
