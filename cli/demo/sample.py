"""The sample: sixty invented trainees in the national bulk format, and a second file with mistakes planted in it."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from cli.demo.names import FIRST_NAMES, LAST_NAMES, SCHOOLS, mail
from services.itt.domain.csv_files import write
from services.itt.domain.details import COLUMNS

PEOPLE = 60
CYCLE = 2024
URNS = tuple(SCHOOLS)
Cells = dict[str, str]


@dataclass(frozen=True, slots=True)
class Course:
    """What goes together in a row: route, subject, ages, aim, mode, length in years; ``subject`` of the degree."""

    route: str
    subject: str
    ages: str
    degree: str = ""
    years: int = 1
    mode: str = "01"
    more: tuple[tuple[str, str], ...] = ()


_MATHS, _PHYSICS, _CHEMISTRY, _BIOLOGY = "100403", "100425", "100417", "100346"
_ENGLISH, _HISTORY, _GEOGRAPHY, _FRENCH = "100320", "100302", "100409", "100321"
_MUSIC, _COMPUTING, _BELIEF, _PRIMARY = "100642", "100366", "100339", "100511"
_ENGLISH_DEGREE, _MUSIC_DEGREE, _PSYCHOLOGY, _CHILDHOOD = "100319", "100070", "100497", "100457"
_PRIMARY_AGES, _SECONDARY_AGES, _EARLY_AGES = "13914", "13918", "13920"
_SALARY = (("employing_school_urn", URNS[1]), ("fund_code", "2"))

# Route, and how many of the sixty take it; subjects go round.
_SECONDARY = (
    (_MATHS, _MATHS), (_PHYSICS, _PHYSICS), (_CHEMISTRY, _CHEMISTRY), (_BIOLOGY, _BIOLOGY),
    (_ENGLISH, _ENGLISH_DEGREE), (_HISTORY, _HISTORY), (_GEOGRAPHY, _GEOGRAPHY), (_FRENCH, _ENGLISH_DEGREE),
    (_MUSIC, _MUSIC_DEGREE), (_COMPUTING, _COMPUTING), (_BELIEF, _BELIEF),
)  # fmt: skip


def _courses() -> list[Course]:
    postgraduate = [Course("12", s, _SECONDARY_AGES, d) for s, d in (_SECONDARY * 2)[:18]]
    tuition_fee = [Course("02", s, _SECONDARY_AGES, d) for s, d in _SECONDARY[:9]]
    primary = [Course("12", _PRIMARY, _PRIMARY_AGES, _PSYCHOLOGY)] * 9
    primary += [Course("02", _PRIMARY, _PRIMARY_AGES, _HISTORY)] * 5
    salaried = [Course("03", s, _SECONDARY_AGES, d, more=_SALARY) for s, d in _SECONDARY[:5]]
    apprentices = [Course("10", s, _SECONDARY_AGES, d, more=_SALARY) for s, d in _SECONDARY[4:8]]
    part_time = [Course("12", _MATHS, _SECONDARY_AGES, _MATHS, years=2, mode="31")] * 2
    part_time += [Course("12", _ENGLISH, _SECONDARY_AGES, _ENGLISH_DEGREE, years=2, mode="31")]
    return [*postgraduate, *tuition_fee, *primary, *salaried, *apprentices, *part_time, *_RARE]


_RARE = [
    Course("11", _PRIMARY, _PRIMARY_AGES, years=3),
    Course("16", _MATHS, _SECONDARY_AGES, _MATHS, mode=""),
    Course("15", _ENGLISH, _SECONDARY_AGES, _ENGLISH_DEGREE, more=(("iqts_country", "AE"),)),
    Course("21", _PHYSICS, _SECONDARY_AGES, _PHYSICS),
    Course("19", _PRIMARY, _EARLY_AGES, _CHILDHOOD),
    Course("20", _PRIMARY, _EARLY_AGES, _CHILDHOOD, more=(("employing_school_urn", URNS[0]),)),
    Course("02", _PRIMARY, _PRIMARY_AGES, _MUSIC_DEGREE),
]


def sample(seed: int = 1) -> bytes:
    """The file. Another seed is sixty other people; the same one is the same file to the byte."""
    return _text(_rows(seed))


def with_mistakes(seed: int = 1) -> bytes:
    """Six rows of the file with a mistake in each, as they really happen."""
    rows = _rows(seed)[:6]
    rows[0]["date_of_birth"] = "31/02/1999"
    rows[1]["email"] = "not known yet"
    rows[2]["training_route"] = "99"
    rows[3]["itt_end_date"] = "2023-07-01"
    rows[4]["degree_grade"] = ""
    rows[5]["last_name"] = ""
    return _text(rows)


def _text(rows: list[Cells]) -> bytes:
    return write(COLUMNS, rows).encode()


def _rows(seed: int) -> list[Cells]:
    random = Random(f"continuum sample {seed}")
    courses = _courses()
    random.shuffle(courses)
    firsts, lasts = random.sample(FIRST_NAMES, PEOPLE), random.sample(LAST_NAMES, PEOPLE)
    return [_row(n, courses[n], firsts[n], lasts[n], random) for n in range(PEOPLE)]


def _row(n: int, course: Course, first: tuple[str, str], last: str, random: Random) -> Cells:
    born = date(1978, 1, 1) + timedelta(days=random.randrange(9_200))
    cells = {
        "provider_trainee_id": f"{CYCLE % 100}/{CYCLE % 100 + 1}-{n + 1}",
        "hesa_id": f"{random.randrange(10**12, 10**13)}",
        "first_names": first[0],
        "last_name": last,
        "date_of_birth": born.isoformat(),
        "sex": first[1],
        "email": mail(first[0], last),
        "nationality": "GB",
        "ethnicity": random.choice(("100", "101", "103", "104", "")),
    }
    return cells | _course_cells(course, random) | _degree_cells(course, born, random)


def _course_cells(course: Course, random: Random) -> Cells:
    starts = date(CYCLE, 9, 2) + timedelta(days=random.choice((0, 0, 7)))
    ends = date(CYCLE + course.years, 7, 4)
    undergraduate = course.years == 3
    return {
        "itt_aim": "202" if undergraduate else random.choice(("201", "202")),
        "itt_qualification_aim": "008" if undergraduate else "020",
        "training_route": course.route,
        "course_subject_1": course.subject,
        "study_mode": course.mode,
        "itt_start_date": starts.isoformat(),
        "itt_end_date": ends.isoformat(),
        "course_age_range": course.ages,
        "course_year": str(CYCLE),
        "trainee_start_date": starts.isoformat(),
        "fund_code": "7",
        "funding_method": random.choice(("6", "D")),
        **dict(course.more),
    }


def _degree_cells(course: Course, born: date, random: Random) -> Cells:
    if not course.degree:
        return {}
    science = course.degree in (_MATHS, _PHYSICS, _CHEMISTRY, _BIOLOGY, _COMPUTING, _PSYCHOLOGY)
    return {
        "uk_degree": "083" if science else "051",
        "degree_subject": course.degree,
        "degree_grade": random.choice(("01", "02", "02", "03")),
        "degree_graduation_year": str(min(born.year + 22, CYCLE)),
        "awarding_institution": random.choice(("0116", "0124", "0154", "0164", "0204", "0069")),
    }
