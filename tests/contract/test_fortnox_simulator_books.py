"""SIE files, files and invoices: what the simulator tells agrees with the books it was given."""

import datetime as dt
from decimal import Decimal

import pytest

from simulators.books.faults import Fault
from simulators.books.model import BOOKED
from simulators.fortnox import ALL_SCOPES, FortnoxSimulator, SimulatedTenant

NORTH, SOUTH = 503072, 503073


@pytest.fixture
def sie(read_sie):
    """Read a SIE answer with the project's own reader, which shares nothing with the writer."""

    def read(answer):
        assert 200 == answer.status_code
        file, tables = read_sie(answer.content, ".se")
        return file, {name: table.to_pylist() for name, table in tables.items()}

    return read


def lines(answer, encoding="cp437"):
    return answer.content.decode(encoding).split("\r\n")


def voucher_lines(answer):
    return [line.split(" ")[1:3] for line in lines(answer) if line.startswith("#VER")]


def sums(tables):
    totals = {}
    for row in tables["posting"]:
        number = row["account_number"]
        totals[number] = totals.get(number, 0) + row["amount"]
    return {number: amount for number, amount in totals.items() if amount}


@pytest.mark.parametrize("year_id", [1, 2, 3])
def test_sie_file_says_what_the_books_say(north, sie, fortnox_books, year_id):
    _, tables = sie(north.get("/3/sie/4", financialyear=year_id))

    book = fortnox_books.book(year_id - 1)
    expected = {}
    for (number, _), amount in fortnox_books.movements(year_id - 1).items():
        expected[number] = expected.get(number, 0) + amount
    assert {number: amount for number, amount in expected.items() if amount} == sums(tables)
    assert book.totals.vouchers == len(tables["voucher"])
    assert book.totals.booked_rows == len(tables["posting"])


def test_sie_file_has_no_finding_that_holds_a_load(north, sie):
    file, _ = sie(north.get("/3/sie/4", financialyear=3))

    assert 0 == file.diagnostics.errors


def test_sie_file_begins_as_fortnox_writes_it(north, fortnox_books):
    """#FNR is the DatabaseNumber; series and number are not quoted; amounts end without zeros."""
    told = lines(north.get("/3/sie/4", financialyear=3))

    assert [
        "#FLAGGA 0",
        "#FORMAT PC8",
        "#SIETYP 4",
        '#PROGRAM "Fortnox" 3.57.11',
        "#GEN 20241122",
        f"#FNR {NORTH}",
        f'#FNAMN "{fortnox_books.name}"',
    ] == told[:7]
    assert "#RAR 0 20240101 20241231" in told
    opening = next(line for line in told if line.startswith("#IB 0 1220 "))
    assert opening.endswith(" 0")
    assert not any(line.startswith("#KTYP") for line in told)
    assert [["A", "1"]] == [line.split(" ")[1:3] for line in told if line.startswith("#VER")][:1]
    amounts = [line.split(" ")[3] for line in told if line.startswith("#TRANS") and "{}" in line]
    assert not any("." in amount and amount.endswith("0") for amount in amounts)


def test_sie_bytes_are_cp437_or_utf8_and_both_claim_pc8(north, south):
    dos, utf = north.get("/3/sie/4"), south.get("/3/sie/4")

    with pytest.raises(UnicodeDecodeError):
        dos.content.decode("utf-8")
    for answer, encoding in ((dos, "cp437"), (utf, "utf-8")):
        assert "#FORMAT PC8" in lines(answer, encoding)
        assert '#KONTO 1030 "Köpta rättigheter"' in lines(answer, encoding)


def test_sie_answers_to_any_accept_but_octets(north, fortnox_error):
    refused = north.get("/3/sie/4", accept="application/octet-stream")

    assert (400, 1000030) == fortnox_error(refused)
    assert 200 == north.get("/3/sie/4", accept="*/*").status_code
    assert 200 == north.get("/3/sie/4", accept="application/json").status_code


def test_sie_without_a_year_is_the_current_one(south):
    assert "#RAR 0 20240701 20250630" in lines(south.get("/3/sie/4"), "utf-8")
    assert "#RAR 0 20220701 20230630" in lines(south.get("/3/sie/4", financialyear=2), "utf-8")


