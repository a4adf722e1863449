"""Files of invoices in the inbox: queued as `tasma push add` queues them, and filed away."""

from __future__ import annotations

import asyncio
import json
import shutil

import pytest

import blocks.pickup.folder
from blocks.hub import Connection, Method, Tenant
from blocks.pickup.folder import Inbox
from blocks.settings import PROJECT, settings
from tasks import dropped_invoices
from tasks.inbox import End
from tasks.inbox_invoices import invoices_place, take_up_invoices
from tests.command_line import invoke
from tests.harnesses.fennoa import BLOCK, USER, give_block
from tests.homes import opened_new
from tests.invoices import content, row
from tests.sftp_runs import below, reason

PDF = b"%PDF-1.7 plainly made up"


@pytest.fixture
def stores(tmp_path, empty_hub, monkeypatch):
    """A home of its own with a tenant connected to a Fennoa that is not there: none is called."""
    monkeypatch.setenv("TASMA_HUB_URL", f"sqlite:///{tmp_path / 'hub.sqlite'}")
    monkeypatch.setenv("TASMA_HOME", str(tmp_path))
    give_block(monkeypatch, url="http://127.0.0.1:9")
    with opened_new(tmp_path, empty_hub) as stores:
        stores.hub.tenants.add(Tenant("acme", "Acme Oy"))
        connect(stores, "fennoa")
        yield stores


@pytest.fixture
def folder(stores):
    path = settings().inbox / "acme" / "invoices"
    path.mkdir(parents=True)
    return path


def connect(stores, system):
    stores.hub.connections.save(
        Connection("acme", system, Method.API_KEY, USER, credential_block=BLOCK)
    )


class Died(BaseException):
    """As no code of ours expects it."""


def dies(*_, **__):
    raise Died


def lines(*invoices):
    return "".join(json.dumps(one, default=str) + "\n" for one in invoices)


def sweep(stores):
    place = invoices_place(settings().inbox, {"acme"})
    return dict(asyncio.run(take_up_invoices(stores, place, place.look().files)))


def queued(stores):
    found = stores.hub.outbox.listed("acme", "fennoa", limit=100)
    return sorted(one.source_id for one in found)


def test_dropped_invoices_are_queued_and_their_files_go_with_them(stores, folder):
    (folder / "a.jsonl").write_text(lines(content(id="1", image="1.pdf"), content(id="2")))
    (folder / "1.pdf").write_bytes(PDF)

    assert {End.QUEUED: 1} == sweep(stores)
    assert ["webshop/1", "webshop/2"] == queued(stores)
    assert ["processed/1.pdf", "processed/a.jsonl"] == below(folder)
    first = stores.hub.outbox.find("acme", "fennoa", "webshop/1")
    assert ["1.pdf"] == [file.name for file in first.files]
    (seen,) = stores.hub.files.recent("acme")
    assert ("a.jsonl", "queued") == (seen.file_name, seen.outcome)
    assert stores.lake.find("acme", "invoices", seen.sha256), "as it came"


def test_the_table_of_the_readme_has_one_invoice_that_goes_and_one_that_does_not(stores, folder):
    shutil.copy(PROJECT / "docs" / "examples" / "invoices.csv", folder)

    assert {End.PUT_ASIDE: 1} == sweep(stores)
    assert ["webshop/1003"] == queued(stores)
    assert "record 4, webshop/1004: row 1, vat_rate: 99 %" in reason(folder, "invoices.csv")


def test_a_form_is_known_by_the_end_of_the_name(stores, folder):
    (folder / "a.json").write_text(json.dumps([content(id="1")]))

    assert {End.QUEUED: 1} == sweep(stores)
    assert ["webshop/1"] == queued(stores)


def test_what_is_wrong_is_named_by_file_record_row_and_field_and_the_rest_is_queued(stores, folder):
    wrong = [content(id="2", rows=[row(), row(rate="99")]), content(id="3", due_date="soon")]
    (folder / "a.jsonl").write_text(lines(content(id="1"), *wrong))

    assert {End.PUT_ASIDE: 1} == sweep(stores)
    assert ["webshop/1"] == queued(stores)
    first, rate, date = reason(folder, "a.jsonl").splitlines()
    assert first.startswith("3 received: 1 queued")
    assert rate.startswith("a.jsonl, record 2, webshop/2: row 2, vat_rate: ")
    assert date.startswith("a.jsonl, record 3: due_date: ")
    assert "failed/a.jsonl" in below(folder)


