"""The calls of courses and places."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.itt.handlers import course_lists, courses, places, providers, rollover, search
from services.itt.schemas import course_views as views
from services.itt.schemas import courses as schemas
from services.itt.schemas import providers as provider_schemas
from shared.rpc import Call, rpc
from shared.timers import timer


class CourseCalls:
    """Courses from the draft to the candidates who find them."""

    # --- providers and schools

    @rpc(provider_schemas.RegisterProviders, provider_schemas.Stored)
    def register_providers(self, call: Call, **arguments: Any) -> Any:
        """Providers by their codes, new and changed ones."""
        return providers.register_providers(call.session, call.now, call.principal, **arguments)

    @rpc(provider_schemas.ListProviders, provider_schemas.ProviderPage, idempotent=True, public=True)
    def list_providers(self, call: Call, **arguments: Any) -> Any:
        """Providers by code."""
        return providers.list_providers(call.session, call.now, call.principal, **arguments)

    @rpc(provider_schemas.Codes, provider_schemas.Names, idempotent=True, public=True)
    def names_of(self, call: Call, **arguments: Any) -> Any:
        """What providers and schools are called."""
        return providers.names_of(call.session, call.now, call.principal, **arguments)

    @rpc(provider_schemas.AgreePartnership, provider_schemas.Partnership)
    def agree_partnership(self, call: Call, **arguments: Any) -> Any:
        """An accredited provider ratifies a lead school's courses from a day on."""
        return providers.agree_partnership(call.session, call.now, call.principal, **arguments)

    @rpc(provider_schemas.EndPartnership, provider_schemas.Partnership)
    def end_partnership(self, call: Call, **arguments: Any) -> Any:
        """The last day of a partnership."""
        return providers.end_partnership(call.session, call.now, call.principal, **arguments)

    @rpc(provider_schemas.ListPartnerships, provider_schemas.Partnerships, idempotent=True, public=True)
    def list_partnerships(self, call: Call, **arguments: Any) -> Any:
        """Who ratifies whose courses."""
        return providers.list_partnerships(call.session, call.now, call.principal, **arguments)

    @rpc(provider_schemas.LoadSchools, provider_schemas.Stored)
    def load_schools(self, call: Call, **arguments: Any) -> Any:
        """Schools of the national register, new and changed ones."""
        return providers.load_schools(call.session, call.now, call.principal, **arguments)

    # --- courses

    @rpc(schemas.CreateCourse, views.Course)
    def create_course(self, call: Call, **arguments: Any) -> Any:
        """A draft of a course."""
        return courses.create_course(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ChangeCourse, views.Course)
    def change_course(self, call: Call, **arguments: Any) -> Any:
        """Say something else about a course."""
        return courses.change_course(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.CourseId, views.Course)
    def publish_course(self, call: Call, **arguments: Any) -> Any:
        """Show a course to candidates."""
        return courses.publish_course(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.WithdrawCourse, views.Course)
    def withdraw_course(self, call: Call, **arguments: Any) -> Any:
        """Offer a course no more."""
        return courses.withdraw_course(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.CourseId, schemas.CourseId)
    def delete_course(self, call: Call, **arguments: Any) -> Any:
        """Remove a draft."""
        return courses.delete_course(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.RollOverCourses, views.RolledOver)
    def roll_over_courses(self, call: Call, **arguments: Any) -> Any:
        """Copy the courses of a cycle into the next one, as drafts."""
        return rollover.roll_over_courses(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.AllocatePlaces, views.Course)
    def allocate_places(self, call: Call, **arguments: Any) -> Any:
        """The national allocation of a course."""
        return places.allocate_places(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.SpreadPlaces, views.Course)
    def spread_places(self, call: Call, **arguments: Any) -> Any:
        """The sites of a course and their places, within the allocation."""
        return places.spread_places(call.session, call.now, call.principal, **arguments)

    # --- reading

    @rpc(schemas.CourseId, views.Course, idempotent=True)
    def get_course(self, call: Call, **arguments: Any) -> Any:
        """Everything about a course, for who leads or ratifies it."""
        return course_lists.get_course(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ListCourses, views.CoursePage, idempotent=True)
    def list_courses(self, call: Call, **arguments: Any) -> Any:
        """The courses that you may read."""
        return course_lists.list_courses(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.SearchCourses, views.CoursesShown, idempotent=True, public=True)
    def search_courses(self, call: Call, **arguments: Any) -> Any:
        """Find a course to apply for."""
        return search.search_courses(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.CourseId, views.CourseShown, idempotent=True, public=True)
    def show_course(self, call: Call, **arguments: Any) -> Any:
        """A published course, as candidates see it."""
        return search.show_course(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.WhichCycle, views.RecruitmentCycle, idempotent=True, public=True)
    def recruitment_cycle(self, call: Call, **arguments: Any) -> Any:
        """The timetable of a recruitment cycle."""
        return search.recruitment_cycle(call.session, call.now, call.principal, **arguments)

    # --- deadlines

    @timer("tell_providers")
    def tell_providers(self, session: Session, now: datetime, subject: str) -> None:
        """What providers are called, whose names nobody has been told."""
        providers.tell_providers(session, now, subject)
