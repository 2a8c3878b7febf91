"""Two tables of one year at the same moment are stored one after the other."""

from eventlet import GreenPool
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import funding_table
from services.itt.domain.csv_files import pack
from services.itt.handlers import funding_rates
from tests.service.itt.conftest import Kept
from tests.service.itt.courses_kit import ADMIN, NOW
from tests.unit.itt.funding_builders import PHYSICS, rate

YEAR = 2098


def test_of_tables_that_come_at_once_one_stands(kept: Kept) -> None:
    def load(pounds: int) -> None:
        made = rate("Physics", PHYSICS, pounds, academic_year=YEAR, **DAYS)
        content = pack(funding_table.write([made]).encode())
        kept(lambda session: funding_rates.load_funding(session, NOW, ADMIN, content=content))

    def stands(session: Session) -> int:
        return len(funding_rates.current_rows(session, {YEAR}))

    try:
        list(GreenPool(5).imap(load, range(1, 6)))
        assert kept(stands) == 1
    finally:
        kept(lambda session: session.query(models.FundingRate).filter_by(academic_year=YEAR).delete())


DAYS = {"valid_from": NOW.date().replace(YEAR, 8, 1), "valid_until": NOW.date().replace(YEAR + 1, 7, 31)}
