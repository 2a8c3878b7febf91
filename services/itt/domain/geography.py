"""Where things are: metres of the national grid (OSGB36), as the register of schools gives them.

Distances are plane distances on the grid, which are right to 0.1 % in England. A point in degrees (WGS84) is brought
to the grid by the Ordnance Survey's own formulas ("A guide to coordinate systems in Great Britain", annexes B and C,
and the Helmert transformation of section 6.6), right to about 5 m.
"""

import re
from dataclasses import dataclass
from math import atan2, cos, hypot, radians, sin, sqrt, tan

from shared.errors import Invalid

METRES_A_MILE = 1609.344
_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][0-9A-Z]?)(?:[0-9][A-Z]{2})?")

# Semi-axes in metres: of WGS84, and of Airy 1830, on which the national grid stands.
_WGS84 = (6_378_137.0, 6_356_752.3142)
_AIRY = (6_377_563.396, 6_356_256.909)
# From WGS84 to OSGB36: metres, the scale's difference from 1, and seconds of arc.
_SHIFT_M = (-446.448, 125.157, -542.060)
_SCALE = 20.4894e-6
_TURN_S = (-0.1502, -0.2470, -0.8421)
# The grid: the true origin in degrees, its easting and northing in metres, the scale on the central meridian.
_ORIGIN_LATITUDE, _ORIGIN_LONGITUDE = 49.0, -2.0
_ORIGIN_EASTING, _ORIGIN_NORTHING = 400_000.0, -100_000.0
_MERIDIAN_SCALE = 0.9996012717
LATITUDES, LONGITUDES = (49.0, 61.0), (-9.0, 2.5)


@dataclass(frozen=True, slots=True)
class Place:
    """A point of the national grid, in metres."""

    easting: float
    northing: float

    def metres_to(self, other: "Place") -> float:
        """The plane distance."""
        return hypot(self.easting - other.easting, self.northing - other.northing)


def outward(postcode: str) -> str:
    """The outward code of a postcode, or of what is one already: ``NE5`` of ``ne5 3rn``. Raises Invalid."""
    if (found := _POSTCODE.fullmatch(re.sub(r"\s+", "", postcode).upper())) is None:
        raise Invalid.field("postcode", f"{postcode!r} is no postcode; write it like NE5 3RN, or NE5")
    return found[1]


def place_of(latitude: float, longitude: float) -> Place:
    """The place of a point in degrees (WGS84, as GPS and maps give it). Raises Invalid outside Great Britain."""
    given = (("latitude", latitude, LATITUDES), ("longitude", longitude, LONGITUDES))
    for name, value, (least, most) in given:
        if not least <= value <= most:
            raise Invalid.field(name, f"{value} is outside Great Britain, {least} to {most} is inside")
    return on_grid(*_on_airy(radians(latitude), radians(longitude)))


def _on_airy(latitude: float, longitude: float) -> tuple[float, float]:
    """Latitude and longitude (radians) on Airy's ellipsoid, for those on WGS84, by Helmert's transformation."""
    a, b = _WGS84
    e2 = 1 - (b / a) ** 2
    nu = a / sqrt(1 - e2 * sin(latitude) ** 2)
    at = (
        nu * cos(latitude) * cos(longitude),
        nu * cos(latitude) * sin(longitude),
        (1 - e2) * nu * sin(latitude),
    )
    return _from_cartesian(*_helmert(*at))


def _helmert(x: float, y: float, z: float) -> tuple[float, float, float]:
    (dx, dy, dz), scale = _SHIFT_M, 1 + _SCALE
    rx, ry, rz = (radians(seconds / 3600) for seconds in _TURN_S)
    return (
        dx + scale * x - rz * y + ry * z,
        dy + rz * x + scale * y - rx * z,
        dz - ry * x + rx * y + scale * z,
    )


def _from_cartesian(x: float, y: float, z: float) -> tuple[float, float]:
    a, b = _AIRY
    e2, p = 1 - (b / a) ** 2, hypot(x, y)
    latitude = atan2(z, p * (1 - e2))
    for _ in range(10):
        nu = a / sqrt(1 - e2 * sin(latitude) ** 2)
        latitude = atan2(z + e2 * nu * sin(latitude), p)
    return latitude, atan2(y, x)


def on_grid(latitude: float, longitude: float) -> Place:
    """The grid's place of a latitude and longitude (radians) on Airy's ellipsoid: transverse Mercator, annex C."""
    a, b = (axis * _MERIDIAN_SCALE for axis in _AIRY)
    e2, s, c, t2 = 1 - (b / a) ** 2, sin(latitude), cos(latitude), tan(latitude) ** 2
    nu = a / sqrt(1 - e2 * s**2)
    eta2 = nu / (a * (1 - e2) / (1 - e2 * s**2) ** 1.5) - 1
    from_meridian = longitude - radians(_ORIGIN_LONGITUDE)
    d = from_meridian * c
    northing = (
        _meridian_m(latitude)
        + _ORIGIN_NORTHING
        + nu * s / c * (d**2 / 2 + d**4 / 24 * (5 - t2 + 9 * eta2) + d**6 / 720 * (61 - 58 * t2 + t2**2))
    )
    easting = _ORIGIN_EASTING + nu * (
        d + d**3 / 6 * (1 + eta2 - t2) + d**5 / 120 * (5 - 18 * t2 + t2**2 + 14 * eta2 - 58 * t2 * eta2)
    )
    return Place(easting, northing)


def _meridian_m(latitude: float) -> float:
    """Metres along the central meridian from the true origin."""
    a, b = _AIRY
    n, origin = (a - b) / (a + b), radians(_ORIGIN_LATITUDE)
    less, more = latitude - origin, latitude + origin
    return (
        b
        * _MERIDIAN_SCALE
        * (
            (1 + n + 5 / 4 * n**2 + 5 / 4 * n**3) * less
            - (3 * n + 3 * n**2 + 21 / 8 * n**3) * sin(less) * cos(more)
            + (15 / 8 * n**2 + 15 / 8 * n**3) * sin(2 * less) * cos(2 * more)
            - 35 / 24 * n**3 * sin(3 * less) * cos(3 * more)
        )
    )
