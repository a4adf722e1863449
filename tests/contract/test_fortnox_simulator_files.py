"""Files on vouchers: lists by page and year, what closes them, how they come and go."""

import pytest

from simulators.fortnox import LEDGER_SCOPES

NORTH = 503072
CONNECTIONS = "/3/voucherfileconnections"
LISTS = (CONNECTIONS, "/3/supplierinvoicefileconnections")


def rows_of(client, **query):
    answer = client.get(CONNECTIONS, limit=500, **query)
    return answer.json()["VoucherFileConnections"]


def test_connections_come_by_the_page_and_add_up(north):
    pages = [north.get(CONNECTIONS, financialyear=3, limit=5, page=page) for page in (1, 2, 3)]
    found = [row for page in pages for row in page.json()["VoucherFileConnections"]]
    meta = pages[0].json()["MetaInformation"]

    assert (5, 1) == (len(pages[0].json()["VoucherFileConnections"]), meta["@CurrentPage"])
    assert found == rows_of(north, financialyear=3)[:15]
    assert meta["@TotalResources"] == len(rows_of(north, financialyear=3))


def test_without_a_year_the_connections_are_those_of_the_current_one(north):
    """The clock of these tests stands in 2024, which is the year with Id 3."""
    assert {3} == {row["VoucherYear"] for row in rows_of(north)}
    assert rows_of(north) == rows_of(north, financialyear=3)
    assert {1} == {row["VoucherYear"] for row in rows_of(north, financialyear=1)}


def test_numbers_of_vouchers_are_text(north):
    assert {str} == {type(row["VoucherNumber"]) for row in rows_of(north)}


def test_the_same_file_has_the_same_bytes_each_time(north):
    file_id = rows_of(north)[0]["FileId"]

    first, second = (north.get(f"/3/archive/{file_id}").content for _ in range(2))

    assert first == second


@pytest.mark.parametrize("path", [*LISTS, "/3/archive/x", "/3/archive"])
def test_files_need_scopes_of_their_own(fortnox, north, fortnox_error, path):
    narrow = north.credentials(scope=" ".join(LEDGER_SCOPES)).json()["access_token"]

    assert (400, 2000663) == fortnox_error(north.get(path, token=narrow))


@pytest.mark.parametrize("path", [*LISTS, "/3/archive/x", "/3/archive"])
def test_files_need_arkivplats_and_the_ledger_does_not(fortnox, north, fortnox_error, path):
    fortnox.tenant(NORTH).switch("archive_missing")

    assert (400, 2001101) == fortnox_error(north.get(path))
    assert 200 == north.get("/3/accounts").status_code


def test_a_file_is_hung_on_any_voucher_and_taken_off_while_the_archive_keeps_it(fortnox, north):
    before = len(rows_of(north))
    file_id = fortnox.tenant(NORTH).attach(("Z", 9_999), "avtal.pdf", content=b"%PDF-x")
    hung = [row for row in rows_of(north) if row["FileId"] == file_id]
    fortnox.tenant(NORTH).detach(file_id)

    assert [("Z", "9999", "avtal.pdf")] == [
        (row["VoucherSeries"], row["VoucherNumber"], row["Name"]) for row in hung
    ]
    assert before == len(rows_of(north))
    assert b"%PDF-x" == north.get(f"/3/archive/{file_id}").content


def test_the_list_may_name_a_file_that_the_archive_has_lost(fortnox, north, fortnox_error):
    file_id = fortnox.tenant(NORTH).attach(("A", 1), content=None)

    assert (404, 2000423) == fortnox_error(north.get(f"/3/archive/{file_id}"))
    assert (404, 2000423) == fortnox_error(north.get("/3/archive", fileid=file_id))


def test_a_file_can_be_taken_off_its_supplier_invoice(fortnox, north):
    def ids():
        rows = north.get(LISTS[1], limit=500).json()["SupplierInvoiceFileConnections"]
        return [row["FileId"] for row in rows]

    first = ids()[0]
    fortnox.tenant(NORTH).detach(first)

    assert first not in ids()


def test_files_are_hung_and_taken_off_from_another_process(north):
    said = {"tenant": NORTH, "voucher": ["A", 1], "name": "bild.pdf"}
    made = north.http.post("/_simulator/attach", json=said).json()["file_id"]
    hung = made in {row["FileId"] for row in rows_of(north)}
    north.http.post("/_simulator/detach", json={"tenant": NORTH, "file_id": made})

    assert hung
    assert made not in {row["FileId"] for row in rows_of(north)}
