"""`filter.geo`: trials with a site within some distance of a point."""

import math
import re
from typing import Any

from monitor.embedded.essie import NotUnderstood, Test, values_at

_DISTANCE = re.compile(r"distance\((-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?),(\d+(?:\.\d+)?)(km|mi)?\)")
_EARTH_KM, _MILE_KM = 6371.0, 1.609344
_POINTS = "protocolSection.contactsLocationsModule.locations.geoPoint"


def near(text: str) -> Test:
    """`distance(latitude,longitude,distance)`, the distance in miles unless it ends in `km`."""
    found = _DISTANCE.fullmatch(text)
    if found is None:
        raise NotUnderstood(f"Incorrect format of filter.geo: '{text}'")
    latitude, longitude, reach = (float(number) for number in found.groups()[:3])
    if found.group(4) != "km":
        reach *= _MILE_KM
    return lambda state: any(
        _kilometres(latitude, longitude, point) <= reach for point in values_at(state.study, _POINTS)
    )


def _kilometres(latitude: float, longitude: float, point: dict[str, Any]) -> float:
    """The way along a great circle."""
    one, other = math.radians(latitude), math.radians(point["lat"])
    across = math.radians(point["lon"] - longitude)
    half = math.sin((other - one) / 2) ** 2 + math.cos(one) * math.cos(other) * math.sin(across / 2) ** 2
    return 2 * _EARTH_KM * math.asin(min(1.0, math.sqrt(half)))
