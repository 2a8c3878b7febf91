"""Which metrics and labels a PromQL expression names, and which ones a scrape exposes: enough to compare the two."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from prometheus_client.parser import text_string_to_metric_families

WORDS = frozenset("by without on ignoring group_left group_right and or unless bool offset".split())
TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
RANGE = re.compile(r"\[[^\]]*\]")
GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
SELECTOR = re.compile(r"(?<![\w.])([a-zA-Z_:][\w:]*)\s*(\{[^}]*\})?(?!\s*[\w(])")
MATCHER = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}


@dataclass
class Asked:
    """``metrics``: name -> labels that are matched; ``grouped``: labels that are grouped by."""

    metrics: dict[str, set[str]] = field(default_factory=dict)
    grouped: set[str] = field(default_factory=set)


def asked(expression: str) -> Asked:
    """What the expression names."""
    plain = RANGE.sub("", TEXT.sub('""', expression))
    found = Asked(grouped={n.strip() for group in GROUPING.findall(plain) for n in group.split(",")} - {""})
    for name, matchers in SELECTOR.findall(GROUPING.sub("", plain)):
        if name not in WORDS:
            found.metrics.setdefault(name, set()).update(MATCHER.findall(matchers))
    return found


def exposed(text: str, declared: Iterable[tuple[str, Iterable[str]]] = ()) -> dict[str, set[str]]:
    """Sample -> its labels. A family that has no sample yet has the labels with which it is ``declared``."""
    labels, found = dict(declared), dict[str, set[str]]()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
        if not family.samples and family.name in labels:
            for suffix in SUFFIXES.get(family.type, ("",)):
                found[family.name + suffix] = set(labels[family.name])
    return found
