"""`make requirements`: what is said to be proven."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest

from tests.plugins.requirement_results import NOT_RUN, Claim, Clause
from tests.requirements_report import print_listing, totals, weigh

PROMISE = Clause("R-X-1", optional=False, acceptance="It holds.")
SPLIT = [
    Clause(f"R-X-2{letter}", optional=False, acceptance=f"So does {letter}.") for letter in "ab"
]
EXTRA = Clause("R-X-P1", optional=True, acceptance="It could.")


def status(*outcomes):
    claims = {f"t.py::test_{n}": Claim(("R-X-1",), how) for n, how in enumerate(outcomes)}
    return weigh([PROMISE], claims)[0].clauses[0].status


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


@pytest.mark.parametrize("outcome", ["skipped", NOT_RUN, "expected to fail"])
def test_test_of_which_one_case_did_not_pass_proves_nothing(outcome):
    """ "At any step" is not shown by some of the steps."""
    claims = {"t.py::test_a[x]": Claim(("R-X-1",), "passed")}
    claims["t.py::test_a[y]"] = Claim(("R-X-1",), outcome)

    (found,) = weigh([PROMISE], claims)

    assert "not proven" == found.clauses[0].status


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ({}, "not at all"),
        ({"a": "passed"}, "in part"),
        ({"a": "passed", "b": "skipped"}, "in part"),
        ({"a": "passed", "b": "passed"}, "proven"),
        ({"a": "passed", "b": "failed"}, "FAILED"),
    ],
)
def test_requirement_is_proven_when_all_its_clauses_are(outcomes, expected):
    claims = {f"t.py::test_{a}": Claim((f"R-X-2{a}",), how) for a, how in outcomes.items()}

    (found,) = weigh(SPLIT, claims)

    assert ("R-X-2", expected) == (found.id, found.status)


def test_claim_of_another_clause_proves_nothing():
    weighed = weigh([PROMISE, *SPLIT], {"t.py::test_a": Claim(("R-X-2b",), "passed")})

    assert ["not proven", "not proven", "proven"] == [
        clause.status for one in weighed for clause in one.clauses
    ]


def test_listing_names_clauses_with_their_tests_and_cases_and_what_was_skipped():
    absent = Claim(("R-X-2a",), "skipped", "there is no sshd here")
    claims = {
        "t.py::test_a[x]": Claim(("R-X-2a",), "passed"),
        "t.py::test_a[y]": Claim(("R-X-2a",), "passed"),
        "t.py::test_a[z]": absent,
        "t.py::test_b": Claim(("R-X-2b",), "passed"),
    }
    out = io.StringIO()

    print_listing(weigh(SPLIT, claims), claims, out)

    assert out.getvalue().splitlines() == [
        "R-X-2: in part",
        "    R-X-2a not proven: So does a.",
        "        - t.py::test_a: 2 passed, 1 skipped",
        "    R-X-2b proven: So does b.",
        "        - t.py::test_b: 1 passed",
        "",
        "Skipped, so these prove nothing:",
        "    - t.py::test_a: there is no sshd here",
        "",
        totals(weigh(SPLIT, claims)),
    ]


def test_totals_count_by_requirement_and_keep_optional_ones_apart():
    claims = {f"t.py::{a}": Claim((a,), "passed") for a in ("R-X-P1", "R-X-2a")}

    assert totals(weigh([PROMISE, *SPLIT, EXTRA], claims)) == (
        "0 of 2 requirements proven, 1 in part, 1 not at all; 1 of 1 optional ones proven. "
        "Of 4 clauses 2 are proven."
    )


def test_totals_say_what_failed():
    claims = {"t.py::a": Claim(("R-X-2a",), "passed"), "t.py::b": Claim(("R-X-2b",), "failed")}

    assert totals(weigh(SPLIT, claims)).endswith("1 are proven. 1 requirements FAILED.")


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
        "id,optional,acceptance\nR-X-1a,no,It holds.\nR-X-1b,no,It lasts.\nR-X-2,no,So does this.\n"
    )
    (pytester.path / "tests").mkdir()
    pytester.makepyfile(
        **{
            "tests/test_it": """
                import pathlib, pytest

                @pytest.mark.requirement("R-X-1a")
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

    expected = [("R-X-1", "in part"), ("R-X-2", "not at all")]
    found = json.loads(first.stdout)["requirements"]
    assert expected == [(one["id"], one["status"]) for one in found]
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
