"""How strictly a tenant's loads are judged, at the prompt."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def changed(sie):
    """A file of the company that was changed after it was summed."""
    path = sie()
    first, _, rest = path.read_bytes().partition(b"\r\n")
    path.write_bytes(first + b"\r\n#KSUMMA\r\n" + rest + b"#KSUMMA 1\r\n")
    return path


def severities(tasma, tenant):
    found = json.loads(tasma("tenant", "controls", tenant, "--json").stdout)
    return {item["control"]: (item["sie_4E"], item["tightened_to"]) for item in found}


def test_wrong_control_sum_is_told_and_holds_nothing(tasma, owner, changed):
    done = tasma("import", changed, "--tenant", owner)

    assert (0, True) == (done.exit_code, "control_sum (1, warns)" in done.output)


def test_tenant_may_let_a_wrong_control_sum_hold(tasma, owner, changed):
    tightened = tasma("tenant", "tighten", owner, "control_sum", "--reason", "sums rightly")
    done = tasma("import", changed, "--tenant", owner)

    assert "control_sum blocks from the next load on" in tightened.output
    assert "Held by control_sum (1)" in done.output
    assert done.exit_code == 3
    assert ("blocks", "blocks") == severities(tasma, owner)["control_sum"]


def test_undone_it_is_as_for_every_tenant(tasma, owner):
    tasma("tenant", "tighten", owner, "control_sum")

    undone = tasma("tenant", "tighten", owner, "control_sum", "--undo")
    again = tasma("tenant", "tighten", owner, "control_sum", "--undo")

    assert "as for every tenant again" in undone.output
    assert "was not tightened" in again.output
    assert ("warns", "") == severities(tasma, owner)["control_sum"]


def test_control_is_never_made_laxer(tasma, owner):
    tasma("tenant", "tighten", owner, "voucher_balance", "--to", "warns")

    assert "blocks" == severities(tasma, owner)["voucher_balance"][0]


@pytest.mark.parametrize(
    ("control", "more", "said"),
    [("no_such", (), "there is no control"), ("control_sum", ("--to", "informs"), "'informs'")],
    ids=["control", "severity"],
)
def test_what_is_not_there_is_refused_by_name(tasma, owner, control, more, said):
    refused = tasma("tenant", "tighten", owner, control, *more)

    assert refused.exit_code == 2
    assert said in refused.output


def test_every_control_is_listed(tasma, owner):
    listed = tasma("tenant", "controls", owner)

    assert listed.exit_code == 0
    assert {"closing_reported", "control_sum", "mass_removal"} <= set(listed.output.split())


def test_a_list_says_what_a_break_does_and_for_which_sources_it_does_something_else(tasma, owner):
    lines = tasma("tenant", "controls", owner).output.splitlines()
    shown = {line.split()[0]: line for line in lines if line}

    assert "  blocks  " in shown["voucher_balance"]
    assert "  informs; blocks: SIE  " in shown["older_than_published"]
    assert "  blocks; warns: SIE 4I, Fortnox  " in shown["balance_roll_forward"]


def test_the_operators_own_are_listed_as_the_tenant_has_them(tasma, owner, tmp_path, monkeypatch):
    monkeypatch.setenv("TASMA_CONTROLS", str(tmp_path))
    rows = ["control,tenant,severity,tolerance", f"mine,{owner},blocks,0.00", "theirs,x,warns,0"]
    (tmp_path / "controls.csv").write_text("\n".join(rows))
    (tmp_path / "mine.sql").write_text("-- means: Nothing is odd\nselect 1 as expected")

    listed = json.loads(tasma("tenant", "controls", owner, "--json").stdout)

    own = [item for item in listed if item["control"].startswith("own_")]
    (mine,) = own
    assert (mine["sie_4E"], mine["meaning"]) == ("blocks", "Nothing is odd")
