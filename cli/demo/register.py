"""The schools of the demonstration: invented ones, as an extract of the national register would hold them."""

from dataclasses import asdict
from importlib.resources import files

from cli.demo.names import UNIVERSITY
from cli.demo.stage import Stage
from services.itt.domain.gias import School, parse


def schools() -> tuple[School, ...]:
    """The schools of ``schools.csv``, which also shows what ``continuum import schools`` takes."""
    return parse(files("cli.demo").joinpath("schools.csv").read_bytes()).schools


def load(stage: Stage) -> None:
    """Load the register, so that schools have names, and places on the map; and the accredited provider."""
    stage.call("itt", "load_schools", {"schools": [asdict(school) for school in schools()]})
    accredited = {"code": stage.provider_code, "name": UNIVERSITY, "kind": "accredited_provider"}
    stage.call("itt", "register_providers", {"providers": [accredited]})