@pytest.mark.parametrize("sie_type", ["1", "2", "3"])
def test_other_types_hold_balances_and_no_vouchers(north, sie_type):
    told = lines(north.get(f"/3/sie/{sie_type}", financialyear=3))

    assert f"#SIETYP {sie_type}" in told
    assert any(line.startswith("#UB 0 1930 ") for line in told)
    assert not any(line.startswith("#VER") for line in told)


def test_type_5_is_not_offered(north, fortnox_error):
    assert (400, 2000729) == fortnox_error(north.get("/3/sie/5"))


def test_edits_move_lists_files_and_balances_together(fortnox, north, fortnox_books):
    fortnox.tenant(NORTH).edit(removed=[("B", 17)], changed=[("L", 3)])
    tonight = fortnox_books.next_night(removed=[("B", 17)], changed=[("L", 3)])
    answer = north.get("/3/sie/4", financialyear=3)
    listed = north.get("/3/vouchers", limit=500, financialyear=3).json()["Vouchers"]
    account = north.get("/3/accounts/2440", financialyear=3).json(parse_float=Decimal)["Account"]

    assert ["B", "17"] not in voucher_lines(answer)
    assert ("B", 17) not in [(row["VoucherSeries"], row["VoucherNumber"]) for row in listed]
    assert tonight.trial_balance(2)["2440"] == account["BalanceCarriedForward"]
    assert fortnox_books.trial_balance(2)["2440"] != account["BalanceCarriedForward"]


def test_voucher_hidden_from_sie_stays_in_the_list_and_in_the_balances(fortnox, north):
    before = north.get("/3/sie/4", financialyear=3)
    fortnox.tenant(NORTH).hide_from_sie(("B", 17))
    after = north.get("/3/sie/4", financialyear=3)
    listed = north.get("/3/vouchers", limit=500, financialyear=3).json()["Vouchers"]

    assert [["B", "17"]] == [key for key in voucher_lines(before) if key not in
                             voucher_lines(after)]  # fmt: skip
    assert ("B", 17) in [(row["VoucherSeries"], row["VoucherNumber"]) for row in listed]
    closing = [[line for line in lines(a) if line.startswith("#UB")] for a in (before, after)]
    assert closing[0] == closing[1]


def test_voucher_can_be_hidden_from_the_balances_too(fortnox, north):
    """Then only the count of vouchers and the balance by the API tell of it."""
    before = north.get("/3/sie/4", financialyear=3)
    fortnox.tenant(NORTH).hide_from_sie(("B", 17), in_balances=False)
    after = north.get("/3/sie/4", financialyear=3)

    assert ["B", "17"] not in voucher_lines(after)
    assert [line for line in lines(before) if line.startswith("#UB 0 1510")] != [
        line for line in lines(after) if line.startswith("#UB 0 1510")
    ]


def test_planted_fault_lies_in_the_last_year(fortnox_books):
    made_with = SimulatedTenant(
        NORTH, fortnox_books, consented=ALL_SCOPES, sie_fault=Fault.WRONG_CLOSING_BALANCE
    )
    with FortnoxSimulator([made_with]) as simulator:
        tenant = simulator.tenant(NORTH)
        true = fortnox_books.trial_balance(2)["1930"] + Decimal(100)

        assert true == _closing(simulator, tenant, "1930")


def _closing(simulator, tenant, number):
    import httpx  # noqa: PLC0415  only this test asks without the fixture

    token = simulator.world.tokens.new_access(tenant.number, ALL_SCOPES, simulator.world.now)
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.get(f"{simulator.url}/3/sie/4?financialyear=3", headers=headers)
    return next(Decimal(line.split(" ")[3]) for line in lines(answer)
                if line.startswith(f"#UB 0 {number} "))  # fmt: skip


def test_every_connected_file_can_be_fetched_and_some_only_by_fileid(north, fortnox_error):
    rows = north.get("/3/voucherfileconnections", financialyear=3, limit=500).json()
    ids = [row["FileId"] for row in rows["VoucherFileConnections"]]
    direct = {file_id: north.get(f"/3/archive/{file_id}") for file_id in ids}
    hiding = [file_id for file_id, answer in direct.items() if answer.status_code == 404]
    found = [north.get("/3/archive", fileid=file_id) for file_id in hiding]

    assert 1 == len(hiding)
    assert (404, 2000423) == fortnox_error(direct[hiding[0]])
    assert [200] == [answer.status_code for answer in found]
    starts = {answer.content[:4] for answer in direct.values() if answer.status_code == 200}
    assert {b"%PDF", b"\x89PNG"} == starts


