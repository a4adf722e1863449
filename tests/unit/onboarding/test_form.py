"""The onboarding form: written empty, read back, each fault named by its field."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.onboarding_form import MAX_FORM_BYTES, read_form_file, write_form
from ledger.fiscal_year import FiscalYear
from ledger.onboarding import Transfer
from ledger.onboarding_form import OnboardingForm, looks_secret, read_form

FILLED = {"source_system": "fortnox", "transfer": "api", "fiscal_years": ["2024", 2025]}
LIKE_A_KEY = "9fQ2mZx7Lr0TbV5sKd8W"


def test_empty_form_shows_every_field_with_what_it_is_for():
    text = write_form("acme")

    for name, field in OnboardingForm.model_fields.items():
        assert f"\n{name}:" in text
        assert field.title in text


@pytest.mark.requirement("R-FIN-3a", "R-FIN-3b")
def test_empty_form_names_each_field_that_is_needed(tmp_path):
    path = tmp_path / "acme.yaml"
    path.write_text(write_form("acme"))

    form, problems = read_form_file(path)

    assert form is None
    assert [
        "source_system: is missing",
        "transfer: is missing",
        "fiscal_years: is missing",
    ] == list(problems)


def test_filled_form_is_read_back(tmp_path):
    path = tmp_path / "acme.yaml"
    text = write_form("acme").replace("source_system:", "source_system: fortnox")
    text = text.replace("transfer:", "transfer: api").replace(
        "fiscal_years: []", "fiscal_years: [2024, 2024-07-01_2025-06-30]"
    )
    path.write_text(text.replace("[2024,", "[2023,"))

    form, problems = read_form_file(path)

    assert problems == ()
    assert form.transfer is Transfer.API
    assert form.fiscal_years == (
        FiscalYear.parse("2023"),
        FiscalYear.parse("2024-07-01_2025-06-30"),
    )


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"transfer": "carrier pigeon"}, "transfer: "),
        ({"fiscal_years": ["2024", "2024-07-01_2025-06-30"]}, "fiscal_years: "),
        ({"fiscal_years": ["twenty"]}, "fiscal_years: "),
        ({"colour": "blue"}, "colour: there is no such field"),
        ({"credentials_block": "not a block"}, "credentials_block: "),
        ({"transfer": "sftp"}, "pickup_path: "),
    ],
)
def test_each_wrong_field_is_named(change, named):
    form, problems = read_form(FILLED | change)

    assert form is None
    assert problems[0].startswith(named), problems


@pytest.mark.parametrize("minutes", [0, 21, 0.5, "5 minutes", True])
def test_interval_of_a_pickup_is_1_to_20_whole_minutes(minutes):
    assert read_form(FILLED | {"poll_minutes": minutes})[0] is None


@pytest.mark.parametrize("minutes", [1, 20])
def test_interval_of_a_pickup_may_be_1_or_20_minutes(minutes):
    form, _ = read_form(FILLED | {"poll_minutes": minutes})

    assert form.poll_minutes == minutes


@pytest.mark.parametrize("field", ["contact", "statements", "credentials_block", "file_pattern"])
@pytest.mark.parametrize(
    "secret", [LIKE_A_KEY, "password=hunter2", f"see {LIKE_A_KEY}", "-----BEGIN RSA KEY-----"]
)
def test_what_looks_like_a_secret_is_refused_and_not_repeated(field, secret):
    form, problems = read_form(FILLED | {field: secret})

    assert form is None
    assert problems[0].startswith(f"{field}: this looks like a secret")
    assert secret not in "".join(problems)


@pytest.mark.parametrize(
    "text",
    [
        "Esimerkki Kauppa ja Konsultointi Oy",
        "/pickup/esimerkki/2024/kirjanpito",
        "fortnox-app/esimerkkiyritys-helsinki",
        "tilinpaatos_2024_tuloslaskelma.xlsx",
        "laskutus@esimerkkiyritys.example",
        "2024-07-01_2025-06-30",
    ],
)
def test_what_people_write_on_a_form_is_no_secret(text):
    assert not looks_secret(text)


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=24), max_size=3))
def test_whatever_stands_on_a_form_is_read_or_named(values):
    form, problems = read_form(values)

    assert (form is None) == bool(problems)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"a: &x [1]\nb: *x\n", "line 2"),
        (b"source_system: [\n", "line 2"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"just words", "no fields"),
        (b"#" * (MAX_FORM_BYTES + 1), "larger"),
    ],
)
def test_a_file_that_is_no_form_is_named_as_what_it_is(tmp_path, content, named):
    path = tmp_path / "acme.yaml"
    path.write_bytes(content)

    form, problems = read_form_file(path)

    assert form is None
    assert named in problems[0]


@pytest.mark.requirement("R-FIN-18")
@pytest.mark.parametrize("transfer", [None, "", "none", "both", "api,manual"])
def test_tenant_with_neither_an_api_nor_a_file_transfer_is_refused_by_field(transfer):
    form, problems = read_form(FILLED | {"transfer": transfer})

    assert form is None
    assert ["transfer"] == [problem.partition(":")[0] for problem in problems]


@pytest.mark.requirement("R-FIN-19a")
def test_files_come_by_sftp_or_by_hand_and_in_no_third_way():
    place = {"pickup_path": "out", "file_pattern": "*.se", "credentials_block": "sftp/acme"}
    names = ("sftp", "manual", "mail")
    forms = {name: read_form(FILLED | place | {"transfer": name})[0] for name in names}

    assert {"sftp", "manual"} == {name for name, form in forms.items() if form}
    assert {"api", "sftp", "manual"} == set(Transfer)
