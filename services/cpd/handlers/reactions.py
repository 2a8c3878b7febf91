"""What cpd does when others say something: in any order, twice or late without harm."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.cpd import models as m
from services.cpd.domain import decisions
from services.cpd.domain.facts import Award, Post
from services.cpd.domain.periods import Period, State
from services.cpd.domain.record import InductionRecord
from services.cpd.handlers.proposals import propose_if_possible
from services.cpd.handlers.records import calendar_of, locked_record
from shared.audit import audit
from shared.calendar import DAY, london_day, start_of
from shared.events.cpd import InductionDropped, InductionDue, InductionReleased, QtsRemovalRefused
from shared.events.itt import AwardUndone, QtsAwarded
from shared.events.people import PersonMerged, RoleBegun, RoleEnded
from shared.messaging import Fact, publish
from shared.policy import Principal, Role
from shared.timers import schedule

POST_OVER = "post_over"
EYTS = "EYTS"  # Early years teacher status has no induction.


def name_known(session: Session, fact: Fact[QtsAwarded] | Fact[RoleBegun]) -> None:
    """Projection: the latest name (and the TRN) of a person, to search periods by."""
    event = fact.event
    if event.person is None:
        return
    trn = event.trn if isinstance(event, QtsAwarded) else ""
    row = {
        "person_id": event.person_id,
        "first_names": event.person.first_names,
        "last_name": event.person.last_name,
    }
    statement = insert(m.KNOWN_PERSON).values(**row, trn=trn, as_of=fact.occurred_at)
    new, old = statement.excluded, m.KNOWN_PERSON.c
    newest = {c: func.coalesce(new[c], old[c]) for c in ("first_names", "last_name", "as_of")}
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[old.person_id], set_=newest, where=new.as_of >= old.as_of
        )
    )
    if trn:
        session.execute(m.KNOWN_PERSON.update().where(old.person_id == event.person_id).values(trn=trn))


def qts_awarded(session: Session, fact: Fact[QtsAwarded]) -> None:
    """QTS makes induction due, and a post that was waiting for it proposes a period."""
    event, record = fact.event, locked_record(session, fact.event.person_id)
    award = _award(session, event)
    if award.is_older(fact.sequence):
        return
    first = record.qts_awarded_on is None
    award.sequence, award.awarded_on, award.removed = fact.sequence, event.awarded_on, False
    award.provider_code, award.trained_at_urns = event.provider_code, list(event.trained_at_urns)
    session.flush()
    if first and not record.has_started:
        due = InductionDue(occurred_at=fact.now, person_id=event.person_id, qts_awarded_on=event.awarded_on)
        publish(session, due)
    propose_if_possible(session, event.person_id, fact.now)


def _award(session: Session, event: QtsAwarded | AwardUndone) -> Award:
    award = session.get(Award, event.trainee_id)
    if award is None:
        award = Award(trainee_id=event.trainee_id, person_id=event.person_id, sequence=0)
        session.add(award)
    return award


def award_undone(session: Session, fact: Fact[AwardUndone]) -> None:
    """QTS is taken back, with a proposal that stands on it. Once induction has started that is an error.

    The fact is somebody else's and cannot be refused here: the error is kept beside the award and in the audit,
    and told, so that its owner makes the award again.
    """
    if fact.event.qualification == EYTS:
        return
    record, award = locked_record(session, fact.event.person_id), _award(session, fact.event)
    if award.is_older(fact.sequence):
        return
    award.sequence = fact.sequence
    others = [a for a in record.awards if a is not award and a.holds]
    if record.has_started and not others:
        award.removal_refused_on = london_day(fact.now)
        _note_refusal(session, fact, award)
        return
    award.removed = True
    if not others:
        drop_proposal(session, record, "qts_removed", fact.now)


def _note_refusal(session: Session, fact: Fact[AwardUndone], award: Award) -> None:
    audit(
        session,
        Principal(id=fact.source, roles=frozenset({Role.SERVICE}), on_behalf_of=fact.actor),
        fact.now,
        action="qts.removal_refused",
        subject=f"award/{award.trainee_id}",
        why="the last QTS cannot be removed once induction has started",
    )
    publish(
        session,
        QtsRemovalRefused(
            occurred_at=fact.now,
            trainee_id=award.trainee_id,
            person_id=fact.event.person_id,
            refused_on=london_day(fact.now),
        ),
    )


def drop_proposal(session: Session, record: InductionRecord, code: str, now: datetime) -> None:
    """The proposed period, if there is one, falls away."""
    period = record.live
    if period is None or period.state is not State.PROPOSED:
        return
    period.move("drop")
    publish(
        session,
        InductionDropped(
            occurred_at=now,
            person_id=period.person_id,
            period_id=period.id,
            appropriate_body=period.appropriate_body,
            code=code,
        ),
    )


def role_begun(session: Session, fact: Fact[RoleBegun]) -> None:
    """Keep the post, whether QTS is known or not, and propose a period if one can be."""
    event = fact.event
    locked_record(session, event.person_id)
    post = _post(session, event)
    post.begins_on = event.begins_on
    post.fte_percent = min(max(event.full_time_equivalent_percent, 1), 100)
    post.relevant = event.relevant_school
    session.flush()
    propose_if_possible(session, event.person_id, fact.now)


def _post(session: Session, event: RoleBegun | RoleEnded) -> Post:
    post = session.get(Post, event.role_period_id)
    if post is None:
        post = Post(
            role_period_id=event.role_period_id,
            person_id=event.person_id,
            school_urn=event.school_urn,
            role=event.role,
        )
        session.add(post)
    return post


def role_ended(session: Session, fact: Fact[RoleEnded]) -> None:
    """The post ends, today or on a day to come: until then induction goes on in it."""
    event, record = fact.event, locked_record(session, fact.event.person_id)
    post = _post(session, event)
    post.ended_on = event.ended_on
    if post.has_ended(london_day(fact.now)):
        _left(session, record, post, event.ended_on, fact.now)
    else:
        schedule(session, start_of(event.ended_on), POST_OVER, str(post.role_period_id))


def post_over(session: Session, now: datetime, role_period_id: UUID) -> None:
    """Timer: the first day without the post has come. Late, or twice, it does nothing more."""
    person_id = session.scalar(select(m.POST.c.person_id).where(m.POST.c.role_period_id == role_period_id))
    if person_id is None:
        return
    record = locked_record(session, person_id)
    post = next(p for p in record.posts if p.role_period_id == role_period_id)
    if post.ended_on is not None and post.has_ended(london_day(now)):
        _left(session, record, post, post.ended_on, now)


def _left(session: Session, record: InductionRecord, post: Post, ended_on: date, now: datetime) -> None:
    """The end of the post releases its period, or drops its proposal; another post may be waiting."""
    period = record.live
    if period is not None and period.role_period_id == post.role_period_id:
        if period.state is State.PROPOSED:
            drop_proposal(session, record, "post_ended", now)
        elif period.state is State.OPEN:
            release(session, record, period, ended_on - DAY, now)
    session.flush()
    propose_if_possible(session, post.person_id, now)


def release(session: Session, record: InductionRecord, period: Period, on: date, now: datetime) -> None:
    """The teacher leaves midway after that last day; what was served is kept."""
    progress = record.progress(period, calendar_of(session, period.school_urn))
    decisions.release(progress, on)
    publish(
        session,
        InductionReleased(
            occurred_at=now,
            person_id=period.person_id,
            period_id=period.id,
            released_on=on,
            terms_served_hundredths=progress.served_hundredths(on),
        ),
    )


def release_if_left(session: Session, record: InductionRecord, period: Period, now: datetime) -> None:
    """An induction that is extended after its post has ended goes on in the next post."""
    for post in record.posts:
        of_period = post.role_period_id == period.role_period_id
        if of_period and post.ended_on is not None and post.has_ended(london_day(now)):
            _left(session, record, post, post.ended_on, now)


def person_merged(session: Session, fact: Fact[PersonMerged]) -> None:
    """QTS of one id and a post of the other may be enough for a proposal now."""
    propose_if_possible(session, fact.event.person_id, fact.now)
