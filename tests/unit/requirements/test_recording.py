"""The pytest plugin that records which tests prove what."""

from __future__ import annotations

import json

import pytest

from tests.plugins.requirement_results import (
    NOT_RUN,
    Claim,
    fingerprint,
    read_claims,
    record_claims,
)

CLAIMS = """
    import pytest

    @pytest.mark.requirement("R-X-1", "R-X-2")
    def test_good():
        pass

    @pytest.mark.requirement("R-X-1")
    def test_bad():
        assert False

    @pytest.mark.requirement("R-X-2")
    @pytest.mark.parametrize("case", ["one", "two"])
    def test_absent(case):
        if case == "two":
            pytest.skip("no such part here")

    @pytest.mark.requirement("R-X-2")
    @pytest.mark.xfail(reason="known")
    def test_known_to_fail():
        assert False

    @pytest.fixture
    def leaking():
        yield
        raise OSError("left open")

    @pytest.mark.requirement("R-X-2")
    def test_fails_when_put_away(leaking):
        pass

    def test_that_claims_nothing():
        pass
"""
OUTCOMES = {
    "test_good": "passed",
    "test_bad": "failed",
    "test_absent[one]": "passed",
    "test_absent[two]": "skipped",
    "test_known_to_fail": "expected to fail",
    "test_fails_when_put_away": "failed",
}


@pytest.fixture
def project(pytester, pytestconfig, monkeypatch):
    """A project of its own with four whole requirements and one that is split."""
    monkeypatch.setenv("PYTHONPATH", str(pytestconfig.rootpath))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # a second saved per start
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.makeini("[pytest]\nmarkers = requirement(*ids): what the test proves\n")
    (pytester.mkdir("docs") / "requirements.csv").write_text(
        "id,optional,acceptance\n"
        + "".join(f"R-X-{n},no,Promise {n}.\n" for n in range(1, 5))
        + "R-X-5a,no,It holds.\nR-X-5b,no,It lasts.\n"
    )
    return pytester


def run(project, *arguments):
    plugins = ("-p", "tests.plugins.requirements", "-p", "no:cacheprovider")
    # Workers are processes of their own, and start best from one.
    start = project.runpytest_subprocess if "-n" in arguments else project.runpytest_inprocess
    return start(*plugins, *arguments)


def outcomes(project):
    claims = read_claims(project.path, tree=fingerprint(project.path))
    return {test.partition("::")[2]: claim.outcome for test, claim in claims.items()}


def put(project, source):
    """Write the module where the fingerprint sees it."""
    (project.path / "tests").mkdir(exist_ok=True)
    project.makepyfile(**{"tests/test_it": source})


def test_each_outcome_is_recorded_as_what_it_proves(project):
    put(project, CLAIMS)

    run(project)

    assert outcomes(project) == OUTCOMES


@pytest.mark.parametrize("workers", [(), ("-p", "xdist", "-n", "1")], ids=["alone", "worker"])
def test_reason_of_a_skip_is_recorded(project, workers):
    put(project, CLAIMS)

    run(project, *workers)

    claims = read_claims(project.path, tree=fingerprint(project.path))
    reasons = {test.partition("::")[2]: claim.reason for test, claim in claims.items()}
    assert {"test_absent[two]": "no such part here"} == {
        test: reason for test, reason in reasons.items() if reason
    }


def test_outcomes_of_parallel_workers_are_recorded_alike(project):
    put(project, CLAIMS)

    run(project, "-p", "xdist", "-n", "2")

    assert outcomes(project) == OUTCOMES


def test_deselected_test_is_claimed_but_not_run(project):
    put(project, CLAIMS)

    run(project, "-k", "test_good")

    assert OUTCOMES.keys() == outcomes(project).keys()
    assert {"test_good"} == {test for test, how in outcomes(project).items() if how != NOT_RUN}


