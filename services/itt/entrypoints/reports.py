"""The calls and deadlines of the census and reports."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.itt.handlers import report_decisions, report_equality, report_trainees, reports, returns
from services.itt.schemas import reports as schemas
from shared.rpc import Call, rpc
from shared.timers import timer


class ReportsCalls:
    """What callers may ask about the census and reports."""

    # --- applications

    @rpc(schemas.RecruitmentReport, schemas.Report, idempotent=True)
    def recruitment_report(self, call: Call, **arguments: Any) -> Any:
        """Recruitment against allocation, by provider, subject, route or region."""
        return reports.recruitment_report(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.FunnelReport, schemas.Report, idempotent=True)
    def funnel_report(self, call: Call, **arguments: Any) -> Any:
        """How many applications reached each state in each week."""
        return reports.funnel_report(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.AskedOfCycle, schemas.Report, idempotent=True)
    def decisions_report(self, call: Call, **arguments: Any) -> Any:
        """How long each provider takes to decide."""
        return report_decisions.decisions_report(call.session, call.now, call.principal, **arguments)

    # --- trainees

    @rpc(schemas.CensusReport, schemas.Report, idempotent=True)
    def census_report(self, call: Call, **arguments: Any) -> Any:
        """Who is training on the day of the census."""
        return report_trainees.census_report(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ProfileReport, schemas.Report, idempotent=True)
    def profile_report(self, call: Call, **arguments: Any) -> Any:
        """What has become of the trainees of a year."""
        return report_trainees.profile_report(call.session, call.now, call.principal, **arguments)

    # --- equality data in numbers

    @rpc(schemas.AskedOfCycle, schemas.Report)
    def equality_of_applications(self, call: Call, **arguments: Any) -> Any:
        """Candidates by sex, ethnic group, disability and age; small numbers are not shown."""
        return report_equality.equality_of_applications(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.AskedOfYear, schemas.Report)
    def equality_of_trainees(self, call: Call, **arguments: Any) -> Any:
        """Trainees by sex, ethnic group, disability and age; small numbers are not shown."""
        return report_equality.equality_of_trainees(call.session, call.now, call.principal, **arguments)

    # --- what is signed off

    @rpc(schemas.WhichReturn, schemas.Return, idempotent=True)
    def get_return(self, call: Call, **arguments: Any) -> Any:
        """A provider's census or performance profile, with what was signed off."""
        return returns.get_return(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ListReturns, schemas.ReturnPage, idempotent=True)
    def list_returns(self, call: Call, **arguments: Any) -> Any:
        """Who has signed off, and who has not."""
        return returns.list_returns(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.SignOffReturn, schemas.Return)
    def sign_off_return(self, call: Call, **arguments: Any) -> Any:
        """Say that the counts of this moment are right."""
        return returns.sign_off_return(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ReopenReturn, schemas.Return)
    def reopen_return(self, call: Call, **arguments: Any) -> Any:
        """Let a provider sign off again, or late."""
        return returns.reopen_return(call.session, call.now, call.principal, **arguments)

    # --- deadlines

    @timer("returns_open")
    def returns_open(self, session: Session, now: datetime, subject: str) -> None:
        """The window of the census or the performance profile opens."""
        returns.open_returns(session, now, subject)

    @timer("return_reminder")
    def return_reminder(self, session: Session, now: datetime, subject: str) -> None:
        """A provider has not signed off yet."""
        returns.remind(session, now, subject)
