from __future__ import annotations

import pytest

from blocks.hub import Tenant, UnknownTenant


@pytest.fixture
def acme(hub):
    return hub.tenants.add(Tenant("acme", "Acme AB")).id


def test_nothing_is_known_of_documents_that_nobody_tried_to_fetch(hub, acme, y2024):
    assert hub.documents.find(acme, y2024) is None


def test_what_was_missed_keeps_what_was_fetched_before(hub, acme, y2024):
    hub.documents.fetched(acme, y2024, document_count=12, without_voucher=2)
    fetched = hub.documents.find(acme, y2024)

    hub.documents.missed(acme, y2024, reason="no right")

    missed = hub.documents.find(acme, y2024)
    assert (12, 2, "") == (fetched.document_count, fetched.without_voucher, fetched.reason)
    assert (12, fetched.fetched_at, "no right") == (
        missed.document_count,
        missed.fetched_at,
        missed.reason,
    )


def test_documents_that_were_only_missed_were_never_fetched(hub, acme, y2024):
    hub.documents.missed(acme, y2024, reason="no right")

    assert hub.documents.find(acme, y2024).fetched_at is None


def test_documents_of_nobody_are_refused(hub, y2024):
    with pytest.raises(UnknownTenant):
        hub.documents.missed("nobody", y2024, reason="no right")