def test_partial_run_updates_only_the_tests_it_ran(project):
    put(project, CLAIMS)
    run(project)

    run(project, "-k", "test_good")

    assert outcomes(project) == OUTCOMES


@pytest.mark.parametrize(
    "touched",
    ["tests/test_it.py", "ledger/new.py", "data/sql/a.sql", "docs/requirements.csv"],
)
def test_outcome_of_other_sources_is_forgotten(project, touched):
    put(project, CLAIMS)
    run(project)
    path = project.path / touched
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write("\n")

    assert not outcomes(project)


def test_sources_changed_during_the_run_leave_nothing_recorded(project):
    put(
        project,
        """
        import pathlib, pytest

        @pytest.mark.requirement("R-X-1")
        def test_that_writes_a_source():
            pathlib.Path("tests/other.py").write_text("")
        """,
    )

    result = run(project)

    result.stdout.fnmatch_lines(["*sources changed while the tests ran*"])
    assert not outcomes(project)


@pytest.mark.parametrize(
    ("ids", "message", "workers"),
    [
        ('"R-X-1", "R-X-2", "R-X-3", "R-X-4"', "*4 requirement ids, expected 1 to 3*", ()),
        ("", "*0 requirement ids, expected 1 to 3*", ()),
        ('"R-X-1", "R-X-99"', "*unknown requirement R-X-99*", ()),
        ('"R-X-1a"', "*R-X-1a is no clause of R-X-1.*", ()),
        ('"R-X-5"', "*R-X-5 is no clause of R-X-5.*", ()),
        ('"R-X-5"', "*R-X-5b: It lasts.*", ()),
        ('"R-X-5c"', "*R-X-5a: It holds.*", ()),
        ('"R-X-1", "R-X-99"', "*unknown requirement R-X-99*", ("-p", "xdist", "-n", "1")),
    ],
    ids=[
        *("too many", "none", "unknown", "clause of a whole", "whole that is split"),
        *("choice for a whole", "choice for a clause", "unknown to a worker"),
    ],
)
def test_claim_that_is_no_claim_is_refused_at_collection(project, ids, message, workers):
    put(project, f"import pytest\n@pytest.mark.requirement({ids})\ndef test_it(): pass\n")

    result = run(project, *workers)

    result.stdout.fnmatch_lines([message])
    assert result.ret != pytest.ExitCode.OK
    assert not outcomes(project)


def test_three_ids_spread_over_class_and_method_are_taken(project):
    put(
        project,
        """
        import pytest

        @pytest.mark.requirement("R-X-1")
        class TestIt:
            @pytest.mark.requirement("R-X-2", "R-X-3")
            def test_it(self):
                pass
        """,
    )

    run(project)

    expected = ["R-X-1", "R-X-2", "R-X-3"]
    (claim,) = read_claims(project.path, tree=fingerprint(project.path)).values()
    assert expected == sorted(claim.clauses)


def test_sessions_that_record_in_turn_keep_each_others_outcomes(tmp_path):
    record_claims(tmp_path, tree="t", claims={"a": Claim(("R-X-1",), "passed")})
    record_claims(tmp_path, tree="t", claims={"b": Claim(("R-X-1",), "failed")})

    claims = read_claims(tmp_path, tree="t")
    assert claims["a"].outcome == "passed"
    assert claims["b"].outcome == "failed"


def test_file_that_changes_only_its_time_keeps_its_fingerprint(project):
    put(project, CLAIMS)
    before = fingerprint(project.path)

    (project.path / "tests/test_it.py").touch()

    assert before == fingerprint(project.path)


def test_recorded_file_is_json_for_others_to_read(project):
    put(project, CLAIMS)
    run(project, "-k", "test_good")

    expected = {"clauses": ["R-X-1", "R-X-2"], "outcome": "passed", "reason": ""}
    stored = json.loads((project.path / "build/requirements.json").read_text())
    assert expected == stored["tests"]["tests/test_it.py::test_good"]
