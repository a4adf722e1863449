"""Where every part is to be installed, a test that skips for want of one has failed."""

from __future__ import annotations

import pytest

TESTS = """
import pytest

@pytest.mark.skipif(True, reason="absent: sshd")
def test_by_mark(): ...

def test_in_the_test():
    pytest.skip("absent: sshd")

@pytest.mark.skipif(True, reason="the samples belong to others")
def test_of_others(): ...
"""


@pytest.mark.parametrize(
    ("ci", "outcomes"), [("1", {"errors": 1, "failed": 1, "skipped": 1}), ("", {"skipped": 3})]
)
def test_absent_part_fails_where_all_are_to_be_installed(pytester, monkeypatch, ci, outcomes):
    monkeypatch.setenv("TASMA_CI", ci)
    pytester.makepyfile(TESTS)

    done = pytester.runpytest_inprocess("-p", "tests.plugins.absent_parts")

    done.assert_outcomes(**outcomes)
