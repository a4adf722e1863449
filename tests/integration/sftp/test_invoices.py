"""Invoices that a customer puts into the folder *invoices* on its server."""

from __future__ import annotations

import json

import pytest

from blocks.hub import Connection, Method
from blocks.hub.pickups import Pickup
from blocks.pickup.sftp import RemoteFolder
from tasks.pickup.polled import End
from tests.harnesses.fennoa import BLOCK, USER, give_block
from tests.invoices import content
from tests.sftp_runs import ACME, below, reason

PDF = b"%PDF-1.7 plainly made up"


@pytest.fixture
def invoices(stores, folder, monkeypatch):
    """The folder for invoices of a tenant that is connected to a Fennoa, which is not called."""
    give_block(monkeypatch, url="http://127.0.0.1:9")
    made = Connection("acme", "fennoa", Method.API_KEY, USER, credential_block=BLOCK)
    stores.hub.connections.save(made)
    (folder / "invoices").mkdir()
    return folder / "invoices"


def lines(*invoices):
    return "".join(json.dumps(one) + "\n" for one in invoices)


def queued(stores):
    found = stores.hub.outbox.listed("acme", "fennoa", limit=100)
    return sorted(one.source_id for one in found)


def test_invoices_are_queued_beside_ledgers_and_filed_away(polled, stores, folder, invoices):
    (invoices / "a.jsonl").write_text(lines(content(id="1", image="1.pdf"), content(id="2")))
    (invoices / "1.pdf").write_bytes(PDF)
    (invoices / "note.txt").touch()
    (folder / "books.se").write_bytes(ACME.sie())
    found = polled()["acme"]

    assert ({End.FILED: 2}, 2) == (found.ends, found.taken)
    assert ["webshop/1", "webshop/2"] == queued(stores)
    assert ["note.txt", "processed/1.pdf", "processed/a.jsonl"] == below(invoices)
    assert 1 == found.left.left_count
    assert {} == stores.hub.pickups.files("acme")


def test_wrong_invoices_are_named_in_the_customers_language_and_in_english(
    polled, stores, invoices
):
    stores.hub.tenants.update("acme", country="FI")
    (invoices / "a.jsonl").write_text(lines(content(id="1"), content(id="2", due_date="soon")))

    assert {End.PUT_ASIDE: 1} == polled()["acme"].ends
    assert ["webshop/1"] == queued(stores)
    text = reason(invoices, "a.jsonl")
    assert text.startswith("Kaikkia tiedoston a.jsonl laskuja ei otettu vastaan.")
    assert "\na.jsonl, record 2: due_date: " in text


def test_a_file_is_fetched_again_only_once_what_it_waits_for_has_come(
    polled, stores, invoices, monkeypatch
):
    fetched = []
    take = RemoteFolder.take
    monkeypatch.setattr(
        RemoteFolder, "take", lambda self, file: fetched.append(file.name) or take(self, file)
    )
    (invoices / "a.jsonl").write_text(lines(content(id="1", image="1.pdf")))
    assert {End.WAITING: 1} == polled()["acme"].ends
    assert {End.WAITING: 1} == polled()["acme"].ends
    assert ["a.jsonl"] == fetched

    (invoices / "1.pdf").write_bytes(PDF)
    assert {End.FILED: 1} == polled()["acme"].ends
    assert ["webshop/1"] == queued(stores)
    assert ["processed/1.pdf", "processed/a.jsonl"] == below(invoices)


def test_an_image_that_never_comes_is_named_after_a_day(polled, invoices):
    (invoices / "a.jsonl").write_text(lines(content(id="1", image="1.pdf")))
    assert {End.WAITING: 1} == polled()["acme"].ends

    assert {End.PUT_ASIDE: 1} == polled(minutes=24 * 60)["acme"].ends
    assert "1.pdf" in reason(invoices, "a.jsonl")


def test_who_dies_between_queueing_and_moving_leaves_a_file_that_is_moved_later(
    polled, stores, invoices, monkeypatch
):
    (invoices / "a.jsonl").write_text(lines(content(id="1")))
    with monkeypatch.context() as patch:
        patch.setattr(RemoteFolder, "done", lambda *_, **__: 1 / 0)  # dies, with no code for it
        assert "ZeroDivisionError" in polled()["acme"].problem
    assert (["webshop/1"], ["a.jsonl"]) == (queued(stores), below(invoices))

    assert {End.FILED: 1} == polled()["acme"].ends
    assert (["webshop/1"], ["processed/a.jsonl"]) == (queued(stores), below(invoices))


def test_an_attachment_stays_for_a_file_that_comes_as_others_are_looked_at(
    polled, stores, invoices, monkeypatch
):
    both = [lines(content(id=number, attachments=["terms.pdf"])) for number in "12"]
    (invoices / "1.jsonl").write_text(both[0])
    (invoices / "terms.pdf").write_bytes(PDF)
    looks, look = [], RemoteFolder.look

    def looked(self):
        looks.append(self)
        if len(looks) == 3:  # of ledgers, of invoices, of invoices again
            (invoices / "2.jsonl").write_text(both[1])
        return look(self)

    monkeypatch.setattr(RemoteFolder, "look", looked)
    polled()
    assert "terms.pdf" in below(invoices)
    polled()

    assert ["webshop/1", "webshop/2"] == queued(stores)
    assert ["processed/1.jsonl", "processed/2.jsonl", "processed/terms.pdf"] == below(invoices)


def test_a_folder_that_may_not_be_changed_gives_its_invoices_once(polled, stores, server, invoices):
    (invoices / "a.jsonl").write_text(lines(content(id="1")))
    server.faults.is_read_only = True
    ends = [polled()["acme"] for _ in range(6)]

    assert [1, 0, 0, 0, 0, 0] == [one.taken for one in ends]
    assert {End.STAYS: 1} == ends[-1].ends
    assert ["webshop/1"] == queued(stores)


def test_invoices_in_a_folder_of_several_companies_are_left_alone(polled, stores, invoices):
    stores.hub.pickups.agree(Pickup("beta", "sftp-account/acme", "/"), who="me")
    (invoices / "a.jsonl").write_text(lines(content(id="1")))
    found = polled()

    assert [1, 1] == [one.left.left_count for one in found.values()]
    assert ([], ["a.jsonl"]) == (queued(stores), below(invoices))
