"""``continuum test`` runs everything: each folder of tests stands on one of its two sides."""

from collections import Counter
from pathlib import Path

from cli.commands.testing import SIDES, counted, told
from shared.config import PROJECT_ROOT


def test_every_folder_with_tests_stands_on_one_side() -> None:
    folders = sorted(
        {path.relative_to(PROJECT_ROOT).parts[1] for path in PROJECT_ROOT.glob("tests/**/test_*.py")}
    )

    assert sorted(folder for side in SIDES for folder in side) == [f"tests/{folder}" for folder in folders]


def test_what_both_sides_counted_is_told_together(tmp_path: Path) -> None:
    results = [tmp_path / "0.xml", tmp_path / "1.xml", tmp_path / "never written.xml"]
    results[0].write_text(
        '<testsuites><testsuite tests="5" failures="1" errors="1" skipped="1"/></testsuites>'
    )
    results[1].write_text(
        '<testsuites><testsuite tests="4" failures="0" errors="0" skipped="0"/></testsuites>'
    )

    counts = counted(results)

    assert counts == Counter(passed=6, failed=2, skipped=1)
    assert told(counts) == "6 passed, 2 failed, 1 skipped"
