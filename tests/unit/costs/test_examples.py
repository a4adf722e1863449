"""How many examples a law is tried on."""

from __future__ import annotations

import sys

import pytest
from hypothesis import settings

from tests.examples import examples


@pytest.fixture
def profile(request):
    """A loaded profile; the one of this session returns afterwards."""
    before = settings.get_current_profile_name()
    settings.load_profile(request.param)
    yield request.param
    settings.load_profile(before)


@pytest.mark.parametrize(
    ("profile", "expected"),
    [("campaign", [300, 40, 12, 8]), ("tasma", [60, 8, 3, 6])],
    indirect=["profile"],
)
def test_campaign_tries_all_and_an_everyday_run_a_third(profile, expected):
    assert expected == [examples(300), examples(40), examples(12), examples(8, least=6)]


def test_least_never_exceeds_what_a_campaign_tries():
    assert examples(3, least=6) == 3


@pytest.mark.parametrize("campaign", ["", "1"])
def test_variable_chooses_the_profile(pytester, pytestconfig, monkeypatch, campaign):
    monkeypatch.setenv("TASMA_CAMPAIGN", campaign)
    monkeypatch.setenv("PYTHONPATH", str(pytestconfig.rootpath))
    code = "from tests.examples import *; load_profile(); print(settings().max_examples)"

    result = pytester.run(sys.executable, "-c", code)

    result.stdout.fnmatch_lines(["100" if campaign else "20"])
