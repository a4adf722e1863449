"""The frame of the command line: help, exit codes, failures, speed."""

from __future__ import annotations

import itertools
import json
import os
import re
import shlex
import subprocess
import sys
import termios
from contextlib import suppress
from pathlib import Path

import pytest

from blocks.http import CallRefused
from blocks.hub import Hub, UnknownTenant
from blocks.hub.errors import HubFileUnusable
from blocks.hub.tenants import Tenants
from blocks.settings import settings
from flows.cli import exits, failure
from flows.cli.exits import ExitCode
from flows.cli.lazy import LazyGroup, every_command
from flows.doors.on_server import NoServer
from ledger.errors import TerminalError, TransientError

CALL = {"status": 404, "who_acts": "wait"}

TASMA = Path(sys.executable).with_name("tasma")


COMMANDS = dict(every_command(LazyGroup()))


def examples(command) -> list[str]:
    lines = [line.strip() for line in command.epilog.splitlines()]
    return [line for line in lines if line.startswith("tasma ")]


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_explains_itself_and_gives_examples_that_parse(path, tasma):
    """An example that the parser refuses would teach a newcomer an error."""
    command = COMMANDS[path]
    shown = tasma(*path, "--help")

    assert shown.exit_code == 0
    assert command.help
    assert examples(command)
    for example in examples(command):
        assert len(f"    {example}") <= 80
        words = shlex.split(example)[1:]
        while words[0] in {"--demo", "--debug"}:
            words = words[1:]
        assert list(path) == words[: len(path)]
        command.make_context("tasma", words[len(path) :], resilient_parsing=False)


def on_real_terminal(*arguments, columns=80):
    """Return what a command prints on a terminal of its own, line by line, without colours."""
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (24, columns))
    with subprocess.Popen([TASMA, *arguments], stdin=theirs, stdout=theirs, stderr=theirs):
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # so a terminal ends
            while part := os.read(ours, 1 << 16):
                shown += part
    os.close(ours)
    return [re.sub(r"\x1b\[[0-9;]*m", "", line).strip() for line in shown.decode().splitlines()]


def broken_early(lines, *, width):
    """Return each line of a paragraph on which the first word of the next would have fitted."""
    return [
        line
        for line, below in itertools.pairwise(lines)
        if len(f"{line} {below.split()[0]}") <= width
    ]


def test_help_on_a_terminal_breaks_lines_only_where_they_are_full():
    lines = on_real_terminal("up", "--help")

    start = next(i for i, line in enumerate(lines) if line.startswith("TASMA_HOST"))
    paragraph = lines[start : lines.index("", start)]
    assert len(paragraph) > 2
    assert [] == broken_early(paragraph, width=78)


def test_closing_text_of_the_help_on_a_terminal_has_no_gap_within_a_sentence():
    text = "\n".join(on_real_terminal("--help")).partition("Exit codes:")[2].strip()

    assert "0  done; what was asked for is true now" in text
    assert "\n\n" not in text
    assert " ".join(exits.rule()) in " ".join(text.split())


def test_help_lists_every_exit_code(tasma):
    shown = tasma("--help").output

    for code in ExitCode:
        assert f"{code.value:>4}  {exits.MEANING[code]}" in shown


def test_worst_of_several_outcomes_is_the_one_a_person_must_hear_of():
    assert exits.worst([]) == ExitCode.DONE
    assert exits.worst([ExitCode.DONE, ExitCode.HELD, ExitCode.BUSY]) == ExitCode.HELD
    assert exits.worst([ExitCode.HELD, ExitCode.FAILED]) == ExitCode.FAILED
    assert exits.worst([ExitCode.DONE, ExitCode.NOT_PUBLISHED]) == ExitCode.NOT_PUBLISHED


def test_only_what_may_work_later_is_called_busy():
    assert exits.code_of(TransientError("later")) == ExitCode.BUSY
    assert exits.code_of(TerminalError("never")) == ExitCode.FAILED


def test_wrong_usage_is_code_2_and_names_the_mistake(tasma):
    unknown = tasma("tenant", "sing")

    assert unknown.exit_code == 2
    assert "No such command 'sing'" in unknown.output


def test_word_that_is_no_choice_is_refused_with_those_there_are_alone(tasma):
    boss = tasma("portal", "invite", "anna@example.com", "--role", "boss")

    assert boss.exit_code == 2
    assert "'boss' is not one of 'customer', 'accountant', 'operator'." in boss.output
    assert "Value error" not in boss.output


def test_secret_of_the_environment_is_not_printed_with_an_error(monkeypatch):
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", "admin:correct-horse")

    assert failure.redacted("refused for admin:correct-horse") == "refused for ***"


