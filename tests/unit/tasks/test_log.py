"""Log lines: one JSON object each, with tenant, unit and run."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from tasks.log import LOGGER, JsonLines, say, warn
from tests.hostile_text import FORGED, HOSTILE, acting


def record(message, **extra):
    made = logging.LogRecord("prefect.flow_runs", logging.INFO, "", 0, message, (), None)
    made.__dict__.update(extra)
    return made


def test_a_line_is_one_object_with_tenant_unit_run_and_figures():
    text = JsonLines().format(
        record(
            "Staged 5\nvouchers",
            tenant="acme",
            unit="2024-01-01_2024-12-31",
            flow_run_id="1f",
            figures={"vouchers": 5},
            who="A. Person",
        )
    )
    line = json.loads(text)

    assert "\n" not in text
    assert ("acme", "2024-01-01_2024-12-31", "1f", {"vouchers": 5}) == (
        line["tenant"],
        line["unit"],
        line["flow_run_id"],
        line["figures"],
    )
    assert ("INFO", "Staged 5\nvouchers") == (line["level"], line["message"])
    assert "who" not in line


def test_a_line_without_a_unit_has_no_empty_fields():
    assert {"time", "level", "logger", "message"} == json.loads(
        JsonLines().format(record("x", tenant="", unit=""))
    ).keys()


def test_a_traceback_is_a_field_of_the_same_line():
    made = record("failed")
    try:
        int("boom")
    except ValueError:
        made.exc_info = sys.exc_info()
    text = JsonLines().format(made)

    assert "\n" not in text
    assert "ValueError: invalid literal" in json.loads(text)["exception"]


@pytest.mark.parametrize("formatter", [JsonLines(), logging.Formatter("%(message)s")])
def test_text_from_outside_neither_acts_nor_makes_a_line(formatter, caplog):
    with caplog.at_level(logging.INFO, logger=LOGGER):
        say(f"Read {FORGED}", tenant="acme", unit=HOSTILE, program=FORGED)
        warn(FORGED, tenant="acme")

    for made in caplog.records:
        line = formatter.format(made)
        assert not acting(line)
        assert 1 == len(line.splitlines())


def test_what_others_log_neither_acts_nor_makes_a_line():
    """Prefect logs the messages of exceptions, which may be a library's and quote a file."""
    made = record(FORGED)
    try:
        raise_hostile()
    except ValueError:
        made.exc_info = sys.exc_info()
    line = JsonLines().format(made)

    assert not acting(line)
    assert FORGED == json.loads(line)["message"]


def raise_hostile():
    raise ValueError(FORGED)