def test_the_same_invoices_by_command_and_by_folder_are_one(stores, folder, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(lines(content(id="1")))
    assert 0 == invoke("push", "add", "acme", path, "--to", "fennoa").exit_code
    shutil.copy(path, folder)

    assert {End.QUEUED: 1} == sweep(stores)
    assert ["webshop/1"] == queued(stores)
    (seen,) = stores.hub.files.recent("acme")
    assert "1 known" in seen.reason


def test_an_invoice_waits_for_its_attachment_and_says_so(stores, folder):
    (folder / "a.jsonl").write_text(lines(content(id="1", attachments=["x.pdf"]), content(id="2")))

    assert {End.WAITING: 1} == sweep(stores)
    assert ["webshop/2"] == queued(stores), "the other one does not"
    assert ["a.jsonl"] == below(folder)
    assert {End.WAITING: 1} == sweep(stores)
    events = stores.hub.events.recent(tenant="acme", kind="invoices", limit=9)
    assert ["a.jsonl waits for x.pdf"] == [event.message for event in events], "once"
    (folder / "x.pdf").write_bytes(PDF)
    assert {End.QUEUED: 1} == sweep(stores)
    assert ["webshop/1", "webshop/2"] == queued(stores)
    assert ["processed/a.jsonl", "processed/x.pdf"] == below(folder)


def test_an_attachment_that_never_comes_is_named_beside_the_file(stores, folder, monkeypatch):
    monkeypatch.setattr(dropped_invoices, "FILES_WAIT", -dropped_invoices.FILES_WAIT)
    (folder / "a.jsonl").write_text(lines(content(id="1", attachments=["x.pdf"])))

    assert {End.PUT_ASIDE: 1} == sweep(stores)
    assert "attachments: " in reason(folder, "a.jsonl")
    assert "x.pdf" in reason(folder, "a.jsonl")


def test_an_attachment_stays_while_another_file_waits_that_may_name_it(stores, folder):
    (folder / "a.jsonl").write_text(lines(content(id="1", attachments=["terms.pdf"])))
    (folder / "b.jsonl").write_text(
        lines(content(id="2", attachments=["terms.pdf"], image="2.pdf"))
    )
    (folder / "terms.pdf").write_bytes(PDF)

    assert {End.QUEUED: 1, End.WAITING: 1} == sweep(stores)
    (folder / "2.pdf").write_bytes(PDF)
    assert {End.QUEUED: 1} == sweep(stores)
    assert ["webshop/1", "webshop/2"] == queued(stores)
    assert {"2.pdf", "terms.pdf", "a.jsonl", "b.jsonl"} == {
        name.removeprefix("processed/") for name in below(folder)
    }


def test_an_attachment_whose_bytes_are_known_stays_until_its_file_comes(stores, folder):
    (folder / "a.jsonl").write_text(lines(content(id="1", attachments=["terms.pdf"])))
    (folder / "terms.pdf").write_bytes(PDF)
    sweep(stores)
    (folder / "terms.pdf").write_bytes(PDF)
    (folder / "c.jsonl").write_text(lines(content(id="9")))
    sweep(stores)

    assert "terms.pdf" in below(folder), "no file of that sweep named it"
    (folder / "b.jsonl").write_text(lines(content(id="2", attachments=["terms.pdf"])))
    assert {End.QUEUED: 1} == sweep(stores)
    assert "terms.pdf" not in below(folder)


def test_an_attachment_stays_for_a_file_that_the_sweep_had_no_room_for(stores, folder, monkeypatch):
    monkeypatch.setattr(blocks.pickup.folder, "MAX_FILES", 1)
    for number in "12":
        path = folder / f"{number}.jsonl"
        path.write_text(lines(content(id=number, attachments=["terms.pdf"])))
    (folder / "terms.pdf").write_bytes(PDF)

    assert {End.QUEUED: 1, End.WAITING: 1} == sweep(stores)
    assert {End.QUEUED: 1} == sweep(stores)
    assert ["processed/1.jsonl", "processed/2.jsonl", "processed/terms.pdf"] == below(folder)


def test_an_attachment_stays_for_a_file_that_came_as_others_were_swept(stores, folder):
    (folder / "1.jsonl").write_text(lines(content(id="1", attachments=["terms.pdf"])))
    (folder / "terms.pdf").write_bytes(PDF)
    place = invoices_place(settings().inbox, {"acme"})
    files = place.look().files
    (folder / "2.jsonl").write_text(lines(content(id="2", attachments=["terms.pdf"])))

    assert {End.QUEUED: 1} == asyncio.run(take_up_invoices(stores, place, files))
    assert {End.QUEUED: 1} == sweep(stores)
    assert ["processed/1.jsonl", "processed/2.jsonl", "processed/terms.pdf"] == below(folder)


def test_a_file_that_breaks_off_waits_for_its_rest(stores, folder):
    whole = json.dumps([content(id="1"), content(id="2")])
    (folder / "a.json").write_text(whole[:-100])

    assert {End.WAITING: 1} == sweep(stores)
    assert ([], ["a.json"]) == (queued(stores), below(folder))
    (folder / "a.json").write_text(whole)
    assert {End.QUEUED: 1} == sweep(stores)


def test_a_file_that_never_becomes_whole_is_put_aside(stores, folder, monkeypatch):
    monkeypatch.setattr(dropped_invoices, "STALLED", -dropped_invoices.STALLED)
    (folder / "a.json").write_text(json.dumps([content(id="1")])[:-100])

    assert {End.PUT_ASIDE: 1} == sweep(stores)
    assert reason(folder, "a.json").startswith("a.json, at ")


def test_who_dies_between_queueing_and_moving_leaves_a_file_that_is_moved_later(
    stores, folder, monkeypatch
):
    (folder / "a.jsonl").write_text(lines(content(id="1")))
    with monkeypatch.context() as patch:
        patch.setattr(Inbox, "done", dies)
        with pytest.raises(Died):
            sweep(stores)
    assert (["webshop/1"], ["a.jsonl"]) == (queued(stores), below(folder))

    assert {End.QUEUED: 1} == sweep(stores)
    assert (["webshop/1"], ["processed/a.jsonl"]) == (queued(stores), below(folder))
    assert ["1 known", "1 queued"] == [
        seen.reason.partition(": ")[2].split(", ")[at]
        for seen, at in zip(stores.hub.files.recent("acme"), (2, 0), strict=True)
    ]


def test_links_are_not_followed_to_what_a_sender_may_not_read(stores, folder, tmp_path):
    (tmp_path / "secret.pdf").write_bytes(PDF)
    (folder / "x.pdf").symlink_to(tmp_path / "secret.pdf")
    (folder / "a.jsonl").write_text(lines(content(id="1", attachments=["x.pdf"])))

    assert {End.WAITING: 1} == sweep(stores)
    assert [] == queued(stores)


def test_a_folder_that_is_a_link_is_left_alone(stores, folder, tmp_path):
    folder.rmdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.jsonl").write_text(lines(content(id="1")))
    folder.symlink_to(tmp_path / "elsewhere")

    assert {} == sweep(stores)
    assert [] == queued(stores)


def test_a_file_that_is_too_large_beside_an_invoice_is_refused_unread(stores, folder, monkeypatch):
    read, take = [], Inbox.take
    monkeypatch.setattr(
        Inbox, "take", lambda self, file: read.append(file.name) or take(self, file)
    )
    with (folder / "x.pdf").open("wb") as huge:
        huge.truncate(21 << 20)
    (folder / "a.jsonl").write_text(lines(content(id="1", attachments=["x.pdf"])))

    assert {End.PUT_ASIDE: 1} == sweep(stores)
    assert "22,020,096" in reason(folder, "a.jsonl")
    assert ["a.jsonl"] == read


def test_invoices_without_a_system_wait_and_those_of_two_are_put_aside(stores, folder):
    (folder / "a.jsonl").write_text(lines(content(id="1")))
    stores.hub.tenants.add(Tenant("beta", "Beta Oy"))
    beta = settings().inbox / "beta" / "invoices"
    beta.mkdir(parents=True)
    shutil.copy(folder / "a.jsonl", beta)
    connect(stores, "procountor")
    place = invoices_place(settings().inbox, {"acme", "beta"})
    ends = asyncio.run(take_up_invoices(stores, place, place.look().files))

    assert {End.PUT_ASIDE: 1, End.WAITING: 1} == ends
    assert "acme is connected to fennoa and procountor" in reason(folder, "a.jsonl")
    assert ["a.jsonl"] == below(beta)
