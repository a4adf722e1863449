"""The list of deployments in code and the one in prefect.yaml are the same list."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml
from prefect.exceptions import ParameterTypeError
from prefect.utilities.importtools import import_object

from flows.runs.states import TAG
from flows.server.deployments import DEPLOYMENTS

PREFECT_YAML = Path(__file__).parents[3] / "prefect.yaml"


@pytest.fixture(scope="module")
def declared():
    return yaml.safe_load(PREFECT_YAML.read_text(encoding="utf-8"))["deployments"]


def test_both_lists_name_the_same_deployments_in_the_same_order(declared):
    assert [item.name for item in DEPLOYMENTS] == [entry["name"] for entry in declared]


def test_every_entry_points_at_the_flow_of_the_same_name(declared):
    flows = [import_object(entry["entrypoint"]) for entry in declared]

    assert [item.flow for item in DEPLOYMENTS] == flows


def test_schedules_limits_and_tags_agree(declared):
    def schedule(interval=None, cron=None, timezone=None, parameters=None, slug=None):
        every = interval and dt.timedelta(seconds=interval)
        return every, cron, timezone, parameters or {}, slug

    def said(entry):
        schedules = [schedule(**item) for item in entry.get("schedules", [])]
        limit = entry.get("concurrency_limit", {}).get("limit")
        queue = entry["work_pool"].get("work_queue_name")
        return schedules, limit, queue, entry["tags"], entry["enforce_parameter_schema"]

    def coded(item):
        schedules = [
            (at.interval, at.cron, at.timezone, at.parameters, at.slug) for at in item.schedules
        ]
        return schedules, item.limit, item.queue, [TAG, item.kind], True

    assert [coded(item) for item in DEPLOYMENTS] == [said(entry) for entry in declared]


def test_several_hosts_do_more_tenants_at_once_and_no_more_of_what_hands_out():
    work = {item.name for item in DEPLOYMENTS if item.is_work}

    assert {"pull", "night-shard", "push"} <= work
    assert not {"sftp-sweep", "backfill", "watch", "nightly"} & work


def test_what_the_ui_says_of_each_are_words_without_parts_of_a_docstring(declared):
    texts = [
        entry.get("description", item.flow.description).strip()
        for entry, item in zip(declared, DEPLOYMENTS, strict=True)
    ]

    assert [item.description for item in DEPLOYMENTS] == texts
    assert all(texts)
    assert [text for text in texts if "Args:" in text or "Raises:" in text] == []


@pytest.mark.requirement("R-X-7a")
def test_every_schedule_names_its_time_zone(declared):
    schedules = [at for item in DEPLOYMENTS for at in item.schedules]

    assert schedules
    assert all(at.timezone for at in schedules)


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda item: item.name)
def test_every_field_of_every_form_is_explained(deployment):
    fields = deployment.flow.parameters.properties

    assert all(field.get("description") for field in fields.values())
    assert deployment.flow.description


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda item: item.name)
def test_what_a_form_says_of_a_field_has_no_marks_which_it_would_show(deployment):
    words = [field["description"] for field in deployment.flow.parameters.properties.values()]

    assert [] == [text for text in words if "*" in text or "`" in text]


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda item: item.name)
def test_what_only_runs_pass_on_stands_in_no_form_and_is_taken_nevertheless(deployment):
    fields = deployment.flow.parameters.properties
    hidden = (
        {"night", "absent", "sha256"} if deployment.flow.name in {"pull", "import-file"} else set()
    )

    assert not hidden & set(fields)
    assert [] == [name for name, field in fields.items() if "Leave empty" in field["description"]]


def test_what_stands_in_no_form_is_checked_when_the_run_begins():
    pull = next(item.flow for item in DEPLOYMENTS if item.flow.name == "pull")
    handed_on = pull.validate_parameters({"tenant": "acme", "night": "2026-11-30"})

    assert dt.date(2026, 11, 30) == handed_on["night"]
    with pytest.raises(ParameterTypeError, match="absent"):
        pull.validate_parameters({"tenant": "acme", "absent": "perhaps"})
