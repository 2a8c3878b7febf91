"""The golden schemas: one file an event, kept so that a change of what others read is seen, and is only additive.

``python -m shared.events.golden`` writes them; it refuses what an old reader or an old event could not bear.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from shared.config import PROJECT_ROOT
from shared.events import event_types
from shared.events.jsonschema import json_schema

FOLDER = PROJECT_ROOT / "tests" / "contract" / "golden"


def text_of(type_: str) -> str:
    """The file of an event as it should be."""
    return json.dumps(json_schema(event_types()[type_]), indent=2, ensure_ascii=False) + "\n"


def breaks(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Why the new schema is not the old one with optional fields added; empty if it is. Empty also for prose."""
    found = _object_breaks(old, new, "")
    for name, schema in old.get("$defs", {}).items():
        if name in new.get("$defs", {}):
            found += _object_breaks(schema, new["$defs"][name], f"{name}.")
    return found


def _object_breaks(old: dict[str, Any], new: dict[str, Any], path: str) -> list[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    found = [f"{path}{name} is gone" for name in sorted(before.keys() - after.keys())]
    found += [
        f"{path}{name} is of another kind"
        for name in sorted(before.keys() & after.keys())
        if _kind(before[name]) != _kind(after[name])
    ]
    demanded = set(new.get("required", ())) - set(old.get("required", ()))
    return found + [f"{path}{name} is required now" for name in sorted(demanded)]


def _kind(schema: dict[str, Any]) -> str:
    return json.dumps({k: v for k, v in schema.items() if k != "default"}, sort_keys=True)


def write(folder: Path = FOLDER) -> list[str]:
    """Write every file that changed. Gives what was refused, as ``type: reasons``."""
    refused = []
    folder.mkdir(parents=True, exist_ok=True)
    for type_ in event_types():
        file, text = folder / f"{type_}.json", text_of(type_)
        if file.exists() and (why := breaks(json.loads(file.read_text()), json.loads(text))):
            refused.append(
                f"{type_}: {'; '.join(why)}. A breaking change is a new version beside the old one"
            )
        else:
            file.write_text(text)
    return refused


def main() -> int:
    """Write the files, or say which change others could not bear."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    refused = write()
    for line in refused:
        print(line, file=sys.stderr)  # noqa: T201
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
