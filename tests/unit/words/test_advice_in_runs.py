"""What a run says in Prefect names commands that work on the books of its home."""

from __future__ import annotations

import ast
import logging
from pathlib import Path

import pytest

from blocks.advice import for_home
from flows.cli.commands import COMMANDS, GROUPS
from flows.runs.states import ended
from ledger.outcome import Outcome
from tasks.log import warn

ROOT = Path(__file__).parents[3]

DEMO = Path("/srv/data/demo-home")


@pytest.mark.parametrize("command", sorted({path[0] for path in (*COMMANDS, *GROUPS)}))
def test_each_command_leads_to_the_demo_from_its_pages(command):
    text = f"Next: `tasma {command} acme`, or tasma {command}."

    assert text.replace("tasma", "tasma --demo") == for_home(text, DEMO)
    assert text == for_home(text, Path("/srv/data/tasma"))


@pytest.mark.parametrize(
    "text",
    [
        "tasma --demo up",
        "tasma --home /srv/b ledger list",
        "written by tasma.",
        "/opt/tasma is full",
        "a note of notasma there",
    ],
)
def test_what_is_no_command_or_leads_somewhere_already_stays(text):
    assert text == for_home(text, DEMO)


@pytest.fixture
def demo(tmp_path, monkeypatch):
    monkeypatch.setenv("TASMA_HOME", str(tmp_path / "demo-home"))


@pytest.mark.usefixtures("demo")
def test_messages_of_states_and_lines_of_logs_lead_to_the_demo_too(caplog):
    with caplog.at_level(logging.WARNING, logger="tasma"):
        warn("`tasma doctor` says where")

    assert "tasma --demo ecom list x" == ended(Outcome.HELD, "tasma ecom list x").message
    assert ["`tasma --demo doctor` says where"] == caplog.messages


def test_pages_reach_the_ui_in_two_places_that_write_commands_for_the_home():
    """A page that went around them would name commands that lead to other books."""
    writers = {
        str(path.relative_to(ROOT))
        for folder in ("tasks", "flows")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.alias)
        and node.name
        in {
            "acreate_markdown_artifact",
            "create_markdown_artifact",
            "acreate_table_artifact",
            "ArtifactCreate",
            "ArtifactUpdate",
        }
    }

    assert {"tasks/pages_shown.py", "flows/runs/live_page.py"} == writers
