"""Many tenants by a file: what it says is made so, again and again, and nothing is taken away."""

from __future__ import annotations

import json

import pytest

from blocks.hub import Hub
from blocks.settings import settings
from ledger.fiscal_year import FiscalYear

FILE = """
tenants:
  - id: branch
    name: Branch
    organisation_number: 556000-1234
    same_number_as: acme
    trial: true
  - id: acme
    name: Acme AB
    organisation_number: 556000-1234
    years: [2024, 2025-07-01_2026-06-30]
    pickup: {block: sftp-account/acme, folder: /out, pattern: "*.se", minutes: 10}
  - id: oy
    name: Yhtiö Oy
    organisation_number: 1234567-1
    country: FI
"""


@pytest.fixture
def apply(tasma, tmp_path):
    """Apply a file: ``apply(text, "--dry-run")``; what it came to, and what changed."""

    def applied(text, *more):
        (tmp_path / "tenants.yaml").write_text(text)
        done = tasma("apply", tmp_path / "tenants.yaml", "--json", *more)
        return done, json.loads(done.stdout) if done.stdout else []

    return applied


def test_what_the_file_says_is_there_and_the_same_file_again_changes_nothing(apply):
    done, changes = apply(FILE)
    again, nothing = apply(FILE)

    assert (0, 0, []) == (done.exit_code, again.exit_code, nothing)
    assert {"acme", "branch", "oy"} == {change["tenant"] for change in changes}
    with Hub(settings().hub_url) as hub:
        oy, branch = hub.tenants.get("oy"), hub.tenants.get("branch")
        pickup = hub.pickups.find("acme")
        assert ("EUR", "Europe/Helsinki", "12345671") == (
            *(oy.currency, oy.time_zone, oy.organisation_number),
        )
        assert "acme" == branch.same_number_as
        assert [FiscalYear.parse("2024"), FiscalYear.parse("2025-07-01_2026-06-30")] == [
            item.year for item in hub.years.active("acme")
        ]
        assert ("/out", "*.se", 10) == (pickup.folder, pickup.file_pattern, pickup.poll_minutes)
        assert hub.openings.find("branch").is_trial
        assert not hub.openings.find("acme").is_trial


def test_a_dry_run_shows_the_same_and_does_nothing(apply):
    _, shown = apply(FILE, "--dry-run")
    with Hub(settings().hub_url) as hub:
        assert [] == list(hub.tenants)
    _, done = apply(FILE)

    assert shown == done


def test_what_is_other_is_changed_and_what_is_not_said_stays(apply):
    apply(FILE)
    changed = FILE.replace("Acme AB", "Acme Nya AB").replace("minutes: 10", "minutes: 20")
    _, changes = apply(changed.replace("years: [2024,", "years: [2023,"))

    assert [("name", "Acme Nya AB"), ("fiscal year", "2023-01-01_2023-12-31")] == [
        (change["what"], change["after"]) for change in changes[:2]
    ]
    assert "pickup" == changes[2]["what"]
    with Hub(settings().hub_url) as hub:
        assert 3 == len(hub.years.active("acme"))


def test_what_cannot_be_is_said_and_stops_no_other_tenant(apply):
    text = FILE.replace("    same_number_as: acme\n", "").replace("country: FI", "country: Finland")
    done, changes = apply(text)

    problems = {change["tenant"]: change["problem"] for change in changes if change["problem"]}
    assert (1, {"acme", "oy"}) == (done.exit_code, {*problems})
    assert "organisation number of tenant branch" in problems["acme"]
    with Hub(settings().hub_url) as hub:
        assert ["branch"] == [tenant.id for tenant in hub.tenants]


def test_one_is_counted_as_one(tasma, tmp_path):
    file = tmp_path / "one.yaml"
    file.write_text("tenants: [{id: acme, name: Acme}]")

    shown = tasma("apply", str(file)).stdout

    assert "The file names 1 tenant; 1 thing changed." in shown


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tenants: [{id: acme, nme: x}]", "tenant acme: name"),
        ("tenants: [{id: a, name: A, years: [2024, 2024-06-01_2025-05-31]}]", "share days"),
        ("tenants: [{id: a, name: A}, {id: a, name: B}]", "tenant a stands there 2 times"),
        ("tenants: [{id: a, name: A, years: [24]}]", "tenant a: years"),
        ("a: &x [1]\nb: *x\n", "line 2"),
        ("- 1", "the file"),
        (
            "tenants: [{id: a, name: A, pickup: {block: x, folder: y, minutes: balance}}]",
            "a number",
        ),
    ],
)
def test_a_file_that_is_wrong_is_refused_by_place_and_nothing_is_done(apply, text, said):
    done, _ = apply(text)

    assert (1, True) == (done.exit_code, said in done.stderr), done.stderr
    assert [] == [word for word in ("nput", "Value error") if word in done.stderr]
    with Hub(settings().hub_url) as hub:
        assert [] == list(hub.tenants)
