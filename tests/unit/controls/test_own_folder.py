"""What the operator's folder of controls says, and what of it is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from blocks.controls import OwnControlsUnreadable, own_controls
from blocks.controls.catalogue import TEXTS
from blocks.controls.control import OWN
from ledger.controls import Severity

HEAD = "control,tenant,severity,tolerance\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("TASMA_CONTROLS", str(tmp_path))
    (tmp_path / "mine.sql").write_text("select 1 as expected")
    return tmp_path


def test_the_row_of_a_tenant_comes_before_that_of_all(folder):
    (folder / "controls.csv").write_text(HEAD + "mine,*,warns,1.00\nmine,acme,blocks,0.05\n")

    (acme,), (beta,) = own_controls("acme"), own_controls("beta")

    assert (acme.severity, acme.tolerance) == (Severity.BLOCKS, Decimal("0.05"))
    assert (beta.severity, beta.tolerance) == (Severity.WARNS, Decimal("1.00"))


def test_what_names_other_tenants_is_not_asked(folder):
    (folder / "controls.csv").write_text(HEAD + "mine,beta,warns,1.00\n")

    assert own_controls("acme") == ()


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("a,b\n", "line 1: the columns are not control, tenant, severity, tolerance"),
        (HEAD + "mine,*,stops,0.00\n", "line 2: the severity is none of blocks, warns, informs"),
        (HEAD + "mine,*,warns,-1\n", "line 2: the tolerance is no amount"),
        (HEAD + "mine,*,warns,NaN\n", "line 2: the tolerance is no amount"),
        (HEAD + "mine,*,warns\n", "line 2: not the name of a control and three values more"),
        (HEAD + "../mine,*,warns,0\n", "line 2: not the name of a control and three values more"),
        (HEAD + "mine,*,warns,0\nmine,*,warns,0\n", "line 3: a second row of mine for *"),
    ],
)
def test_a_malformed_configuration_is_refused_by_its_line(folder, rows, said):
    (folder / "controls.csv").write_text(rows)

    with pytest.raises(OwnControlsUnreadable) as refused:
        own_controls("acme")

    assert said in str(refused.value)


def test_a_folder_that_was_named_has_to_be_there(tmp_path, monkeypatch):
    monkeypatch.setenv("TASMA_HOME", str(tmp_path))
    assert own_controls("acme") == ()
    monkeypatch.setenv("TASMA_CONTROLS", str(tmp_path / "gone"))

    with pytest.raises(OwnControlsUnreadable, match="it is not there"):
        own_controls("acme")


def test_no_built_in_control_is_called_like_an_own_one():
    names = TEXTS.read_text(encoding="utf-8").splitlines()

    assert [name for name in names if name.startswith(OWN)] == []
