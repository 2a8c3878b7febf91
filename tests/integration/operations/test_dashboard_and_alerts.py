"""What the dashboard and the alerts ask for is what a running installation exposes."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from shared.config import PROJECT_ROOT
from shared.service_names import SERVICES
from shared.testing.promql import asked

PROMETHEUS = PROJECT_ROOT / "deploy" / "prometheus"
DASHBOARD = json.loads((PROJECT_ROOT / "deploy" / "grafana" / "continuum.json").read_text())
RULES = [
    rule
    for group in yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
OF_THE_SCRAPE = {"instance", "job"}
MADE_BY_PROMETHEUS = {"up": OF_THE_SCRAPE}
NOT_ON_THE_DASHBOARD: set[str] = set()  # metrics of ours that no panel needs to show


def _panels(node: Any) -> Iterator[tuple[str, str]]:
    for panel in node["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"].replace("$__rate_interval", "5m")


PANELS = list(_panels(DASHBOARD))
EXPRESSIONS = [expression for _, expression in PANELS] + [rule["expr"] for rule in RULES]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_what_is_asked_for_is_exposed_with_its_labels(expression: str, scraped: dict[str, set[str]]) -> None:
    known = scraped | MADE_BY_PROMETHEUS
    wanted = asked(expression)
    assert wanted.metrics or expression == "vector(0)"
    for metric, labels in wanted.metrics.items():
        assert metric in known, metric
        assert labels <= known[metric] | OF_THE_SCRAPE, metric
    anywhere = {label for metric in wanted.metrics for label in known[metric]}
    assert wanted.grouped <= anywhere | OF_THE_SCRAPE


def test_every_metric_of_ours_is_on_the_dashboard(scraped: dict[str, set[str]]) -> None:
    ours = {
        _family(name) for name in scraped if name.startswith("continuum_") and not name.endswith("_created")
    }
    shown = {_family(metric) for _, expression in PANELS for metric in asked(expression).metrics}
    assert ours - shown == NOT_ON_THE_DASHBOARD


def _family(sample: str) -> str:
    for suffix in ("_bucket", "_sum", "_count"):
        sample = sample.removesuffix(suffix)
    return sample


def test_an_expression_is_read_with_its_metrics_its_labels_and_its_grouping() -> None:
    found = asked(
        'sum by (le, service) (rate(a_bucket{job="x", page!~"y}"}[5m])) / on (service) b > 0.5 or vector(0)'
    )

    assert found.metrics == {"a_bucket": {"job", "page"}, "b": set()}
    assert found.grouped == {"le", "service"}


def test_each_alert_says_how_bad_it_is_what_it_is_and_where_to_look() -> None:
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["runbook"] == f"docs/runbook.md#{rule['alert'].lower()}"


def test_every_service_is_scraped() -> None:
    config = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
    (discovered,) = config["scrape_configs"][0]["dns_sd_configs"]
    assert set(discovered["names"]) == set(SERVICES)
    assert all((PROMETHEUS / file).exists() for file in config["rule_files"])


def test_a_panel_says_what_it_shows_and_stands_where_no_other_stands() -> None:
    taken: dict[tuple[int, int], str] = {}
    for panel in DASHBOARD["panels"]:
        assert panel["type"] == "row" or panel["description"], panel["title"]
        box = panel["gridPos"]
        for x in range(box["x"], box["x"] + box["w"]):
            for y in range(box["y"], box["y"] + box["h"]):
                assert taken.setdefault((x, y), panel["title"]) == panel["title"]
                assert x < 24


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    ("alert", "metric"),
    [
        ("ServiceNotRunning", "continuum_service_running"),
        ("NobodyConsumes", "continuum_active"),
        ("NobodyRelays", "continuum_relay_active"),
        ("DatabaseAway", "continuum_database_up"),
    ],
)
def test_a_service_without_any_process_left_is_missed(alert: str, metric: str, service: str) -> None:
    (rule,) = [rule for rule in RULES if rule["alert"] == alert]
    assert f'or absent({metric}{{service="{service}"}})' in rule["expr"]


@pytest.fixture
def promtool() -> str:
    found = shutil.which("promtool")
    if found is None:
        missing = "no promtool here (Debian: apt-get install prometheus)"
        if os.environ.get("CONTINUUM_REQUIRE_PROMTOOL") == "1":
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)
    return found


@pytest.mark.parametrize(
    "command",
    [
        ("check", "config", "prometheus.yml"),
        ("check", "rules", "alerts.yml"),
        ("test", "rules", "alerts.test.yml"),
    ],
)
def test_prometheus_takes_the_rules_and_they_fire_when_they_should(
    command: tuple[str, ...], promtool: str
) -> None:
    answer = subprocess.run(
        [promtool, *command], cwd=PROMETHEUS, capture_output=True, text=True, timeout=60, check=False
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
