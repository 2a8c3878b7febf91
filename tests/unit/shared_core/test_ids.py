"""Ids are UUIDv7 of the wall clock: they sort by the moment they were made."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.ids import made_at, new_id


def test_an_id_is_a_uuid_of_version_7() -> None:
    assert (new_id().version, new_id().variant) == (7, UUID(int=0x8000 << 48).variant)


def test_ids_sort_in_the_order_in_which_they_were_made_and_are_all_different() -> None:
    made = [new_id() for _ in range(10_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_an_id_says_when_it_was_made_to_the_millisecond() -> None:
    before = datetime.now(UTC)
    at = made_at(new_id())
    assert before - timedelta(milliseconds=1) <= at <= datetime.now(UTC)
    # The example of RFC 9562, appendix A.6: Tuesday, February 22, 2022 2:22:22.00 PM GMT-05:00.
    assert made_at(UUID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")) == datetime(
        2022, 2, 22, 19, 22, 22, tzinfo=UTC
    )
