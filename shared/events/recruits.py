"""Facts of ``services/itt`` about trainees who come from applications."""

from uuid import UUID

from shared.events.base import Event, event_type


@event_type("itt.correction.offered.v1", subject="trainee", key="trainee_id")
class CorrectionOffered(Event):
    """The form or the course says something else than the trainee's record: ``columns`` of the national file.

    The values stay in the service; the accredited provider accepts or dismisses them.
    """

    trainee_id: UUID
    person_id: UUID
    provider_code: str
    columns: tuple[str, ...]
