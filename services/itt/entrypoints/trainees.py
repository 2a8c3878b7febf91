"""The calls and deadlines of trainees."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.itt import schemas
from services.itt.handlers import (
    assessments,
    checks,
    corrections,
    edits,
    import_files,
    imports,
    outcomes,
    reading,
    registration,
    sheets,
    training,
    trn,
    trn_requests,
)
from services.itt.http_register import outside_register
from shared.database import sessions
from shared.rpc import Call, rpc
from shared.timers import errand, timer


class TraineeCalls:
    """Trainees from the draft to the award."""

    # --- files

    @rpc(schemas.ImportTrainees, schemas.Import)
    def import_trainees(self, call: Call, **arguments: Any) -> Any:
        """Check a national file and store all its trainees, or none."""
        return imports.import_trainees(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ImportId, schemas.Import)
    def submit_import(self, call: Call, **arguments: Any) -> Any:
        """Store a file that was checked with ``dry_run``."""
        return imports.submit_import(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ImportId, schemas.Import)
    def cancel_import(self, call: Call, **arguments: Any) -> Any:
        """Give up a file that was checked or has failed."""
        return imports.cancel_import(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ImportId, schemas.Import)
    def undo_import(self, call: Call, **arguments: Any) -> Any:
        """Discard all trainees of a file while nobody has changed one."""
        return imports.undo_import(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ImportId, schemas.Import, idempotent=True)
    def get_import(self, call: Call, **arguments: Any) -> Any:
        """A file, its errors, and the trainees that came with it."""
        return import_files.get_import(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ImportErrors, schemas.RowErrors, idempotent=True)
    def import_errors(self, call: Call, **arguments: Any) -> Any:
        """All that is wrong in a file, in pages."""
        return import_files.import_errors(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ImportErrors, schemas.Matches, idempotent=True)
    def import_duplicates(self, call: Call, **arguments: Any) -> Any:
        """All rows of a file that may be trainees already, in pages."""
        return import_files.import_duplicates(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ImportId, schemas.File, idempotent=True)
    def file_with_errors(self, call: Call, **arguments: Any) -> Any:
        """The rows of a file with an ``errors`` column, to correct."""
        return import_files.file_with_errors(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ListImports, schemas.ImportPage, idempotent=True)
    def list_imports(self, call: Call, **arguments: Any) -> Any:
        """The files of a provider, latest first."""
        return import_files.list_imports(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.Export, schemas.File)
    def export_trainees(self, call: Call, **arguments: Any) -> Any:
        """The national file of a provider's trainees."""
        return reading.export_trainees(call.session, call.now, call.principal, **arguments)

    @rpc(None, schemas.File, idempotent=True)
    def template(self, call: Call) -> Any:
        """The empty national file."""
        return reading.template(call.session, call.now, call.principal)

    @rpc(schemas.ProviderCode, schemas.File, idempotent=True)
    def recommendation_sheet(self, call: Call, **arguments: Any) -> Any:
        """The sheet to recommend many trainees with."""
        return sheets.recommendation_sheet(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.Sheet, schemas.SheetResult)
    def recommend_trainees(self, call: Call, **arguments: Any) -> Any:
        """Recommend everybody on a sheet, or nobody."""
        return sheets.recommend_trainees(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ProviderCode, schemas.File, idempotent=True)
    def placement_sheet(self, call: Call, **arguments: Any) -> Any:
        """The sheet to give placement schools with."""
        return sheets.placement_sheet(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.Sheet, schemas.SheetResult)
    def place_trainees(self, call: Call, **arguments: Any) -> Any:
        """Give the placement schools on a sheet, or none."""
        return sheets.place_trainees(call.session, call.now, call.principal, **arguments)

    # --- registering

    @rpc(schemas.RegisterTrainee, schemas.Trainee)
    def register_trainee(self, call: Call, **arguments: Any) -> Any:
        """Register one trainee, by the columns of the national file."""
        return registration.register_trainee(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.TraineeId, schemas.Trainee)
    def submit_for_trn(self, call: Call, **arguments: Any) -> Any:
        """Ask the teacher register for a draft's TRN."""
        return trn.submit_for_trn(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ReceiveTrn, schemas.Trainee)
    def receive_trn(self, call: Call, **arguments: Any) -> Any:
        """Note a TRN that came by another way."""
        return trn.receive_trn(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ListTrnRequests, schemas.TrnRequestPage, idempotent=True)
    def list_trn_requests(self, call: Call, **arguments: Any) -> Any:
        """What a national register was asked, and what somebody has to look at."""
        return trn_requests.list_trn_requests(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.AskRegisterAgain, schemas.TrnRequest)
    def ask_register_again(self, call: Call, **arguments: Any) -> Any:
        """Somebody has looked: ask the register once more."""
        return trn_requests.ask_register_again(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ChangeTrainee, schemas.Trainee)
    def change_trainee(self, call: Call, **arguments: Any) -> Any:
        """Edit the record, by columns of the national file."""
        return edits.change_trainee(call.session, call.now, call.principal, **arguments)

    # --- training

    @rpc(schemas.ArrangePlacement, schemas.Trainee)
    def arrange_placement(self, call: Call, **arguments: Any) -> Any:
        """Settle the school, dates and mentor of a placement."""
        return training.arrange_placement(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.CompletePlacement, schemas.Trainee)
    def complete_placement(self, call: Call, **arguments: Any) -> Any:
        """A placement is over after so many days in school."""
        return training.complete_placement(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.RecordObservation, schemas.Trainee)
    def record_observation(self, call: Call, **arguments: Any) -> Any:
        """Note a lesson that was observed."""
        return assessments.record_observation(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.RecordReview, schemas.Trainee)
    def record_review(self, call: Call, **arguments: Any) -> Any:
        """A review against the Teachers' Standards, with evidence."""
        return assessments.record_review(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.RecordFinalAssessment, schemas.Trainee)
    def record_final_assessment(self, call: Call, **arguments: Any) -> Any:
        """The final assessment of all standards."""
        return assessments.record_final_assessment(call.session, call.now, call.principal, **arguments)

    # --- outcomes

    @rpc(schemas.Recommend, schemas.Trainee)
    def recommend(self, call: Call, **arguments: Any) -> Any:
        """Recommend for QTS or EYTS: the accredited provider's alone."""
        return outcomes.recommend(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.Award, schemas.Trainee)
    def award(self, call: Call, **arguments: Any) -> Any:
        """Award QTS or EYTS, for the Department."""
        return outcomes.award(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.Defer, schemas.Trainee)
    def defer(self, call: Call, **arguments: Any) -> Any:
        """Pause the training."""
        return outcomes.defer(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.Reinstate, schemas.Trainee)
    def reinstate(self, call: Call, **arguments: Any) -> Any:
        """Take a deferred training up again."""
        return outcomes.reinstate(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.Withdraw, schemas.Trainee)
    def withdraw(self, call: Call, **arguments: Any) -> Any:
        """End the training without the award."""
        return outcomes.withdraw(call.session, call.now, call.principal, **arguments)

    # --- corrections by an administrator

    @rpc(schemas.Correction, schemas.Trainee)
    def undo_withdrawal(self, call: Call, **arguments: Any) -> Any:
        """Back to the state before a withdrawal that was a mistake."""
        return corrections.undo_withdrawal(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.Correction, schemas.Trainee)
    def undo_recommendation(self, call: Call, **arguments: Any) -> Any:
        """Take back a recommendation that was a mistake, before the award."""
        return corrections.undo_recommendation(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.Correction, schemas.Trainee)
    def undo_award(self, call: Call, **arguments: Any) -> Any:
        """Take back an award that was a mistake."""
        return corrections.undo_award(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.CorrectCourse, schemas.Trainee)
    def correct_course(self, call: Call, **arguments: Any) -> Any:
        """Another route or course."""
        return corrections.correct_course(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.MoveTrainee, schemas.Trainee)
    def move_trainee(self, call: Call, **arguments: Any) -> Any:
        """Another provider from now on."""
        return corrections.move_trainee(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.DiscardTrainee, schemas.TraineeId)
    def discard_trainee(self, call: Call, **arguments: Any) -> Any:
        """Remove a trainee whose course has not begun."""
        return corrections.discard_trainee(call.session, call.now, call.principal, **arguments)

    # --- reading

    @rpc(schemas.TraineeId, schemas.Trainee, idempotent=True)
    def get_trainee(self, call: Call, **arguments: Any) -> Any:
        """Everything about one trainee."""
        return reading.get_trainee(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ListTrainees, schemas.TraineePage, idempotent=True)
    def list_trainees(self, call: Call, **arguments: Any) -> Any:
        """Search, filter and sort the trainees that you may read."""
        return reading.list_trainees(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.TraineeId, schemas.History, idempotent=True)
    def trainee_history(self, call: Call, **arguments: Any) -> Any:
        """What was done and what happened, oldest first."""
        return reading.trainee_history(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.TraineeId, schemas.Equality)
    def equality_data(self, call: Call, **arguments: Any) -> Any:
        """Somebody's own equality data."""
        return reading.equality_data(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ProviderCode, schemas.Counts, idempotent=True)
    def count_trainees(self, call: Call, **arguments: Any) -> Any:
        """How many trainees of a provider are in each state."""
        return reading.count_trainees(call.session, call.now, call.principal, **arguments)

    # --- deadlines

    @timer("request_trn")
    def request_trn(self, session: Session, now: datetime, subject: str) -> None:
        """Ask the teacher register for a TRN."""
        trn.request_trn(session, now, subject)

    @errand("ask_register")
    def ask_register(self, now: datetime, subject: str) -> trn_requests.Note:
        """Ask a register outside for a TRN, in no transaction."""
        return trn_requests.ask_register(sessions("itt"), now, subject, outside_register())

    @timer("trn_overdue")
    def trn_overdue(self, session: Session, now: datetime, subject: str) -> None:
        """The TRN should have come by now."""
        trn_requests.trn_overdue(session, now, subject)

    @timer("training_starts")
    def training_starts(self, session: Session, now: datetime, subject: str) -> None:
        """The first day of a training."""
        checks.training_starts(session, now, subject)

    @timer("award")
    def award_due(self, session: Session, now: datetime, subject: str) -> None:
        """The register awards a day after the recommendation."""
        outcomes.award_due(session, now, subject)

    @timer("forget_import")
    def forget_import(self, session: Session, now: datetime, subject: str) -> None:
        """A file that nobody stored or corrected is cancelled."""
        imports.forget_import(session, now, subject)
