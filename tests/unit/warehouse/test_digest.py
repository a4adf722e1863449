from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blocks.digest import NOT_IN_DIGEST
from blocks.duck import open_duckdb
from blocks.lake import Lake
from blocks.row_numbers import ROW_LIMITS, RowLimits, row_numbers
from ledger.schemas import CANONICAL, VOUCHER_TABLES
from tests.examples import examples
from tests.staged_units import facts, joined, stage, voucher

TEXT = st.text(
    st.one_of(
        st.sampled_from("\\|N#:Åäö\n'\""), st.characters(codec="utf-8", exclude_characters="\0")
    ),
    max_size=12,
)
OTHER = {
    "string": "another",
    "int32": 9,
    "int64": 9,
    "date32[day]": dt.date(1999, 12, 31),
    "decimal128(18, 2)": Decimal("-0.01"),
    "decimal128(18, 6)": Decimal("-0.000001"),
}


def full_row(table, *, key="A:1"):
    """A row with a value in every column."""
    row = {
        "string": "text",
        "int32": 1,
        "int64": 1,
        "date32[day]": dt.date(2024, 1, 31),
        "decimal128(18, 2)": Decimal("1.10"),
        "decimal128(18, 6)": Decimal("2.000000"),
    }
    made = {field.name: row[str(field.type)] for field in CANONICAL[table]}
    return made | ({"voucher_key": key} if "voucher_key" in made else {})


FULL = {table: [full_row(table)] for table in CANONICAL if table != "fiscal_year"}


def text_of(field, value):
    if value is None:
        return "\\N"
    if isinstance(value, Decimal):
        return f"{value:.{field.type.scale}f}"
    return str(value).replace("\\", "\\\\").replace("|", "\\|")


def number_of(table, row):
    """The row's number as the module's docstring defines it, in plain Python."""
    fields = [field for field in CANONICAL[table] if field.name not in NOT_IN_DIGEST]
    text = "|".join(text_of(field, row.get(field.name)) for field in fields)
    first = hashlib.md5(text.encode(), usedforsecurity=False).digest()[:8]
    return int.from_bytes(first, "little") & ((1 << 60) - 1)


@pytest.fixture(scope="module")
def stage_rows(tmp_path_factory):
    """Stage rows into a lake of their own; hypothesis calls it many times."""
    count = iter(range(100_000))

    def run(rows, **more):
        lake = Lake(tmp_path_factory.mktemp(f"lake{next(count)}"))
        return stage(lake, rows, **more)

    return run


@settings(
    max_examples=examples(12, least=6), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(
    texts=st.lists(st.none() | TEXT, min_size=1, max_size=6),
    amount=st.decimals(-(10**9), 10**9, places=2),
)
def test_digest_is_what_its_definition_says_in_plain_python(stage_rows, texts, amount):
    """Any engine that follows the definition gets the same number: this one is Python."""
    rows = {
        "voucher": [
            full_row("voucher", key=f"A:{n}") | {"voucher_text": text}
            for n, text in enumerate(texts)
        ],
        "posting": [
            full_row("posting", key=f"A:{n}") | {"posting_text": text, "amount": amount}
            for n, text in enumerate(texts)
        ],
    }

    staged = stage_rows(rows)

    for table, some in rows.items():
        assert sum(number_of(table, row) for row in some) == staged.tables[table].md5_sum
    assert amount * len(texts) == staged.tables["posting"].amount_sum
    expected = {
        f"A:{n}": sum(number_of(t, rows[t][n]) for t in rows) % (1 << 60) for n in range(len(texts))
    }
    found = pq.read_table(staged.parquet("voucher_digest")).to_pylist()
    assert expected == {row["voucher_key"]: row["digest"] for row in found}


dates_of_a_year = st.dates(dt.date(2024, 1, 1), dt.date(2024, 12, 31))
VALUES = {
    "string": TEXT,
    "int32": st.integers(-(2**31), 2**31 - 1),
    "date32[day]": st.dates(),
    "decimal128(18, 2)": st.decimals(-(10**15), 10**15, places=2),
    "decimal128(18, 6)": st.decimals(-(10**11), 10**11, places=6),
}


@st.composite
def batches(draw):
    """Make rows of any canonical table, nulls where they are allowed."""
    table = draw(st.sampled_from([*CANONICAL]))
    fields = [field for field in CANONICAL[table] if field.name not in NOT_IN_DIGEST]
    cell = {field: VALUES[str(field.type)] for field in fields}
    if draw(st.booleans()):
        cell |= {field: dates_of_a_year for field in fields if field.type == pa.date32()}
    row = st.fixed_dictionaries(
        {field.name: cell[field] | st.none() if field.nullable else cell[field] for field in fields}
    )
    return table, draw(st.lists(row, min_size=1, max_size=8))


@settings(max_examples=examples(150), deadline=None)
@given(
    batch=batches(),
    probed=st.sampled_from([0, 1, ROW_LIMITS.most_probed]),
    together=st.sampled_from([4, ROW_LIMITS.most_together]),
    first=st.integers(0, 3),
)
def test_numbers_of_many_rows_are_what_the_definition_says(engine, batch, probed, together, first):
    """How many columns are joined beforehand makes no difference, nor where a slice begins."""
    table, rows = batch
    limits = RowLimits(many_rows=1, probed_rows=2, most_probed=probed, most_together=together)

    made = pa.RecordBatch.from_pylist(rows, CANONICAL[table]).slice(first)
    (numbers,) = row_numbers(engine, [(table, made)], limits=limits)

    assert [number_of(table, row) for row in rows[first:]] == numbers.tolist()


@pytest.mark.parametrize("many", [1, 10**6], ids=["many rows", "few rows"])
def test_numbers_of_rows_of_a_year_are_what_the_definition_says(engine, many):
    rows = [
        full_row("posting")
        | {"row_number": n, "posting_date": dt.date(2024, 1, 1) + dt.timedelta(days=3 * n)}
        | {"posting_text": ["a|b", None, "c\\"][n % 3], "quantity": [None, Decimal("1.5")][n % 2]}
        for n in range(1, 60)
    ]

    made = pa.RecordBatch.from_pylist(rows, CANONICAL["posting"])
    (numbers,) = row_numbers(engine, [("posting", made)], limits=RowLimits(many_rows=many))

    assert [number_of("posting", row) for row in rows] == numbers.tolist()


def test_days_that_no_calendar_has_are_numbered_too(engine):
    """What a meddled warehouse may hold must be found by verifying it, not stop it."""
    days = pa.array([-(2**31) + 1, 0, 19_000], pa.int32()).cast(pa.date32())
    rows = pa.RecordBatch.from_pylist([full_row("voucher")] * 3, CANONICAL["voucher"])
    rows = rows.set_column(3, CANONICAL["voucher"].field(3), days)

    (numbers,) = row_numbers(engine, [("voucher", rows)], limits=RowLimits(many_rows=1))

    assert len({*numbers.tolist()}) == 3


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    with open_duckdb(spill=tmp_path_factory.mktemp("spill"), rows=0) as db:
        yield db


@settings(max_examples=examples(8, least=6), deadline=None)
@given(shuffle=st.randoms(), size=st.integers(1, 9))
def test_digest_does_not_depend_on_row_order_or_batch_size(stage_rows, shuffle, size):
    rows = joined(*(voucher(f"A:{n}", ("1930", "10.00"), ("3001", "-10.00")) for n in range(7)))
    shuffled = {name: shuffle.sample(some, len(some)) for name, some in rows.items()}

    assert stage_rows(rows).digest == stage_rows(shuffled, size=size).digest


COLUMNS = [
    (table, field.name)
    for table, schema in CANONICAL.items()
    for field in schema
    if table != "fiscal_year" and field.name != "voucher_key"
]


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=[f"{t}.{c}" for t, c in COLUMNS])
def test_digest_sees_every_published_column(stage_rows, full_digest, table, column):
    other = OTHER[str(CANONICAL[table].field(column).type)]
    changed = FULL | {table: [FULL[table][0] | {column: other}]}

    is_same = full_digest == stage_rows(changed).digest

    assert (column in NOT_IN_DIGEST) == is_same


