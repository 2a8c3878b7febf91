"""The courses of a demonstration, also where one was before it."""

from typing import Any

from cli.demo import recruiting
from cli.demo.stage import Stage

ITS_PARTNER = {"lead_code": recruiting.LEAD, "accredited_code": "2A5", "from_on": "2023-09-01"}


class Itt:
    """Answers as the service does where so many partnerships stand."""

    def __init__(self, *partnerships: dict[str, str]) -> None:
        self.partnerships, self.asked = list(partnerships), list[str]()

    def __call__(self, service: str, method: str, arguments: dict[str, Any], **_: Any) -> Any:
        self.asked.append(method)
        return {
            "list_partnerships": {"items": self.partnerships},
            "create_course": {"course_id": "one"},
            "publish_course": {"sites": [{"option_id": "first"}]},
        }.get(method, {})


def test_a_partnership_that_an_earlier_demonstration_agreed_is_not_agreed_again() -> None:
    for partnerships, agreed in (((), 1), ((ITS_PARTNER,), 0), ((ITS_PARTNER | {"lead_code": "2XX"},), 1)):
        itt = Itt(*partnerships)
        call: Any = itt
        options = recruiting.open_courses(Stage(call, "2A5", seed=1))
        assert itt.asked.count("agree_partnership") == agreed
        assert options == [["first"]] * len(recruiting.COURSES)
