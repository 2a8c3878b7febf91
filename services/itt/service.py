"""The service of initial teacher training: entrypoints only, a class of them an area in ``entrypoints``."""

from sqlalchemy.orm import Session

from services.itt.entrypoints import (
    AccreditationCalls,
    ApplicationCalls,
    CourseCalls,
    FundingCalls,
    RecruitsCalls,
    ReportsCalls,
    TraineeCalls,
    TrainingCalls,
)
from services.itt.handlers import awards
from shared.events.cpd import InductionOpened, QtsRemovalRefused
from shared.messaging import Fact, handles, projects
from shared.service import Service


class IttService(
    TraineeCalls,
    CourseCalls,
    ApplicationCalls,
    RecruitsCalls,
    TrainingCalls,
    AccreditationCalls,
    FundingCalls,
    ReportsCalls,
    Service,
):
    """From the course that is offered to the award."""

    name = "itt"

    # --- facts of others

    @projects(InductionOpened)
    def induction_begun(self, session: Session, fact: Fact[InductionOpened]) -> None:
        """From now on the person's last QTS stays."""
        awards.record_induction(session, fact)

    @handles(QtsRemovalRefused)
    def award_stands(self, session: Session, fact: Fact[QtsRemovalRefused]) -> None:
        """An award was undone too late: make it again."""
        awards.restore_award(session, fact)
