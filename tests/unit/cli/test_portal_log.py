"""Who is let in to the portal at the prompt stands in its log, as what people do there."""

from __future__ import annotations

import getpass
import json

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
