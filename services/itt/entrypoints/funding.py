"""The calls of funding."""

from typing import Any

from services.itt.handlers import funding, funding_rates
from services.itt.schemas import TraineeId
from services.itt.schemas import funding as schemas
from services.itt.schemas.courses import CourseId
from services.itt.schemas.files import File
from shared.rpc import Call, rpc


class FundingCalls:
    """The tables of funding, and what they give to whom."""

    @rpc(schemas.LoadFunding, schemas.FundingLoaded)
    def load_funding(self, call: Call, **arguments: Any) -> Any:
        """The whole table of the academic years in a file, or every error in it."""
        return funding_rates.load_funding(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ListFundingRates, schemas.FundingRatePage, idempotent=True, public=True)
    def list_funding_rates(self, call: Call, **arguments: Any) -> Any:
        """The rates by academic year, kind and subject."""
        return funding_rates.list_funding_rates(call.session, call.now, call.principal, **arguments)

    @rpc(TraineeId, schemas.TraineeFunding, idempotent=True)
    def trainee_funding(self, call: Call, **arguments: Any) -> Any:
        """What a trainee gets, and why."""
        return funding.trainee_funding(call.session, call.now, call.principal, **arguments)

    @rpc(CourseId, schemas.CourseFunding, idempotent=True, public=True)
    def course_funding(self, call: Call, **arguments: Any) -> Any:
        """What a trainee on a course would get, and why."""
        return funding.course_funding(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ListFunding, schemas.FundingPage, idempotent=True)
    def funding_list(self, call: Call, **arguments: Any) -> Any:
        """What the trainees of a provider get, with totals."""
        return funding.funding_list(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ExportFunding, File)
    def export_funding(self, call: Call, **arguments: Any) -> Any:
        """What the trainees of a provider get, as a file."""
        return funding.export_funding(call.session, call.now, call.principal, **arguments)
