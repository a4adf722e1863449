"""`make requirements`: what is said to be proven."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest

from tests.plugins.requirement_results import NOT_RUN, Claim, Requirement
from tests.requirements_report import print_listing, totals, weigh

PROMISE = Requirement("R-X-1", optional=False, acceptance="It holds.")


def status(*outcomes):
    claims = {f"t.py::test_{n}": Claim(("R-X-1",), how) for n, how in enumerate(outcomes)}
    return weigh([PROMISE], claims)[0].status


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ((), "not proven"),
        (("passed",), "proven"),
        (("skipped",), "not proven"),
        ((NOT_RUN,), "not proven"),
        (("expected to fail",), "not proven"),
        (("failed",), "FAILED"),
        (("passed", "skipped"), "proven"),
        (("passed", "failed"), "FAILED"),
        (("passed", "something new"), "FAILED"),
    ],
)
def test_only_a_pass_without_a_failure_proves(outcomes, expected):
    assert expected == status(*outcomes)


def test_claim_of_another_requirement_proves_nothing():
    (evidence,) = weigh([PROMISE], {"t.py::test_a": Claim(("R-X-2",), "passed")})

    assert evidence.status == "not proven"


def test_listing_names_sentence_tests_and_cases():
    claims = {
        "t.py::test_a[x]": Claim(("R-X-1",), "passed"),
        "t.py::test_a[y]": Claim(("R-X-1",), "passed"),
        "t.py::test_a[z]": Claim(("R-X-1",), "skipped"),
    }
    out = io.StringIO()

    print_listing(weigh([PROMISE], claims), out)

    assert out.getvalue().splitlines()[:3] == [
        "R-X-1: proven",
        "    It holds.",
        "    - t.py::test_a: 2 passed, 1 skipped",
    ]


def test_totals_keep_optional_requirements_apart():
    extra = Requirement("R-X-P1", optional=True, acceptance="It could.")
    claims = {"t.py::test_a": Claim(("R-X-P1",), "passed")}

    expected = "0 of 1 requirements proven, 1 not yet; 1 of 1 optional ones proven."
    assert expected == totals(weigh([PROMISE, extra], claims))


@pytest.fixture
def project(pytester, pytestconfig, monkeypatch):
    """A project with two requirements and one test, which counts how often it ran."""
    monkeypatch.setenv("PYTHONPATH", str(pytestconfig.rootpath))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # a second saved per start
    pytester.makeini(
        "[pytest]\nmarkers = requirement(*ids): what the test proves\n"
        "addopts = -p tests.plugins.requirements\n"
    )
    (pytester.mkdir("docs") / "requirements.csv").write_text(
        "id,optional,acceptance\nR-X-1,no,It holds.\nR-X-2,no,So does this.\n"
    )
    (pytester.path / "tests").mkdir()
    pytester.makepyfile(
        **{
            "tests/test_it": """
                import pathlib, pytest

                @pytest.mark.requirement("R-X-1")
                def test_it():
                    with pathlib.Path("runs").open("a") as runs:
                        runs.write("x")
                    assert not pathlib.Path("broken").exists()
            """
        }
    )
    return pytester


def report(project, *arguments):
    command = [sys.executable, "-m", "tests.requirements_report", *arguments]
    return subprocess.run(command, cwd=project.path, capture_output=True, text=True, check=False)


def runs(project):
    path = project.path / "runs"
    return len(path.read_text()) if path.exists() else 0


def test_report_runs_what_has_no_outcome_and_only_that(project):
    first = report(project, "--json")
    second = report(project, "--json")

    expected = [("R-X-1", "proven"), ("R-X-2", "not proven")]
    assert expected == [(one["id"], one["status"]) for one in json.loads(first.stdout)]
    assert first.stdout == second.stdout
    assert runs(project) == 1


def test_report_runs_again_after_a_source_changed(project):
    report(project)
    (project.path / "ledger").mkdir()
    (project.path / "ledger" / "money.py").write_text("")

    report(project)

    assert runs(project) == 2


def test_report_runs_again_when_told(project):
    report(project)
    (project.path / "broken").touch()

    result = report(project, "--again")

    assert "R-X-1: FAILED" in result.stdout
    assert result.returncode == 1


def test_report_refuses_tests_that_cannot_be_collected(project):
    (project.path / "tests" / "test_other.py").write_text("import nothing_of_this_name\n")

    result = report(project)

    assert "cannot be collected" in result.stderr
    assert result.returncode == 1
