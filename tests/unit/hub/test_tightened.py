from __future__ import annotations

import pytest

from blocks.hub import Tenant, UnknownTenant
from ledger.controls import Severity

BLOCKS, WARNS = Severity.BLOCKS, Severity.WARNS


def test_nothing_is_tightened_until_somebody_asks(hub, acme):
    assert {} == hub.tightened.of(acme)


def test_tightened_controls_are_the_tenants_own(hub, acme):
    other = hub.tenants.add(Tenant("other", "Other AB")).id

    hub.tightened.tighten(acme, "control_sum", severity=BLOCKS, who="anna")
    hub.tightened.tighten(acme, "series_gaps", severity=WARNS, who="anna")

    assert {"control_sum": BLOCKS, "series_gaps": WARNS} == hub.tightened.of(acme)
    assert {} == hub.tightened.of(other)


def test_what_is_asked_last_counts(hub, acme):
    hub.tightened.tighten(acme, "control_sum", severity=BLOCKS, who="anna")
    hub.tightened.tighten(acme, "control_sum", severity=WARNS, who="bo")

    assert {"control_sum": WARNS} == hub.tightened.of(acme)


def test_undone_once(hub, acme):
    hub.tightened.tighten(acme, "control_sum", severity=BLOCKS, who="anna")

    assert hub.tightened.undo(acme, "control_sum", who="bo")
    assert not hub.tightened.undo(acme, "control_sum", who="bo")
    assert {} == hub.tightened.of(acme)


def test_who_and_why_are_kept(hub, acme):
    hub.tightened.tighten(acme, "control_sum", severity=BLOCKS, who="anna", reason="sums rightly")
    hub.tightened.undo(acme, "control_sum", who="bo")

    assert [
        "control_sum as the catalogue says from now on, set by bo",
        "control_sum blocks from now on, set by anna: sums rightly",
    ] == [event.message for event in hub.events.recent(tenant=acme, kind="control")]


def test_unknown_tenant_is_refused(hub):
    with pytest.raises(UnknownTenant):
        hub.tightened.tighten("nobody", "control_sum", severity=BLOCKS, who="anna")
