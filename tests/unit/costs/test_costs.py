"""The pytest plugin that prints what tests cost."""

from __future__ import annotations

import re

import pytest

from tests.plugins import cost_table
from tests.plugins.cost_table import Cost, Costs

BURN = "import time\nwhile time.process_time() < 0.4: pass"
ALONE, PARALLEL = (), ("-p", "xdist", "-n", "2")


@pytest.fixture
def project(pytester, pytestconfig, monkeypatch):
    """A project of its own with one system, `acme`."""
    monkeypatch.setenv("PYTHONPATH", str(pytestconfig.rootpath))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # a second saved per start
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    (pytester.path / "blocks/systems/acme").mkdir(parents=True)
    return pytester


def run(project, *arguments, **tests):
    """Run modules, named by path with `__` for `/`, and return what was printed."""
    for path, source in tests.items():
        file = project.path / "tests" / f"{path.replace('__', '/')}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source)
    plugins = ("-p", "tests.plugins.costs", "-p", "no:cacheprovider", "--import-mode=importlib")
    # Workers are processes of their own, and start best from one.
    start = project.runpytest_subprocess if "-n" in arguments else project.runpytest_inprocess
    return start(*plugins, *arguments)


def rows(result):
    """The figures of each row: number of tests (0 where none is printed), CPU, waiting."""
    row = re.compile(r"(\S+(?: \S+)*?) {2,}(\d*) +(-?[\d.]+) +(-?[\d.]+)(?:  over .*)?")
    found = [row.fullmatch(line) for line in result.outlines]
    return {m[1]: (int(m[2] or 0), float(m[3]), float(m[4])) for m in found if m}


@pytest.mark.parametrize("how", [ALONE, PARALLEL], ids=["alone", "workers"])
def test_child_costs_cpu_and_sleep_is_waiting(project, how):
    result = run(
        project,
        *how,
        unit__child__test_it=f"""
import subprocess, sys
def test_it():
    subprocess.run([sys.executable, "-c", {BURN!r}], check=True)
""",
        unit__sleep__test_it="import time\ndef test_it():\n    time.sleep(0.4)\n",
    )

    count, cpu_s, _ = rows(result)["unit/child"]
    assert count == 1
    assert 0.4 <= cpu_s < 2.0
    count, cpu_s, waiting_s = rows(result)["unit/sleep"]
    assert count == 1
    assert cpu_s < 0.3
    assert 0.3 <= waiting_s
    count, cpu_s, _ = rows(result)["in all"]
    assert count == 2
    assert rows(result)["outside tests"][1] > 0.0
    assert 0.4 <= cpu_s


def test_whole_lives_of_workers_count(project):
    (project.path / "conftest.py").write_text("""
import pytest
@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["cost_cpu_s"] += 1000.0
""")

    result = run(project, *PARALLEL, unit__test_it="def test_it(): pass\n")

    assert 2000.0 <= rows(result)["in all"][1]


def test_systems_are_told_from_the_path_and_named_once_known(project):
    empty = "def test_one(): pass\ndef test_two(): pass\n"

    result = run(
        project, unit__acme__test_it=empty, unit__test_sie_text=empty, unit__acmeish__test_it=empty
    )

    assert {"unit/acme": 2, "unit": 2, "unit/acmeish": 2, "in all": 6} == {
        name: count for name, (count, *_) in rows(result).items() if count
    }
    assert {"system acme", "system sie"} == {name for name in rows(result) if "system" in name}


def test_set_up_and_put_away_count_for_the_folder(project):
    result = run(
        project,
        unit__test_it="""
import pytest, time
@pytest.fixture
def slow():
    time.sleep(0.2)
    yield
    time.sleep(0.2)
def test_it(slow): pass
""",
    )

    assert 0.3 <= rows(result)["unit"][2]


def test_shared_fixture_is_not_held_against_the_test_that_asks_first(project, monkeypatch):
    monkeypatch.setattr(cost_table, "TEST_S", 0.15)
    monkeypatch.setattr("tests.plugins.costs.slowness", lambda: 1.0)

    result = run(
        project,
        unit__test_it="""
import pytest, time
@pytest.fixture(scope="module")
def shared():
    time.sleep(0.2)
@pytest.fixture(scope="module")
def around(request):
    request.getfixturevalue("within")
@pytest.fixture(scope="session")
def within():
    time.sleep(0.2)
@pytest.fixture
def own():
    time.sleep(0.2)
def test_first(shared): pass
def test_second(around, own): pass
""",
    )

    result.stdout.fnmatch_lines(["over 0.1 s: 1", "*s  tests/unit/test_it.py::test_second"])
    result.stdout.no_fnmatch_line("*::test_first")
    assert 0.5 <= rows(result)["unit"][2]


def test_exceeded_budget_fails_nothing(project, monkeypatch):
    monkeypatch.setattr(cost_table, "TEST_S", 1e-9)
    monkeypatch.setattr(cost_table, "ALL_CPU_S", 1e-9)

    result = run(project, unit__test_it="def test_it(): pass\n")

    result.stdout.fnmatch_lines(["in all*over 0 s of CPU", "*::test_it"])
    assert result.ret == pytest.ExitCode.OK


def test_session_without_tests_prints_nothing(project):
    result = run(project, "--collect-only", unit__test_it="def test_it(): pass\n")

    result.stdout.no_fnmatch_line("*budgets*")


def test_budgets_scale_with_the_machine():
    costs = Costs({"acme"})
    costs.add("tests/acme/test_it.py::test_it", Cost(61.0, 31.0), own_s=5.1)

    usual = list(costs.lines(session_cpu_s=1_201.0, scale=1.0))
    slower = list(costs.lines(session_cpu_s=1_201.0, scale=1.1))

    assert [
        f"{'in all':24}      1   1201.0       31.0  over 1200 s of CPU",
        f"{'system acme':24}            61.0       31.0  over 60 s of CPU  over 30 s of waiting",
        "over 5.0 s: 1",
        "    5.1 s  tests/acme/test_it.py::test_it",
    ] == usual[-4:]
    assert not [line for line in slower if "over" in line]


def test_ten_worst_tests_are_named_worst_first():
    costs = Costs(())
    for seconds in range(6, 18):
        costs.add(f"tests/test_it.py::test_{seconds}", Cost(), own_s=float(seconds))

    title, *worst = list(costs.lines(session_cpu_s=0.0, scale=1.0))[-11:]

    assert title == "over 5.0 s: 12"
    assert [f"test_{seconds}" for seconds in range(17, 7, -1)] == [
        line.rpartition("::")[2] for line in worst
    ]
