"""Dimensions that a tenant's form leaves out: absent from what is published, of whatever source."""

from __future__ import annotations

import pytest

from blocks.hub import Tenant
from blocks.settings import REFERENCE
from ledger.fiscal_year import FiscalYear
from ledger.onboarding import Transfer
from ledger.onboarding_form import OnboardingForm
from tasks.onboarding import file_form

JOURNAL = (REFERENCE / "journal_template.csv").read_text().replace("SAMPLE", "A").encode()
SIE = """\
#FLAGGA 0
#PROGRAM "Bok" "1"
#FORMAT PC8
#GEN 20250101
#SIETYP 4
#FNAMN "Testbolaget AB"
#ORGNR 559990-0007
#RAR 0 20240101 20241231
#DIM 1 "Avdelning"
#UNDERDIM 21 "Grupp" 1
#DIM 6 "Projekt"
#OBJEKT 1 "10" "Norr"
#OBJEKT 6 "P1" "Brygga"
#KONTO 1930 "Bank"
#KONTO 3001 "Sales"
#OUB 0 1930 {1 "10"} 40
#OUB 0 1930 {6 "P1"} 60
#UB 0 1930 100
#RES 0 3001 -100
#VER "A" "1" 20240115 "x"
{
#TRANS 1930 {1 "10" 6 "P1"} 100
#RTRANS 3001 {1 "10" 6 "P1"} -100
#TRANS 3001 {1 "10" 6 "P1"} -100
#BTRANS 3001 {1 "10"} -90
}
""".encode("cp437")
TABLES = {
    "dimension": "dimension_number",
    "dimension_object": "dimension_number",
    "posting_dimension": "dimension_number",
}


def leave_out(house, tenant, *names, year="2024"):
    form = OnboardingForm(
        source_system="file",
        transfer=Transfer.MANUAL,
        fiscal_years=(year,),
        excluded_dimensions=names,
    )
    hub = house.stores.hub
    hub.openings.begin(tenant)
    file_form(hub, tenant, form, who="anna")
    hub.approvals.add(tenant, {FiscalYear.parse(year): {}}, who="anna", note="agrees")


def published(house, tenant):
    """Return the dimensions of each table that is published of a tenant."""
    with house.stores.warehouse.read(tenant) as db:
        found = {
            name: {row[0] for row in db.execute(f"select {column} from {name}").fetchall()}  # noqa: S608 - names of ours
            for name, column in TABLES.items()
        }
        histories = db.execute("select objects from posting_correction order by all").fetchall()
        objects = db.execute(
            "select dimension_number from reported_balance where dimension_number is not null"
        )
        return found, [row[0] for row in histories], {row[0] for row in objects.fetchall()}


@pytest.fixture
def acme(house):
    house.stores.hub.tenants.add(Tenant("acme", "Testbolaget AB", "5599900007"))
    return "acme"


@pytest.mark.requirement("R-FIN-P4a")
def test_a_dimension_left_out_is_in_no_table_and_amounts_stay(house, acme):
    leave_out(house, acme, "Avdelning")

    end, why = house.take(acme, SIE)

    tables, histories, reported = published(house, acme)
    with house.stores.warehouse.read(acme) as db:
        amounts = db.execute("select sum(amount) from posting where amount > 0").fetchone()
        parents = db.execute("select parent_number from dimension where dimension_number = '21'")
        assert (None,) == parents.fetchone()
    assert "Published" == end, why
    assert all("1" not in found for found in tables.values()), tables
    assert all("6" in found for found in tables.values()), tables
    assert {'[["6", "P1"]]', None} == set(histories)
    assert {"6"} == reported
    assert 100 == amounts[0]


def test_another_exclusion_restages_the_same_bytes_and_publishes_what_is_changed(house, acme):
    house.take(acme, SIE)
    before = published(house, acme)[0]
    leave_out(house, acme, "Projekt")

    changed, again = house.take(acme, SIE), house.take(acme, SIE)
    after = published(house, acme)[0]
    leave_out(house, acme)
    back = house.take(acme, SIE)

    assert ("Published", "Unchanged", "Published") == (changed[0], again[0], back[0])
    assert "6" in before["posting_dimension"]
    assert {"1"} == after["posting_dimension"]
    assert before == published(house, acme)[0]
    loads = house.stores.hub.loads.of_unit(acme, FiscalYear.parse("2024"))
    assert 2 == len({load.stage_folder for load in loads}), "each is kept as long as it is needed"


@pytest.mark.requirement("R-FIN-P4b")
def test_a_name_in_other_letter_case_excludes_nothing_and_warns(house, acme, caplog):
    leave_out(house, acme, "avdelning")

    house.take(acme, SIE)

    assert "1" in published(house, acme)[0]["posting_dimension"]
    assert "has other capital and small letters in the source" in caplog.text
    (load, *_) = house.stores.hub.loads.of_unit(acme, FiscalYear.parse("2024"))
    (remark,) = [
        item
        for item in house.stores.hub.loads.results(load.load_id)
        if item.control == "reader_warnings"
    ]
    assert any("excluded_dimension_case" in item.detail for item in remark.breaks)


@pytest.mark.requirement("R-FIN-P4a")
def test_a_journal_and_a_pull_leave_it_out_alike(house, connected):
    house.stores.hub.tenants.add(Tenant("euro", "Sample", "76543212", currency="EUR"))
    leave_out(house, "euro", "Cost centre", year="2025")
    house.take("euro", JOURNAL, name="books.csv")
    ledger = connected(defined=("2025",))
    house.pull(ledger.tenant)
    (name, number) = dimension(house, ledger.tenant)
    leave_out(house, ledger.tenant, name, year="2025")

    end, why = house.pull(ledger.tenant)

    assert {"6"} == published(house, "euro")[0]["posting_dimension"]
    assert "Published" == end, why
    assert all(number not in found for found in published(house, ledger.tenant)[0].values())


def dimension(house, tenant):
    """Return a dimension that postings of a tenant have."""
    query = (
        "select name, dimension_number from dimension"
        " where dimension_number in (select dimension_number from posting_dimension) limit 1"
    )
    with house.stores.warehouse.read(tenant) as db:
        return db.execute(query).fetchone()
