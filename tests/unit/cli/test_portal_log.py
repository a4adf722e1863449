"""Who is let in to the portal at the prompt stands in its log, as what people do there."""

from __future__ import annotations

import getpass
import json

import pytest

from blocks.hub import Hub
from blocks.settings import settings
from flows.cli.portal import ACTS
from flows.portal.app import create_app
from flows.portal.routes import ROUTES

EMAIL = "anna@example.com"


def test_who_was_let_in_changed_and_removed_is_in_the_log_with_how_it_ended(tasma):
    tasma("tenant", "add", "acme", "--name", "Acme Oy")
    for arguments in (
        ("invite", EMAIL, "--role", "accountant", "--tenant", "acme"),
        ("change", EMAIL, "--role", "operator"),
        ("reset", EMAIL),
        ("remove", EMAIL),
        ("reset", EMAIL),
    ):
        tasma("portal", *arguments)
    acts = json.loads(tasma("portal", "log", "--json").stdout)

    said = [(act["action"], act["status"], act["detail"], act["address"]) for act in acts]
    assert [
        ("reset", 422, EMAIL, "prompt"),
        ("remove", 200, EMAIL, "prompt"),
        ("reset", 200, EMAIL, "prompt"),
        ("change", 200, EMAIL, "prompt"),
        ("invite", 200, EMAIL, "prompt"),
    ] == said
    assert {getpass.getuser()} == {act["who"] for act in acts}


def test_people_read_what_was_done_and_how_it_ended_in_words(tasma):
    tasma("tenant", "add", "acme", "--name", "Acme Oy")
    tasma("portal", "invite", EMAIL, "--role", "accountant", "--tenant", "acme")
    tasma("portal", "invite", EMAIL, "--role", "accountant", "--tenant", "acme")
    with Hub(settings().hub_url) as hub:
        for action, status in (("take", 303), ("sign_in_act", 403), ("sync", 500), ("sync", 429)):
            hub.portal_audit.finish(hub.portal_audit.begin(action), status=status)
        hub.portal_audit.begin("choose_language")

    shown = [" ".join(line.split()) for line in tasma("portal", "log").stdout.splitlines()]

    ends = ("no answer", "too many tries", "failed", "refused", "done", "refused", "done")
    acts = ("choose a language", "sync", "sync", "sign in", "take an invitation", "invite")
    for line, act, end in zip(shown[1:], (*acts, "invite"), ends, strict=True):
        assert act in line
        assert end in line
    assert not any(code in "".join(shown) for code in ("303", "403", "422", "500"))


def test_every_act_of_the_portal_has_its_words():
    create_app  # noqa: B018 - its import declares all pages
    done = {one.name for one in ROUTES.values() if one.method == "POST"}

    assert set() == done - set(ACTS)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("invite", "eve@example.com", "--role", "operator", "--tenant", "acme"), "sees every"),
        (("invite", "eve@example.com", "--tenant", "nope"), "there is no tenant 'nope'"),
        (("change", EMAIL, "--tenant", "acme"), "sees every company"),
        (("change", EMAIL, "--role", "customer", "--tenant", "nope"), "there is no tenant 'nope'"),
    ],
)
def test_companies_that_narrow_nothing_or_are_none_are_refused_and_nobody_is_let_in(
    tasma, arguments, expected
):
    tasma("tenant", "add", "acme", "--name", "Acme Oy")
    tasma("portal", "invite", EMAIL, "--role", "operator")

    refused = tasma("portal", *arguments)

    users = json.loads(tasma("portal", "users", "--json").stdout)
    assert 2 == refused.exit_code
    assert expected in " ".join(refused.stderr.replace("│", " ").split())
    assert [(EMAIL, "operator")] == [(user["email"], user["role"]) for user in users]
