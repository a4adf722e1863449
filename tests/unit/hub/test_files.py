from __future__ import annotations

import pytest

from blocks.hub import FileSeen, Tenant, UnknownTenant
from blocks.hub.files import MAX_FILES, RECEIVED

FILE = FileSeen("acme", "ab" * 32, "books.se", 1_234, outcome="published", who="anna")


def test_file_is_remembered_with_who_when_and_what_became_of_it(hub, acme, clock):
    seen = hub.files.record(FILE)

    assert ("anna", clock.now, "published") == (seen.who, seen.seen_at, seen.outcome)
    assert [seen] == hub.files.recent(acme)


def test_files_of_another_tenant_are_not_listed(hub, acme):
    hub.tenants.add(Tenant("other", "Other AB"))
    hub.files.record(FILE)

    assert hub.files.recent("other") == []


def test_file_of_an_unknown_tenant_is_refused(hub):
    with pytest.raises(UnknownTenant):
        hub.files.record(FILE)


def test_list_of_files_is_bounded(hub, acme):
    with hub.database.writing() as connection:
        connection.exec_driver_sql(
            f"""
            with recursive numbers(n) as (select 1 union all select n + 1 from numbers
                                          where n < {MAX_FILES + 1})
            insert into file_seen select n, 'acme', 'x', 'x', 1, '2026-01-01 00:00:00.000000',
                                         'x', '', '', '' from numbers
            """  # noqa: S608 - a number of our own
        )

    assert len(hub.files.recent(acme, limit=10**6)) == MAX_FILES


def test_arrival_of_a_file_is_left_out_once_something_became_of_it(hub, acme):
    ended, died = "a" * 64, "b" * 64
    for sha256, outcome in (
        (ended, RECEIVED),
        (ended, "unchanged"),
        (ended, RECEIVED),
        (ended, "held"),
        (died, RECEIVED),
    ):
        hub.files.record(FileSeen(acme, sha256, "books.se", 7, outcome))

    shown = hub.files.recent(acme, has_arrivals=False)
    assert [RECEIVED, "held", "unchanged"] == [one.outcome for one in shown]
    assert 2 == len(hub.files.recent(acme, has_arrivals=False, limit=2))
    assert 5 == len(hub.files.recent(acme))
