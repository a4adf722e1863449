"""Invoices in files: four forms of the same, findings by file, row and field, bounded memory."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import json
import re
import tracemalloc
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from jsonschema import ValidationError as SchemaError
from jsonschema import validate
from typer.testing import CliRunner

from blocks.invoices.files import records_of
from blocks.invoices.json_records import MAX_RECORD_BYTES
from blocks.invoices.refusals import InvoiceFileRefused
from flows.cli.app import app
from ledger.invoice.contract import Record, read, schema
from ledger.invoice.delivery import Delivery
from ledger.invoice.flat import COLUMNS, gather
from tests.invoices import CUSTOMER, E_INVOICE, content, invoice, row

GUIDE = Path(__file__).parents[3] / "docs/systems/invoices.md"
EXAMPLES = dict(
    re.findall(r"^```(json|csv)\n(.*?)^```", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
)


def jsonl(*contents):
    return "".join(json.dumps(one, default=str) + "\n" for one in contents)


def table(*lines):
    text = io.StringIO()
    writer = csv.DictWriter(text, sorted({name for line in lines for name in line}), restval="")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()


def flat(**changes):
    first = {
        "source": "webshop",
        "id": "1",
        "invoice_date": "2026-01-15",
        "due_date": "2026-01-29",
        "customer.name": "Ostaja Esimerkki Oy",
        "customer.number": "1042",
        "customer.business_id": "1234567-1",
        "customer.address.street": "Testitie 2",
        "customer.address.postal_code": "33100",
        "customer.address.city": "TAMPERE",
        "customer.address.country": "FI",
        "recipient.channel": "finvoice",
        "recipient.address": "003718377957",
        "recipient.operator": "003723327487",
    }
    return first | changes


def rows_flat(*rows):
    return [{f"row.{name}": str(value) for name, value in one.items()} for one in rows]


@pytest.fixture
def taken():
    """Return what comes of a file with some text or bytes, and its count."""

    def take(name, text):
        file = io.BytesIO(text if isinstance(text, bytes) else text.encode())
        delivery = Delivery(name)
        found = list(delivery.take_all(records_of(file, name)))
        assert not file.closed
        return found, delivery

    return take


def findings(taken):
    return [str(one) for each in taken for one in each.findings]


def the_same_in_every_form():
    whole = content(rows=[row(price="10.10", dimensions={"1": "100"}), row(), {"description": "x"}])
    yield "invoices.jsonl", jsonl(whole).encode()
    yield "invoices.json", json.dumps([whole], default=str).encode()
    yield "one.json", b"\xef\xbb\xbf" + json.dumps(whole, default=str).encode()
    lines = rows_flat({**row(price="10.10"), "dimensions.1": "100"}, row(), {"description": "x"})
    named = {"source": "webshop", "id": "1"}
    as_table = table(flat(**lines[0]), named | lines[1], named | lines[2])
    yield "invoices.csv", as_table.encode()
    yield "semicolons.csv", b"\xef\xbb\xbf" + as_table.replace(",", ";").encode()
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([whole]), buffer)
    yield "invoices.parquet", buffer.getvalue()


def test_the_same_invoice_in_every_form_of_file_has_one_digest(taken):
    digests = {}
    for name, text in the_same_in_every_form():
        (one,), _ = taken(name, text)
        assert one.findings == ()
        digests[name] = one.document.digest

    assert 6 == len(digests)
    assert 1 == len(set(digests.values()))


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_the_examples_of_the_guide_are_good(taken, kind):
    found, delivery = taken(f"guide.{kind}", EXAMPLES[kind])

    assert [] == findings(found)
    assert {"json": 1, "csv": 2}[kind] == delivery.valid
    assert {"json": "938.22", "csv": "938.22"}[kind] == str(found[0].document.totals.gross)


def test_numbers_of_json_keep_their_decimals(taken):
    text = jsonl(content(rows=[])).replace(
        '"rows": []', '"rows": [{"price": 0.10000, "quantity": 3.3, "vat_rate": 25.5}]'
    )

    ((one,), _) = taken("a.jsonl", text)
    assert (Decimal("0.1"), Decimal("3.3")) == (
        one.document.rows[0].price,
        one.document.rows[0].quantity,
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"duedate": "2026-01-29"}, "duedate: there is no such field"),
        ({"rows": [row(), {"price": "1"}]}, "row 2: quantity, vat_rate missing"),
        ({"rows": [row(), row(vatpercent="1")]}, "row 2, vatpercent: there is no such field"),
        ({"rows": [row() | {"price": "1,5"}]}, "row 1, price: input should be a valid decimal"),
        ({"rows": [row(price="1.123456")]}, "row 1, price: decimal input should have no more"),
        ({"customer": {"number": "1"}}, "customer.name: missing"),
        ({"customer": CUSTOMER | {"number": 1042}}, "customer.number: input should be a valid s"),
        ({"recipients": [{"address": "x"}]}, "recipients.channel: missing"),
        ({"invoice_date": 1767225600}, "invoice_date: no day; write it like 2026-01-31"),
        ({"invoice_date": "15.1.2026"}, "invoice_date: no day; write it like 2026-01-31"),
        ({"invoice_date": "2026-02-30"}, "invoice_date: input should be a valid date"),
        ({"invoice_date": 20260115}, "invoice_date: no day; write it like 2026-01-31"),
        ({"prices": "brutto"}, "prices: input should be 'net' or 'gross'"),
        ({"currency": "euro"}, "currency: string should match pattern"),
    ],
)
def test_a_finding_names_file_record_row_and_field(taken, changes, expected):
    found, delivery = taken("shop.jsonl", jsonl(content(id="0"), content(**changes)))

    (text,) = findings(found)
    assert text.startswith(f"shop.jsonl, record 2: {expected}")
    assert (2, 1, 1) == (delivery.received, delivery.valid, delivery.refused)


@pytest.mark.requirement("R-FEN-32a", "R-FEN-32c")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"customer": {"number": "1"}}, "customer.name"),
        ({"customer": {"name": ""}}, "customer.name"),
        ({"invoice_date": None}, "invoice_date"),
        ({"invoice_date": ""}, "invoice_date"),
    ],
)
def test_name_and_invoice_date_are_named_when_they_are_absent(changes, field):
    document, (problem,) = read(Record(1, content(**changes)))

    assert (None, field, True) == (document, problem.field, problem.refuses)


@pytest.mark.requirement("R-FEN-32c")
def test_due_date_is_named_when_it_is_absent():
    from tests.fennoa_terms import mapped  # noqa: PLC0415 - Fennoa's own part of the clause

    assert [("field_absent", "due_date")] == [
        (one.code, one.field) for one in mapped(due_date=None).problems
    ]


def test_no_finding_repeats_what_was_given(taken):
    """A field in the wrong place may hold anything: a name, a personal id."""
    wrong = content(customer={"name": ["Salainen Henkilö"], "vat_number": {"a": "010180-123T"}})

    found, _ = taken("a.jsonl", jsonl(wrong))
    assert 2 == len(findings(found))
    assert not re.search("Salainen|010180", " ".join(findings(found)))


def test_findings_of_one_invoice_have_a_limit_in_number_and_length():
    _, problems = read(Record(1, content(rows=[{"price": "x"}] * 150)))
    assert (101, 50) == (len(problems), problems[-1].values["count"])

    _, (problem,) = read(Record(1, content() | {"x" * 1_000: 1}))
    assert len(problem.message) < 250


@pytest.mark.parametrize("rows", [5_000, 5_001, 5_100])
def test_an_invoice_of_a_table_has_as_many_rows_as_any_other(rows):
    line = {"source": "webshop", "id": "1", "row.description": "x"}

    first = {"invoice_date": "2026-01-15", "customer.name": "x"}
    (record,) = gather(
        (number, line | (first if number == 2 else {})) for number in range(2, rows + 2)
    )
    document, problems = read(record)
    assert min(rows, 5_001) == len(record.content["rows"])
    if rows == 5_000:
        assert rows == len(document.rows)
    else:
        assert ["rows"] == [one.field for one in problems]


def test_half_a_pair_of_signs_is_no_text(taken):
    found, delivery = taken("a.jsonl", jsonl(content()).replace("Ostaja", "\\ud800"))

    assert 1 == delivery.refused
    assert "customer.name" in findings(found)[0]


def test_in_a_table_a_finding_names_the_line_of_the_row(taken):
    named = {"source": "webshop", "id": "1"}
    lines = rows_flat(row(description="two\nlines"), row() | {"price": "x"})

    found, _ = taken("shop.csv", table(flat(**lines[0]), named | lines[1]))
    (text,) = findings(found)
    assert text.startswith("shop.csv, record 2, line 4: row 2, price:")


def test_lines_are_counted_behind_a_header_of_several_lines(taken):
    found, _ = taken("shop.csv", 'source,"id\n",row.price\nwebshop,1,x\n')

    assert "shop.csv, record 3, line 3: row 1, price: input" in "".join(findings(found))


def test_fields_of_an_invoice_that_differ_between_its_lines_refuse_it(taken):
    one, other = rows_flat(row(), row())

    found, _ = taken("shop.csv", table(flat(**one), flat(**other, due_date="2026-02-01")))
    assert ["shop.csv, record 2: line 3: due_date differs from the first line of the invoice"] == (
        findings(found)
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("source,id,row.prize\na,1,2\n", "line 1: no invoice has the columns 'row.prize'"),
        ("source,id,id\na,1,1\n", "line 1: columns stand there twice: id"),
        ("source,row.price\na,1\n", "line 1: there is no column id"),
        ("", "line 1: there is no column source and no id"),
        ("source,id\na,1,2\n", "line 2: it has 3 cells under 2 headings"),
        ('source,id\na,"1\n', "line 2: "),
        (b"source,id\na,1\na,\xe4\n", "line 3: it is no UTF-8"),
        ("source,id,row.price\na,1," + "9" * 140_000, "line 2: field larger than field limit"),
    ],
)
def test_a_table_that_is_none_is_refused(taken, text, reason):
    with pytest.raises(InvoiceFileRefused, match=re.escape(reason)):
        taken("shop.csv", text)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "no JSON at character 2"),
        (b"[]", "expected one JSON object"),
        (b"{} {}", "expected one JSON object"),
        (b'{"id": 1, "id": 2}', "a field is given twice"),
        (b'{"a": NaN}', "NaN is no number"),
        (b'{"a": "\xff"}', "byte 8 of the line is no UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "too long"),
    ],
)
def test_a_line_that_is_no_json_refuses_itself_alone(taken, line, reason):
    good = jsonl(content()).encode()

    found, delivery = taken("shop.jsonl", line + b"\n\n" + good)
    (text,) = findings(found)
    assert text.startswith("shop.jsonl, record 1: ")
    assert reason in text
    assert (2, 1, 1) == (delivery.received, delivery.valid, delivery.refused)
    assert 3 == found[1].record.number


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[{}", "record 1: expected ','"),
        ("[{} {}]", "record 1: expected ','"),
        ("[{},]", "record 2: no JSON follows"),
        ("[{}] []", "record 1: there is more after its end"),
        ("x", "record 1: expected '['"),
        ("", "record 1: expected '['"),
        ('[{"a": 1, "a": 2}]', "record 1: a field is given twice"),
        (b"[\n\xff]", "line 2: it is no UTF-8"),
    ],
)
def test_an_array_that_is_none_is_refused(taken, text, reason):
    with pytest.raises(InvoiceFileRefused, match=re.escape(reason)):
        taken("shop.json", text)


def test_a_line_far_behind_is_named_too(taken):
    with pytest.raises(InvoiceFileRefused, match="line 1100001: it is no UTF-8"):
        taken("shop.json", b"[" + b"\n" * 1_100_000 + b"\xff]")


@pytest.mark.parametrize("name", ["shop.json", "shop.jsonl"])
def test_an_invoice_without_end_is_refused_at_the_limit(taken, name):
    start = {"shop.json": b"[", "shop.jsonl": b""}[name]
    text = start + b'{"note": "' + b"x" * MAX_RECORD_BYTES

    with pytest.raises(InvoiceFileRefused, match="more than 8,388,608"):
        taken(name, text + b"x" * 600_000)


def test_an_array_of_nothing_is_nothing(taken):
    assert 0 == taken("shop.json", " [ ] \n")[1].received


def test_what_is_in_an_array_and_no_invoice_refuses_itself_alone(taken):
    found, delivery = taken("shop.json", json.dumps([1, content()]))

    assert (2, 1, 1) == (delivery.received, delivery.valid, delivery.refused)
    assert "record 1: expected one JSON object" in findings(found)[0]


def test_a_moment_of_parquet_is_no_day(taken):
    whole = content(rows=[row()], invoice_date=dt.datetime(2026, 1, 15))  # noqa: DTZ001 - has none
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([whole]), buffer)

    (found,), _ = taken("shop.parquet", buffer.getvalue())
    assert ["shop.parquet, record 1: invoice_date: no day; write it like 2026-01-31"] == (
        findings([found])
    )


def test_binary_fractions_of_parquet_are_refused_by_their_place(taken):
    whole = content(rows=[row() | {"price": 10.5}])
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([whole]), buffer)

    with pytest.raises(InvoiceFileRefused, match=r"rows\.price; use DECIMAL"):
        taken("shop.parquet", buffer.getvalue())


@pytest.mark.parametrize(
    ("name", "reason"), [("shop.parquet", "no Parquet"), ("shop.xml", "expected one of .json")]
)
def test_other_files_are_refused(taken, name, reason):
    with pytest.raises(InvoiceFileRefused, match=reason):
        taken(name, b"x")


def test_the_same_document_twice_is_one_and_with_other_content_it_is_a_finding(taken):
    written_otherwise = content(rows=[row(price="10.0")])
    text = jsonl(
        content(rows=[row()]), written_otherwise, content(note="x"), content(id="2"), {"id": "3"}
    )

    found, delivery = taken("shop.jsonl", text)
    assert [False, True, False, False, False] == [one.is_repeated for one in found]
    assert (5, 2, 1, 2) == (
        delivery.received,
        delivery.valid,
        delivery.repeated,
        delivery.refused,
    )
    assert "record 3: id: the same source and id came before" in findings(found)[0]
    assert "(record 1)" in findings(found)[0]


def test_nulls_are_as_if_left_out():
    nulled = content(note=None) | {
        "note": None,
        "customer": CUSTOMER | {"phone": None},
        "rows": [row() | {"unit": None, "account": None}],
    }

    document, problems = read(Record(1, nulled))
    assert () == problems
    assert invoice(rows=[row()]).digest == document.digest


def big(count, note=""):
    line = jsonl(content(id="@", note=note)).encode()
    return b"".join(line.replace(b'"@"', b'"%d"' % number) for number in range(count))


@pytest.mark.parametrize("name", ["big.jsonl", "big.json"])
def test_memory_stays_bounded_whatever_the_length(tmp_path, name):
    """Of each invoice that passed only its key, a hash and a number are kept."""
    path = tmp_path / name
    text = big(1_000, note="x" * 3_900)
    if name.endswith(".json"):
        text = b"[" + b",".join(text.splitlines()) + b"]"
    path.write_bytes(text)
    delivery = Delivery(name)

    tracemalloc.start()
    with path.open("rb") as file:
        for taken in delivery.take_all(records_of(file, name)):
            assert taken.document
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert 1_000 == delivery.valid
    assert peak < len(text) / 2


def test_records_come_before_the_file_is_read_to_its_end():
    file = io.BytesIO(b"[" + b",".join(big(1_000).splitlines()) + b", broken")

    assert 500 == len(list(itertools.islice(records_of(file, "a.json"), 500)))


def test_the_schema_is_printed_and_says_what_is_required():
    printed = CliRunner().invoke(app, ["schema", "invoice"])

    found = json.loads(printed.stdout)
    assert 0 == printed.exit_code
    assert schema() == found
    assert ["source", "id", "invoice_date", "customer"] == found["required"]
    assert found["additionalProperties"] is False


def test_the_schema_takes_what_is_taken_here_and_nothing_else():
    whole = json.loads(EXAMPLES["json"])
    validate(whole, schema())

    for wrong in ({"duedate": "2026-01-29"}, {"id": "a b"}, {"rows": [{"price": "1,5"}]}):
        with pytest.raises(SchemaError):
            validate(whole | wrong, schema())


def test_every_field_of_the_schema_has_its_column_in_a_table():
    defs = schema()["$defs"]

    assert {f"row.{name}" for name in defs["Row"]["properties"]} - {"row.dimensions"} <= COLUMNS
    for name in ("customer", "recipient", "credited", "delivery_place"):
        fields = defs[{"delivery_place": "DeliveryPlace"}.get(name, name.title())]["properties"]
        plain = {f"{name}.{one}" for one in fields} - {f"{name}.address"}
        assert plain <= COLUMNS
    assert "delivery_place.address.city" in COLUMNS


def test_the_address_of_a_recipient_is_a_column():
    assert {f"recipient.{name}" for name in E_INVOICE} <= COLUMNS