def test_fault_of_the_program_is_said_to_be_one():
    said = failure.paragraph(KeyError("x"))

    assert "this should not happen: KeyError: 'x'. It is a fault of the program" in said
    assert "tasma --debug" in said


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [TASMA, *arguments],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_failure_of_a_real_process_is_one_paragraph_without_a_traceback(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")

    result = run("tenant", "list", TASMA_HOME=str(blocked))

    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert str(blocked) in result.stderr
    assert "Traceback" not in result.stderr


def test_warning_of_a_step_is_a_plain_remark_of_the_command(tmp_path):
    """The later year opens with what the earlier one no longer closes with."""
    books = run("template").stdout.replace("SAMPLE,", "A,")
    corrected = books.replace("250.00", "260.00").replace("375.50", "385.50")
    for name, text in (("a", books), ("b", books.replace("2025", "2026")), ("c", corrected)):
        file = tmp_path / f"{name}.csv"
        file.write_text(text)
        done = run("import", str(file), "--new-tenant", TASMA_HOME=str(tmp_path / "home"))

    assert "WARNING" not in done.stderr
    said = " ".join(done.stderr.split())
    assert said.startswith("2026-01-01_2026-12-31: opening_continuity"), done.stdout


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        (UnknownTenant("nobody"), {"code": "unknown_tenant", "values": {"tenant": "nobody"}}),
        (
            HubFileUnusable(path=Path("/h"), answer="broken", meaning="damaged"),
            {
                "code": "hub_file_unusable",
                "values": {"path": "/h", "answer": "broken", "meaning": "damaged"},
            },
        ),
        (CallRefused("no", code="", status=404), {"code": "call_refused", "values": CALL}),
        (CallRefused("no", code="2001101", status=404), {"code": "2001101", "values": CALL}),
        (ValueError("odd"), {"code": "", "values": {}}),
    ],
    ids=["facts", "path", "no code", "vendor's code", "not on purpose"],
)
def test_for_a_script_the_last_line_of_a_failure_is_its_code_and_values(
    problem, expected, monkeypatch, capsys
):
    monkeypatch.setattr(sys, "argv", ["tasma", "tenant", "list", "--json"])

    failure.explain(problem)

    printed = capsys.readouterr()
    last = json.loads(printed.err.splitlines()[-1])
    assert {"error": {**expected, "message": str(problem)}} == last
    assert printed.err.startswith("Error: ")
    assert printed.out == ""


def test_who_presses_ctrl_c_reads_what_became_of_the_work(tasma, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Tenants, "__iter__", stopped)

    ended = tasma("tenant", "list")

    assert ended.exit_code == ExitCode.INTERRUPTED
    assert ended.output.startswith("Interrupted. What was done so far is kept")


@pytest.mark.parametrize(
    "typed",
    [
        ("sftp", "set", "acme", "--minutes", "50"),
        ("sftp", "set", "acme", "--block", "none", "--folder", "/out"),
        ("portal", "invite", "anna", "--role", "operator"),
        ("push", "add", "acme", "/absent.csv", "--to", "fennoa"),
        ("accounts", "import", "acme", "/absent.se"),
        ("statements", "add", "acme", "/absent.csv"),
        ("tenant", "open", "acme", "/absent.yaml"),
        ("ecom", "accounts", "import", "acme", "/absent.csv", "--who", "anna"),
        ("apply", "/absent.yaml"),
        ("restore", "/absent"),
    ],
    ids=" ".join,
)
def test_an_option_or_a_path_that_cannot_be_meant_ends_with_2(tasma, typed):
    tasma("tenant", "add", "acme", "--name", "Acme AB")

    assert ExitCode.USAGE == tasma(*typed).exit_code


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("portal", "log"), "Nobody has done anything in the portal yet."),
        (("portal", "users"), "Nobody may sign in yet."),
        (("sftp", "status"), "No pickup was agreed yet: `tasma sftp set TENANT` keeps one."),
        (("route", "list"), "There is no route yet."),
    ],
    ids=str,
)
def test_who_asks_for_what_there_is_none_of_reads_that_in_a_sentence(tasma, asked, said):
    assert said == tasma(*asked).stdout.splitlines()[0]


def test_guide_without_a_system_names_those_there_are(tasma):
    ended = tasma("guide")

    assert ExitCode.USAGE == ended.exit_code
    assert "name a system. There are ecom, fennoa, file, fortnox" in " ".join(ended.output.split())


def test_log_names_what_was_changed_of_a_tenant_in_words(tasma):
    tasma("tenant", "add", "acme", "--name", "Acme AB")
    with Hub(settings().hub_url) as hub:
        hub.tenants.update("acme", has_schedule=True, years_from_source=False)

    shown = tasma("events").stdout

    assert "changed nights, where its years come from" in shown


def test_ctrl_c_while_it_still_starts_prints_no_traceback():
    at_start = """
import sys

class Stopped:
    def find_spec(self, name, *_):
        if name == "flows.cli.app":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Stopped())
from flows.cli import main
main()
"""
    ended = subprocess.run(
        [sys.executable, "-c", at_start], check=False, capture_output=True, text=True
    )

    assert (ExitCode.INTERRUPTED, "Interrupted.\n") == (ended.returncode, ended.stderr)


def test_no_value_holds_the_login_of_an_address():
    refused = NoServer("http://user:hemligt@host/api", why="does not answer")

    assert refused.values["url"] == "http://host/api"


def test_a_person_gets_no_code(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["tasma", "tenant", "list"])

    failure.explain(UnknownTenant("nobody"))

    assert "unknown_tenant" not in capsys.readouterr().err


def test_debug_shows_where_it_failed(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")

    result = run("--debug", "tenant", "list", TASMA_HOME=str(blocked))

    assert result.returncode == 1
    assert "Traceback" in result.stderr


def test_version_is_that_of_the_package(home):
    assert run("--version").stdout.startswith("tasma 0.")


def test_output_without_a_terminal_has_neither_colour_nor_frame(home, acme):
    shown = run("tenant", "status")

    assert shown.returncode == 0
    assert "grey" in shown.stdout
    assert "\x1b" not in shown.stdout
    assert not set("│┃╭─━") & set(shown.stdout + run("--help").stdout)
