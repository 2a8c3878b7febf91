"""The geocoder behind a port: where a postcode is."""

from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.itt.domain.geography import Place, outward
from services.itt.models import School
from shared.errors import Invalid


class Geocoder(Protocol):
    """Gives the place of a postcode. Raises Invalid for one that it does not know."""

    def place(self, postcode: str) -> Place: ...


class EmbeddedGeocoder:
    """Knows outward codes: the middle of the schools there, from the register that is loaded."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def place(self, postcode: str) -> Place:
        """The middle of the schools with this outward code. Raises Invalid when there is none."""
        code = outward(postcode)
        middle = select(func.avg(School.easting), func.avg(School.northing)).where(School.outward == code)
        easting, northing = self._session.execute(middle).one()
        if easting is None:
            message = f"{code} is not known here: no school with coordinates has such a postcode"
            raise Invalid.field("postcode", message)
        return Place(float(easting), float(northing))
