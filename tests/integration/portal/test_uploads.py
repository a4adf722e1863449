"""Files that are sent: refused by their size, written as they come, within a quota of a day."""

from __future__ import annotations

import asyncio
import os
import time

import pytest
from starlette.requests import Request

from blocks.uploads import LIFE_S, QuotaUsed, Upload, UploadRefused, erase_uploads, uploads_of
from flows.portal.portal import Portal
from flows.portal.routes import ANYONE, Route
from flows.portal.settings import PortalSettings
from flows.portal.uploads import receive
from flows.portal.visit import Unfit, Visit
from tasks.erasing import erase, holdings
from tests.portal_companies import OURS
from tests.portal_world import QUICK

MAX, QUOTA = 1_000, 1_500


@pytest.fixture
def sent(world):
    """Send a body, a part at a time, as a route that takes files gets it."""
    erase_uploads(OURS)
    settings = PortalSettings(upload_max_bytes=MAX, upload_quota_bytes=QUOTA)
    portal = Portal(world.stores, settings, world.runs, QUICK)
    tenant = world.stores.hub.tenants.get(OURS)

    def send(*parts, declared=None, name="books.se", read=None):
        messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
        messages.append({"type": "http.request", "body": b"", "more_body": False})

        async def receiving():
            if read is not None:
                read.append(1)
            return messages.pop(0)

        length = sum(map(len, parts)) if declared is None else declared
        headers = [(b"content-length", str(length).encode())]
        scope = {"type": "http", "method": "POST", "path": "/", "headers": headers}
        route = Route("POST", "/", lambda _visit: None, ANYONE)
        visit = Visit(Request(scope, receiving), portal, route, "sv", "s", known_tenant=tenant)
        return asyncio.run(receive(visit, name=name))

    return send


def left():
    return list(uploads_of(OURS).glob("*/*"))


def test_file_lies_there_byte_for_byte_under_its_name_without_folders(sent):
    path = sent(b"#FLAGGA", b" 0\r\n", name="../../etc/books.se")

    assert b"#FLAGGA 0\r\n" == path.read_bytes()
    assert uploads_of(OURS) == path.parent.parent
    assert "books.se" == path.name


@pytest.mark.parametrize("name", ["..", ".", "../..", "/", "books/.."])
def test_file_by_the_name_of_a_folder_is_taken_by_another(sent, name):
    path = sent(b"x", name=name)

    assert uploads_of(OURS) == path.parent.parent
    assert path.is_file()


def test_file_that_is_too_large_is_refused_before_a_byte_is_read(sent):
    read = []

    with pytest.raises(Unfit, match="413"):
        sent(b"x", declared=MAX + 1, read=read)

    assert [] == read
    assert [] == left()


@pytest.mark.parametrize("declared", ["", "many", "-5"])
def test_file_whose_length_is_not_said_is_refused(sent, declared):
    with pytest.raises(Unfit, match="411"):
        sent(b"x", declared=declared)


@pytest.mark.parametrize(("declared", "why"), [(3, "longer"), (30, "broke off")])
def test_file_that_is_not_as_long_as_was_said_leaves_nothing(sent, declared, why):
    with pytest.raises(UploadRefused, match=why):
        sent(b"x" * 10, declared=declared)

    assert [] == left()


def test_quota_of_a_day_counts_what_is_on_its_way_and_ends_with_the_day(sent):
    under_way = Upload(OURS, "a.se", size_bytes=MAX, quota_bytes=QUOTA)
    with pytest.raises(QuotaUsed):
        sent(b"x" * 600)
    under_way.drop()

    first = sent(b"x" * 900)
    with pytest.raises(QuotaUsed):
        sent(b"x" * 900)
    yesterday = time.time() - LIFE_S - 1
    os.utime(first.parent, (yesterday, yesterday))

    assert sent(b"x" * 900).exists()
    assert not first.exists()


def test_upload_that_is_gone_by_the_time_it_is_counted_stops_no_other(sent):
    for name in ("gone", "others/books.se"):
        path = uploads_of(OURS) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to("nowhere")  # listed, and not found by who then looks for it

    assert sent(b"x" * 900).exists()


def test_what_goes_wrong_as_room_is_made_leaves_nothing_that_counts(sent):
    with pytest.raises(OverflowError):
        Upload(OURS, "a.se", size_bytes=1 << 64, quota_bytes=QUOTA)

    assert [] == left()


def test_erased_tenant_leaves_no_upload(sent, world, monkeypatch):
    sent(b"x")
    assert "uploads" in {item.place for item in holdings(world.stores, OURS)}

    erase(world.stores, OURS)

    assert not uploads_of(OURS).exists()