def test_one_file_hangs_on_two_vouchers_and_one_voucher_has_two(north):
    answer = north.get("/3/voucherfileconnections", voucheryear=3, limit=500)
    rows = answer.json()["VoucherFileConnections"]
    files = [row["FileId"] for row in rows]
    vouchers = [(row["VoucherSeries"], row["VoucherNumber"]) for row in rows]

    assert {2} == {files.count(file_id) for file_id in files} - {1}
    assert {("A", "10"), ("L", "10")} == {key for key in vouchers if vouchers.count(key) == 2}
    assert {3} == {row["VoucherYear"] for row in rows}


def test_connections_of_different_years_share_no_voucher_and_file(north):
    years = [
        {row["FileId"] for row in north.get(
            "/3/voucherfileconnections", financialyear=year, limit=500
        ).json()["VoucherFileConnections"]}
        for year in (1, 2)
    ]  # fmt: skip

    assert years[0].isdisjoint(years[1])


def test_supplier_invoices_name_their_voucher_in_the_list_of_vouchers_only(north, fortnox_books):
    row = north.get("/3/supplierinvoices", limit=500).json()["SupplierInvoices"][-1]

    assert "VoucherNumber" not in row
    assert [{"Series": "L", "Number": 60, "Year": 3, "ReferenceType": "SUPPLIERINVOICE"}] == row[
        "Vouchers"
    ]
    chunk = next(chunk for chunk in fortnox_books.book(2).chunks() if chunk.series == "L")
    rows = chunk.rows.take((chunk.rows.voucher == 59) & (chunk.rows.kind == BOOKED))
    assert Decimal(int(rows.ore[rows.ore > 0].sum())).scaleb(-2) == Decimal(row["Total"])


def test_amounts_of_supplier_invoices_are_text_and_may_be_swedish(south):
    rows = south.get("/3/supplierinvoices", limit=500).json()["SupplierInvoices"]
    totals = [row["Total"] for row in rows]

    assert all("," in total and "." not in total for total in totals)
    assert any("\N{NO-BREAK SPACE}" in total for total in totals)


def test_unpaid_supplier_invoices_are_filtered_while_the_total_stays(north):
    answer = north.get("/3/supplierinvoices", filter="unpaid", limit=500).json()

    assert answer["MetaInformation"]["@TotalResources"] > len(answer["SupplierInvoices"]) > 0
    assert "0.00" not in {row["Balance"] for row in answer["SupplierInvoices"]}


def test_invoices_name_their_voucher(north):
    row = north.get("/3/invoices", limit=1).json()["Invoices"][0]

    assert ("B", 1, 1) == (row["VoucherSeries"], row["VoucherNumber"], row["VoucherYear"])


def test_file_of_a_supplier_invoice_can_be_fetched(north):
    rows = north.get("/3/supplierinvoicefileconnections", supplierinvoicenumber=20).json()
    (row,) = rows["SupplierInvoiceFileConnections"]

    assert "20" == row["SupplierInvoiceNumber"]
    assert 200 == north.get(f"/3/archive/{row['FileId']}").status_code


def test_attachment_of_an_invoice_is_fetched_by_its_second_id(north):
    query = {"entityid": 10, "entitytype": "F"}
    (row,) = north.get("/api/fileattachments/attachments-v1", **query).json()
    bad = north.get("/api/fileattachments/attachments-v1", entityid="x", entitytype="F")

    assert 404 == north.get(f"/3/archive/{row['fileId']}").status_code
    assert 200 == north.get("/3/archive", fileid=row["fileId"]).status_code
    assert (400, ["error", "id", "message"]) == (bad.status_code, sorted(bad.json()))


def test_inbox_has_static_folders_and_one_file(north, fortnox_error):
    root = north.get("/3/inbox").json()["Folder"]
    (file,) = north.get("/3/inbox/inbox_s").json()["Folder"]["Files"]

    assert 9 == len(root["Folders"])
    assert file["Size"] == len(north.get(f"/3/inbox/{file['Id']}").content)
    assert (404, 2000423) == fortnox_error(north.get("/3/inbox/inbox_x"))


def test_date_of_the_file_follows_the_clock(fortnox, north):
    fortnox.advance(dt.timedelta(days=1).total_seconds())

    assert "#GEN 20241123" in lines(north.get("/3/sie/4", financialyear=3))