@pytest.fixture(scope="module")
def full_digest(stage_rows):
    return stage_rows(FULL).digest


@pytest.mark.parametrize("change", [{"currency": "EUR"}, {"year": 2023}], ids=["currency", "year"])
def test_digest_sees_the_year_and_its_currency(stage_rows, full_digest, change):
    assert full_digest != stage_rows(FULL, said=facts(**change)).digest


@pytest.mark.parametrize("table", VOUCHER_TABLES)
def test_voucher_digest_sees_each_of_its_tables(stage_rows, table):
    def digest(rows):
        return pq.read_table(stage_rows(rows).parquet("voucher_digest")).to_pylist()

    column = CANONICAL[table].names[-1] if table != "voucher" else "voucher_text"
    changed = FULL | {table: [FULL[table][0] | {column: "another"}]}

    assert digest(FULL) != digest(changed)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((None, "x"), ("\\N", "x")),
        (("a|b", "c"), ("a", "b|c")),
        (("a\\", "b"), ("a", "\\b")),
        (("", "a"), (None, "a")),
        (("\\|", ""), ("|", "\\")),
    ],
)
def test_texts_that_could_be_confused_are_told_apart(stage_rows, one, other):
    def digest(pair):
        texts = dict(zip(("quantity_unit", "sru_code"), pair, strict=True))
        row = {"account_number": "1930", "name": "Konto"} | texts
        return stage_rows({"ledger_account": [row]}).digest

    assert digest(one) != digest(other)


def test_sums_beyond_eight_bytes_are_exact(stage_rows):
    """Twelve of the greatest amounts overflow an integer of hundredths in 64 bits."""
    most = Decimal("9999999999999999.99")
    rows = [
        full_row("posting") | {"row_number": n, "amount": most if n < 13 else -most}
        for n in range(1, 25)
    ]

    staged = stage_rows({"voucher": FULL["voucher"], "posting": rows})

    assert Decimal(0) == staged.tables["posting"].amount_sum
    (voucher,) = pq.read_table(staged.parquet("voucher_digest")).to_pylist()
    assert 12 * most == voucher["debit_sum"]


def test_equal_rows_count_each(stage_rows):
    row = {"account_number": "1930", "amount": Decimal("1.00")}

    assert stage_rows({"opening_balance": [row] * 2}).digest != stage_rows({}).digest


def test_rows_of_two_voucher_tables_never_have_the_same_text():
    """A voucher's digest adds them up, so a posting must not be able to stand for a voucher."""
    counts = [len([f for f in CANONICAL[t] if f.name not in NOT_IN_DIGEST]) for t in VOUCHER_TABLES]

    assert len(counts) == len(set(counts))


def test_type_without_a_portable_text_is_refused(engine):
    rows = pa.RecordBatch.from_pylist([full_row("posting")]).set_column(
        0, pa.field("voucher_key", pa.float64()), pa.array([1.0])
    )

    with pytest.raises(TypeError, match="voucher_key: no portable text for double"):
        row_numbers(engine, [("posting", rows)])
