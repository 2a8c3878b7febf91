"""What "X with Y" and "X and Y" say of a course's subjects."""

import pytest

from services.itt.domain.subject_balance import Balance, weighed

PHYSICS, MATHS, BIOLOGY, PRIMARY, COMPUTING = "100425", "100403", "100346", "100511", "100366"
FRENCH, SPANISH, BUSINESS, PE = "100321", "100332", "100078", "100433"
CASES = [
    ((PHYSICS,), "Physics with Mathematics", Balance.SINGLE, (PHYSICS,)),
    ((PHYSICS, MATHS), "Physics with Mathematics", Balance.MAJOR, (PHYSICS, MATHS)),
    ((MATHS, PHYSICS), "Physics with mathematics", Balance.MAJOR, (PHYSICS, MATHS)),
    ((PE, MATHS), "PE With Maths and games", Balance.MAJOR, (PE, MATHS)),
    ((FRENCH, SPANISH), "Modern Languages (Spanish with French)", Balance.MAJOR, (SPANISH, FRENCH)),
    ((FRENCH, SPANISH), "Spanish and French with EBacc", Balance.EQUAL, (FRENCH, SPANISH)),
    ((PHYSICS, MATHS, BIOLOGY), "Science with Biology", Balance.MAJOR, (PHYSICS, MATHS, BIOLOGY)),
    ((PHYSICS, BIOLOGY), "Physics and Biology", Balance.EQUAL, (PHYSICS, BIOLOGY)),
    ((PHYSICS, BIOLOGY), "Physics & Biology", Balance.EQUAL, (PHYSICS, BIOLOGY)),
    ((FRENCH, SPANISH), "French/Spanish", Balance.EQUAL, (FRENCH, SPANISH)),
    ((PHYSICS, MATHS, BIOLOGY), "Physics, Maths and Biology", Balance.NOT_TOLD, (PHYSICS, MATHS, BIOLOGY)),
    ((PHYSICS, MATHS), "Sandwich course", Balance.NOT_TOLD, (PHYSICS, MATHS)),
    ((PHYSICS, MATHS), "Science", Balance.NOT_TOLD, (PHYSICS, MATHS)),
    ((PHYSICS, MATHS), None, Balance.NOT_TOLD, (PHYSICS, MATHS)),
    ((MATHS, PRIMARY), "Primary with Mathematics", Balance.PRIMARY, (PRIMARY, MATHS)),
    ((MATHS, PRIMARY), None, Balance.PRIMARY, (PRIMARY, MATHS)),
    ((BIOLOGY, PHYSICS), "Biology and Physics (PGCE with QTS)", Balance.EQUAL, (BIOLOGY, PHYSICS)),
    ((BIOLOGY, PHYSICS), "Biology and Physics with QTS", Balance.EQUAL, (BIOLOGY, PHYSICS)),
    ((BIOLOGY, PHYSICS), "Biology with Physics (PGDE with QTS)", Balance.MAJOR, (BIOLOGY, PHYSICS)),
    ((BIOLOGY, PHYSICS), "PGCE with QTS: Physics with Biology", Balance.MAJOR, (PHYSICS, BIOLOGY)),
    ((BIOLOGY, PHYSICS), "PGCE with qualified teacher status", Balance.NOT_TOLD, (BIOLOGY, PHYSICS)),
    ((PE, PHYSICS), "Physics and PE with EBacc", Balance.EQUAL, (PE, PHYSICS)),
    ((PHYSICS, PE), "Physics with physical education", Balance.MAJOR, (PHYSICS, PE)),
    ((COMPUTING, MATHS), "Maths with Computing", Balance.MAJOR, (MATHS, COMPUTING)),
    ((BIOLOGY, PHYSICS), "Science with Biology", Balance.MAJOR, (PHYSICS, BIOLOGY)),
    (
        (BIOLOGY, PHYSICS, MATHS),
        "Biology and Physics with Maths",
        Balance.NOT_TOLD,
        (BIOLOGY, PHYSICS, MATHS),
    ),
    ((BIOLOGY, PHYSICS), "Biology with EBacc and SEND", Balance.NOT_TOLD, (BIOLOGY, PHYSICS)),
    (("999999", MATHS), "Mathematics with something", Balance.NOT_TOLD, ("999999", MATHS)),
]


@pytest.mark.parametrize(("subjects", "name", "balance", "order"), CASES)
def test_the_name_of_a_course_tells_its_subjects_apart(
    subjects: tuple[str, ...], name: str | None, balance: Balance, order: tuple[str, ...]
) -> None:
    found = weighed(subjects, name)
    assert (found.balance, found.subjects) == (balance, order)
