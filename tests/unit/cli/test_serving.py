"""What `tasma up` says of the portal: a link that opens everything goes into no log."""

from __future__ import annotations

import pytest

from flows.cli import serving
from flows.doors.portal import portal


@pytest.mark.parametrize(
    ("is_person", "place", "has_link"),
    [(False, "home", False), (True, "home", True), (False, "demo-home", True)],
)
def test_link_to_try_is_given_to_a_person_and_in_the_demo_alone(
    home, monkeypatch, is_person, place, has_link
):
    monkeypatch.setenv("TASMA_HOME", str(home.with_name(place)))
    monkeypatch.setenv("TASMA_HUB_URL", f"sqlite:///{home / 'hub' / 'hub.sqlite'}")
    monkeypatch.setattr(serving, "is_terminal", lambda: is_person)

    said = "\n".join(serving._try_portal(portal()))

    assert has_link == ("/invitation/" in said)
    assert has_link != ("tasma portal invite" in said)


@pytest.mark.parametrize(
    ("given", "simulator", "expected"),
    [
        ({}, 4302, {}),
        ({"TASMA_PORT": "5410"}, 4302, {"TASMA_PORT": "5410"}),
        (
            {"TASMA_PORTAL_PORT": "5510"},
            4302,
            {"TASMA_FORTNOX_URL": "there", "TASMA_PORTAL_ADDRESS": "http://127.0.0.1:5510"},
        ),
        ({}, 4303, {"TASMA_FORTNOX_URL": "there"}),
    ],
)
def test_whoever_works_elsewhere_is_told_of_every_address_that_is_not_the_usual_one(
    home, monkeypatch, given, simulator, expected
):
    for name in ("TASMA_PORT", "TASMA_PORTAL_PORT", "TASMA_PORTAL_ADDRESS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    found = serving._ports_of_their_own({"TASMA_FORTNOX_URL": "there"}, port=simulator)

    assert expected == found
